"""Key figures: those of the request by guarded SQL, then those that the table's meaning suggests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from voyant_core.canonical import dumps
from voyant_core.model.artifact import ArtifactKind
from voyant_core.model.kpi import Kpi, KpiReport
from voyant_core.stage import Output, Stage, StageContext, StageResult

if TYPE_CHECKING:
    from voyant_core.model.profile import TableProfile

FILE = "kpis.json"
MOST_ROWS = 1000


class KpiParameters(BaseModel):
    """Parameters of the stage. The KPIs themselves are in the request."""

    model_config = ConfigDict(extra="forbid")

    derive: bool = Field(default=True, description="Derive figures from the table's meaning beside those asked for.")


def run(context: StageContext) -> StageResult:
    from voyant_assets.analysis.kpi import preview
    from voyant_assets.analysis.kpi.derive import derive

    profile = context.results["profile"]
    parameters: KpiParameters = context.parameters or KpiParameters()
    kpis = _requested(context, profile)
    if parameters.derive:
        taken = {kpi.name for kpi in kpis}
        kpis += [kpi if kpi.name not in taken else kpi.model_copy(update={"name": f"derived_{kpi.name}"}) for kpi in
                 derive(profile, context.view, context.engine.rows)]  # fmt: skip
    data = dumps(KpiReport(table=context.table, kpis=kpis))
    # what later stages cite is what stands in the artifact, rounding included
    report = load({FILE: data})
    return StageResult(
        model=report,
        outputs=(Output(FILE, ArtifactKind.KPI, "application/json", data),),
        metadata={"kpis": len(kpis)} | plotted(report.kpis),
        preview=preview.preview(report),
    )


def _requested(context: StageContext, profile: TableProfile) -> list[Kpi]:
    """The KPIs of the request that read this table."""
    from voyant_assets.analysis.kpi.requested import answered

    mine = context.plan.kpis_of(context.table)
    columns = {column.name: found for column in context.snapshot.columns if (found := profile.columns.get(column.name)) is not None}
    return answered(mine, {context.table: (context.snapshot, columns)}, context.guarded, MOST_ROWS)


def plotted(kpis: Sequence[Kpi]) -> dict[str, float | int | str]:
    """Figures worth plotting from run to run."""
    return {f"kpi_{kpi.name}": kpi.value for kpi in kpis if isinstance(kpi.value, int | float) and not isinstance(kpi.value, bool)}


def load(files: Mapping[str, bytes]) -> KpiReport:
    return KpiReport.model_validate_json(files[FILE])


STAGE = Stage(
    name="kpi",
    title="Key figures",
    description="The figures of the request, and the headline figures of the table with their course in time and their split.",
    run=run,
    load=load,
    code_version="2",
    needs=("ingest", "profile"),
    produces=(ArtifactKind.KPI,),
    parameters=KpiParameters,
)
