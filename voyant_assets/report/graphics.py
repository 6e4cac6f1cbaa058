"""Small graphics as plain SVG paths: a tenth of a millisecond each, where drawing by Vega takes tens."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

BAR_BOX = (112, 26)
LINE_BOX = (176, 44)
MOST_POINTS = 240

_MINI = Markup(
    '<svg class="mini" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-hidden="true" focusable="false">'
    '{bars}{rest}<path class="x" d="M0 {base}h{w}"/></svg>'
)
_SPARK = Markup('<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}"><path d="{}"/>{}</svg>')
_DOT = Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"/>')


def bars(values: Sequence[float], rest: int = 0) -> Markup:
    """A mini histogram; the last `rest` bars stand for what is not listed and are drawn in the context colour."""
    top = max(values, default=0)
    if top <= 0:
        return Markup("")
    width, height = BAR_BOX
    gap = 1 if len(values) <= 32 else 0
    step = width / len(values)
    paths = ["", ""]
    for place, value in enumerate(values):
        if value > 0:
            left, right = round(place * step), round((place + 1) * step)
            tall = max(1, round(height * value / top))
            wide = max(1, right - left - gap)
            paths[place >= len(values) - rest] += f"M{left} {height}v-{tall}h{wide}v{tall}z"
    drawn = [Markup('<path class="{}" d="{}"/>').format(name, path) if path else Markup("") for name, path in zip("bm", paths, strict=True)]
    return _MINI.format(w=width, h=height, bars=drawn[0], rest=drawn[1], base=height - 0.5)


def sparkline(values: Sequence[float | None], label: str) -> Markup:
    """A line over periods. Missing periods break it. The last two points are marked: now, and what it is compared with."""
    filled = [value for value in values if value is not None]
    if len(filled) < 2:
        return Markup("")
    width, height = LINE_BOX
    low, high = min(filled), max(filled)
    low, high = (low - 1, high + 1) if low == high else (low, high)
    last = len(values) - 1

    def at(place: int, value: float) -> tuple[float, float]:
        return 4 + place * (width - 8) / last, 5 + (height - 10) * (1 - (value - low) / (high - low))

    points = [(place, value) for place, value in enumerate(values) if value is not None]
    path = ""
    for _, run in groupby(_thinned(points), key=lambda point: _run_of(values, point[0])):
        path += "M" + "L".join("{:.1f} {:.1f}".format(*at(*point)) for point in run)
    marks = _DOT.format("prev", *at(*points[-2]), 3) + _DOT.format("now", *at(*points[-1]), 3.5)
    return _SPARK.format(width, height, label, path, marks)


def _run_of(values: Sequence[float | None], place: int) -> int:
    return sum(value is None for value in values[:place])


def _thinned(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Lowest and highest of each stretch, so that a peak stays; the last two always."""
    if len(points) <= MOST_POINTS:
        return points
    step = -(-len(points) * 2 // MOST_POINTS)
    kept: list[tuple[int, float]] = []
    for start in range(0, len(points) - 2, step):
        stretch = points[start : min(start + step, len(points) - 2)]
        kept += sorted({min(stretch, key=lambda point: point[1]), max(stretch, key=lambda point: point[1])})
    return [*kept, *points[-2:]]
