"""One value over time or over ordered steps. Missing periods break the line and are shaded; a point between gaps becomes a dot."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from voyant_assets.charting.axis import TICK_GAP, Scale, TimeTicks, axis, seconds, tick_texts, ticks, time_ticks
from voyant_assets.charting.canvas import Anchor, Canvas, short
from voyant_assets.charting.forms import Line, Note
from voyant_assets.charting.tokens import LIGHT
from voyant_assets.charting.typeface import width
from voyant_assets.charting.vega import Spec, frame, quantity, texts

HEIGHT, TOP, BOTTOM = 190, 8, 22
HEADROOM = 0.1
NOTE_GAP = 12
ROUNDS = 3
DATE = len("2013-01-01")
_ALIGN: dict[Anchor, str] = {"start": "left", "middle": "center", "end": "right"}


@dataclass(frozen=True, slots=True)
class Layout:
    xs: list[float]
    """Seconds, or the index of the step."""
    gaps: list[tuple[float, float]]
    alone: list[int]
    y_ticks: list[float]
    y_texts: list[str]
    x: Scale
    y: Scale
    right: float
    times: TimeTicks | None
    steps: list[int]
    """Indices of the steps that carry a text."""


def _layout(form: Line, total: int) -> Layout:
    values = [value for value in form.values if value is not None]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    low = min(0.0, low) if form.from_zero else low
    pad = (high - low) * HEADROOM or abs(high) * HEADROOM or 1.0
    y_low = low - (pad * 1.5 if any(note.below for note in form.notes) else 0.0 if form.from_zero and low == 0 else pad / 2)
    y_high = high + pad * (1.5 if any(not note.below for note in form.notes) else 0.5)
    y_ticks = ticks(y_low, y_high, 4)
    y_texts = tick_texts(y_ticks, share=form.share)
    left = max((width(text) for text in y_texts), default=0) + 8
    xs = [seconds(at) for at in form.at] if form.temporal else [float(i) for i in range(len(form.at))]
    margin = 0.0 if form.temporal else 0.5
    last = form.at[-1]
    right = 14.0 if form.temporal else max(2.0, width(last) / 2 + 2 - (total - left) / (2 * len(form.at)))
    x = Scale(xs[0] - margin, xs[-1] + margin, left, total - right)
    times = None
    if form.temporal:
        x, times = _timed(x, total)
        right = total - x.end
    return Layout(
        xs, _gaps(form, xs), _alone(form), y_ticks, y_texts, x, Scale(y_low, y_high, TOP + HEIGHT, TOP), right, times, _steps(form, x)
    )


def _timed(x: Scale, total: int) -> tuple[Scale, TimeTicks]:
    """The time axis, made narrower until its outer texts stay within the drawing."""
    times = time_ticks(x.low, x.high, x.end - x.start)
    for _ in range(ROUNDS):
        ends = [(x(times.at[i]), width(times.texts[i]) / 2) for i in (0, -1)] if times.at else [(x.start, 0.0), (x.end, 0.0)]
        before, after = ends[0][1] - ends[0][0], ends[1][0] + ends[1][1] - total
        if before <= 0 and after <= 0:
            break
        x = replace(x, start=x.start + max(0.0, before), end=x.end - max(0.0, after))
        times = time_ticks(x.low, x.high, x.end - x.start)
    return x, times


def _gaps(form: Line, xs: list[float]) -> list[tuple[float, float]]:
    """Runs of missing points, each from half-way after the last known point to half-way before the next."""
    found: list[tuple[float, float]] = []
    start: int | None = None
    for i, value in enumerate(form.values):
        if value is None and start is None:
            start = i
        if value is not None and start is not None:
            found.append((_between(xs, start - 1, start), _between(xs, i - 1, i)))
            start = None
    if start is not None:
        found.append((_between(xs, start - 1, start), xs[-1]))
    return found


def _between(xs: list[float], i: int, j: int) -> float:
    return xs[max(j, 0)] if i < 0 else (xs[i] + xs[j]) / 2


def _alone(form: Line) -> list[int]:
    values = [None, *form.values, None]
    return [i for i, value in enumerate(values[1:-1]) if value is not None and values[i] is None and values[i + 2] is None]


def _steps(form: Line, x: Scale) -> list[int]:
    """Every n-th step, so that texts don't touch."""
    if form.temporal:
        return []
    widest, distance = max(width(text) for text in form.at) + TICK_GAP, (x.end - x.start) / len(form.at)
    every = next((n for n in (1, 2, 3, 4, 5, 6, 10, 12, 20, 50) if n * distance >= widest), len(form.at))
    return list(range(0, len(form.at), every))


def _note_anchor(at: Layout, note: Note) -> Anchor:
    """Centred over its dot unless it would leave the plot."""
    x, half = at.x(at.xs[note.index]), width(note.text) / 2
    return "end" if x + half > at.x.end + at.right else "start" if x - half < at.x.start else "middle"


def specification(form: Line, total: int) -> Spec:
    """The same as Vega-Lite."""
    at = _layout(form, total)
    moments = [_utc(text, x) for text, x in zip(form.at, at.xs, strict=True)] if form.temporal else at.xs
    rows = [
        {"x": moment, "value": value} | ({} if form.temporal else {"step": form.at[i]}) | ({"alone": True} if i in at.alone else {})
        for i, (moment, value) in enumerate(zip(moments, form.values, strict=True))
    ]
    x = _x(at)
    plain_x: Spec = {"field": "x", "type": x["type"], "scale": x["scale"]}
    y = quantity("value", at.y.low, at.y.high, {"grid": True, **axis(at.y_ticks, share=form.share)})
    layers: list[Spec] = []
    if at.gaps:
        bands = [{"x": _iso(a) if form.temporal else a, "end": _iso(b) if form.temporal else b} for a, b in at.gaps]
        layers.append(
            {"data": {"values": bands}, "mark": {"type": "rect", "color": LIGHT["gap"]}, "encoding": {"x": plain_x, "x2": {"field": "end"}}}
        )
    layers.append({"mark": {"type": "line", "invalid": "break-paths-filter-domains"}, "encoding": {"x": x, "y": y}})
    dot = {"type": "point", "filled": True, "opacity": 1}
    if at.alone or not form.temporal:
        shown = "datum.value !== null" if not form.temporal else "datum.alone"
        mark = {**dot, "size": 20, "color": LIGHT["series-1"]}
        layers.append({"transform": [{"filter": shown}], "mark": mark, "encoding": {"x": plain_x, "y": y}})
    if form.notes:
        noted = [{"x": moments[note.index], "value": form.values[note.index], "text": note.text} for note in form.notes]
        mark = {**dot, "size": 34, "color": LIGHT["series-2"]}
        layers.append({"data": {"values": noted}, "mark": mark, "encoding": {"x": plain_x, "y": y}})
        for note, row in zip(form.notes, noted, strict=True):
            align, dy = _ALIGN[_note_anchor(at, note)], NOTE_GAP if note.below else -NOTE_GAP
            layers.append(texts([row], plain_x, y, align=align, dy=dy, baseline="middle"))
    if at.steps:
        names = [{"x": at.xs[i], "text": form.at[i]} for i in at.steps]
        layers.append(texts(names, plain_x, {"value": HEIGHT + 13}, baseline="middle", color=LIGHT["ink-2"]))
    padding = {"left": at.x.start, "right": at.right, "top": TOP, "bottom": BOTTOM}
    return frame(total - at.x.start - at.right, HEIGHT, padding, layers, rows)


def _x(at: Layout) -> Spec:
    if at.times is None:
        return quantity("x", at.x.low, at.x.high, {"labels": False, "values": []})
    ticks_at = {"values": [round(1000 * moment) for moment in at.times.at], "format": at.times.format}
    scale = {"type": "utc", "domain": [round(1000 * at.x.low), round(1000 * at.x.high)], "nice": False}
    return {"field": "x", "type": "temporal", "axis": ticks_at, "scale": scale}


def _utc(text: str, moment: float) -> str:
    """`text` itself where JavaScript reads it as UTC: a date alone, or what ends in Z."""
    return text if len(text) == DATE or text.endswith("Z") else _iso(moment)


def _iso(moment: float) -> str:
    return dt.datetime.fromtimestamp(moment, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def draw(form: Line, total: int) -> Canvas:
    """The page's drawing."""
    at = _layout(form, total)
    canvas = Canvas(total, TOP + HEIGHT + BOTTOM)
    base = at.y.start
    for start, end in at.gaps:
        canvas.rect(at.x(start), TOP, at.x(end) - at.x(start), HEIGHT, "gap")
    for tick, text in zip(at.y_ticks, at.y_texts, strict=True):
        canvas.line(at.x.start, at.y(tick), at.x.end, at.y(tick), "grid")
        canvas.text(at.x.start - 6, at.y(tick) + 4, text, "ink-2", anchor="end")
    canvas.line(at.x.start, base, at.x.end, base, "axis")
    labels = zip(at.times.at, at.times.texts, strict=True) if at.times else ((at.xs[i], form.at[i]) for i in at.steps)
    for moment, text in labels:
        canvas.text(at.x(moment), base + 17, text, "ink-2", anchor="middle")
    canvas.path(_path(form, at), "series-1", 1.75, ' stroke-linejoin="round"')
    for i, value in enumerate(form.values):
        if value is not None and (i in at.alone or not form.temporal):
            canvas.dot(at.x(at.xs[i]), at.y(value), 2.5, "series-1")
    for note in form.notes:
        value = form.values[note.index]
        if value is not None:
            x, y = at.x(at.xs[note.index]), at.y(value)
            canvas.dot(x, y, 3.3, "series-2")
            canvas.text(x, y + 4 + (NOTE_GAP if note.below else -NOTE_GAP), note.text, "ink", anchor=_note_anchor(at, note))
    return canvas


def _path(form: Line, at: Layout) -> str:
    parts: list[str] = []
    pen = "M"
    for moment, value in zip(at.xs, form.values, strict=True):
        if value is None:
            pen = "M"
            continue
        parts.append(f"{pen}{short(at.x(moment))} {short(at.y(value))}")
        pen = "L"
    return "".join(parts)
