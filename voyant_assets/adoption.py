"""Runs that were started in Dagit: one job is derived from the run's selection (`origin: dagit`), and the run is tagged with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voyant_assets.catalogue import catalogue
from voyant_assets.graph.factory import JOB_TAG, SOURCE_TAG, TENANT_TAG
from voyant_assets.graph.location import reconstructable
from voyant_assets.launch import new_job
from voyant_assets.planning import digest_of, planned
from voyant_assets.runtime.environment import Environment
from voyant_core import errors
from voyant_core.keys import TABLE_STAGE
from voyant_core.model.job import AnalyzeRequest, Job, Plan
from voyant_core.model.source import FoundTable, SourceRecord
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
    VYNT-2003 or 2006 when it names a source or table that is gone.
    """
    keys = [list(key.path) for key in run.asset_selection or ()]
    checks = [(list(check.asset_key.path), check.name) for check in run.asset_check_selection or ()]
    selection = selection_of(keys, checks)
    tenants = {tenant for tenant, _, _ in selection}
    if len(tenants) != 1:
        raise errors.VoyantError(errors.TENANT_DENIED, "A run must stay within one tenant.", hint="Select tables of one tenant.")
    tenant = tenants.pop()
    plan = _plan(environment, tenant, selection, earlier)
    request = AnalyzeRequest(
        source=plan.tables[0].source_id, stages=[s for s in plan.tables[0].stages if s != TABLE_STAGE], kpis=list(plan.kpis)
    )
    job = new_job(CallContext(tenant=tenant, origin="dagit"), request, plan)
    job = job.model_copy(update={"run_id": run.run_id, "retry_of": earlier.id if earlier else None})
    environment.store.jobs(tenant).create(job)
    instance.add_run_tags(run.run_id, {JOB_TAG: job.id, TENANT_TAG: tenant, SOURCE_TAG: plan.tables[0].source})
    source_ids = list(dict.fromkeys(table.source_id for table in plan.tables))
    return tenant, job.id, reconstructable(source_ids, plan.digest, job.id)


def _plan(environment: Environment, tenant: str, selection: Selection, earlier: Job | None) -> Plan:
    sources = environment.store.sources(tenant)
    records = {slug: sources.named(slug) for slug in {source for _, source, _ in selection}}
    tables = planned([(records[source], _found(records[source], table), stages) for (_, source, table), stages in selection.items()])
    params, kpis = (earlier.plan.params, earlier.plan.kpis) if earlier else ({}, [])
    selected = {stage for table in tables for stage in table.stages}
    required = [name for name in catalogue().required if name in selected]
    work = digest_of(tables, required, params, kpis)
    return Plan(tenant=tenant, tables=tables, required=required, params=params, kpis=kpis, request_digest=work, digest=work)


def _found(source: SourceRecord, name: str) -> FoundTable:
    found = next((table for table in source.tables if table.name == name), None)
    if found is None:
        raise errors.VoyantError(errors.TABLE_NOT_FOUND, f"The source {source.slug} has no table {name} any more.")
    return found
