"""The processes of a worker: a fork server, and spares that warm up or are ready. What a taken process does is the worker's affair."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from voyant_assets.runtime.code_version import code_version
from voyant_assets.runtime.process import Process, peek_exited
from voyant_assets.runtime.state import RunProcess
from voyant_assets.runtime.wire import Message, receive, send

FORK_TIMEOUT_S = 5.0
QUIET_S = 0.5
CODE_CHECK_S = 5.0  # an import costs seconds of CPU: not for every file of a series that is being saved
RETRY_S = 2.0
LONGEST_RETRY_S = 60.0
TASKS_PER_PROCESS = 20  # a process that did many tasks is replaced, with whatever memory they left in it
# numeric libraries and Arrow's allocator start threads at import unless told not to
CALM = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PoolOptions:
    hooks: str
    spares: int
    spare_age_s: float
    code_roots: tuple[Path, ...]
    may_renice: bool


@dataclass(slots=True)
class ForkServer:
    control: socket.socket
    version: str
    child: subprocess.Popen[bytes]
    is_ready: bool = False


@dataclass(frozen=True, slots=True)
class PoolEvents:
    """What the pool tells its owner: something may be possible now, a task was answered, a process has ended (None: not our child)."""

    changed: Callable[[], None]
    answered: Callable[[Process, Message], None]
    exited: Callable[[Process, int | None], None]


class Pool:
    def __init__(self, options: PoolOptions, selector: selectors.BaseSelector, events: PoolEvents) -> None:
        self.options = options
        self.spares: list[Process] = []
        self._selector = selector
        self._events = events
        self._processes: dict[int, Process] = {}
        self._server: ForkServer | None = None  # the one in use
        self._next_server: ForkServer | None = None  # one that is still importing
        self._tried = ""  # the code version that was imported last, perhaps in vain
        self._seen = ""  # the code version at the last look: an editor may be half way through saving
        self._retry_at = self._look_at = 0.0
        self._retry_s = RETRY_S
        self._taken_at = 0.0
        self._last_warm: Message = {}

    # fork server

    @property
    def is_preloaded(self) -> bool:
        return self._server is not None

    def start(self) -> None:
        """Starts a fork server; the one in use serves until the new one has imported."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        version = self._tried = self._seen = code_version(self.options.code_roots)
        command = [
            sys.executable,
            "-m",
            "voyant_assets.runtime.forkserver",
            "--control-fd",
            str(theirs.fileno()),
            "--hooks",
            self.options.hooks,
        ]
        if self._server is not None and self.options.may_renice:
            command.append("--unhurried")
        child = subprocess.Popen(command, pass_fds=[theirs.fileno()], env={**os.environ, **CALM})  # noqa: S603 - our own module
        theirs.close()
        self._next_server = ForkServer(ours, version, child)
        self._selector.register(ours, selectors.EVENT_READ, partial(self._server_says, self._next_server))

    def _server_says(self, server: ForkServer) -> None:
        message, _ = receive(server.control)
        if message is None:
            self._server_ended(server)
            return
        log.info("Fork server %(pid)d imported in %(seconds).1f s, threads %(threads)s", message)
        self._retry_s = RETRY_S
        server.is_ready = True
        old, self._server, self._next_server = self._server, server, None
        if old is not None:
            self._selector.unregister(old.control)
            old.control.close()  # it ends by itself
        self._retire_all()
        self._events.changed()

    def _server_ended(self, server: ForkServer) -> None:
        self._selector.unregister(server.control)
        server.control.close()
        log.error("Fork server %d ended%s", server.child.pid, "" if server.is_ready else " while importing")
        if self._server is server:
            self._server = None
        if self._next_server is server:
            self._next_server = None
        self._retry_at = time.monotonic() + self._retry_s
        self._retry_s = min(self._retry_s * 2, LONGEST_RETRY_S)

    def _fork(self, nice: bool) -> Process | None:
        if self._server is None:
            return None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            send(self._server.control, {"nice": nice}, (theirs.fileno(),))
            ours.settimeout(FORK_TIMEOUT_S)
            message, _ = receive(ours)  # a few milliseconds: the fork itself
        except OSError:
            message = None
        finally:
            theirs.close()
        if message is None:
            ours.close()
            return None
        ours.setblocking(False)
        try:
            process = Process(message["pid"], ours, nice)
        except ProcessLookupError:  # gone already
            ours.close()
            return None
        self._watch(process)
        return process

    # processes

    def adopt(self, record: RunProcess) -> Process:
        """A live process that a predecessor of this worker gave a run to."""
        process = Process(record.pid, None)
        process.run_id = record.run_id
        self._watch(process)
        return process

    def _watch(self, process: Process) -> None:
        self._processes[process.pid] = process
        self._selector.register(process.pidfd, selectors.EVENT_READ, partial(self._process_ended, process))
        if process.channel is not None:
            self._selector.register(process.channel, selectors.EVENT_READ, partial(self._process_says, process))

    def take(self) -> Process | None:
        """A ready spare, the one whose last task ended last first; else the one that has warmed up longest; else a fresh process."""
        self._taken_at = time.monotonic()
        for spare in [spare for spare in self.spares if spare.is_ready] + self.spares:
            self.spares.remove(spare)
            return spare
        return self._fork(nice=False)

    def give_back(self, process: Process) -> None:
        """A process that has done a task goes to the front: it may hold open what the next run reads."""
        process.tasks_done += 1
        process.kill_at = None
        self.spares.insert(0, process)
        if process.tasks_done >= TASKS_PER_PROCESS:
            self._retire(process)
        while len(self.spares) > max(self.options.spares, 1):
            self._retire(self.spares[-1])

    def refill(self, busy: bool) -> None:
        """One at a time, out of the way of runs: not in the first moments of a run while another spare is ready, and at low priority
        where the priority can be given back later (where it cannot, those first moments are waited for in any case)."""
        if len(self.spares) >= self.options.spares or any(not spare.is_ready for spare in self.spares):
            return
        if busy and (self.spares or not self.options.may_renice) and time.monotonic() < self._taken_at + QUIET_S:
            return  # the next tick comes back to it
        spare = self._fork(nice=self.options.may_renice)
        if spare is not None:
            self.spares.append(spare)

    def _process_says(self, process: Process) -> None:
        if process.channel is None:
            return
        message, _ = receive(process.channel)
        if message is None:
            self._selector.unregister(process.channel)  # its pidfd tells the rest
            return
        match message["state"]:
            case "ready":
                process.is_ready = True
                self._last_warm = message
                self._events.changed()
            case "began":
                process.has_begun = True
            case "answer":
                self._events.answered(process, message)
            case "ended":
                process.has_ended_run = True
            case state:
                log.error("Process %d says %r, which is no state", process.pid, state)

    def _last_words(self, process: Process, channel: socket.socket) -> None:
        try:
            while channel in self._selector.get_map():
                self._process_says(process)
        except BlockingIOError:  # nothing more, though something that it started still holds the socket
            self._selector.unregister(channel)

    def _process_ended(self, process: Process) -> None:
        self._selector.unregister(process.pidfd)
        if process.channel is not None:
            self._last_words(process, process.channel)
            process.channel.close()
        process.kill()  # what it left behind in its group; before the wait, while its pid is not free
        try:
            code = os.waitstatus_to_exitcode(os.waitpid(process.pid, 0)[1])
        except ChildProcessError:
            code = None  # adopted: somebody else's child
        os.close(process.pidfd)
        del self._processes[process.pid]
        if process in self.spares:
            self.spares.remove(process)
        self._events.exited(process, code)
        self._events.changed()

    def _retire(self, spare: Process) -> None:
        self.spares.remove(spare)
        if spare.channel is not None and spare.channel in self._selector.get_map():
            self._selector.unregister(spare.channel)
            spare.channel.shutdown(socket.SHUT_RDWR)  # it reads an end of file and exits

    def _retire_all(self) -> None:
        for spare in list(self.spares):
            self._retire(spare)

    # time

    def tick(self, now: float) -> None:
        self._reap_strangers()
        if self._next_server is None and now > self._retry_at and (self._server is None or self._has_new_code(now)):
            self.start()
        for spare in self.spares:
            if spare.is_ready and now - spare.born > self.options.spare_age_s:
                self._retire(spare)  # one a tick: the pool is never emptied at once
                break

    def _has_new_code(self, now: float) -> bool:
        """True when the code has changed since it was imported, and not since the last look."""
        if now < self._look_at:
            return False
        self._look_at = now + CODE_CHECK_S
        before, self._seen = self._seen, code_version(self.options.code_roots)
        return self._seen == before and self._seen != self._tried

    def _reap_strangers(self) -> None:
        # as subreaper we inherit the orphans of runs (and fork servers that ended)
        while (pid := peek_exited()) and pid not in self._processes:
            os.waitpid(pid, 0)

    def info(self) -> dict[str, Any]:
        return {
            "spares": {str(spare.pid): spare.is_ready for spare in self.spares},
            "preloaded": self.is_preloaded,
            "fork_server": self._server.child.pid if self._server else None,
            "code_version": self._server.version if self._server else None,
            "last_warm": self._last_warm,
        }

    def close(self) -> None:
        self._retire_all()
        for server in (self._server, self._next_server):
            if server is not None:
                server.control.close()
        if self._next_server is not None:  # in the middle of its imports it would not notice
            self._next_server.child.send_signal(signal.SIGKILL)
