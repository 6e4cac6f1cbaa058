"""Run coordinator: a run starts at once while its home and its tenant have room, else it waits QUEUED.

Queued runs are launched by `start_queued`, which the worker calls whenever a run ends, and, as a safety net, by Dagster's daemon. Never
does a run wait STARTING on purpose: Dagit cannot cancel it there. Decisions are in `admission.py`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol, cast

import sqlalchemy as db
from dagster import DagsterEvent, DagsterEventType, DagsterInstance, DagsterRun, DagsterRunStatus
from dagster._core.launcher.base import LaunchRunContext
from dagster._core.run_coordinator.base import SubmitRunContext
from dagster._core.run_coordinator.queued_run_coordinator import QueuedRunCoordinator
from dagster._core.storage.dagster_run import ACTIVE_RUN_STATUSES
from dagster._core.storage.runs.schema import RunsTable, RunTagsTable
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage
from dagster._core.storage.tags import PRIORITY_TAG

from voyant_assets.runtime.admission import Limits, Load, Waiting, may_start_at_once, priority_at_the_end, startable
from voyant_assets.runtime.launcher import WorkerAwayError

TENANT_TAG = "voyant/tenant"
LOCK = "admission"


class FastPathRunCoordinator(QueuedRunCoordinator[DagsterInstance]):
    """Configured like `QueuedRunCoordinator`; a tag limit on `voyant/tenant` per unique value is the tenants' share."""

    def submit_run(self, context: SubmitRunContext) -> DagsterRun:
        run = context.dagster_run
        if run.status != DagsterRunStatus.NOT_STARTED:
            return super().submit_run(context)
        tenant = run.tags.get(TENANT_TAG)
        with admission_lock(self._instance):
            load = current_load(self._instance)
            if not may_start_at_once(load, self._limits(), tenant):
                if PRIORITY_TAG not in run.tags:
                    self._instance.add_run_tags(run.run_id, {PRIORITY_TAG: str(priority_at_the_end(load.queued, tenant))})
                return super().submit_run(context)
            self._report_starting(run)
        return self._launch(run.run_id, context.workspace)

    def start_queued(self) -> list[str]:
        """Launches the queued runs that may start now; their ids."""
        started: list[str] = []
        while run_id := self._admit_next():
            run = self._launch(run_id, None)
            if run.status == DagsterRunStatus.QUEUED:
                break  # the worker is away
            started.append(run_id)
        return started

    def _admit_next(self) -> str | None:
        with admission_lock(self._instance):
            for waiting in startable(current_load(self._instance), self._limits()):
                run = self._instance.get_run_by_id(waiting.run_id)
                if run is not None and run.status == DagsterRunStatus.QUEUED:  # the daemon may have been quicker
                    self._report_starting(run)
                    return run.run_id
        return None

    def _report_starting(self, run: DagsterRun) -> None:
        """From here on the run counts as active, so the lock need not be held for the launch itself."""
        event = DagsterEvent(event_type_value=DagsterEventType.PIPELINE_STARTING.value, job_name=run.job_name)
        self._instance.report_dagster_event(event, run_id=run.run_id)

    def _launch(self, run_id: str, workspace: Any) -> DagsterRun:
        run = self._reloaded(run_id)
        try:
            self._instance.run_launcher.launch_run(LaunchRunContext(dagster_run=run, workspace=workspace))
        except WorkerAwayError as error:
            self._instance.report_engine_event(f"{error} The run goes back into the queue.", run)
            self._instance.report_dagster_event(DagsterEvent.job_enqueue(run), run_id=run_id)
        return self._reloaded(run_id)

    def _reloaded(self, run_id: str) -> DagsterRun:
        run = self._instance.get_run_by_id(run_id)
        if run is None:
            raise LookupError(f"run {run_id} was deleted while it was being launched")
        return run

    def _limits(self) -> Limits:
        config = self.get_run_queue_config()
        shares = [rule["limit"] for rule in config.tag_concurrency_limits if rule["key"] == TENANT_TAG]
        slots = config.max_concurrent_runs
        return Limits(slots=None if slots == -1 else slots, per_tenant=min(shares, default=None))


class SerializingStorage(Protocol):
    """A run storage that can let one at a time pass."""

    def exclusive(self, name: str) -> AbstractContextManager[None]: ...


def admission_lock(instance: DagsterInstance) -> AbstractContextManager[None]:
    """Serialises admission over all threads and processes that submit to this instance."""
    return cast("SerializingStorage", instance.run_storage).exclusive(LOCK)


def current_load(instance: DagsterInstance) -> Load:
    """What is running and waiting, in one query: run bodies are not read, however long the queue is."""
    tenants, priorities = db.alias(RunTagsTable), db.alias(RunTagsTable)
    query = (
        db.select(RunsTable.c.run_id, RunsTable.c.status, tenants.c.value, priorities.c.value)
        .select_from(RunsTable)
        .outerjoin(tenants, (tenants.c.run_id == RunsTable.c.run_id) & (tenants.c.key == TENANT_TAG))
        .outerjoin(priorities, (priorities.c.run_id == RunsTable.c.run_id) & (priorities.c.key == PRIORITY_TAG))
        .where(RunsTable.c.status.in_([status.value for status in (DagsterRunStatus.QUEUED, *ACTIVE_RUN_STATUSES)]))
        .order_by(RunsTable.c.id)
    )
    with _storage(instance).connect() as connection:
        rows = connection.execute(query).all()
    active: dict[str | None, int] = {}
    queued: list[Waiting] = []
    for run_id, status, tenant, priority in rows:
        if status == DagsterRunStatus.QUEUED.value:
            queued.append(Waiting(run_id, tenant, _as_priority(priority)))
        else:
            active[tenant] = active.get(tenant, 0) + 1
    return Load(active, queued)


def active_runs(instance: DagsterInstance) -> list[tuple[str, str]]:
    """(run id, status) of every run that has left the queue and has not ended."""
    active = [status.value for status in ACTIVE_RUN_STATUSES]
    with _storage(instance).connect() as connection:
        rows = connection.execute(db.select(RunsTable.c.run_id, RunsTable.c.status).where(RunsTable.c.status.in_(active))).all()
    return [(row[0], row[1]) for row in rows]


def _storage(instance: DagsterInstance) -> SqlRunStorage:
    storage = instance.run_storage
    if not isinstance(storage, SqlRunStorage):
        raise TypeError(f"the run coordinator needs a SQL run storage, not {type(storage).__name__}")
    return storage


def _as_priority(text: str | None) -> int:
    try:
        return int(text or 0)
    except ValueError:  # Dagster too takes a priority that is no number for 0
        return 0
