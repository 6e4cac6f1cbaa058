"""Charts as figures: the finding is the title, the numbers stand behind each drawing."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from voyant_assets.report.inputs import DrawnChart, ReportInputs
from voyant_assets.report.markup import rich
from voyant_core.model.chart import DataTable, KeyEntry


@dataclass(frozen=True, slots=True)
class FigureView:
    number: int
    size: str
    title: Markup
    subtitle: str
    wide: Markup
    narrow: Markup
    key: list[KeyEntry]
    note: str
    artifact: str
    table: DataTable


def figures_view(inputs: ReportInputs) -> list[FigureView] | None:
    if inputs.charts is None:
        return None
    return [_figure(inputs.table, number, drawn) for number, drawn in enumerate(inputs.figures, 1)]


def _figure(table: str, number: int, drawn: DrawnChart) -> FigureView:
    chart = drawn.chart
    return FigureView(
        number=number,
        size=chart.size,
        title=rich(chart.title),
        subtitle=chart.subtitle,
        wide=Markup(drawn.wide),  # noqa: S704 - drawn by the product's own renderer, which escapes the labels
        narrow=Markup(drawn.narrow),  # noqa: S704
        key=chart.key,
        note=chart.note,
        artifact=f"{table}/chart_{chart.slug}.vl.json",
        table=chart.table,
    )
