"""Run launcher: hands a run to the worker of this home (`worker.py`). Webserver, daemon and API need nothing but its socket."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster import DagsterInstance, DagsterRun, Field, IntSource, StringSource
from dagster._config.config_schema import UserConfigSchema
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher.base import CheckRunHealthResult, LaunchRunContext, RunLauncher, WorkerStatus
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from voyant_assets.runtime.wire import RETRY_S, call
from voyant_core import errors

PATIENCE_S = 5


class WorkerAwayError(DagsterUserCodeUnreachableError):
    """Nobody took the run. The class is one for which Dagster's daemon puts a run back into the queue instead of failing it."""


class ForkRunLauncher(RunLauncher[DagsterInstance], ConfigurableClass):
    """Launches through the worker that listens at `socket`; a launch waits `patience_s` for a worker that is being restarted."""

    def __init__(self, socket: str, patience_s: int = PATIENCE_S, inst_data: ConfigurableClassData | None = None) -> None:
        self._inst_data = inst_data
        self._socket = Path(socket)
        self._patience_s = patience_s
        super().__init__()

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return self._inst_data

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        return {
            "socket": Field(StringSource, description="The worker's Unix socket."),
            "patience_s": Field(
                IntSource, is_required=False, default_value=PATIENCE_S, description="How long a launch waits for a restarting worker."
            ),
        }

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> ForkRunLauncher:
        return cls(inst_data=inst_data, **config_value)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Returns when the worker has the run on disk: from then on a crash of either side cannot lose it."""
        run_id = context.dagster_run.run_id
        give_up = time.monotonic() + self._patience_s
        while True:
            try:
                answer = call(self._socket, {"op": "launch", "run_id": run_id})
            except OSError as error:
                answer = {"refused": str(error)}
            if answer.get("ok"):
                return
            if time.monotonic() > give_up:
                raise WorkerAwayError(f"The run worker did not take run {run_id}: {answer.get('refused')}. Is it running?")
            time.sleep(RETRY_S)

    def terminate(self, run_id: str) -> bool:
        """False: there is nothing to end. VYNT-5006 when the worker is away for longer than our patience; the run then stays CANCELING."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        try:
            return bool(call(self._socket, {"op": "terminate", "run_id": run_id}, patience_s=self._patience_s).get("ok"))
        except OSError as error:
            raise errors.VoyantError(
                errors.WORKER_AWAY,
                f"The run {run_id} could not be canceled: the run worker does not answer.",
                hint="Try again when it is back.",
            ) from error

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        # an unreachable worker raises: monitoring logs it and does not fail the run, which may well be alive
        answer = call(self._socket, {"op": "health", "run_id": run.run_id})
        if answer["state"] == "unknown":
            return CheckRunHealthResult(WorkerStatus.NOT_FOUND, f"The run worker has no process for run {run.run_id}.")
        return CheckRunHealthResult(WorkerStatus.RUNNING, run_worker_id=str(answer.get("pid")))
