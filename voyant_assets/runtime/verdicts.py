"""The worker's second thread: everything that touches Dagster's database, so that a slow database never delays a launch.

Decisions are taken from the event log, never from what a process said. It also starts queued runs, since a run that ended made room.
"""

from __future__ import annotations

import concurrent.futures
import logging
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from voyant_assets.runtime.hooks import load_hooks
from voyant_assets.runtime.instance import open_instance
from voyant_assets.runtime.temporary import remove_abandoned
from voyant_core.settings import HomeLayout

if TYPE_CHECKING:
    from dagster import DagsterInstance

DATABASE_ATTEMPTS = 60
HOOK_ATTEMPTS = 3
LONGEST_PAUSE_S = 10.0
log = logging.getLogger(__name__)


class Verdicts:
    """`done` collects the runs whose end is written and told, for the worker to strike off; `unlaunched` those that it should take."""

    def __init__(self, layout: HomeLayout, hooks: str) -> None:
        self.done: deque[str] = deque()
        self.unlaunched: deque[str] = deque()
        self._suspects: frozenset[tuple[str, str]] = frozenset()
        self._is_looking = False
        self._layout = layout
        self._hooks = hooks
        self._thread = concurrent.futures.ThreadPoolExecutor(1, "database")
        self._open: DagsterInstance | None = None
        self._is_closing = False

    def open_ahead(self) -> None:
        """Imports and connecting take seconds, which the first verdict should not."""
        self._thread.submit(self._start)

    def run_process_ended(self, run_id: str, reason: str | None) -> None:
        """The run's process is gone (or it never had one). `reason`: the event log may not hold the run's end, and why."""
        self._thread.submit(self._end, run_id, reason)

    def look_for_lost(self, known: frozenset[str]) -> None:
        """Sees to runs that are active in Dagster's eyes and not among the worker's `known` ones, twice in a row.

        One that never began goes to `unlaunched`, for the worker to take it; any other is ended. Jobs without their run's end get it.
        """
        if not self._is_looking:
            self._is_looking = True
            self._thread.submit(self._look, known)

    def close(self) -> None:
        """Returns when everything that was asked for is written."""
        self._is_closing = True
        self._thread.shutdown()

    def _start(self) -> None:
        self._try("open the Dagster instance", HOOK_ATTEMPTS, self._instance)
        self._try("import the product", 1, lambda: load_hooks(self._hooks))
        self._start_queued()

    def _end(self, run_id: str, reason: str | None) -> None:
        if reason is not None:
            self._try(f"end run {run_id}", DATABASE_ATTEMPTS, lambda: self._judge(run_id, reason))
        self._try(
            f"finish the job of run {run_id}", HOOK_ATTEMPTS, lambda: load_hooks(self._hooks).run_ended(run_id, self._instance(), reason)
        )
        self.done.append(run_id)
        self._start_queued()

    def _look(self, known: frozenset[str]) -> None:
        self._try("look for lost runs", 1, lambda: self._look_for_lost(known))
        self._try("remove what dead processes left", 1, lambda: remove_abandoned(self._layout.temp))
        self._try("look for lost jobs", 1, lambda: load_hooks(self._hooks).look_around(self._instance()))
        self._start_queued()
        self._is_looking = False

    def _look_for_lost(self, known: frozenset[str]) -> None:
        from dagster import DagsterRunStatus

        from voyant_assets.runtime.coordinator import active_runs

        seen = frozenset((run_id, status) for run_id, status in active_runs(self._instance()) if run_id not in known)
        lost, self._suspects = seen & self._suspects, seen
        for run_id, status in sorted(lost):
            log.warning("Nobody works on run %s, which is %s", run_id, status)
            if status == DagsterRunStatus.STARTING.value:
                self.unlaunched.append(run_id)
            else:
                self._end(run_id, "The run's process ended while nobody watched it.")

    def _start_queued(self) -> None:
        if not self._is_closing:
            self._try("start queued runs", 1, self._launch_queued)

    def _launch_queued(self) -> None:
        from voyant_assets.runtime.coordinator import FastPathRunCoordinator

        coordinator = self._instance().run_coordinator
        if isinstance(coordinator, FastPathRunCoordinator):
            coordinator.start_queued()

    def _judge(self, run_id: str, reason: str) -> None:
        """Ends the run in the event log, if it has not ended there: canceled when that was asked for, else failed."""
        from dagster import DagsterRunStatus

        instance = self._instance()
        run = instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return
        if run.status == DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, reason)
        else:
            instance.report_run_failed(run, reason)

    def _instance(self) -> DagsterInstance:
        if self._open is None:
            self._open = open_instance(self._layout)
        return self._open

    def _try(self, what: str, attempts: int, action: Callable[[], object]) -> None:
        for attempt in range(attempts):
            try:
                action()
            except Exception:  # the boundary of this thread: whatever the trouble, the next verdict must be written
                log.exception("Could not %s (attempt %d of %d)", what, attempt + 1, attempts)
                if attempt + 1 < attempts:
                    time.sleep(min(0.1 * 2**attempt, LONGEST_PAUSE_S))
            else:
                return
