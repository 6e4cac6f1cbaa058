"""Key figures: those of the request by guarded SQL, then those that the table's meaning suggests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from voyant_core import errors
from voyant_core.canonical import dumps
from voyant_core.model.artifact import ArtifactKind
from voyant_core.model.kpi import Kpi, KpiReport
from voyant_core.stage import Output, Stage, StageContext, StageResult

if TYPE_CHECKING:
    from resources._kit.sql_safety import CheckedQuery
    from voyant_core.model.kpi import KpiRequest
    from voyant_core.model.source import Column

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
        metadata={"kpis": len(kpis)} | _plotted(report.kpis),
        preview=preview.preview(report),
    )


def _requested(context: StageContext, profile: Any) -> list[Kpi]:
    """The KPIs of the request that read this table; those that read none belong to the plan's first table."""
    if not context.plan.kpis:
        return []
    from voyant_assets.analysis.kpi import requested

    mine = _mine(context)
    slugs = requested.names([request.name for request, _ in mine])
    return [_answered(context, request, checked, slug, profile) for (request, checked), slug in zip(mine, slugs, strict=True)]


def _mine(context: StageContext) -> list[tuple[KpiRequest, CheckedQuery]]:
    from voyant_assets.analysis.kpi.check import checked_kpi

    names = [planned.name for planned in context.plan.tables] or [context.table]
    anything: dict[str, Sequence[Column]] = dict.fromkeys([*names, context.table], ())
    own = {**anything, context.table: context.snapshot.columns}
    mine: list[tuple[KpiRequest, CheckedQuery]] = []
    for request in context.plan.kpis:
        reads = checked_kpi(request, anything).tables
        if reads == (context.table,) or (not reads and names[0] == context.table):
            mine.append((request, checked_kpi(request, own)))
    return mine


def _answered(context: StageContext, request: KpiRequest, checked: CheckedQuery, slug: str, profile: Any) -> Kpi:
    from voyant_assets.analysis.kpi.check import subject_of
    from voyant_assets.analysis.kpi.requested import kpi_of

    try:
        answer = context.guarded.run(checked.sql, {context.table: context.snapshot}, MOST_ROWS)
    except errors.VoyantError as error:
        detail = f"{subject_of(request)}: {error.detail}"
        raise errors.VoyantError(error.code, detail, hint=error.hint, retryable=error.retryable) from error
    return kpi_of(request.name, slug, checked, answer, profile)


def _plotted(kpis: Sequence[Kpi]) -> dict[str, float | int | str]:
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
    code_version="1",
    needs=("ingest", "profile"),
    produces=(ArtifactKind.KPI,),
    parameters=KpiParameters,
)
