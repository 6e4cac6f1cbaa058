"""Runs that were started in Dagit: one job is derived from the run's selection (`origin: dagit`), and the run is tagged with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voyant_assets.catalogue import catalogue, joint_catalogue
from voyant_assets.graph.factory import JOB_TAG, SOURCE_TAG, TENANT_TAG
from voyant_assets.graph.location import reconstructable
from voyant_assets.kpi_planning import fitting_kpis
from voyant_assets.launch import new_job
from voyant_assets.planning import chosen_joint, digest_of, joint_plan, planned
from voyant_assets.runtime.environment import Environment
from voyant_core import errors
from voyant_core.keys import JOINT, TABLE_STAGE, JointAddress, TableAddress
from voyant_core.model.job import AnalyzeRequest, Job, JointPlan, Plan, PlannedKpi, PlannedTable
from voyant_core.model.kpi import KpiRequest
from voyant_core.model.source import FoundTable, SourceRecord
from voyant_core.tenancy import CallContext

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun
    from dagster._core.definitions.reconstruct import ReconstructableJob

Selection = dict[tuple[str, str, str], list[str]]


@dataclass(frozen=True, slots=True)
class Selected:
    """What a run is to do: (tenant, source, table) -> stages, and (tenant, source, digest of the tables) -> stages over several."""

    tables: Selection
    joint: Selection

    @property
    def tenants(self) -> set[str]:
        return {tenant for tenant, _, _ in (*self.tables, *self.joint)}


def selection_of(paths: Sequence[Sequence[str]], checks: Sequence[tuple[Sequence[str], str]]) -> Selected:
    """The stages to run, in the catalogue's order.

    `paths` are the selected assets; source assets (two parts) have nothing to run. `checks` are (asset path, check name): each brings the
    stage that evaluates it, with what that needs.
    """
    tables: dict[tuple[str, str, str], set[str]] = {}
    joint: dict[tuple[str, str, str], set[str]] = {}
    for path in paths:
        if len(path) == 5 and path[2] == JOINT:
            joint.setdefault((path[0], path[1], path[3]), set()).add(path[4])
        elif len(path) >= 3:
            tables.setdefault((path[0], path[1], path[2]), set()).add(path[3] if len(path) > 3 else TABLE_STAGE)
    for path, name in checks:
        if len(path) == 5 and path[2] == JOINT:
            stages = joint_catalogue().closure([joint_catalogue().checks[name]])
            joint.setdefault((path[0], path[1], path[3]), set()).update(stages)
        else:
            stages = catalogue().closure([catalogue().checks[name]])
            tables.setdefault((path[0], path[1], path[2]), set()).update(stages)
    return Selected(_ordered(tables, [TABLE_STAGE, *catalogue().stages]), _ordered(joint, list(joint_catalogue().stages)))


def _ordered(chosen: dict[tuple[str, str, str], set[str]], order: list[str]) -> Selection:
    return {place: sorted(stages, key=order.index) for place, stages in sorted(chosen.items())}


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
    tenants = selection.tenants
    if len(tenants) != 1:
        raise errors.VoyantError(errors.TENANT_DENIED, "A run must stay within one tenant.", hint="Select tables of one tenant.")
    tenant = tenants.pop()
    plan = _plan(environment, tenant, selection, earlier)
    stages = [*plan.tables[0].stages, *(plan.joint.stages if plan.joint is not None else [])]
    request = AnalyzeRequest(
        source=plan.tables[0].source_id,
        stages=list(dict.fromkeys(stage for stage in stages if stage != TABLE_STAGE)),
        kpis=[KpiRequest(name=kpi.name, sql=kpi.sql) for kpi in plan.kpis],
    )
    job = new_job(CallContext(tenant=tenant, origin="dagit"), request, plan)
    job = job.model_copy(update={"run_id": run.run_id, "retry_of": earlier.id if earlier else None})
    environment.store.jobs(tenant).create(job)
    instance.add_run_tags(run.run_id, {JOB_TAG: job.id, TENANT_TAG: tenant, SOURCE_TAG: plan.tables[0].source})
    source_ids = list(dict.fromkeys(table.source_id for table in plan.tables))
    return tenant, job.id, reconstructable(source_ids, plan.digest, job.id)


def _plan(environment: Environment, tenant: str, selection: Selected, earlier: Job | None) -> Plan:
    if len(selection.joint) > 1:
        raise errors.VoyantError(
            errors.INVALID_REQUEST, "A run does what is over one group of tables only.", hint="Select the assets of one joint group."
        )
    sources = environment.store.sources(tenant)
    slugs = {source for _, source, _ in (*selection.tables, *selection.joint)}
    records = {slug: sources.named(slug) for slug in sorted(slugs)}
    stages = {(source, table): chosen for (_, source, table), chosen in selection.tables.items()}
    for _, source, digest in selection.joint:
        stages |= {(source, table): stages.get((source, table), []) for table in _group(records[source], digest)}
    tables = planned([(records[source], _found(records[source], table), chosen) for (source, table), chosen in stages.items()])
    kept = [kpi for record in records.values() for kpi in record.kpis]
    params = earlier.plan.params if earlier else {}
    kpis = fitting_kpis(earlier.plan.kpis if earlier else kept, tables, tenant)
    joint = _joint(tenant, selection, records, tables, kpis)
    selected = {stage for table in tables for stage in table.stages}
    required = [name for name in catalogue().required if name in selected]
    work = digest_of(tables, required, params, kpis, joint)
    return Plan(tenant=tenant, tables=tables, required=required, params=params, kpis=kpis, request_digest=work, digest=work, joint=joint)


def _joint(
    tenant: str,
    selection: Selected,
    records: Mapping[str, SourceRecord],
    tables: Sequence[PlannedTable],
    kpis: Sequence[PlannedKpi],
) -> JointPlan | None:
    for (_, source, digest), chosen in selection.joint.items():
        names = _group(records[source], digest)
        members = [table for table in tables if table.source == source and table.name in names]
        stages = [name for name in chosen if name in chosen_joint(joint_catalogue(), chosen, kpis)]
        required = [name for name in stages if joint_catalogue().stages[name].required]
        return joint_plan(tenant, members, stages, required)
    return None


def _group(source: SourceRecord, digest: str) -> tuple[str, ...]:
    for names in source.groups():
        if JointAddress.over([TableAddress(source.tenant, source.slug, name) for name in names], source.slug).digest == digest:
            return names
    raise errors.VoyantError(errors.TABLE_NOT_FOUND, f"The source {source.slug} has no group of tables {digest} any more.")


def _found(source: SourceRecord, name: str) -> FoundTable:
    found = next((table for table in source.tables if table.name == name), None)
    if found is None:
        raise errors.VoyantError(errors.TABLE_NOT_FOUND, f"The source {source.slug} has no table {name} any more.")
    return found
