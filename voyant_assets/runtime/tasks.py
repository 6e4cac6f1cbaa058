"""Small tasks in the worker's processes: who asked, who works on it, until when. Part of the worker's select loop; nothing here blocks."""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from voyant_assets.runtime.pool import Pool
from voyant_assets.runtime.process import Process
from voyant_assets.runtime.wire import Message, send
from voyant_core import errors

JOIN_WITHIN_S = 5.0  # a task that joins another may be told this much too early that its time is over
HANDED_OVER_AT_MOST = 3
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Task:
    name: str
    arguments: dict[str, Any]
    timeout_s: float
    deadline: float
    callers: list[socket.socket]
    handed_over: int = 0
    verdict: errors.VoyantError | None = None  # why it was killed

    def reply(self, message: Message) -> None:
        """The answer to everybody who asked and is still there."""
        for caller in self.callers:
            with caller, contextlib.suppress(OSError):
                send(caller, message)

    def has_no_caller(self) -> bool:
        """Whoever asked has gone (a server that died), and needs no answer."""
        return all(_has_hung_up(caller) for caller in self.callers)

    def fail(self, error: errors.VoyantError) -> None:
        log.warning("The task %s ended: %s", self.name, error)
        self.reply({"error": errors.to_wire(error)})


class Tasks:
    """At most `at_once` tasks have a process; the others wait for one, within their time."""

    def __init__(self, pool: Pool, at_once: int) -> None:
        self._pool = pool
        self._at_once = at_once
        self._waiting: deque[Task] = deque()
        self._running: dict[Process, Task] = {}

    @property
    def count(self) -> int:
        return len(self._running) + len(self._waiting)

    @property
    def is_busy(self) -> bool:
        return bool(self._running)

    def add(self, request: Message, caller: socket.socket) -> None:
        timeout_s = float(request["timeout_s"])
        asked = Task(str(request["name"]), dict(request["arguments"]), timeout_s, time.monotonic() + timeout_s, [caller])
        for task in self._waiting:
            # not yet begun, so that its answer is as fresh as one of its own would be
            if (task.name, task.arguments) == (asked.name, asked.arguments) and abs(task.deadline - asked.deadline) < JOIN_WITHIN_S:
                task.callers.append(caller)
                return
        self._waiting.append(asked)

    def schedule(self) -> None:
        while self._waiting and len(self._running) < self._at_once:
            if self._waiting[0].has_no_caller():
                self._waiting.popleft().reply({})
                continue
            process = self._pool.take()
            if process is None:
                return  # the fork server is still importing
            task = self._waiting.popleft()
            self._running[process] = task
            task.handed_over += 1
            left_s = max(task.deadline - time.monotonic(), 0.0)
            process.hand_over({"op": "task", "name": task.name, "arguments": task.arguments, "timeout_s": left_s})

    def answered(self, process: Process, message: Message) -> None:
        task = self._running.pop(process)
        task.reply({key: message[key] for key in ("result", "error") if key in message})
        if task.verdict is None:  # else it has been killed, though its answer was quicker
            self._pool.give_back(process)

    def process_exited(self, process: Process, code: int | None) -> None:
        task = self._running.pop(process, None)
        if task is None:
            return
        if not process.has_begun and task.verdict is None and task.handed_over < HANDED_OVER_AT_MOST:
            self._waiting.appendleft(task)  # the process was dying already: the task has done nothing yet
            return
        task.fail(task.verdict or _died(task, code))

    def tick(self, now: float) -> None:
        for process, task in self._running.items():
            if task.verdict is None:
                task.verdict = _too_slow(task) if now > task.deadline else _unwanted(task) if task.has_no_caller() else None
                if task.verdict is not None:
                    process.kill()
        for task in [task for task in self._waiting if now > task.deadline]:
            self._waiting.remove(task)
            task.fail(_too_slow(task))

    def close(self) -> None:
        """The worker ends: whoever still waits is told."""
        for task in [*self._running.values(), *self._waiting]:
            task.fail(errors.VoyantError(errors.WORKER_AWAY, f"The run worker shut down before the task {task.name} was done."))
        for process in self._running:
            process.kill()


def _has_hung_up(caller: socket.socket) -> bool:
    """A caller says nothing after its request, so whatever can be read is the end."""
    try:
        return caller.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _too_slow(task: Task) -> errors.VoyantError:
    return errors.VoyantError(errors.TIMEOUT, f"The task {task.name} was not done within {task.timeout_s:g} s.")


def _unwanted(task: Task) -> errors.VoyantError:
    return errors.VoyantError(errors.WORKER_AWAY, f"Whoever asked for the task {task.name} has gone.")


def _died(task: Task, code: int | None) -> errors.VoyantError:
    return errors.VoyantError(
        errors.RUN_LOST,
        f"The process of the task {task.name} ended with exit code {code} before the task did.",
        hint="If it happens again with the same input, the input is what kills it: the worker's log may say more.",
    )
