"""Findings: sentence, consequence, severity and the way to the evidence."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from voyant_assets.report.inputs import ReportInputs
from voyant_assets.report.markup import rich
from voyant_core.model.narrative import Finding

PLACES = {
    "charts": "Charts", "kpis": "Key figures", "quality": "Quality", "columns": "Columns", "relationships": "Relationships",
    "missing": "Missing values",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FindingView:
    severity: str
    text: Markup
    consequence: Markup
    href: str
    place: str
    files: list[str]


def findings_view(inputs: ReportInputs) -> list[FindingView]:
    numbered = {drawn.chart.slug: number for number, drawn in enumerate(inputs.figures, 1)}
    return [_view(found, numbered) for found in inputs.narrative.findings]


def _view(found: Finding, numbered: dict[str, int]) -> FindingView:
    number = numbered.get(found.chart) if found.chart else None
    href, place = (f"#fig-{number}", f"Figure {number}") if number else (f"#{found.section}", PLACES[found.section])
    names = dict.fromkeys(citation.artifact.rpartition("/")[2] for citation in found.citations())
    files = [name for name in names if not name.startswith("chart_")]  # a figure names its own
    return FindingView(found.severity, rich(found.text), rich(found.consequence), href, place, files[:2])
