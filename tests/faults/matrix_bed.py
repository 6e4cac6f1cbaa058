"""A real `voyant serve` on a home of its own, whose processes can be found and killed, and the home's stores as this process reads them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx

from voyant_assets.runtime.client import worker_info
from voyant_assets.runtime.environment import Environment
from voyant_core.errors import VoyantError
from voyant_core.settings import settings

START_S = 120.0
MODULES = {"worker": "voyant_assets.runtime.worker", "api": "voyant_api.server", "daemon": "dagster._daemon"}
T = TypeVar("T")


def until(condition: Callable[[], T], timeout_s: float, pause_s: float = 0.01) -> T | None:
    """The first true value of `condition`, or None when there is none in time."""
    give_up = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > give_up:
            return None
        time.sleep(pause_s)
    return value


def stat_of(pid: int) -> tuple[str, int] | None:
    """(state letter, parent) of a process; None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return fields[0], int(fields[1])


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def processes_of(home: Path) -> dict[int, tuple[str, int]]:
    """All processes that were started for this home, zombies of ours included: pid to (state, parent)."""
    mark = f"VOYANT_HOME={home}".encode()
    found: dict[int, tuple[str, int]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            ours = mark in (entry / "environ").read_bytes().split(b"\0")
        except OSError:  # gone, or somebody else's
            continue
        if ours and (stat := stat_of(int(entry.name))) is not None:
            found[int(entry.name)] = stat
    return found


class Bed:
    """`more` are settings (environment variables) beside the home."""

    def __init__(self, home: Path, roles: str, more: Mapping[str, str]) -> None:
        self.home, self.roles = home, roles
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VOYANT_")}
        self.variables = {**kept, "VOYANT_HOME": str(home), "VOYANT_RUNS__PER_TENANT": "1", **more}
        os.environ.update({name: value for name, value in self.variables.items() if name.startswith("VOYANT_")})
        settings.cache_clear()
        self.environment = Environment(settings())
        self.inbox = self.environment.layout.inbox
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.process: subprocess.Popen[bytes] | None = None
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=60)

    def start(self) -> None:
        """Starts the server without waiting for it."""
        command = [sys.executable, "-m", "voyant_api.cli.entry", "serve", "--port", str(self.port), "--roles", self.roles]
        with (self.home / "serve.out").open("ab") as output:
            self.process = subprocess.Popen(command, env=self.variables, stdout=output, stderr=output, start_new_session=True)

    def await_ready(self, timeout_s: float = START_S) -> None:
        if until(self.is_ready, timeout_s, 0.05) is None:
            raise TimeoutError(f"not ready within {timeout_s:g} s: {(self.home / 'serve.out').read_text()[-2000:]}")

    def is_ready(self, part: str = "api") -> bool:
        """It can analyze: the API answers and the worker can fork. And this part has its process."""
        try:
            return self.http.get("/readyz", timeout=5).status_code == 200 and self.pid(part) is not None
        except httpx.HTTPError:
            return False

    def pid(self, part: str) -> int | None:
        """The process of a part of the server; `serve` is the supervisor itself."""
        if self.process is None or self.process.poll() is not None:
            return None
        if part == "serve":
            return self.process.pid
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return next((int(pid) for pid in children if f" {MODULES[part]} " in command_of(int(pid))), None)

    def info(self) -> dict[str, Any]:
        try:
            return worker_info(self.environment.layout.worker_socket)
        except VoyantError:
            return {}

    def idle_spare(self) -> int | None:
        """A spare that waits for work, the one that the next run does not take; else one that still warms up."""
        spares = self.info().get("spares", {})
        ready = [int(pid) for pid, is_ready in spares.items() if is_ready]
        return next(iter([*reversed(ready), *map(int, spares)]), None)

    def has_spares(self) -> bool:
        spares = self.info().get("spares", {})
        return len(spares) >= self.environment.settings.runs.spares and all(spares.values())

    def run_process(self) -> int | None:
        """The process that executes a run, else the one that does a task."""
        info = self.info()
        if not info:
            return None
        if info["running"]:
            return next(iter(info["running"].values()))
        known = {info["fork_server"], *map(int, info["spares"])}
        children = Path(f"/proc/{info['pid']}/task/{info['pid']}/children").read_text().split()
        working = [int(pid) for pid in children if int(pid) not in known and (stat_of(int(pid)) or "Z")[0] != "Z"]
        return working[-1] if working and info["tasks"] else None

    def stop(self) -> int | None:
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(90)

    def close(self) -> None:
        self.stop()
        for pid in processes_of(self.home):
            os.kill(pid, signal.SIGKILL)
        self.http.close()
        self.environment.store.database.close()
