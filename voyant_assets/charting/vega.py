"""What all Vega-Lite specifications share: frame, theme, and how values and texts enter them.

Layouts are fixed (`autosize` none, padding given), since letting Vega fit them measures every label twice or more. Texts from data are
values of rows, shown by text marks; no expression, field name or axis label is ever built from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voyant_assets.charting.tokens import LIGHT

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
Spec = dict[str, Any]
_EXACT: Spec = {"nice": False, "zero": False, "padding": 0}  # else bars get 5 pixels at both ends
Rows = Sequence[Mapping[str, Any]]

THEME: Spec = {
    "aria": False,  # one alternative text per figure, not one per mark
    "background": None,
    "font": "Inter",
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "title": None,
        "labelColor": LIGHT["ink-2"],
        "labelFontSize": 12,
        "labelPadding": 6,
        "labelLimit": 0,
        "labelOverlap": False,
        "labelFlush": False,
        "gridColor": LIGHT["grid"],
    },
    "axisX": {"grid": False, "domain": True, "domainColor": LIGHT["axis"]},
    "bar": {"color": LIGHT["series-1"]},
    "line": {"color": LIGHT["series-1"], "strokeWidth": 1.75, "strokeJoin": "round"},
    "rule": {"color": LIGHT["axis"]},
    "text": {"color": LIGHT["ink"], "fontSize": 12, "font": "Inter"},
    "legend": {"disable": True},
}


def frame(width: float, height: float, padding: Mapping[str, float], layers: Sequence[Spec], rows: Rows = ()) -> Spec:
    """A specification whose plot is `width` x `height`; `padding` holds left, right, top and bottom."""
    return {
        "$schema": SCHEMA,
        "width": round(width, 1),
        "height": round(height, 1),
        "padding": {side: round(size, 1) for side, size in padding.items()},
        "autosize": "none",
        "config": THEME,
        "data": {"values": list(rows)},
        "layer": list(layers),
    }


def quantity(field: str, low: float, high: float, axis: Spec | None = None) -> Spec:
    """A linear encoding with exactly this domain."""
    return {"field": field, "type": "quantitative", "axis": axis, "scale": {"domain": [low, high], **_EXACT}}


def pixel(field: str) -> Spec:
    """A position given in pixels of the plot."""
    return {"field": field, "type": "quantitative", "axis": None, "scale": None}


def texts(rows: Rows, x: Spec, y: Spec, **mark: Any) -> Spec:
    """A layer that writes the `text` of each row."""
    return {"data": {"values": list(rows)}, "mark": {"type": "text", **mark}, "encoding": {"x": x, "y": y, "text": {"field": "text"}}}
