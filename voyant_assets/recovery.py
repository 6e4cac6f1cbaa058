"""Accepted jobs whose run was never submitted: the API died, or its disk was full, between the row of the job and the queue of Dagster.

They are submitted now. Everything later in a run's life is the worker's affair (`runtime/verdicts.py`).
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from voyant_assets.finishing import FINAL, finish
from voyant_core.model.job import Job, JobState

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun

    from voyant_assets.runtime.environment import Environment

INTERVAL_S = 10.0
PATIENCE_S = 30.0  # a request may be about to do it
log = logging.getLogger(__name__)


class Recovery:
    """A thread of the API. `start_run(job)` gives a job its run, `submit(run_id)` puts a run into the queue."""

    def __init__(
        self, environment: Environment, instance: DagsterInstance, start_run: Callable[[Job], None], submit: Callable[[str], None]
    ) -> None:
        self._environment = environment
        self._instance = instance
        self._start_run = start_run
        self._submit = submit
        self._is_closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="recovery", daemon=True)

    def start(self) -> None:
        """Takes up what an earlier process left, and from then on what nobody cared for. Call it before the first request."""
        self._left = self.unsubmitted()
        self._thread.start()

    def close(self) -> None:
        self._is_closing.set()
        if self._thread.ident is not None:  # it was started
            self._thread.join()

    def _watch(self) -> None:
        left = self._left
        while True:
            for tenant, job_id in left:
                if not self._is_closing.is_set():
                    self._take_up(tenant, job_id)
            if self._is_closing.wait(INTERVAL_S):
                return
            left = self._forgotten()

    def unsubmitted(self) -> list[tuple[str, str]]:
        """(tenant, job id) of open jobs without a run, or with one that is in no queue."""
        found: list[tuple[str, str]] = []
        for job in self._environment.store.open_jobs():
            run = self._instance.get_run_by_id(job.run_id) if job.run_id else None
            if run is None or run.status.value == "NOT_STARTED":
                found.append((job.tenant, job.job_id))
        return found

    def _forgotten(self) -> list[tuple[str, str]]:
        try:
            jobs = [self._environment.store.jobs(tenant).get(job_id) for tenant, job_id in self.unsubmitted()]
        except Exception:  # the boundary of this thread: a store that does not answer now may do so the next time
            log.exception("could not look for jobs without a run")
            return []
        before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=PATIENCE_S)
        return [(job.tenant, job.id) for job in jobs if dt.datetime.fromisoformat(job.created_at) < before]

    def _take_up(self, tenant: str, job_id: str) -> None:
        try:
            self.take_up(self._environment.store.jobs(tenant).get(job_id))
        except Exception:  # the boundary of this thread: the next round tries again
            log.exception("job %s could not be taken up", job_id)

    def take_up(self, job: Job) -> None:
        """Submits the job's run, or makes one. A job that was canceled meanwhile, or whose run was deleted, ends."""
        if job.state.is_final:
            return
        run = self._run_of(job)
        if run is not None and run.is_finished:
            self._finish(job, FINAL[run.status.value])
        elif job.cancel_requested:
            if run is not None:
                self._instance.report_run_canceled(run, "The job was canceled before its run was submitted.")
            self._finish(job, JobState.CANCELED)
        elif run is not None and run.status.value == "NOT_STARTED":
            log.info("submitting the run of job %s, which nobody did", job.id)
            self._environment.store.jobs(job.tenant).set_run(job.id, run.run_id)
            self._submit(run.run_id)
        elif job.run_id is not None and run is None:
            self._finish(job, JobState.FAILED, "Its run was deleted before it began.")
        elif run is None:
            log.info("starting job %s, which nobody did", job.id)
            self._start_run(job)

    def _finish(self, job: Job, state: JobState, reason: str | None = None) -> None:
        finish(self._environment.store, self._environment.objects, job.tenant, job.id, state, reason)

    def _run_of(self, job: Job) -> DagsterRun | None:
        """Its run, also one that was recorded in Dagster and not yet here."""
        from dagster import RunsFilter

        from voyant_assets.graph.factory import JOB_TAG

        if job.run_id is not None:
            return self._instance.get_run_by_id(job.run_id)
        found = self._instance.get_runs(RunsFilter(tags={JOB_TAG: job.id}), limit=1)
        return found[0] if found else None
