"""Findings that the charts made: the title of a chart states one, with its figures already cited."""

from __future__ import annotations

from collections.abc import Iterator

from voyant_assets.analysis.narrative.material import Material, finding
from voyant_assets.analysis.narrative.phrases import sentence
from voyant_core.model.chart import Chart
from voyant_core.model.narrative import Finding
from voyant_core.model.quality import Severity

WORTH_TELLING = 0.3
WORTH_A_QUIET_WORD = 0.5
QUIET = frozenset({"skew", "distribution", "composition", "correlation"})
"""What these show describes the table; it seldom changes a decision."""


def chart_findings(material: Material) -> Iterator[Finding]:
    for chart in material.charts.charts if material.charts is not None else []:
        if chart.title and chart.salience >= (WORTH_A_QUIET_WORD if chart.kind in QUIET else WORTH_TELLING):
            text, consequence = sentence(chart.title), sentence(chart.consequence) if chart.consequence else []
            kind = "concentration" if chart.kind == "composition" else chart.kind
            yield finding(
                kind,
                _severity(chart),
                chart.salience,
                text,
                consequence,
                columns=chart.columns,
                section="charts",
                key=chart.slug,
                chart=chart.slug,
            )


def _severity(chart: Chart) -> Severity:
    if chart.kind == "missing":  # the profile tells it with shares; the chart is where its finding leads to
        return "low"
    if chart.kind in QUIET:
        return "medium" if chart.salience >= 0.8 else "low"
    if chart.kind == "trend" and len(chart.columns) == 1:  # how many rows there are over time: seldom the subject
        return "medium" if chart.salience >= 0.7 else "low"
    if chart.kind == "group_gap" and chart.salience >= 0.85:
        return "high"
    return "medium" if chart.salience >= 0.5 else "low"
