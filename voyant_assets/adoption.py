"""Runs that were started in Dagit: one job is derived from the run's selection (`origin: dagit`), and the run is tagged with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voyant_assets.catalogue import catalogue
from voyant_assets.graph.factory import JOB_TAG, SOURCE_TAG, TENANT_TAG
from voyant_assets.graph.location import reconstructable
from voyant_assets.graph.registry import RegisteredSource
from voyant_assets.launch import new_job
from voyant_assets.runtime.environment import Environment
from voyant_core import errors
from voyant_core.canonical import digest
from voyant_core.keys import TABLE_STAGE
from voyant_core.model.job import AnalyzeRequest, Job, Plan, PlannedTable
from voyant_core.tenancy import CallContext

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun
    from dagster._core.definitions.reconstruct import ReconstructableJob

Selection = dict[tuple[str, str, str], list[str]]


def selection_of(paths: Sequence[Sequence[str]], checks: Sequence[tuple[Sequence[str], str]]) -> Selection:
    """(tenant, source, table) -> the stages to run, in the catalogue's order.

    `paths` are the selected assets; source assets (two parts) have nothing to run. `checks` are (asset path, check name): each brings the
    stage that evaluates it, with what that needs.
    """
    order = [TABLE_STAGE, *catalogue().stages]
    chosen: dict[tuple[str, str, str], set[str]] = {}
    for path in paths:
        if len(path) >= 3:
            chosen.setdefault((path[0], path[1], path[2]), set()).add(path[3] if len(path) > 3 else TABLE_STAGE)
    for path, name in checks:
        chosen.setdefault((path[0], path[1], path[2]), set()).update(catalogue().closure([catalogue().checks[name]]))
    return {table: sorted(stages, key=order.index) for table, stages in sorted(chosen.items())}


def adopt_run(
    environment: Environment, instance: DagsterInstance, run: DagsterRun, earlier: Job | None
) -> tuple[str, str, ReconstructableJob]:
    """(tenant, job id, reconstructable job) of a run that Dagit started.

    `earlier` is the job of the run that this one repeats; its KPIs and parameters hold again. VYNT-3004 when the selection spans tenants,
    VYNT-2003 when it names no known source.
    """
    keys = [list(key.path) for key in run.asset_selection or ()]
    checks = [(list(check.asset_key.path), check.name) for check in run.asset_check_selection or ()]
    selection = selection_of(keys, checks)
    tenants = {tenant for tenant, _, _ in selection}
    if len(tenants) != 1:
        raise errors.VoyantError(errors.TENANT_DENIED, "A run must stay within one tenant.", hint="Select tables of one tenant.")
    tenant = tenants.pop()
    rows = {(row["tenant"], row["slug"]): RegisteredSource.of(row) for row in environment.store.registry_rows()}
    missing = next((source for _, source, _ in selection if (tenant, source) not in rows), None)
    if missing is not None:
        raise errors.VoyantError(errors.SOURCE_NOT_FOUND, f"The source {missing} is not registered any more.")
    plan = _plan(environment, tenant, selection, rows, earlier)
    request = AnalyzeRequest(source=plan.tables[0].source_id, stages=[s for s in plan.tables[0].stages if s != TABLE_STAGE], kpis=plan.kpis)
    job = new_job(CallContext(tenant=tenant, origin="dagit"), request, plan)
    job = job.model_copy(update={"run_id": run.run_id, "retry_of": earlier.id if earlier else None})
    environment.store.jobs(tenant).create(job)
    instance.add_run_tags(run.run_id, {JOB_TAG: job.id, TENANT_TAG: tenant, SOURCE_TAG: plan.tables[0].source})
    source_ids = list(dict.fromkeys(table.source_id for table in plan.tables))
    return tenant, job.id, reconstructable(source_ids, plan.digest)


def _plan(
    environment: Environment, tenant: str, selection: Selection, rows: dict[tuple[str, str], RegisteredSource], earlier: Job | None
) -> Plan:
    names = [table for _, _, table in selection]
    sources = environment.store.sources(tenant)
    tables: list[PlannedTable] = []
    for (_, source, table), stages in selection.items():
        record = sources.get(rows[(tenant, source)].id)
        label = table if names.count(table) == 1 else f"{source}__{table}"
        found = next(known for known in record.tables if known.name == table)
        planned = PlannedTable(
            source_id=record.id, source=source, name=table, label=label, found=found, landing=record.landing, stages=stages
        )
        tables.append(planned)
    params, kpis = (earlier.plan.params, earlier.plan.kpis) if earlier else ({}, [])
    work = {
        "tables": [table.model_dump(exclude={"source_id"}) for table in tables],
        "params": params,
        "kpis": [k.model_dump() for k in kpis],
    }
    selected = {stage for table in tables for stage in table.stages}
    required = [name for name in catalogue().required if name in selected]
    return Plan(tenant=tenant, tables=tables, required=required, params=params, kpis=kpis, request_digest=digest(work), digest=digest(work))
