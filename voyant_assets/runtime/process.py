"""A forked process as the worker sees it, and the few things Linux has to be asked about processes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from voyant_assets.runtime.priority import set_niceness
from voyant_assets.runtime.state import RunProcess
from voyant_assets.runtime.wire import send


def process_start(pid: int) -> int | None:
    """Clock tick at which `pid` was started, or None when it is no live process; with the pid it names a process for good."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else int(fields[19])


def peek_exited() -> int | None:
    """The pid of some ended child that nobody has waited for yet; it stays unwaited."""
    try:
        info = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return info.si_pid if info else None


class Process:
    """A spare, a process with a task or a run, or an adopted one (without a channel). Its pidfd becomes readable when it ends."""

    def __init__(self, pid: int, channel: socket.socket | None, niced: bool = False) -> None:
        self.pid = pid
        self.channel = channel
        self.niced = niced
        self.pidfd = os.pidfd_open(pid)
        self.start = process_start(pid)
        self.born = time.monotonic()
        self.run_id: str | None = None
        self.is_ready = False
        self.has_begun = False  # what it was handed last
        self.has_ended_run = False
        self.tasks_done = 0
        self.kill_at: float | None = None

    @property
    def is_adopted(self) -> bool:
        return self.channel is None

    @property
    def record(self) -> RunProcess:
        return RunProcess(self.run_id or "", self.pid, self.start)

    def interrupt(self) -> None:
        """SIGINT for the run alone, which takes care of its own children."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL for it and everything in its process group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def hand_over(self, work: Mapping[str, Any]) -> None:
        self.has_begun = False
        if self.niced:
            set_niceness(self.pid, 0)  # DuckDB's threads were started while the spare was niced
            self.niced = False
        if self.channel is not None:
            with contextlib.suppress(OSError):  # died since: its pidfd tells, and the run gets its verdict there
                send(self.channel, work)
