"""Bars of equal width side by side, with labelled rules for median and 95th percentile."""

from __future__ import annotations

from dataclasses import dataclass

from voyant_assets.charting.axis import Scale, axis, tick_texts, ticks
from voyant_assets.charting.canvas import Canvas
from voyant_assets.charting.forms import Histogram, Marker
from voyant_assets.charting.tokens import LIGHT
from voyant_assets.charting.typeface import width
from voyant_assets.charting.vega import Spec, frame, quantity, texts

HEIGHT, BOTTOM, TOP = 190, 22, 4
MARKER_STEP = 0.09


@dataclass(frozen=True, slots=True)
class Layout:
    x_ticks: list[float]
    x_texts: list[str]
    y_ticks: list[float]
    y_texts: list[str]
    x: Scale
    y: Scale
    right: float
    markers: list[tuple[Marker, float, bool]]
    """Marker, its height in rows, whether its text stands at the left."""


def _layout(form: Histogram, total: int) -> Layout:
    low, high, most = form.bins[0].low, form.bins[-1].high, max(1, *(b.count for b in form.bins))
    top = most * (1.06 + MARKER_STEP * len(form.markers))
    y_ticks = [tick for tick in ticks(0, most, 4) if tick.is_integer()]
    y_texts = tick_texts(y_ticks, share=False)
    left = max(width(text) for text in y_texts) + 8
    x_ticks = ticks(low, high, 4 if total < 400 else 6)
    x_texts = tick_texts(x_ticks, share=False)
    right = max(4.0, width(x_texts[-1]) / 2 if x_texts else 0.0)
    x = Scale(low, high, left, total - right)
    if x_ticks and (before := width(x_texts[0]) / 2 - x(x_ticks[0])) > 0:
        x = Scale(low, high, left + before, total - right)
    ordered = sorted((m for m in form.markers if low <= m.value <= high), key=lambda m: m.value)
    markers = [
        (marker, most * (1.05 + MARKER_STEP * (len(ordered) - i)), x(marker.value) + 6 + width(marker.text) > total)
        for i, marker in enumerate(ordered)
    ]
    return Layout(x_ticks, x_texts, y_ticks, y_texts, x, Scale(0, top, TOP + HEIGHT, TOP), right, markers)


def specification(form: Histogram, total: int) -> Spec:
    """The same as Vega-Lite."""
    at = _layout(form, total)
    x = quantity("low", at.x.low, at.x.high, axis(at.x_ticks, share=False))
    y = quantity("count", 0, at.y.high, {"grid": True, **axis(at.y_ticks, share=False)})
    colour = {"condition": {"test": "datum.open", "value": LIGHT["context"]}, "value": LIGHT["series-1"]}
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "orient": "vertical", "binSpacing": 1},
            "encoding": {"x": x, "x2": {"field": "high"}, "y": y, "y2": {"datum": 0}, "color": colour},
        }
    ]
    marked = [{"low": marker.value, "count": height, "text": marker.text} for marker, height, _ in at.markers]
    vx, vy = ({"field": name, "type": "quantitative"} for name in ("low", "count"))
    if marked:
        rule = {"type": "rule", "color": LIGHT["ink"], "strokeWidth": 1.25}
        layers.append({"data": {"values": marked}, "mark": rule, "encoding": {"x": vx, "y": vy, "y2": {"datum": 0}}})
    for leftwards in sorted({side for *_, side in at.markers}):
        rows = [row for row, (*_, side) in zip(marked, at.markers, strict=True) if side == leftwards]
        layers.append(texts(rows, vx, vy, align="right" if leftwards else "left", dx=-6 if leftwards else 6, baseline="top"))
    padding = {"left": at.x.start, "right": at.right, "top": TOP, "bottom": BOTTOM}
    return frame(total - at.x.start - at.right, HEIGHT, padding, layers, [bin_.model_dump() for bin_ in form.bins])


def draw(form: Histogram, total: int) -> Canvas:
    """The page's drawing."""
    at = _layout(form, total)
    canvas = Canvas(total, TOP + HEIGHT + BOTTOM)
    base = at.y(0)
    for tick, text in zip(at.y_ticks, at.y_texts, strict=True):
        canvas.line(at.x.start, at.y(tick), at.x.end, at.y(tick), "grid")
        canvas.text(at.x.start - 6, at.y(tick) + 4, text, "ink-2", anchor="end")
    for bin_ in form.bins:
        if bin_.count:
            left, right, top = at.x(bin_.low), at.x(bin_.high), at.y(bin_.count)
            gap = 1 if right - left > 3 else 0
            canvas.rect(left + gap / 2, top, right - left - gap, base - top, "context" if bin_.open else "series-1")
    canvas.line(at.x.start, base, at.x.end, base, "axis")
    for tick, text in zip(at.x_ticks, at.x_texts, strict=True):
        canvas.text(at.x(tick), base + 17, text, "ink-2", anchor="middle")
    for marker, height, leftwards in at.markers:
        x, top = at.x(marker.value), at.y(height)
        canvas.line(x, top, x, base, "ink", 1.25)
        canvas.text(x + (-6 if leftwards else 6), top + 9, marker.text, "ink", anchor="end" if leftwards else "start")
    return canvas
