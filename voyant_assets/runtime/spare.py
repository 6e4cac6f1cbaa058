"""What a forked process does: warm up, wait, answer small tasks, execute one run and exit.

One run per process, so a run cannot leave anything behind. Threads and connections are started here, after the fork, never before.
"""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from resources._kit.parent_death import die_with_parent
from voyant_assets.runtime.hooks import Hooks
from voyant_assets.runtime.priority import BACKGROUND, set_niceness
from voyant_assets.runtime.temporary import own_folder
from voyant_assets.runtime.wire import Message, receive, send
from voyant_core import errors
from voyant_core.settings import settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

LONG_WAIT_S = 1.0
ALARM_GRACE_S = 2.0
ADOPTION_S = 1.0
log = logging.getLogger(__name__)


def live_and_exit(channel: socket.socket, hooks: Hooks, open_instance: Callable[[], DagsterInstance], nice: bool, worker: int) -> None:
    """The whole life of a forked process. Does not return."""
    code = 1
    try:
        code = Spare(channel, hooks, open_instance, worker).live(nice)
    except BaseException:  # the boundary of the process: nothing above could report it
        log.exception("A run process ended with an exception")
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(code)  # no atexit: DuckDB's threads make the interpreter's end slow, and nothing is left to save


class Spare:
    def __init__(self, channel: socket.socket, hooks: Hooks, open_instance: Callable[[], DagsterInstance], worker: int) -> None:
        self._worker = worker
        self._channel = channel
        self._hooks = hooks
        self._open_instance = open_instance
        self._instance: DagsterInstance | None = None

    def live(self, nice: bool) -> int:
        """The exit code: 0 when the worker need not look at the run's end."""
        os.setsid()  # own process group: killing it takes the run's subprocesses along, and none of the worker's
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._tell({"state": "forked", "pid": os.getpid()})
        with contextlib.suppress(errors.VoyantError):  # a full disk: whoever needs a file learns it then
            tempfile.tempdir = str(own_folder(settings().layout.temp))
        if nice:
            set_niceness(os.getpid(), BACKGROUND)
        steps: list[Callable[[], object]] = [self._connect, *self._hooks.warm_steps()]
        while True:
            self._warm_up(steps)
            waited_from = time.monotonic()
            work, _ = receive(self._channel)
            if work is None:
                return 0  # the worker is gone, or retired this spare
            if time.monotonic() - waited_from > LONG_WAIT_S:
                self._check_connections()
            self._tell({"state": "began"})
            if work["op"] == "run":
                return self._run(work["run_id"])
            self._answer(work["name"], self._task(work))

    def _warm_up(self, steps: list[Callable[[], object]]) -> None:
        """Takes steps off the list until it is empty or work is waiting, which warms up whatever it needs by itself."""
        if not steps:
            return
        while steps:
            if select.select([self._channel], [], [], 0)[0]:
                return
            step = steps.pop(0)
            try:
                step()
            except Exception:  # a spare is a speed-up: what cannot be warmed fails, or not, in the run itself
                log.exception("A warm-up step failed")
        self._tell({"state": "ready", "cpu_s": time.process_time()})

    def _connect(self) -> DagsterInstance:
        if self._instance is None:
            self._instance = self._open_instance()
        return self._instance

    def _check_connections(self) -> None:
        from voyant_assets.runtime.pooled_engine import check_connections

        check_connections()

    def _run(self, run_id: str) -> int:
        is_whole = self._hooks.execute_run(run_id, self._connect())
        self._tell({"state": "ended"})
        return 0 if is_whole else 1

    def _task(self, work: Message) -> dict[str, Any]:
        """`{"result": ...}` or `{"error": ...}`."""
        # the worker kills a task that takes too long; a task whose worker has died has nobody to answer
        if self._is_child_of_worker():
            die_with_parent(signal.SIGKILL)
        signal.setitimer(signal.ITIMER_REAL, work["timeout_s"] + ALARM_GRACE_S)
        try:
            return {"result": self._hooks.run_task(work["name"], work["arguments"])}
        except errors.VoyantError as error:
            return {"error": errors.to_wire(error)}
        except Exception:  # the boundary of a task: the caller learns that it failed, the log why
            log.exception("The task %s failed", work["name"])
            return {"error": errors.to_wire(_internal(work["name"]))}
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            die_with_parent(0)

    def _is_child_of_worker(self) -> bool:
        """At first the parent is the process between two forks, whose end must not be taken for the worker's."""
        give_up = time.monotonic() + ADOPTION_S
        while os.getppid() != self._worker and time.monotonic() < give_up:
            time.sleep(0.001)
        return os.getppid() == self._worker

    def _answer(self, name: str, answer: dict[str, Any]) -> None:
        try:
            self._tell({"state": "answer", **answer})
        except errors.VoyantError as error:  # larger than any message may be
            self._tell({"state": "answer", "error": errors.to_wire(error)})
        except TypeError:
            log.exception("The answer of the task %s is not JSON", name)
            self._tell({"state": "answer", "error": errors.to_wire(_internal(name))})

    def _tell(self, message: dict[str, Any]) -> None:
        # a failure means that the worker is gone. A run that it handed over can still be read, and is executed: its successor adopts us
        with contextlib.suppress(OSError):
            send(self._channel, message)


def _internal(name: str) -> errors.VoyantError:
    return errors.VoyantError(errors.INTERNAL, f"The task {name} failed; the worker's log says why.")
