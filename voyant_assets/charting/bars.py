"""Horizontal bars in display order, names at the left, values at their ends; negative bars run left of zero."""

from __future__ import annotations

from dataclasses import dataclass

from voyant_assets.charting.axis import Scale
from voyant_assets.charting.canvas import Canvas
from voyant_assets.charting.forms import Bars, Marker
from voyant_assets.charting.tokens import LIGHT
from voyant_assets.charting.typeface import fit, width
from voyant_assets.charting.vega import Spec, frame, quantity, texts

ROW, BAR = 24, 17
NAMES_SHARE = 0.42
SMALL = 11


@dataclass(frozen=True, slots=True)
class Layout:
    names: list[str]
    left: float
    plot: float
    right: float
    top: float
    height: float
    scale: Scale


def _layout(form: Bars, total: int) -> Layout:
    names = [fit(row.label, total * NAMES_SHARE - 8) for row in form.rows]
    values = [row.value for row in form.rows] + ([form.reference.value] if form.reference else [])
    low, high = min(0.0, *values), max(0.0, *values)
    high = 1.0 if low == high else high
    before = max((width(row.text) + 8 for row in form.rows if row.value < 0), default=0.0)
    after = max((width(row.text) + 8 for row in form.rows if row.value >= 0), default=0.0)
    left = max(width(name) for name in names) + 8 + before
    plot = total - left - after
    return Layout(
        names, left, plot, after, 20.0 if form.reference else 2.0, ROW * len(names), Scale(float(low), float(high), left, left + plot)
    )


def specification(form: Bars, total: int) -> Spec:
    """The same as Vega-Lite."""
    at = _layout(form, total)
    rows: list[Spec] = [
        {"i": i, "label": row.label, "name": at.names[i], "value": row.value, "text": row.text, "strong": row.strong, "zero": 0}
        for i, row in enumerate(form.rows)
    ]
    y: Spec = {"field": "i", "type": "ordinal", "axis": None, "scale": {"paddingInner": 1 - BAR / ROW, "paddingOuter": (1 - BAR / ROW) / 2}}
    x = quantity("value", at.scale.low, at.scale.high)
    colour = {"condition": {"test": "datum.strong", "value": LIGHT["series-1"]}, "value": LIGHT["context"]}
    names = [{"i": row["i"], "text": row["name"]} for row in rows]
    layers: list[Spec] = [
        {"mark": {"type": "bar", "orient": "horizontal"}, "encoding": {"y": y, "x": x, "x2": {"field": "zero"}, "color": colour}},
        texts(names, {"value": round(-at.left, 1)}, y, align="left", baseline="middle"),
    ]
    for negative, align, dx in ((False, "left", 5), (True, "right", -5)):
        shown = [row for row, bar in zip(rows, form.rows, strict=True) if (bar.value < 0) == negative]
        if shown:
            layers.append(texts(shown, x, y, align=align, dx=dx, baseline="middle"))
    if at.scale.low < 0:
        layers.append({"data": {"values": [{}]}, "mark": {"type": "rule"}, "encoding": {"x": {"datum": 0, "type": "quantitative"}}})
    if form.reference:
        mark: list[Spec] = [{"value": form.reference.value, "text": form.reference.text}]
        free = [{"i": i, "value": form.reference.value} for i in _free_rows(form, form.reference, at)]
        tick = {"type": "tick", "orient": "vertical", "size": ROW - 4, "thickness": 1, "color": LIGHT["axis"]}
        layers.append({"data": {"values": free}, "mark": tick, "encoding": {"x": x, "y": y}})
        align, dx = _reference_side(form.reference, at)
        layers.append(texts(mark, x, {"value": -8}, align=align, dx=dx, fontSize=SMALL, color=LIGHT["ink-3"], baseline="middle"))
    return frame(at.plot, at.height, {"left": at.left, "right": at.right, "top": at.top, "bottom": 2}, layers, rows)


def draw(form: Bars, total: int) -> Canvas:
    """The page's drawing."""
    at = _layout(form, total)
    canvas = Canvas(total, at.top + at.height + 2)
    zero = at.scale(0)
    for i, row in enumerate(form.rows):
        top, end = at.top + ROW * i, at.scale(row.value)
        middle = top + ROW / 2 + 4
        canvas.text(0, middle, at.names[i], "ink")
        canvas.rect(min(zero, end), top + (ROW - BAR) / 2, abs(end - zero), BAR, "series-1" if row.strong else "context")
        canvas.text(end + (5 if row.value >= 0 else -5), middle, row.text, "ink", anchor="start" if row.value >= 0 else "end")
    if at.scale.low < 0:
        canvas.line(zero, at.top, zero, at.top + at.height, "axis")
    if form.reference:
        x = at.scale(form.reference.value)
        for i in _free_rows(form, form.reference, at):
            canvas.line(x, at.top + ROW * i + 2, x, at.top + ROW * (i + 1) - 2, "axis")
        align, dx = _reference_side(form.reference, at)
        canvas.text(x + dx, at.top - 6, form.reference.text, "ink-3", anchor="start" if align == "left" else "end", size=SMALL)
    return canvas


def _free_rows(form: Bars, reference: Marker, at: Layout) -> list[int]:
    """Rows whose value text the reference does not run through."""
    x = at.scale(reference.value)
    free: list[int] = []
    for i, row in enumerate(form.rows):
        end, room = at.scale(row.value), width(row.text) + 8
        first, last = (end, end + room) if row.value >= 0 else (end - room, end)
        if not first <= x <= last:
            free.append(i)
    return free


def _reference_side(reference: Marker, at: Layout) -> tuple[str, int]:
    """The label of the reference goes where it has room."""
    x, room = at.scale(reference.value), width(reference.text, SMALL) + 6
    return ("left", 0) if x + room <= at.left + at.plot + at.right else ("right", 0)
