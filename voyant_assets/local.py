"""A `Launch` for a lone shell: the same plan, run in this process on the same home, so that a later server shows the job in Dagit."""

from __future__ import annotations

import atexit
import shutil
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from voyant_assets.launch import Launch
from voyant_assets.runtime.environment import Environment
from voyant_assets.runtime.execute import execute_run, run_ended
from voyant_assets.runtime.process import process_start
from voyant_assets.runtime.state import StateFile
from voyant_assets.runtime.temporary import remove_abandoned
from voyant_core.model.job import AnalyzeRequest, Job, JobEvent
from voyant_core.tenancy import CallContext

if TYPE_CHECKING:
    from dagster import DagsterInstance

POLL_S = 0.05


def local_launch(environment: Environment) -> Launch:
    """Probes run here, and a job's run executes before `analyze` returns. The caller holds the home's lock."""
    environment.prepare()

    def task(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        from voyant_assets.runtime.execute import run_task

        return run_task(name, arguments)

    return Launch(environment, task, lambda job: _execute(environment, job), _nothing_to_stop, _write_registry(environment))


def _nothing_to_stop(job: Job) -> None:
    """A lone shell's run ends with the shell: when nobody holds the home's lock, nothing runs."""
    del job


def _write_registry(environment: Environment) -> Callable[[], None]:
    from voyant_assets.graph.registry import write_registry

    def write() -> None:
        write_registry(environment.store, environment.layout.registry)

    return write


def _execute(environment: Environment, job: Job) -> None:
    from voyant_assets.graph.location import SILENT, create_run
    from voyant_assets.runtime.instance import open_instance, write_dagster_yaml

    write_dagster_yaml(environment.layout, environment.settings)
    with open_instance(environment.layout) as instance:
        end_abandoned_runs(environment, instance)
        remove_abandoned(environment.layout.temp)
        atexit.register(shutil.rmtree, environment.temp, ignore_errors=True)
        run_id = create_run(instance, job, SILENT)  # the terminal is the command's
        environment.store.jobs(job.tenant).set_run(job.id, run_id)
        try:
            execute_run(run_id, instance)
        finally:
            _end(run_id, instance)


def end_abandoned_runs(environment: Environment, instance: DagsterInstance) -> None:
    """Ends runs whose process died with a shell or a server before us, and their jobs. We hold the home's lock, so nobody else works on it.

    A killed server's runs may still have their process, as its worker wrote down; its queue is left to the next server.
    """
    from voyant_assets.runtime.coordinator import active_runs

    recorded = StateFile(environment.layout.run / "runs.json").read()
    alive = {row.run_id for row in recorded.running if row.start is not None and process_start(row.pid) == row.start}
    for run_id, status in active_runs(instance):
        run = instance.get_run_by_id(run_id)
        if run is None or run_id in alive or status == "STARTING":
            continue
        reason = "The process that ran it has ended."
        if status == "CANCELING":
            instance.report_run_canceled(run, reason)
        else:
            instance.report_run_failed(run, reason)
        run_ended(run_id, instance, reason)


def _end(run_id: str, instance: DagsterInstance) -> None:
    """A run that did not reach its end was interrupted at the keyboard: it is canceled, and so is its job."""
    run = instance.get_run_by_id(run_id)
    if run is not None and not run.is_finished:
        instance.report_run_canceled(run, "Interrupted at the keyboard.")
    run_ended(run_id, instance)


def run_here(
    environment: Environment, request: AnalyzeRequest, call: CallContext, on_event: Callable[[JobEvent], None], key: str | None = None
) -> Job:
    """Analyze in this process. `on_event` is called, from another thread, with each event of the job as it happens."""
    launch = local_launch(environment)
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(launch, call.tenant, call.request_id, on_event, done), daemon=True)
    watcher.start()
    try:
        return launch.analyze(request, call, key)
    finally:
        done.set()
        watcher.join()


def _watch(launch: Launch, tenant: str, request_id: str, on_event: Callable[[JobEvent], None], done: threading.Event) -> None:
    """Follow the job that this request makes."""
    job_id, after = None, 0
    while True:
        ending = done.wait(POLL_S)
        if job_id is None:
            newest, _ = launch.jobs(tenant, limit=1)
            job_id = newest[0].id if newest and newest[0].request_id == request_id else None
        if job_id is not None:
            for event in launch.events(tenant, job_id, after):
                after = event.sequence
                on_event(event)
        if ending:
            return
