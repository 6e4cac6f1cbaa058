"""From a run back to its job: what the op of a table, or of several together, works on."""

from __future__ import annotations

from voyant_assets.catalogue import catalogue, joint_catalogue
from voyant_assets.joint_runner import JointRun
from voyant_assets.runner import TableRun
from voyant_assets.runtime.environment import Environment, environment
from voyant_core import errors
from voyant_core.keys import JointAddress
from voyant_core.model.job import Job, PlannedTable


def open_table_run(job_id: str, source_id: str, table: str, run_id: str) -> TableRun:
    """What the plan of the job says of this table, ready to run."""
    here, job = _job(job_id, run_id)
    planned = next((t for t in job.plan.tables if t.source_id == source_id and t.name == table), None)
    if planned is None:
        raise errors.VoyantError(errors.TABLE_NOT_FOUND, f"The plan of {job_id} does not hold the table {table}.")
    return _table_run(here, job, planned, run_id, frozenset(planned.stages))


def open_joint_run(job_id: str, run_id: str) -> JointRun:
    """What the plan of the job says of several tables together."""
    here, job = _job(job_id, run_id)
    plan = job.plan.joint
    if plan is None:
        raise errors.VoyantError(errors.TABLE_NOT_FOUND, f"The plan of {job_id} holds nothing over several tables.")
    by_label = {table.label: table for table in job.plan.tables}
    tables = [_table_run(here, job, by_label[label], run_id, frozenset()) for label in plan.tables]
    address = JointAddress(job.tenant, plan.source, plan.digest)
    return JointRun(here, joint_catalogue(), job, address, tables[0].source, tables, run_id, frozenset(plan.stages))


def _job(job_id: str, run_id: str) -> tuple[Environment, Job]:
    here = environment()
    tenant = here.store.tenant_of_job(job_id)
    if tenant is None:
        raise errors.VoyantError(errors.JOB_NOT_FOUND, f"The run {run_id} names the job {job_id}, which does not exist.")
    return here, here.store.jobs(tenant).get(job_id)


def _table_run(here: Environment, job: Job, planned: PlannedTable, run_id: str, selected: frozenset[str]) -> TableRun:
    source = here.store.sources(job.tenant).get(planned.source_id)
    return TableRun(here, catalogue(), job, planned, source, run_id, selected)
