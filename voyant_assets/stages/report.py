"""The report: everything about one table on one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from voyant_core.model.artifact import ArtifactKind
from voyant_core.stage import Output, Stage, StageContext, StageResult

if TYPE_CHECKING:
    from voyant_assets.report.inputs import DrawnChart
    from voyant_core.model.chart import ChartSet
    from voyant_core.ports import QueryEngine

FILE = "report.html"


def run(context: StageContext) -> StageResult:
    from voyant_assets.report.inputs import ReportInputs
    from voyant_assets.report.page import render

    results = context.results
    page = render(
        ReportInputs(
            table=context.table,
            source=context.source_title,
            narrative=results["narrative"],
            profile=results["profile"],
            quality=results.get("quality"),
            kpis=results.get("kpi"),
            charts=_drawn(results.get("charts")),
            progress=context.progress,
            artifacts=context.artifacts,
            landing=context.landing,
            read=context.found.read,
            engine=engine_name(context.engine),
            code_versions=_code_versions(context),
            origin=context.found.origin,
        )
    )
    return StageResult(model=None, outputs=(Output(FILE, ArtifactKind.REPORT, "text/html", page),), metadata={"size_bytes": len(page)})


_ENGINES = {"duckdb": "DuckDB", "trino": "Trino"}


def engine_name(engine: QueryEngine) -> str:
    return f"{_ENGINES.get(engine.dialect, engine.dialect)} {engine.version}"


def _drawn(charts: ChartSet | None) -> tuple[DrawnChart, ...] | None:
    from voyant_assets.charting.build import PHONE, WIDTHS, page_svg
    from voyant_assets.report.inputs import DrawnChart

    if charts is None:
        return None
    return tuple(DrawnChart(chart, page_svg(chart, WIDTHS[chart.size]), page_svg(chart, PHONE)) for chart in charts.charts)


def _code_versions(context: StageContext) -> dict[str, str]:
    """Of the stages that made what the page shows."""
    from voyant_assets.catalogue import catalogue

    known = catalogue().stages
    return {run.name: known[run.name].code_version for run in context.progress if run.state.is_done and run.name in known}


def load(files: Mapping[str, bytes]) -> None:
    """Nothing reads the page."""
    del files


STAGE = Stage(
    name="report",
    title="Report",
    description="One HTML page that needs no network: findings, key figures, quality, charts, columns and provenance.",
    run=run,
    load=load,
    code_version="2",
    needs=("ingest", "profile", "narrative"),
    wants=("quality", "kpi", "charts"),
    produces=(ArtifactKind.REPORT,),
    required=True,
    kind="html",
)
