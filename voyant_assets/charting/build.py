"""From a `Chart` to what is shown: its Vega-Lite specification, its picture, and the drawing for the page, from one layout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from voyant_assets.charting import bars, dumbbell, grid, histogram, line
from voyant_assets.charting.canvas import Canvas
from voyant_assets.charting.forms import Bars, Dumbbell, Form, HeatMap, Histogram, Line, Missingness
from voyant_core.model.chart import Chart, plain_text

WIDTHS = {"full": 912, "half": 440}
"""Widths on the page in CSS pixels, by `Chart.size`."""
PHONE = 328


@dataclass(frozen=True, slots=True)
class _Builder:
    arguments: type[Form]
    specification: Callable[[Any, int], dict[str, Any]]
    draw: Callable[[Any, int], Canvas]


_BUILDERS: dict[str, _Builder] = {
    "histogram": _Builder(Histogram, histogram.specification, histogram.draw),
    "bars": _Builder(Bars, bars.specification, bars.draw),
    "line": _Builder(Line, line.specification, line.draw),
    "heat_map": _Builder(HeatMap, grid.heat_map_specification, grid.draw_heat_map),
    "missingness": _Builder(Missingness, grid.missingness_specification, grid.draw_missingness),
    "dumbbell": _Builder(Dumbbell, dumbbell.specification, dumbbell.draw),
}


def specification(chart: Chart, width: int) -> dict[str, Any]:
    """The chart as Vega-Lite, `width` CSS pixels wide; the chart itself is not in it (see `stored`)."""
    builder = _BUILDERS[chart.form]
    return builder.specification(builder.arguments.model_validate(chart.arguments), width)


def picture(chart: Chart) -> str:
    """`chart_<slug>.svg`: the chart at its wide width as a document of its own, named by its title."""
    return _drawn(chart, WIDTHS[chart.size]).picture(plain_text(chart.title))


def page_svg(chart: Chart, width: int) -> str:
    """The chart drawn for the page: one `<svg>` with `width` and `height` in pixels, colours as `var(--token)`, no ids, named by its title.

    Takes any width from 280 px.
    """
    return _drawn(chart, width).svg(plain_text(chart.title))


def _drawn(chart: Chart, width: int) -> Canvas:
    builder = _BUILDERS[chart.form]
    return builder.draw(builder.arguments.model_validate(chart.arguments), width)
