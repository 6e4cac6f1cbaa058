"""Forms on a grid of cells: heat map of seven classes with values in the cells, and which columns are empty together."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from voyant_assets.charting.canvas import Canvas
from voyant_assets.charting.forms import HeatMap, Missingness
from voyant_assets.charting.tokens import CLASSES, LIGHT, TEXT_ON
from voyant_assets.charting.typeface import fit, legible, width
from voyant_assets.charting.vega import Spec, frame, pixel, texts

ROW, HEAD, GAP = 27, 22, 1.5
SMALL = 11
NAMES_SHARE = 0.38
WIDEST_CELL = 84
NARROW = 400


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of `cell` x ROW pixels right of the names; `ys` and `xs` are cut to their room."""

    ys: list[str]
    xs: list[str]
    left: float
    cell: float

    @property
    def height(self) -> float:
        return HEAD + ROW * len(self.ys)


def _grid(xs: list[str], ys: list[str], total: int) -> Grid:
    names = [fit(y, total * NAMES_SHARE - 8) for y in ys]
    left = max(width(name) for name in names) + 8
    widest = max(WIDEST_CELL, *(width(legible(x)) + 4 + GAP for x in xs))
    cell = min(widest, (total - left) / len(xs))
    return Grid(names, [fit(x, cell - 4) for x in xs], left, cell)


def fill_of(form: HeatMap, value: float) -> str:
    """The token of the class that holds `value`: the classes are spread over the seven colours."""
    place = min(bisect_left(form.classes, value), len(form.classes) - 1)
    first = 0 if form.diverging or len(form.classes) > CLASSES - 1 else 1
    return f"{'div' if form.diverging else 'seq'}-{min(place + first, CLASSES - 1)}"


def heat_map_specification(form: HeatMap, total: int) -> Spec:
    """Rectangles and texts at fixed places, coloured by class."""
    form = _turned(form, total)
    grid = _grid(form.xs, form.ys, total)
    rows: list[Spec] = []
    for y, line in enumerate(form.values):
        for x, value in enumerate(line):
            token = None if value is None else fill_of(form, value)
            if value is not None or not form.diverging:
                rows.append(
                    _place(grid, x, y)
                    | {"row": form.ys[y], "column": form.xs[x], "value": value, "text": form.texts[y][x] if value is not None else ""}
                    | {"fill": LIGHT[token or "gap"], "ink": LIGHT[TEXT_ON[token] if token else "ink-3"]}
                )
    layers = [_cells({"field": "fill", "type": "nominal", "scale": None})]
    if _has_room_for_texts(form, grid):
        shown = [
            {"x": (row["x"] + row["x2"]) / 2, "y": row["middle"], "text": row["text"], "ink": row["ink"]} for row in rows if row["text"]
        ]
        label = texts(shown, pixel("x"), pixel("y"), fontSize=SMALL, baseline="middle")
        label["encoding"]["color"] = {"field": "ink", "type": "nominal", "scale": None}
        layers.append(label)
    return _framed(grid, [*layers, *_names(grid)], rows)


def draw_heat_map(form: HeatMap, total: int) -> Canvas:
    """The page's drawing."""
    form = _turned(form, total)
    grid = _grid(form.xs, form.ys, total)
    canvas = _headed(grid, total)
    with_texts = _has_room_for_texts(form, grid)
    for y, line in enumerate(form.values):
        for x, value in enumerate(line):
            if value is None and form.diverging:
                continue
            token = "gap" if value is None else fill_of(form, value)
            left, top = grid.left + x * grid.cell, HEAD + y * ROW
            canvas.rect(left, top, grid.cell - GAP, ROW - GAP, token)
            if value is not None and with_texts:
                canvas.text(left + (grid.cell - GAP) / 2, top + 17, form.texts[y][x], TEXT_ON[token], anchor="middle", size=SMALL)
    return canvas


def missingness_specification(form: Missingness, total: int) -> Spec:
    """A wide mark where the pattern's rows are empty, a small one where they are filled."""
    grid = _grid([pattern.text for pattern in form.patterns], form.columns, total)
    rows = [
        _mark(grid, x, y, y in pattern.missing) | {"column": column, "rows": pattern.text, "empty": y in pattern.missing}
        for x, pattern in enumerate(form.patterns)
        for y, column in enumerate(form.columns)
    ]
    colour = {"condition": {"test": "datum.empty", "value": LIGHT["series-2"]}, "value": LIGHT["rule-2"]}
    return _framed(grid, [_cells(colour), *_names(grid)], rows)


def draw_missingness(form: Missingness, total: int) -> Canvas:
    """The page's drawing."""
    grid = _grid([pattern.text for pattern in form.patterns], form.columns, total)
    canvas = _headed(grid, total)
    for x, pattern in enumerate(form.patterns):
        for y in range(len(form.columns)):
            empty = y in pattern.missing
            at = _mark(grid, x, y, empty)
            canvas.rect(
                grid.left + at["x"],
                HEAD + at["y"],
                at["x2"] - at["x"],
                at["y2"] - at["y"],
                "series-2" if empty else "rule-2",
                2 if empty else 0,
            )
    return canvas


def _mark(grid: Grid, x: int, y: int, empty: bool) -> Spec:
    place = _place(grid, x, y)
    if empty:
        return place | {"y": place["y"] + 3, "y2": place["y2"] - 3}
    middle = (place["x"] + place["x2"]) / 2
    return place | {"x": middle - 3, "x2": middle + 3, "y": place["middle"] - 1, "y2": place["middle"] + 1}


def _place(grid: Grid, x: int, y: int) -> Spec:
    left, top = round(x * grid.cell, 1), y * ROW
    right, bottom = round((x + 1) * grid.cell - GAP, 1), (y + 1) * ROW - GAP
    return {"x": left, "x2": right, "y": top, "y2": bottom, "middle": (top + bottom) / 2}


def _cells(colour: Spec) -> Spec:
    encoding = {"x": pixel("x"), "x2": {"field": "x2"}, "y": pixel("y"), "y2": {"field": "y2"}, "color": colour}
    return {"mark": {"type": "rect"}, "encoding": encoding}


def _names(grid: Grid) -> list[Spec]:
    ys = [{"y": y * ROW + (ROW - GAP) / 2, "text": name} for y, name in enumerate(grid.ys)]
    xs = [{"x": (x + 0.5) * grid.cell - GAP / 2, "text": name} for x, name in enumerate(grid.xs)]
    return [
        texts(ys, {"value": round(-grid.left, 1)}, pixel("y"), align="left", baseline="middle"),
        texts(xs, pixel("x"), {"value": -HEAD / 2 + 1}, baseline="middle"),
    ]


def _framed(grid: Grid, layers: list[Spec], rows: list[Spec]) -> Spec:
    padding = {"left": grid.left, "right": 0, "top": HEAD, "bottom": 0}
    return frame(grid.cell * len(grid.xs), ROW * len(grid.ys), padding, layers, rows)


def _headed(grid: Grid, total: int) -> Canvas:
    canvas = Canvas(total, grid.height)
    for x, name in enumerate(grid.xs):
        canvas.text(grid.left + (x + 0.5) * grid.cell - GAP / 2, HEAD / 2 + 3, name, "ink", anchor="middle")
    for y, name in enumerate(grid.ys):
        canvas.text(0, HEAD + y * ROW + 17, name, "ink")
    return canvas


def _turned(form: HeatMap, total: int) -> HeatMap:
    """On a phone a wide map stands on its side; a triangle of correlations stays."""
    if total >= NARROW or form.diverging or len(form.xs) <= len(form.ys):
        return form
    values = [list(column) for column in zip(*form.values, strict=True)]
    shown = [list(column) for column in zip(*form.texts, strict=True)]
    return form.model_copy(update={"xs": form.ys, "ys": form.xs, "values": values, "texts": shown})


def _has_room_for_texts(form: HeatMap, grid: Grid) -> bool:
    widest = max((width(text, SMALL) for line in form.texts for text in line), default=0)
    return widest + 4 <= grid.cell
