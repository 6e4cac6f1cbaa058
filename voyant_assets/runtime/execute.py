"""What a run process does: the hooks of the worker's fork server, spares and reaper.

`preload` and `rehearsal_job` act before the fork: they import and rehearse, and start no thread. `warm_steps` opens, after the fork, what
starts threads. `execute_run` is one run from its record to the job's final state.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from voyant_assets.runtime.environment import environment
from voyant_assets.runtime.stage_rehearsal import StageRehearsal
from voyant_core import errors

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun
    from dagster._core.definitions.reconstruct import ReconstructableJob

PRELOADED = (
    "dagster._core.executor.in_process",
    "duckdb",
    "jinja2",
    "numpy",
    "pyarrow",
    "pyiceberg.catalog.sql",
    "sqlalchemy.dialects.postgresql.psycopg2",
    "sqlalchemy.dialects.sqlite",
    "sqlglot",
    "resources.duckdb.convert",
    "resources.duckdb.engine",
    "resources.duckdb.guarded",
    "resources.duckdb.probe",
    "resources.files.fetch",
    "resources.files.landing",
    "resources.iceberg.catalog",
    "resources.metadata.postgres",
    "resources.metadata.sqlite",
    "resources.metadata.store",
    "resources._kit.sql_safety",
    "voyant_assets.graph.location",
    "voyant_assets.graph.metadata",
    "voyant_assets.probing",
    "voyant_assets.runtime.work",
    "voyant_assets.stages.ingest",
)
STAGE_PACKAGES = ("voyant_assets.analysis", "voyant_assets.charting", "voyant_assets.report")


# -- before the fork ------------------------------------------------------------------------------------------------------


def preload() -> None:
    """Import what a run needs. Nothing here may start a thread, open a database or DuckDB."""
    import importlib
    import pkgutil

    from voyant_assets.catalogue import catalogue

    for name in PRELOADED:
        importlib.import_module(name)
    for name in STAGE_PACKAGES:  # a stage imports its analysis when it runs
        for module in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
            importlib.import_module(module.name)
    catalogue()


def rehearsal_job() -> ReconstructableJob:
    from voyant_assets.runtime.rehearsal import job

    return job()


# -- after the fork -------------------------------------------------------------------------------------------------------


def warm_steps() -> list[Callable[[], object]]:
    """What a spare opens ahead of its run, in the order of what costs a run most."""
    from voyant_assets.report import page

    here = environment()
    rehearsal = StageRehearsal(here)
    return [here.engine.warm, here.lake.warm, here.store.database.upgrade, page.warm, *rehearsal.steps()]


def execute_run(run_id: str, instance: DagsterInstance) -> bool:
    """One run to its end, and its job to its final state. False: it ended before its time, and the worker looks at the event log."""
    from resources.telemetry.logs import bound_ids
    from resources.telemetry.tracing import configure_tracing, remote_context, shutdown_tracing, span
    from voyant_assets.runtime.dagster_run import execute_dagster_run
    from voyant_assets.runtime.interruption import stoppable

    here = environment()
    configure_tracing("voyant-run", here.settings)
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return True
    try:
        tenant, job_id, reconstructable = job_of(instance, run)
    except errors.VoyantError as error:
        instance.report_run_failed(run, error.to_text())
        return True
    jobs = here.store.jobs(tenant)
    job = jobs.get(job_id)
    if job.cancel_requested or job.state.is_final:
        instance.report_run_canceled(run, "The job was canceled before its run began.")
        run_ended(run_id, instance)
        return True
    ids = bound_ids(job_id=job_id, run_id=run_id, tenant=tenant, request_id=job.request_id)
    with ids, remote_context(job.traceparent), span("run", **{"voyant.run": run_id}):
        jobs.start(job_id)
        with stoppable(lambda: jobs.is_cancel_requested(job_id), here.interrupt):
            if job.plan.kpis:
                with contextlib.suppress(errors.VoyantError):  # a speed-up: the statement starts it again, or tells why it cannot
                    here.guarded.start()
            is_whole = execute_dagster_run(run_id, instance, reconstructable)
        run_ended(run_id, instance)
    shutdown_tracing()
    return is_whole


def job_of(instance: DagsterInstance, run: DagsterRun) -> tuple[str, str, ReconstructableJob | None]:
    """(tenant, job id, what to execute; None: what the run's record says). A run that Dagit started gets its job here."""
    from voyant_assets.adoption import adopt_run
    from voyant_assets.graph.factory import JOB_TAG

    here, job_id = environment(), run.tags.get(JOB_TAG)
    tenant = here.store.tenant_of_job(job_id) if job_id is not None else None
    if job_id is None or tenant is None:
        return adopt_run(here, instance, run, None)
    job = here.store.jobs(tenant).get(job_id)
    if job.run_id != run.run_id:  # Dagit gives a repeated run the tags of the first
        return adopt_run(here, instance, run, job)
    return tenant, job_id, None


def finish_run(run_id: str, status: str, reason: str | None = None) -> None:
    """Give the run's job its final state, if the run has ended and the job has not. Idempotent."""
    from voyant_assets.finishing import FINAL, finish

    here = environment()
    found = here.store.job_of_run(run_id)
    if found is not None and status in FINAL:
        finish(here.store, here.objects, *found, FINAL[status], reason)


def run_ended(run_id: str, instance: DagsterInstance, reason: str | None = None) -> None:
    """After a run's end: by its own process, and by the worker when the process is gone."""
    run = instance.get_run_by_id(run_id)
    if run is not None:
        finish_run(run_id, run.status.value, reason)
    environment().store.leases.release_all(run_id)


def look_around(instance: DagsterInstance) -> None:
    """Finish the jobs whose run has ended and whose own process could not."""
    from voyant_assets.finishing import end_lost_jobs

    end_lost_jobs(environment(), instance)


def run_task(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A small task in a spare. The only one is `probe`."""
    from voyant_assets.probing import probe

    if name != "probe":
        raise errors.VoyantError(errors.INTERNAL, f"There is no task {name!r}.")
    return probe(environment(), dict(arguments))
