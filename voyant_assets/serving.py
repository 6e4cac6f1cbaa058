"""A `Launch` for a server: probes run in the worker's spares, runs are submitted to Dagster."""

from __future__ import annotations

import concurrent.futures
import contextlib
import logging
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from resources.files.landing import LandingWriter
from voyant_assets.finishing import FINAL, ask_to_end, end_lost_jobs, finish
from voyant_assets.graph.registry import write_registry
from voyant_assets.launch import Launch
from voyant_assets.probing import ProbeOrder
from voyant_assets.recovery import Recovery
from voyant_assets.runtime.client import ask_task, run_task, worker_info
from voyant_assets.runtime.environment import Environment
from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.model.job import Job, JobState

if TYPE_CHECKING:
    import dagster as dg

PROBE_TIMEOUT_S = 600.0

log = logging.getLogger(__name__)


class Server:
    """What the API process needs beside requests: the Dagster instance, recovery, and the state of its neighbours."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        environment.prepare()
        self.instance = self._open_instance()
        self._registry = concurrent.futures.ThreadPoolExecutor(1, "registry")
        self._recovery = Recovery(environment, self.instance, self._start_run, self._submit)
        self.launch = Launch(environment, self._run_task, self._start_run, self._stop_run, self._write_registry)

    def start(self) -> None:
        """What a process does when it begins to serve: take up what an earlier one left, and show it."""
        end_lost_jobs(self.environment, self.instance)
        self._recovery.start()
        self._write_registry()

    def close(self) -> None:
        self._recovery.close()
        self._registry.shutdown()
        self.instance.dispose()
        self.environment.store.database.close()

    def open_landing(self, file_name: str) -> LandingWriter:
        """Where an upload's bytes go."""
        return self.environment.landings.writer(file_name)

    def _open_instance(self) -> dg.DagsterInstance:
        from voyant_assets.runtime.instance import open_instance, write_dagster_yaml

        write_dagster_yaml(self.environment.layout, self.environment.settings)
        return open_instance(self.environment.layout)

    def _run_task(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return run_task(self.environment.layout.worker_socket, name, arguments, PROBE_TIMEOUT_S)

    async def probe(self, order: ProbeOrder) -> dict[str, Any]:
        """What is at a place, as a ProbeResult's JSON. Cancelling it ends the probe."""
        return await ask_task(self.environment.layout.worker_socket, "probe", order.model_dump(mode="json"), PROBE_TIMEOUT_S)

    def _start_run(self, job: Job) -> None:
        from voyant_assets.graph.location import create_run

        with _told_by_code():
            run_id = create_run(self.instance, job)
            self.environment.store.jobs(job.tenant).set_run(job.id, run_id)
            try:
                self._submit(run_id)
            except Exception:
                self._withdraw(run_id)
                raise

    def _withdraw(self, run_id: str) -> None:
        """The job of this run is about to fail: nobody may launch it later."""
        run = self.instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished:
            self.instance.report_run_failed(run, "The run could not be submitted.")

    def _submit(self, run_id: str) -> None:
        self.instance.submit_run(run_id, workspace=None)  # type: ignore[arg-type] # launchers of ours need no workspace

    def _stop_run(self, job: Job) -> None:
        run = self.instance.get_run_by_id(job.run_id) if job.run_id else None
        if run is not None and not run.is_finished:
            run = ask_to_end(self.instance, run.run_id)
        if run is None or run.is_finished:
            ended = JobState.CANCELED if run is None else FINAL[run.status.value]
            finish(self.environment.store, self.environment.objects, job.tenant, job.id, ended)

    def _write_registry(self) -> None:
        """In the background: no caller waits for what Dagit shows. The supervisor reloads the code location when the file has changed."""
        self._registry.submit(self._write_registry_now)

    def _write_registry_now(self) -> None:
        try:
            write_registry(self.environment.store, self.environment.layout.registry)
        except (OSError, VoyantError):
            log.exception("the registry could not be written; the next change tries again")

    def ready(self) -> dict[str, str]:
        """`ok`, or what is wrong, for each part that an analysis needs."""
        return {
            "metadata": self._state_of_store(),
            "dagster": self._state_of_dagster(),
            "worker": self._state_of_worker(),
            "policy": "allow-all",
        }

    def _state_of_store(self) -> str:
        try:
            self.environment.store.job_counts()
        except VoyantError as error:
            return error.detail
        return "ok"

    def _state_of_dagster(self) -> str:
        try:
            self.instance.get_run_by_id("none")
        except VoyantError as error:
            return error.detail
        except Exception:  # the boundary of Dagster's storage, whose SQLite driver tells its errors raw
            log.exception("Dagster's storage failed")
            return "Dagster's storage cannot be read."
        return "ok"

    def _state_of_worker(self) -> str:
        try:
            info = worker_info(self.environment.layout.worker_socket)
        except VoyantError as error:
            return error.detail
        return "ok" if info.get("preloaded") else "starting"


@contextlib.contextmanager
def _told_by_code() -> Generator[None]:
    """Translates failures of Dagster's storage: STORAGE_FULL, DATABASE."""
    from sqlalchemy import exc

    try:
        with errors.of_disk("Recording the run"):
            yield
    except exc.SQLAlchemyError as error:
        message = str(getattr(error, "orig", error))
        is_full = "disk is full" in message or "No space left" in message
        code = errors.STORAGE_FULL if is_full else errors.DATABASE
        hint = "Free space on the disk of VOYANT_HOME." if is_full else "Try again; `voyant doctor` tells more."
        raise VoyantError(code, f"The run could not be recorded: {message.splitlines()[0]}.", hint=hint) from error
