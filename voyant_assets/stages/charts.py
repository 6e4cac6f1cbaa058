"""The stage `charts`: asks the table a few grouped questions, chooses the charts worth showing, stores and draws them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from voyant_core import errors
from voyant_core.canonical import dumps
from voyant_core.model.artifact import ArtifactKind
from voyant_core.model.chart import Chart, ChartSet
from voyant_core.model.kpi import KpiReport
from voyant_core.model.profile import TableProfile
from voyant_core.stage import Output, Stage, StageContext, StageResult, StageSkipped

SPECIFICATION, PICTURE = ".vl.json", ".svg"


def run(context: StageContext) -> StageResult:
    """Raises `StageSkipped` where the table has nothing to draw."""
    from voyant_assets.analysis.charts.choose import choose, markdown
    from voyant_assets.analysis.charts.columns import chartable
    from voyant_assets.analysis.charts.questions import known_charts, questions, related_measures

    profile: TableProfile = context.results["profile"]
    columns = chartable(profile, _telling(context.results.get("kpi")))
    candidates = list(known_charts(context.table, profile, columns))
    for question in questions(context.table, context.view, profile, columns):
        candidates += question.charts(context.engine.rows(question.sql))
    charts = choose(candidates, related_measures(profile))
    if not charts:
        raise StageSkipped(errors.TOO_LITTLE_DATA, "no measure, no group, no time axis and no gap that a chart could show")
    return StageResult(
        model=ChartSet(table=context.table, charts=charts),
        outputs=tuple(output for chart in charts for output in _outputs(chart)),
        metadata={"charts": len(charts)},
        preview=markdown(charts),
    )


def load(files: Mapping[str, bytes]) -> ChartSet:
    """The charts as they stand in the specifications, best first; the table's name is not stored with them."""
    from voyant_assets.charting.document import chart_of

    charts = [chart_of(json.loads(data)) for name, data in files.items() if name.endswith(SPECIFICATION)]
    return ChartSet(table="", charts=sorted(charts, key=lambda chart: (-chart.salience, chart.slug)))


def _outputs(chart: Chart) -> tuple[Output, Output]:
    from voyant_assets.charting.build import picture
    from voyant_assets.charting.document import stored

    file = f"chart_{chart.slug}"
    return (
        Output(file + SPECIFICATION, ArtifactKind.CHART, "application/vnd.vegalite.v5+json", dumps(stored(chart))),
        Output(file + PICTURE, ArtifactKind.CHART, "image/svg+xml", picture(chart).encode()),
    )


def _telling(kpis: KpiReport | None) -> frozenset[str]:
    """Columns that key figures were made from."""
    return frozenset(name for kpi in kpis.kpis for name in kpi.source_columns) if kpis is not None else frozenset()


STAGE = Stage(
    name="charts",
    title="Charts",
    run=run,
    load=load,
    code_version="4",
    needs=("ingest", "profile"),
    wants=("kpi", "quality"),
    produces=(ArtifactKind.CHART,),
    kind="vegalite",
    description="The charts that say most about the table: distributions, trends, calendars, groups, correlations, gaps. At most ten.",
)
