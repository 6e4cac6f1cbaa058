"""A home with a run worker of its own, and shorthands for what fault tests do to it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import runtime_hooks
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from voyant_assets.runtime.client import run_task, worker_info
from voyant_assets.runtime.instance import open_instance, write_dagster_yaml
from voyant_assets.runtime.process import process_start
from voyant_assets.runtime.state import StateFile
from voyant_assets.runtime.wire import call
from voyant_core.errors import VoyantError
from voyant_core.settings import Runs, Settings

LOCATION = ManagedGrpcPythonEnvCodeLocationOrigin(LoadableTargetOrigin(module_name="runtime_hooks"), "faults")
ORIGIN = RemoteJobOrigin(RemoteRepositoryOrigin(LOCATION, "__repository__"), "faulty")
T = TypeVar("T")


def until(condition: Callable[[], T], timeout_s: float = 30.0) -> T:
    """The first true value of `condition`; AssertionError when there is none in time."""
    give_up = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < give_up, f"not within {timeout_s} s"
        time.sleep(0.01)
    return value


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


class Bed:
    def __init__(self, home: Path, **runs: float) -> None:
        self.runs = {"slots": 3, "spares": 2, "per_tenant": 100, "cancel_grace_s": 1.0, "drain_s": 10.0, **runs}
        self.settings = Settings(home=home, runs=Runs(**self.runs))
        self.layout = self.settings.layout
        for folder in (home, self.layout.run, home / "code"):
            folder.mkdir(exist_ok=True)
        self.files = home / "files"
        self.files.mkdir(exist_ok=True)
        write_dagster_yaml(self.layout, self.settings)
        self.instance = open_instance(self.layout)
        self.count = 0
        self.python_path = [str(Path(__file__).parent)]
        self.worker: subprocess.Popen[bytes] | None = None

    # the worker

    def start(self, *arguments: str, hooks: str = "runtime_hooks", below: Sequence[str] = ()) -> None:
        limits = {f"VOYANT_RUNS__{name.upper()}": str(value) for name, value in self.runs.items()}
        command = [*below, sys.executable, "-m", "voyant_assets.runtime.worker", "--home", str(self.settings.home), "--hooks", hooks]
        command += ["--code-root", str(self.settings.home / "code"), *arguments]
        with (self.settings.home / "worker.log").open("ab") as log:
            self.worker = subprocess.Popen(
                command,
                env={**os.environ, **limits, "PYTHONPATH": ":".join(self.python_path)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start_below_a_parent(self) -> subprocess.Popen[bytes]:
        """Starts it as the child of a process that is given back, to be killed."""
        self.start(below=("sh", "-c", '"$@" & wait', "sh"))
        parent, self.worker = self.worker, None
        until(self.info)
        assert parent is not None
        return parent

    def stop(self) -> int:
        self.worker.terminate()
        return self.worker.wait(30)

    def kill_worker(self) -> None:
        self.worker.kill()
        self.worker.wait()

    def close(self) -> None:
        """Ends what was started here: the worker, and runs that still have a process."""
        self.instance.dispose()
        if self.worker is None:
            return
        for pid in self.info().get("running", {}).values():
            kill(pid)
        if self.worker.poll() is None:
            self.stop()
        for record in StateFile(self.layout.run / "runs.json").read().running:
            if process_start(record.pid) == record.start:
                kill(record.pid)

    def info(self) -> dict:
        try:
            return worker_info(self.layout.worker_socket)
        except VoyantError:
            return {}

    def log(self) -> str:
        return (self.settings.home / "worker.log").read_text()

    def ready_spares(self, count: int = 2) -> set[int]:
        def ready() -> set[int]:
            spares = self.info().get("spares", {})
            return {int(pid) for pid in spares} if len(spares) == count and all(spares.values()) else set()

        return until(ready)

    def task(self, name: str, timeout_s: float = 20.0, patience_s: float = 5.0, **arguments: object) -> dict:
        return run_task(self.layout.worker_socket, name, arguments, timeout_s, patience_s)

    def refuses_launches(self) -> bool:
        return "refused" in call(self.layout.worker_socket, {"op": "launch", "run_id": "no-such-run"})

    # runs

    def path(self, name: str) -> Path:
        self.count += 1
        return self.files / f"{self.count}.{name}"

    def create(self, **tags: object) -> str:
        """A run that is recorded and not yet submitted."""
        run = self.instance.create_run_for_job(
            runtime_hooks.faulty,
            tags={key: str(value) for key, value in tags.items()},
            remote_job_origin=ORIGIN,
            job_code_origin=runtime_hooks.rehearsal_job().get_python_origin(),
        )
        return run.run_id

    def submit(self, **tags: object) -> str:
        run_id = self.create(**tags)
        self.instance.submit_run(run_id, workspace=None)  # type: ignore[arg-type]
        return run_id

    def submit_waiting(self, **tags: object) -> tuple[str, int, Path]:
        """A run that has begun and goes on until its file appears: run id, pid of its process, the file."""
        began, release = self.path("began"), self.path("release")
        run_id = self.submit(began=began, wait_for=release, **tags)
        until(lambda: began.exists() and began.read_text())
        return run_id, int(began.read_text()), release

    def status(self, run_id: str) -> str:
        run = self.instance.get_run_by_id(run_id)
        assert run is not None
        return run.status.value

    def end(self, run_id: str, timeout_s: float = 30.0) -> str:
        """The run's final state."""
        until(lambda: self.status(run_id) in ("SUCCESS", "FAILURE", "CANCELED"), timeout_s)
        return self.status(run_id)

    def told_as_ended(self, run_id: str) -> str:
        """The run's state when the product was told that it has ended."""
        path = self.settings.home / "ended.log"
        lines = until(lambda: path.exists() and [line for line in path.read_text().splitlines() if line.startswith(run_id)])
        return lines[-1].split()[1]
