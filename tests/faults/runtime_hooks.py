"""What a product supplies to the run worker, for `test_worker.py`: a job that misbehaves as its run's tags say, and tasks that do too."""

import os
import signal
import subprocess
import time
from pathlib import Path

import dagster as dg
from dagster._core.definitions.reconstruct import ReconstructableJob

from voyant_assets.runtime.dagster_run import execute_dagster_run
from voyant_core import errors
from voyant_core.settings import settings

PATIENCE_S = 60
warmed: list[int] = []


def wait_for(path: str) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not Path(path).exists():
        if time.monotonic() > give_up:
            raise TimeoutError(f"{path} did not appear")
        time.sleep(0.01)


@dg.op
def misbehave(context: dg.OpExecutionContext) -> None:
    tags = context.run.tags
    if "deaf" in tags:  # as a long call into C is
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    if "orphan" in tags:
        Path(tags["orphan"]).write_text(str(subprocess.Popen(["sleep", "300"]).pid))
    if "began" in tags:
        Path(tags["began"]).write_text(str(os.getpid()))
    if "wait_for" in tags:
        wait_for(tags["wait_for"])
    if "fail" in tags:
        raise dg.Failure("asked to fail", allow_retries=False)


@dg.job(executor_def=dg.in_process_executor)
def faulty() -> None:
    misbehave()


def preload() -> None:
    pass


def rehearsal_job() -> ReconstructableJob:
    return ReconstructableJob.for_module("runtime_hooks", "faulty")


def warm_steps() -> list:
    return [lambda: warmed.append(os.getpid())]


def execute_run(run_id: str, instance: dg.DagsterInstance) -> bool:
    return execute_dagster_run(run_id, instance)


def run_ended(run_id: str, instance: dg.DagsterInstance, reason: str | None = None) -> None:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    with (settings().home / "ended.log").open("a") as file:
        file.write(f"{run_id} {run.status.value}\n")


def look_around(instance: dg.DagsterInstance) -> None:
    pass


def run_task(name: str, arguments: dict) -> dict:
    match name:
        case "echo":
            return {"pid": os.getpid(), "warmed": warmed == [os.getpid()], **arguments}
        case "wait":
            Path(arguments["began"]).write_text(str(os.getpid()))
            wait_for(arguments["wait_for"])
            return {}
        case "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        case "refuse":
            raise errors.VoyantError(errors.UNREADABLE_FILE, "The file is no table.", hint="Try another.", retryable=True)
        case "stumble":
            raise RuntimeError("a secret of the house")
        case "not_json":
            return {"value": object()}
    raise LookupError(name)
