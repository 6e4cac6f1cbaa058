"""From a run back to its job: what the op of a table works on."""

from __future__ import annotations

from voyant_assets.catalogue import catalogue
from voyant_assets.runner import TableRun
from voyant_assets.runtime.environment import environment
from voyant_core import errors


def open_table_run(job_id: str, source_id: str, table: str, run_id: str) -> TableRun:
    """What the plan of the job says of this table, ready to run."""
    here = environment()
    tenant = here.store.tenant_of_job(job_id)
    if tenant is None:
        raise errors.VoyantError(errors.JOB_NOT_FOUND, f"The run {run_id} names the job {job_id}, which does not exist.")
    job = here.store.jobs(tenant).get(job_id)
    planned = next((t for t in job.plan.tables if t.source_id == source_id and t.name == table), None)
    if planned is None:
        raise errors.VoyantError(errors.TABLE_NOT_FOUND, f"The plan of {job_id} does not hold the table {table}.")
    source = here.store.sources(tenant).get(source_id)
    return TableRun(here, catalogue(), job, planned, source, run_id, frozenset(planned.stages))
