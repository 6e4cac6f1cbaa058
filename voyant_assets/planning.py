"""From a request to a plan: which tables, which stages in which order, with which parameters. Pure; no store, no clock."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from voyant_assets.catalogue import Catalogue
from voyant_core import errors
from voyant_core.canonical import digest
from voyant_core.keys import TABLE_STAGE
from voyant_core.model.artifact import ArtifactKind
from voyant_core.model.job import AnalyzeRequest, Plan, PlannedTable
from voyant_core.model.kpi import KpiRequest
from voyant_core.model.source import FoundTable, SourceRecord


def make_plan(tenant: str, request: AnalyzeRequest, sources: Sequence[SourceRecord], catalogue: Catalogue) -> Plan:
    """The plan of `request` over `sources`, all of them probed. VYNT-1xxx or 2xxx for what the request names and does not exist."""
    _refuse_what_is_missing(request)
    stages = _stages(request, catalogue)
    params = _parameters(request, catalogue)
    tables = planned([(source, table, [TABLE_STAGE, *stages]) for source in sources for table in _tables(request, source)])
    required = [TABLE_STAGE, *request.stages] if request.stages else [n for n in catalogue.required if n == TABLE_STAGE or n in stages]
    if request.kpis:  # who asks for a figure by name must not read "succeeded" without it
        required += [name for name in stages if ArtifactKind.KPI in catalogue.stages[name].produces]
    asked = request.model_dump(mode="json", exclude={"source"})
    return Plan(
        tenant=tenant,
        tables=tables,
        required=list(dict.fromkeys(required)),
        params=params,
        kpis=request.kpis,
        request_digest=digest({**asked, "landings": [table.landing.sha256 for table in tables]}),
        digest=digest_of(tables, required, params, request.kpis),
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
    tables: Sequence[PlannedTable], required: Sequence[str], params: dict[str, dict[str, Any]], kpis: Sequence[KpiRequest]
) -> str:
    """A plan's digest: everything that it will do, without the ids."""
    return digest(
        {
            "tables": [table.model_dump(exclude={"source_id"}) for table in tables],
            "required": required,
            "params": params,
            "kpis": [kpi.model_dump() for kpi in kpis],
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


def _stages(request: AnalyzeRequest, catalogue: Catalogue) -> list[str]:
    for name in request.stages:
        if name not in catalogue.stages and name != TABLE_STAGE:
            raise errors.VoyantError(
                errors.UNKNOWN_STAGE,
                f"There is no stage {name[:80]!r}.",
                hint=nearest(name, [TABLE_STAGE, *catalogue.stages], "The stages are"),
            )
    return catalogue.closure(request.stages or catalogue.stages)


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


def _parameters(request: AnalyzeRequest, catalogue: Catalogue) -> dict[str, dict[str, Any]]:
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
