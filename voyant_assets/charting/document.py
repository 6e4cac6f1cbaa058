"""What `chart_<slug>.vl.json` holds, and the `Chart` read back from it. The rows stand there once, as the specification's data.

`usermeta.voyant` is the chart; of its `arguments` those are left out that the data already say. So any Vega-Lite viewer shows the chart,
and a text's citations (`/usermeta/voyant/facts/...`) find their figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voyant_assets.charting.build import WIDTHS, specification
from voyant_core.model.chart import Chart, plain_text

_ROW_FIELDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "bars": ("rows", ("label", "value", "text", "strong")),
    "dumbbell": ("rows", ("label", "a", "b", "a_text", "b_text")),
    "histogram": ("bins", ("low", "high", "count", "open")),
}
"""By form: the argument that lists rows, and the fields of a row; the specification's data have at least those."""

Rows = Sequence[Mapping[str, Any]]


def stored(chart: Chart) -> dict[str, Any]:
    """The specification at the chart's wide width, with its plain title and the chart in `usermeta.voyant`."""
    document = specification(chart, WIDTHS[chart.size])
    said = _said(chart.form, chart.arguments, document["data"]["values"])
    is_said = all(chart.arguments.get(name) == value for name, value in said.items())
    arguments = {name: value for name, value in chart.arguments.items() if not is_said or name not in said}
    kept = chart.model_dump(mode="json", by_alias=True, exclude={"arguments"}) | {"arguments": arguments}
    return {**document, "description": plain_text(chart.title), "usermeta": {"voyant": kept}}


def chart_of(document: Mapping[str, Any]) -> Chart:
    """The chart that `stored` was given."""
    kept = document["usermeta"]["voyant"]
    arguments = kept["arguments"]
    said = _said(kept["form"], arguments, document["data"]["values"])
    return Chart.model_validate({**kept, "arguments": {**said, **arguments}})


def _said(form: str, arguments: Mapping[str, Any], rows: Rows) -> dict[str, Any]:
    """The arguments that follow from the specification's data."""
    if form == "line":
        at = "x" if arguments["temporal"] else "step"
        return {"at": [row[at] for row in rows], "values": [row["value"] for row in rows]}
    if form not in _ROW_FIELDS:
        return {}
    name, fields = _ROW_FIELDS[form]
    return {name: [{field: row[field] for field in fields} for row in rows]}
