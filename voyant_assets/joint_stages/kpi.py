"""Key figures over several tables: the KPIs of the request that join them."""

from __future__ import annotations

from collections.abc import Mapping

from voyant_assets.stages.kpi import FILE, MOST_ROWS, load, plotted
from voyant_core import errors
from voyant_core.canonical import dumps
from voyant_core.joint_stage import JointContext, JointStage, JointTable
from voyant_core.keys import JOINT
from voyant_core.model.artifact import ArtifactKind
from voyant_core.model.kpi import KpiReport
from voyant_core.model.profile import ColumnProfile, TableProfile
from voyant_core.stage import Output, StageResult, StageSkipped


def run(context: JointContext) -> StageResult:
    """Raises `StageSkipped` when a table that a KPI reads was not ingested."""
    from voyant_assets.analysis.kpi.preview import preview
    from voyant_assets.analysis.kpi.requested import answered

    kpis = context.plan.kpis_of(JOINT)
    needed = {label for kpi in kpis for label in kpi.reads.values()}
    _refuse_missing([table for table in context.tables if table.label in needed and table.snapshot is None])
    known = {table.label: (table.snapshot, _profiled(table)) for table in context.tables if table.label in needed and table.snapshot}
    data = dumps(KpiReport(table=JOINT, kpis=answered(kpis, known, context.guarded, MOST_ROWS)))
    report = load({FILE: data})
    return StageResult(
        model=report,
        outputs=(Output(FILE, ArtifactKind.KPI, "application/json", data),),
        metadata={"kpis": len(kpis)} | plotted(report.kpis),
        preview=preview(report),
    )


def _profiled(table: JointTable) -> Mapping[str, ColumnProfile]:
    profile: TableProfile | None = table.results.get("profile")
    return profile.columns if profile is not None else {}


def _refuse_missing(missing: list[JointTable]) -> None:
    if missing:
        told = "; ".join(f"{table.label}, {_why(table)}" for table in missing[:3])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise StageSkipped(errors.STAGE_FAILED, f"needs the table {told}{more}")


def _why(table: JointTable) -> str:
    ended = next((run for run in table.progress if run.code is not None), None)
    return f"which was not ingested ({ended.code} {ended.reason})" if ended is not None else "which was never ingested"


STAGE = JointStage(
    name="kpi",
    title="Key figures over several tables",
    description="The figures of the request that join tables.",
    run=run,
    load=load,
    code_version="1",
    reads=("profile",),
    produces=(ArtifactKind.KPI,),
)
