"""From a request to a plan: which tables, which stages in which order, with which parameters. Pure; no store, no clock."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from voyant_assets.catalogue import Catalogue
from voyant_assets.kpi_planning import planned_kpis
from voyant_core import errors
from voyant_core.canonical import digest
from voyant_core.joint_stage import JointStage
from voyant_core.keys import JOINT, TABLE_STAGE, JointAddress, TableAddress
from voyant_core.model.artifact import ArtifactKind
from voyant_core.model.job import AnalyzeRequest, JointPlan, Plan, PlannedKpi, PlannedTable
from voyant_core.model.source import FoundTable, SourceRecord
from voyant_core.stage import Stage


def make_plan(
    tenant: str,
    request: AnalyzeRequest,
    sources: Sequence[SourceRecord],
    catalogue: Catalogue[Stage],
    joint: Catalogue[JointStage] | None = None,
    most_tables: int | None = None,
) -> Plan:
    """The plan of `request` over `sources`, all of them probed. VYNT-1xxx or 2xxx for what the request names and does not exist.

    With `joint` a request for several tables gets the stages over all of them as well.
    """
    _refuse_what_is_missing(request)
    over = joint or Catalogue[JointStage]({})
    named = _named(request, catalogue, over)
    chosen = [(source, table) for source in sources for table in _tables(request, source)]
    refuse_too_many(chosen, most_tables)
    kpis = planned_kpis(request.kpis, planned([(source, table, []) for source, table in chosen]), tenant)
    figures = _figure_stages(catalogue) if any(kpi.place != JOINT for kpi in kpis) else []
    joint_stages = chosen_joint(over, named, kpis) if len(chosen) > 1 else []
    looked_at = {name for stage in joint_stages for name in over.stages[stage].reads} if named else set[str]()
    stages = catalogue.closure([*(n for n in named if n in catalogue.stages), *figures, *looked_at] if named else catalogue.stages)
    tables = planned([(source, table, [TABLE_STAGE, *stages]) for source, table in chosen])
    asked = [n for n in named if n in catalogue.stages]
    required = [TABLE_STAGE, *asked] if named else [n for n in catalogue.required if n == TABLE_STAGE or n in stages]
    required = list(dict.fromkeys([*required, *figures]))  # who asks for a figure by name must not read "succeeded" without it
    params = _parameters(request, catalogue)
    plan_joint = joint_plan(tenant, tables, joint_stages, _required_joint(over, joint_stages, named)) if joint_stages else None
    given = request.model_dump(mode="json", exclude={"source"})
    return Plan(
        tenant=tenant,
        tables=tables,
        required=required,
        params=params,
        kpis=kpis,
        joint=plan_joint,
        request_digest=digest({**given, "landings": [table.landing.sha256 for table in tables]}),
        digest=digest_of(tables, required, params, kpis, plan_joint),
    )


def refuse_too_many(chosen: Sequence[tuple[SourceRecord, FoundTable]], most: int | None) -> None:
    if most is None or len(chosen) <= most:
        return
    names = ", ".join(table.name for _, table in chosen[:5])
    raise errors.VoyantError(
        errors.TOO_MANY_TABLES,
        f"The request is for {len(chosen):,} tables; {most:,} are allowed at once.",
        hint=f"Name at most {most:,} of them in `tables`, such as {names}; the setting is VOYANT_RUNS__MOST_TABLES.",
    )


def _figure_stages(catalogue: Catalogue[Any]) -> list[str]:
    return [name for name, stage in catalogue.stages.items() if ArtifactKind.KPI in stage.produces]


def chosen_joint(joint: Catalogue[JointStage], named: Sequence[str], kpis: Sequence[PlannedKpi]) -> list[str]:
    """The stages over several tables: all when none is named; the figures only when a KPI reads several tables."""
    figures = _figure_stages(joint)
    has_figures = any(kpi.place == JOINT for kpi in kpis)
    wanted = joint.closure([name for name in named if name in joint.stages] if named else joint.stages)
    return [name for name in joint.stages if (has_figures if name in figures else name in wanted)]


def _required_joint(joint: Catalogue[JointStage], stages: Sequence[str], named: Sequence[str]) -> list[str]:
    figures = _figure_stages(joint)
    return [name for name in stages if name in named or name in figures or (not named and joint.stages[name].required)]


def joint_plan(tenant: str, tables: Sequence[PlannedTable], stages: Sequence[str], required: Sequence[str]) -> JointPlan:
    """`stages` over `tables`. The assets stand beside those of the first table's source."""
    address = JointAddress.over([TableAddress(tenant, table.source, table.name) for table in tables], tables[0].source)
    return JointPlan(
        source=address.source,
        digest=address.digest,
        tables=[table.label for table in tables],
        stages=list(stages),
        required=list(required),
    )


def planned(chosen: Sequence[tuple[SourceRecord, FoundTable, list[str]]]) -> list[PlannedTable]:
    """The tables of a plan with the stages of each. Where two have one name, their labels carry the source's."""
    names = [table.name for _, table, _ in chosen]
    return [
        PlannedTable(
            source_id=source.id,
            source=source.slug,
            name=table.name,
            label=table.name if names.count(table.name) == 1 else f"{source.slug}__{table.name}",
            found=table,
            landing=source.landing,
            stages=stages,
        )
        for source, table, stages in chosen
    ]


def digest_of(
    tables: Sequence[PlannedTable],
    required: Sequence[str],
    params: dict[str, dict[str, Any]],
    kpis: Sequence[PlannedKpi],
    joint: JointPlan | None = None,
) -> str:
    """A plan's digest: everything that it will do, without the ids."""
    return digest(
        {
            "tables": [table.model_dump(exclude={"source_id"}) for table in tables],
            "required": required,
            "params": params,
            "kpis": [kpi.model_dump() for kpi in kpis],
            "joint": joint.model_dump() if joint is not None else None,
        }
    )


def _refuse_what_is_missing(request: AnalyzeRequest) -> None:
    if request.preset is not None:
        raise errors.VoyantError(
            errors.PRESET_NOT_FOUND, f"There is no preset {request.preset[:80]!r}.", hint="Leave preset out; no presets are defined yet."
        )
    if request.baseline is not None:
        raise errors.VoyantError(
            errors.BASELINE_NOT_FOUND, f"There is no baseline {request.baseline[:80]!r}.", hint="Leave baseline out; none are defined yet."
        )
    names = [kpi.name for kpi in request.kpis]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise errors.VoyantError(errors.INVALID_REQUEST, f"Two KPIs are called {doubled[0]!r}.", hint="Give every KPI a name of its own.")


def _named(request: AnalyzeRequest, catalogue: Catalogue[Stage], joint: Catalogue[JointStage]) -> list[str]:
    """The stages that the request names; one over several tables needs several tables."""
    known = list(dict.fromkeys([TABLE_STAGE, *catalogue.stages, *joint.stages]))
    for name in request.stages:
        if name not in known:
            raise errors.VoyantError(errors.UNKNOWN_STAGE, f"There is no stage {name[:80]!r}.", hint=nearest(name, known, "The stages are"))
    return list(request.stages)


def _tables(request: AnalyzeRequest, source: SourceRecord) -> list[FoundTable]:
    if not request.tables:
        return list(source.tables)
    by_name = {key: table for table in source.tables for key in (table.name, table.title, f"{source.tenant}__{source.slug}.{table.name}")}
    for name in request.tables:
        if name not in by_name:
            raise errors.VoyantError(
                errors.TABLE_NOT_FOUND,
                f"The source {source.slug} has no table {name[:80]!r}.",
                hint=nearest(name, [table.name for table in source.tables], "Its tables are"),
            )
    wanted = {by_name[name].name for name in request.tables}
    return [table for table in source.tables if table.name in wanted]


def _parameters(request: AnalyzeRequest, catalogue: Catalogue[Stage]) -> dict[str, dict[str, Any]]:
    """The parameters as given, checked against each stage's model; defaults stay out, so that they may change with the code version."""
    checked: dict[str, dict[str, Any]] = {}
    for name, given in sorted(request.params.items()):
        if name not in catalogue.stages:
            raise errors.VoyantError(
                errors.UNKNOWN_STAGE,
                f"params names the stage {name[:80]!r}, which does not exist.",
                hint=nearest(name, list(catalogue.stages), "The stages are"),
            )
        try:
            model = catalogue.stages[name].parameters.model_validate(given)
        except ValidationError as error:
            flaws = [errors.Flaw(f"/params/{name}/" + "/".join(map(str, flaw["loc"])), flaw["msg"]) for flaw in error.errors()]
            fields = ", ".join(catalogue.stages[name].parameters.model_fields) or "none"
            raise errors.VoyantError(
                errors.INVALID_REQUEST, f"The parameters of {name} are not valid.", hint=f"Its parameters are: {fields}.", errors=flaws
            ) from error
        checked[name] = model.model_dump(mode="json", exclude_unset=True)
    return checked


def nearest(name: str, known: Sequence[str], list_text: str) -> str:
    """A hint: the near spelling if there is one, and the first of what there is."""
    near = difflib.get_close_matches(name, known, n=1)
    listed = ", ".join(known[:12]) + (" ..." if len(known) > 12 else "")
    return (f"Did you mean {near[0]!r}? " if near else "") + f"{list_text} {listed}."
