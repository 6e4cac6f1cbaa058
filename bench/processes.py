"""Processes under measurement: the naive peer, a Voyant server, and one-shot commands with their CPU time and peak memory."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CACHE = ROOT / "bench" / ".cache"
VOYANT = Path(sys.executable).with_name("voyant")


def environment_of(name: str) -> Path:
    """The Python of the bench environment `name`, made from its hashed lock file on first use."""
    lock, venv = ROOT / "bench" / name / "requirements.lock", CACHE / f"venv-{name}"
    stamp = venv / ".ready"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        uv = str(Path(sys.executable).with_name("uv"))
        print(f"setting up the environment of {name} (once) ...", flush=True)
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(venv)], check=True)
        install = [uv, "pip", "install", "--quiet", "--python", str(venv / "bin" / "python"), "--require-hashes", "-r", str(lock)]
        subprocess.run(install, check=True)
        stamp.touch()
    return venv / "bin" / "python"


class Naive:
    """The naive peer as a process that stays warm: one file name in, one set of figures out."""

    def __init__(self, work: Path) -> None:
        command = [str(environment_of("naive")), str(ROOT / "bench" / "naive" / "pipeline.py"), str(work)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def run(self, source: Path) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{source}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`voyant serve` on a home of its own, until `close`."""

    def __init__(
        self, home: Path, roots: list[Path], roles: str = "api,dagit,worker,daemon", more: Mapping[str, str] | None = None
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        env = {**os.environ, "VOYANT_HOME": str(home), "VOYANT_FILES__ROOTS": json.dumps([str(root) for root in roots])}
        env |= more or {}
        self._log = (home.parent / f"{home.name}.log").open("w")
        command = [str(VOYANT), "serve", "--port", str(self.port), "--roles", roles]
        self._process = subprocess.Popen(command, env=env, stdout=self._log, stderr=subprocess.STDOUT)
        self._wait_ready()

    def _wait_ready(self, patience_s: float = 180.0) -> None:
        give_up = time.monotonic() + patience_s
        while time.monotonic() < give_up:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server ended with {self._process.returncode}; see {self._log.name}")
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            time.sleep(0.2)
        raise RuntimeError(f"the server was not ready within {patience_s:.0f} s; see {self._log.name}")

    @property
    def pid(self) -> int:
        return self._process.pid

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(60)
        self._log.close()


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of wall and CPU time of a command and its children; the largest sum of resident memory of its process tree, MiB."""

    wall_s: float
    cpu_s: float
    peak_rss_mib: float
    output: str


def measured(command: list[str], env: dict[str, str] | None = None, stdin: str | None = None) -> Usage:
    """Run `command` to its end. A non-zero exit raises."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = subprocess.Popen(
        command, env={**os.environ, **(env or {})}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    peak = _Peak(process.pid)
    peak.start()
    output, problems = process.communicate(stdin)
    wall_s = time.perf_counter() - start
    peak.join()
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {problems[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Usage(wall_s, cpu_s, peak.mib, output)


class _Peak(threading.Thread):
    """Samples the resident memory of a process tree every 20 ms."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.mib = 0.0

    def run(self) -> None:
        while Path(f"/proc/{self._pid}").exists():
            total = sum(_resident(pid) for pid in process_tree(self._pid))
            if total == 0:
                return
            self.mib = max(self.mib, total / 2**20)
            time.sleep(0.02)


def process_tree(pid: int) -> list[int]:
    found = [pid]
    for process in found:
        try:
            for task in Path(f"/proc/{process}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (FileNotFoundError, ProcessLookupError):
        return 0
