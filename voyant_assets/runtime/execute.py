"""What a run process does: the hooks of the worker's fork server, spares and reaper.

`preload` and `rehearsal_job` act before the fork: they import and rehearse, and start no thread. `warm_steps` opens, after the fork, what
starts threads. `execute_run` is one run from its record to the job's final state.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

from voyant_assets.runtime.environment import environment
from voyant_core import errors
from voyant_core.model.job import JobState

log = logging.getLogger(__name__)

FINAL = {"SUCCESS": JobState.SUCCEEDED, "FAILURE": JobState.FAILED, "CANCELED": JobState.CANCELED}
REHEARSAL = "rehearsal"

PRELOADED = (
    "dagster._core.executor.in_process",
    "duckdb",
    "jinja2",
    "numpy",
    "pyarrow",
    "pyiceberg.catalog.sql",
    "pyiceberg.io.pyarrow",
    "sqlalchemy.dialects.sqlite",
    "sqlglot",
    "vl_convert",
    "resources.duckdb.convert",
    "resources.duckdb.engine",
    "resources.duckdb.guarded",
    "resources.duckdb.probe",
    "resources.files.fetch",
    "resources.files.landing",
    "resources.iceberg.catalog",
    "resources.metadata.store",
    "resources.vl_convert.renderer",
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
    """Import what a run needs. Nothing here may start a thread, open a database, DuckDB or V8."""
    import importlib
    import pkgutil

    from voyant_assets.catalogue import catalogue

    for name in PRELOADED:
        importlib.import_module(name)
    for name in STAGE_PACKAGES:  # a stage imports its analysis when it runs
        for module in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
            importlib.import_module(module.name)
    catalogue()


def rehearsal_job() -> Any:
    """A trivial asset job of the shape of a real run; executed on an instance in memory it fills Dagster's caches for all children."""
    from dagster._core.code_pointer import CustomPointer, ModuleCodePointer
    from dagster._core.definitions.reconstruct import ReconstructableJob, ReconstructableRepository

    from voyant_assets.graph.factory import ASSET_JOB

    pointer = CustomPointer(ModuleCodePointer("voyant_assets.runtime.execute", "rehearsal_definitions", None), [REHEARSAL], [])
    return ReconstructableJob(ReconstructableRepository(pointer), ASSET_JOB)


def rehearsal_definitions(name: str) -> Any:
    import dagster as dg

    table = dg.AssetKey([name, name, name])

    @dg.multi_asset(
        name=name,
        specs=[dg.AssetSpec(table, skippable=True), dg.AssetSpec([*table.path, "profile"], deps=[table], skippable=True)],
        check_specs=[dg.AssetCheckSpec("schema", asset=table)],
        can_subset=True,
    )
    def rehearse(context: dg.AssetExecutionContext) -> Any:
        for key in sorted(context.selected_asset_keys):
            schema = dg.TableSchema(columns=[dg.TableColumn("id", "bigint")])
            metadata: dict[str, Any] = {"dagster/row_count": 1, "dagster/column_schema": schema, "preview": dg.MetadataValue.md("-")}
            yield dg.MaterializeResult(asset_key=key, metadata=metadata, data_version=dg.DataVersion("1"))
        yield dg.AssetCheckResult(asset_key=table, check_name="schema", passed=True)

    return dg.Definitions(assets=[rehearse], executor=dg.in_process_executor)


# -- after the fork -------------------------------------------------------------------------------------------------------


def warm_steps() -> list[Callable[[], object]]:
    """What a spare opens ahead of its run, in the order of what costs a run most."""
    here = environment()
    return [
        here.engine.warm,
        here.lake.warm,
        here.store.database.upgrade,
        here.renderer.warm,
        *_stage_warmers(),
    ]


def _stage_warmers() -> list[Callable[[], object]]:
    from voyant_assets.report import page

    return [page.warm]


def execute_run(run_id: str, instance: Any) -> bool:
    """One run to its end, and its job to its final state. False: it ended before its time, and the worker looks at the event log."""
    from dagster._core.events import EngineEventData
    from dagster._grpc.impl import core_execute_run

    from resources.telemetry.logs import bound_ids, configure_logging
    from resources.telemetry.tracing import configure_tracing, flush_tracing, span, use_context

    here = environment()
    configure_logging("run", here.settings.telemetry.log_level)
    configure_tracing("voyant-run", here.settings)
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return True
    if run.status.value == "CANCELING":
        return False
    tenant, job_id, recon = job_of(instance, run)
    run = instance.get_run_by_id(run_id)
    jobs = here.store.jobs(tenant)
    job = jobs.get(job_id)
    with (
        bound_ids(job_id=job_id, run_id=run_id, tenant=tenant, request_id=job.request_id),
        use_context(job.traceparent),
        span("run", **{"voyant.run": run_id}),
    ):
        jobs.start(job_id)
        instance.report_engine_event("A run process took the run.", run, EngineEventData())
        try:
            for _event in core_execute_run(recon, run, instance, inject_env_vars=False):
                pass
        except Exception:  # noqa: BLE001 - the boundary of the run; core_execute_run has written the failure to the event log
            traceback.print_exc()
        finally:
            finish_run(run_id, instance.get_run_by_id(run_id).status.value)
    flush_tracing()
    return instance.get_run_by_id(run_id).is_finished


def job_of(instance: Any, run: Any) -> tuple[str, str, Any]:
    """(tenant, job id, reconstructable job) of a run. A run that Dagit started gets its job here, derived from its selection."""
    from dagster._cli.api import recon_job_from_origin

    from voyant_assets.graph.factory import JOB_TAG

    job_id = run.tags.get(JOB_TAG)
    if job_id is None:
        from voyant_assets.adoption import adopt_run

        return adopt_run(environment(), instance, run)
    tenant = environment().store.tenant_of_job(job_id)
    if tenant is None:
        raise errors.VoyantError(errors.JOB_NOT_FOUND, f"The run {run.run_id} names the job {job_id}, which does not exist.")
    return tenant, job_id, recon_job_from_origin(run.job_code_origin)


def finish_run(run_id: str, status: str) -> None:
    """Give the run's job its final state, if the run has ended and the job has not. Idempotent."""
    from voyant_assets.finishing import finish

    here = environment()
    found = here.store.job_of_run(run_id)
    if found is not None and status in FINAL:
        finish(here.store, here.objects, *found, FINAL[status])


def run_ended(run_id: str, instance: Any) -> None:
    """The worker's hook after a run's process is gone."""
    run = instance.get_run_by_id(run_id)
    if run is not None:
        finish_run(run_id, run.status.value)


def run_task(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """A small task in a spare. The only one is `probe`."""
    from voyant_assets.probing import probe

    if name != "probe":
        raise errors.VoyantError(errors.INTERNAL, f"There is no task {name!r}.")
    return probe(environment(), arguments)
