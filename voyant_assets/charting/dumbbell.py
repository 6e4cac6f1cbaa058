"""Two groups by category: a circle and a diamond joined by a rule, values beside them, the groups' names once over the first row."""

from __future__ import annotations

from dataclasses import dataclass

from voyant_assets.charting.axis import Scale
from voyant_assets.charting.canvas import Anchor, Canvas, short
from voyant_assets.charting.forms import Dumbbell, Pair
from voyant_assets.charting.tokens import LIGHT
from voyant_assets.charting.typeface import fit, width
from voyant_assets.charting.vega import Spec, frame, quantity, texts

ROW, TOP = 26, 24
NAMES_SHARE = 0.38
REACH = 5.5


@dataclass(frozen=True, slots=True)
class Layout:
    names: list[str]
    left: float
    right: float
    scale: Scale


@dataclass(frozen=True, slots=True)
class End:
    """One end of a row: where, what it says, and whether it is the lower of the two."""

    value: float
    text: str
    lower: bool
    first: bool


def _ends(row: Pair) -> tuple[End, End]:
    a_lower = row.a <= row.b
    return End(row.a, row.a_text, a_lower, True), End(row.b, row.b_text, not a_lower, False)


def _layout(form: Dumbbell, total: int) -> Layout:
    names = [fit(row.label, total * NAMES_SHARE - 8) for row in form.rows]
    values = [value for row in form.rows for value in (row.a, row.b)]
    heads = 0.6 * max(width(form.a_name, semibold=True), width(form.b_name, semibold=True))
    room = max(heads, *(width(text) for row in form.rows for text in (row.a_text, row.b_text))) + 12
    left = max(width(name) for name in names) + 8
    low, high = float(min(values)), float(max(values))
    return Layout(names, left, room, Scale(low, high if high > low else low + 1, left + room, total - room))


def specification(form: Dumbbell, total: int) -> Spec:
    """The same as Vega-Lite."""
    at = _layout(form, total)
    rows = [{"y": (i + 0.5) * ROW, **row.model_dump()} for i, row in enumerate(form.rows)]
    y: Spec = {"field": "y", "type": "quantitative", "axis": None, "scale": None}
    x = quantity("value", at.scale.low, at.scale.high)
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "color": LIGHT["context"], "strokeWidth": 3},
            "encoding": {"y": y, "x": x | {"field": "a"}, "x2": {"field": "b"}},
        },
        texts(
            [{"y": row["y"], "text": name} for row, name in zip(rows, at.names, strict=True)],
            {"value": round(-at.scale.start, 1)}, y, align="left", baseline="middle",
        ),
    ]  # fmt: skip
    for first, colour, name in ((True, "series-1", form.a_name), (False, "series-2", form.b_name)):
        ends = [(row["y"], end) for row, pair in zip(rows, form.rows, strict=True) for end in _ends(pair) if end.first == first]
        shown = [{"y": place, "value": end.value, "text": end.text, "lower": end.lower} for place, end in ends]
        mark = {
            "type": "point",
            "filled": True,
            "size": 84,
            "opacity": 1,
            "color": LIGHT[colour],
            "shape": "circle" if first else "diamond",
        }
        layers.append({"data": {"values": shown}, "mark": mark, "encoding": {"y": y, "x": x}})
        for lower, align, dx in ((True, "right", -9), (False, "left", 9)):
            some = [row for row in shown if row["lower"] == lower]
            if some:
                layers.append(texts(some, x, y, align=align, dx=dx, baseline="middle"))
        lower = shown[0]["lower"]
        head = [{"y": -8, "value": shown[0]["value"], "text": name}]
        layers.append(
            texts(
                head,
                x,
                y,
                align="right" if lower else "left",
                dx=5 if lower else -5,
                color=LIGHT[colour],
                fontWeight=600,
                baseline="middle",
            )
        )
    padding = {"left": at.scale.start, "right": at.right, "top": TOP, "bottom": 0}
    return frame(at.scale.end - at.scale.start, ROW * len(rows), padding, layers, rows)


def draw(form: Dumbbell, total: int) -> Canvas:
    """The page's drawing."""
    at = _layout(form, total)
    canvas = Canvas(total, TOP + ROW * len(form.rows))
    for i, (row, name) in enumerate(zip(form.rows, at.names, strict=True)):
        y = TOP + (i + 0.5) * ROW
        canvas.text(0, y + 4, name, "ink")
        canvas.line(at.scale(row.a), y, at.scale(row.b), y, "context", 3)
        for end in _ends(row):
            x, colour = at.scale(end.value), "series-1" if end.first else "series-2"
            side: Anchor = "end" if end.lower else "start"
            if end.first:
                canvas.dot(x, y, REACH - 0.5, colour)
            else:
                left, right = short(x - REACH), short(x + REACH)
                canvas.shape(f"M{short(x)} {short(y - REACH)}L{right} {short(y)}L{short(x)} {short(y + REACH)}L{left} {short(y)}Z", colour)
            canvas.text(x + (-9 if end.lower else 9), y + 4, end.text, "ink", anchor=side)
            if i == 0:
                head = form.a_name if end.first else form.b_name
                canvas.text(x + (5 if end.lower else -5), TOP - 4, head, colour, anchor=side, semibold=True)
    return canvas
