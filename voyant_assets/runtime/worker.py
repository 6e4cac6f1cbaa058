"""Run worker: one per home. Takes runs from the launcher and gives each its own process, most of the time one that is warm already.

One thread, one select loop, no locks. The only other thread writes to Dagster's database (`verdicts.py`).
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import fcntl
import logging
import os
import selectors
import signal
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from resources.telemetry.logs import configure_logging
from voyant_assets.runtime.code_version import product_roots
from voyant_assets.runtime.hooks import PRODUCT
from voyant_assets.runtime.instance import write_dagster_yaml
from voyant_assets.runtime.pool import Pool, PoolEvents, PoolOptions
from voyant_assets.runtime.priority import may_renice
from voyant_assets.runtime.process import Process, process_start
from voyant_assets.runtime.state import StateFile
from voyant_assets.runtime.tasks import HANDED_OVER_AT_MOST, Tasks
from voyant_assets.runtime.temporary import remove_of
from voyant_assets.runtime.verdicts import Verdicts
from voyant_assets.runtime.wire import Message, listen, receive, send
from voyant_core import errors
from voyant_core.settings import HomeLayout, Runs, settings

PR_SET_CHILD_SUBREAPER = 36
TICK_S = 0.25
SPARE_AGE_S = 600.0
LOOK_S = 4.0
LITTLE_ROOM = 2**20
log = logging.getLogger(__name__)


class Worker:
    def __init__(self, layout: HomeLayout, limits: Runs, options: PoolOptions, look_s: float = LOOK_S) -> None:
        self.look_s = look_s
        self.limits = limits
        self.layout = layout
        self.selector = selectors.DefaultSelector()
        self.state = StateFile(layout.run / "runs.json")
        self.verdicts = Verdicts(layout, options.hooks)
        self.pool = Pool(options, self.selector, PoolEvents(self.schedule, self.task_answered, self.process_exited))
        self.tasks = Tasks(self.pool, at_once=limits.slots)
        self.running: dict[str, Process] = {}
        self.waiting: deque[str] = deque()
        self.ending: dict[str, str | None] = {}
        self.not_begun: Counter[str] = Counter()  # processes that died before they began, by run
        self.draining_until: float | None = None
        self.next_look = 0.0
        self.supervisor = os.getppid()

    # requests

    def answer(self, request: Message, caller: socket.socket) -> Message | None:
        """None: the answer comes later, and the task keeps the caller's connection."""
        match request["op"]:
            case "launch":
                return self.launch(request["run_id"])
            case "terminate":
                return {"ok": self.terminate(request["run_id"])}
            case "health":
                return self.health(request["run_id"])
            case "task":
                if self.draining_until is not None:
                    return {"error": errors.to_wire(errors.VoyantError(errors.WORKER_AWAY, "The run worker is shutting down."))}
                self.tasks.add(request, caller)
                return None
            case "info":
                running = {run_id: process.pid for run_id, process in self.running.items()}
                return {"pid": os.getpid(), "running": running, "waiting": len(self.waiting), "tasks": self.tasks.count, **self.pool.info()}
            case unknown:
                return {"refused": f"unknown request {unknown!r}"}

    def launch(self, run_id: str) -> Message:
        if self.draining_until is not None:
            return {"refused": "the worker is shutting down"}
        if run_id not in self.running and run_id not in self.waiting:
            self.waiting.append(run_id)
            if not self.save():
                self.waiting.remove(run_id)
                return {"refused": "the worker cannot write down that it has the run: is the disk full?"}
        return {"ok": True}

    def terminate(self, run_id: str) -> bool:
        if run_id in self.waiting:
            self.waiting.remove(run_id)
            self.end(run_id, "The run was canceled before it had a process.")
            return True
        process = self.running.get(run_id)
        if process is None:
            return False
        if process.kill_at is not None:
            return True  # asked for before
        process.interrupt()
        # a step inside a C call sees the interrupt only when the call returns
        process.kill_at = time.monotonic() + self.limits.cancel_grace_s
        return True

    def health(self, run_id: str) -> Message:
        process = self.running.get(run_id)
        if process is not None:
            return {"state": "running", "pid": process.pid}
        if run_id in self.waiting:
            return {"state": "waiting"}
        return {"state": "ending" if run_id in self.ending else "unknown"}

    # runs

    def schedule(self) -> None:
        """Gives waiting runs and tasks a process; the pool then refills behind them."""
        if self.draining_until is not None:
            return
        while self.waiting and len(self.running) < self.limits.slots:
            process = self.pool.take()
            if process is None:
                break  # the fork server is still importing
            process.run_id = run_id = self.waiting.popleft()
            self.running[run_id] = process
            if not self.save():  # before the hand-over: a run that has a process is always on record
                self.waiting.appendleft(run_id)
                del self.running[run_id]
                process.run_id = None
                self.pool.give_back(process)
                break
            process.hand_over({"op": "run", "run_id": run_id})
        self.tasks.schedule()
        self.pool.refill(busy=bool(self.running) or self.tasks.is_busy)

    def task_answered(self, process: Process, message: Message) -> None:
        self.tasks.answered(process, message)
        self.schedule()

    def process_exited(self, process: Process, code: int | None) -> None:
        remove_of(self.layout.temp, process.pid, process.start)
        self.tasks.process_exited(process, code)
        if process.run_id is None:
            return
        self.running.pop(process.run_id, None)
        if self.may_begin_elsewhere(process.run_id, process):
            self.waiting.appendleft(process.run_id)
            self.save()
            return
        how = "while another worker watched it" if process.is_adopted else f"with exit code {code}"
        is_whole = code == 0 and process.has_ended_run
        reason = f"The run's process {process.pid} ended {how} before the run did." + told_if_full(self.layout.root)
        self.end(process.run_id, None if is_whole else reason)

    def may_begin_elsewhere(self, run_id: str, process: Process) -> bool:
        """It was dying already when it was handed the run, which has therefore not begun."""
        if process.has_begun or process.is_adopted or process.kill_at is not None:
            return False
        self.not_begun[run_id] += 1
        return self.not_begun[run_id] < HANDED_OVER_AT_MOST

    def end(self, run_id: str, reason: str | None) -> None:
        """Sees to the run's end, if need be in the next worker. `reason`: the event log may not hold it, and why."""
        self.ending[run_id] = reason
        self.not_begun.pop(run_id, None)
        self.save()
        self.verdicts.run_process_ended(run_id, reason)

    def look_for_lost(self, now: float) -> None:
        """Runs that Dagster takes for active and nobody works on: their launcher died half way, or our record of them was lost."""
        while self.verdicts.unlaunched:
            self.launch(self.verdicts.unlaunched.popleft())
        if now >= self.next_look and self.draining_until is None:
            self.next_look = now + self.look_s
            self.verdicts.look_for_lost(frozenset((*self.running, *self.waiting, *self.ending)))

    def strike_off_ended(self) -> None:
        if self.verdicts.done:
            while self.verdicts.done:
                self.ending.pop(self.verdicts.done.popleft(), None)
            self.save()

    def save(self) -> bool:
        """False when the disk refuses: what was written before still stands, and a successor asks Dagster about the rest."""
        try:
            self.state.write((process.record for process in self.running.values()), self.waiting, self.ending)
        except OSError as error:
            log.error("The state of the worker could not be written: %s", error)
            return False
        return True

    def adopt(self) -> None:
        """Takes over from a predecessor: its live processes, its waiting runs, and the verdict on processes that died since."""
        state = self.state.read()
        self.waiting, self.ending = deque(state.waiting), dict(state.ending)
        for record in state.running:
            if record.start is not None and process_start(record.pid) == record.start:
                with contextlib.suppress(ProcessLookupError):
                    self.running[record.run_id] = self.pool.adopt(record)
                    log.info("Adopted run %s in process %d", record.run_id, record.pid)
                    continue
            self.ending[record.run_id] = f"The run's process {record.pid} ended while the worker was away."
        self.save()
        for run_id, reason in self.ending.items():
            self.verdicts.run_process_ended(run_id, reason)

    # loop

    def serve(self) -> None:
        """Until SIGTERM or SIGINT, and then until the runs are done or `drain_s` is over."""
        listener = listen(self.layout.worker_socket)
        self.selector.register(listener, selectors.EVENT_READ, lambda: self.accept(listener))
        self.wake_on_signals()
        self.schedule()
        next_tick = 0.0
        while not self.is_drained():
            for key, _ in self.selector.select(TICK_S):
                if self.selector.get_map().get(key.fd) is key:  # not closed by an earlier callback of this round
                    callback: Callable[[], None] = key.data
                    callback()
            now = time.monotonic()
            if now >= next_tick:
                next_tick = now + TICK_S
                self.tick(now)
        listener.close()
        self.tasks.close()
        self.pool.close()
        self.verdicts.close()
        self.strike_off_ended()

    def wake_on_signals(self) -> None:
        read_end, write_end = os.pipe()
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.drain)
        self.selector.register(read_end, selectors.EVENT_READ, lambda: os.read(read_end, 64))

    def accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        self.selector.register(connection, selectors.EVENT_READ, lambda: self.reply(connection))

    def reply(self, connection: socket.socket) -> None:
        self.selector.unregister(connection)
        try:
            request, _ = receive(connection)
            answer = self.answer(request, connection) if request is not None else {}
        except (ValueError, KeyError, TypeError) as error:
            answer = {"refused": f"not a request: {error!r}"}
        if answer is not None:
            with connection, contextlib.suppress(OSError):  # the caller left
                send(connection, answer)
        self.schedule()

    def tick(self, now: float) -> None:
        for process in list(self.running.values()):
            if process.kill_at is not None and now > process.kill_at:
                process.kill()
        self.strike_off_ended()
        self.look_for_lost(now)
        self.tasks.tick(now)
        self.pool.tick(now)
        self.schedule()

    def drain(self, *_signal: object) -> None:
        """No new runs; running ones get `drain_s`, and after that live on for the next worker to adopt. Called in a signal handler.

        A worker whose supervisor died makes room at once: the next server's worker cannot start before.
        """
        if self.draining_until is None:
            is_orphan = os.getppid() != self.supervisor
            self.draining_until = time.monotonic() + (0.0 if is_orphan else self.limits.drain_s)

    def is_drained(self) -> bool:
        if self.draining_until is None:
            return False
        return not (self.running or self.tasks.is_busy) or time.monotonic() > self.draining_until


def told_if_full(home: Path) -> str:
    """A sentence for whoever wonders why a process failed; empty while the disk has room."""
    found = os.statvfs(home)
    return " The disk of VOYANT_HOME is full." if found.f_bavail * found.f_frsize < LITTLE_ROOM else ""


def take_lock(layout: HomeLayout) -> TextIO:
    """Keeps a second worker off this home for as long as the file is open. VYNT-5005 when there is one."""
    lock = (layout.run / "worker.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise errors.VoyantError(errors.HOME_IN_USE, f"Another run worker serves {layout.root}.") from error
    return lock


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m voyant_assets.runtime.worker")
    parser.add_argument("--home", type=Path, help="VOYANT_HOME")
    parser.add_argument("--hooks", default=PRODUCT, help="module with what the product supplies")
    parser.add_argument("--spare-age-s", type=float, default=SPARE_AGE_S)
    parser.add_argument("--look-s", type=float, default=LOOK_S, help="how often to look for lost runs")
    parser.add_argument(
        "--code-root", type=Path, action="append", help="folder whose .py files make the code version; not given: the product's"
    )
    arguments = parser.parse_args()
    if arguments.home is not None:
        os.environ["VOYANT_HOME"] = str(arguments.home.absolute())
    layout, runs = settings().layout, settings().runs
    configure_logging("worker", settings().telemetry.log_level)
    for folder in (layout.root, layout.run, layout.dagster):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["DAGSTER_HOME"] = str(layout.dagster)
    try:
        lock = take_lock(layout)
    except errors.VoyantError as error:
        sys.exit(error.to_text())
    with lock:
        write_dagster_yaml(layout, settings())
        roots = tuple(arguments.code_root or product_roots())
        options = PoolOptions(arguments.hooks, runs.spares, arguments.spare_age_s, roots, may_renice())
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        worker = Worker(layout, runs, options, arguments.look_s)
        worker.pool.start()  # the fork server imports while we adopt
        worker.adopt()
        worker.verdicts.open_ahead()
        worker.serve()


if __name__ == "__main__":
    main()
