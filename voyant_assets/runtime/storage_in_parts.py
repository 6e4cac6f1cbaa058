"""What both of our storages of a Dagster instance are: runs, events and schedules on one engine, reached only through their whole."""

from __future__ import annotations

from datetime import datetime

from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.events import EVENT_TYPE_TO_PIPELINE_RUN_STATUS, DagsterEvent
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.dagster_run import FINISHED_STATUSES
from dagster._core.storage.event_log.base import EventLogStorage
from dagster._core.storage.runs.base import RunStorage
from dagster._core.storage.runs.schema import RunsTable
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage
from dagster._core.storage.schedules.base import ScheduleStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData, serialize_value
from dagster._time import get_current_datetime


class EndedStaysEnded(SqlRunStorage):
    """A cancel that meets a run at its end does not take it back to CANCELING, where nobody would end it again."""

    def handle_run_event(self, run_id: str, event: DagsterEvent, update_timestamp: datetime | None = None) -> None:
        status = EVENT_TYPE_TO_PIPELINE_RUN_STATUS.get(event.event_type)
        if status is not DagsterRunStatus.CANCELING:
            super().handle_run_event(run_id, event, update_timestamp)
            return
        run = self._get_run_by_id(run_id)
        if run is None:
            return
        is_open = RunsTable.c.status.not_in([ended.value for ended in FINISHED_STATUSES])
        changed = {
            "run_body": serialize_value(run.with_status(status)),
            "status": status.value,
            "update_timestamp": update_timestamp or get_current_datetime(),
        }
        with self.connect() as connection:
            connection.execute(RunsTable.update().where(RunsTable.c.run_id == run_id, is_open).values(**changed))


class StorageInParts(DagsterStorage[DagsterInstance], ConfigurableClass):
    def __init__(
        self,
        runs: RunStorage[DagsterInstance],
        events: EventLogStorage[DagsterInstance],
        schedules: ScheduleStorage[DagsterInstance],
        inst_data: ConfigurableClassData | None,
    ) -> None:
        self._run_storage = runs
        self._event_log_storage = events
        self._schedule_storage = schedules
        self._inst_data = inst_data
        super().__init__()

    def _record_migrations(self) -> None:
        """On empty tables the data migrations have nothing to do but to write down that they are done."""
        self._run_storage.migrate()
        self._run_storage.optimize()
        self._event_log_storage.reindex_events()
        self._event_log_storage.reindex_assets()
        self._schedule_storage.migrate()
        self._schedule_storage.optimize()

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return self._inst_data

    def register_instance(self, instance: DagsterInstance) -> None:
        super().register_instance(instance)
        for storage in (self._run_storage, self._event_log_storage, self._schedule_storage):
            if not storage.has_instance:
                storage.register_instance(instance)

    @property
    def event_log_storage(self) -> EventLogStorage[DagsterInstance]:
        return self._event_log_storage

    @property
    def run_storage(self) -> RunStorage[DagsterInstance]:
        return self._run_storage

    @property
    def schedule_storage(self) -> ScheduleStorage[DagsterInstance]:
        return self._schedule_storage

    # Dagster asks a storage for the configuration of its parts; ours are reached only through it
    @property
    def event_storage_data(self) -> ConfigurableClassData | None:
        return None

    @property
    def run_storage_data(self) -> ConfigurableClassData | None:
        return None

    @property
    def schedule_storage_data(self) -> ConfigurableClassData | None:
        return None

    def dispose(self) -> None:
        self._event_log_storage.dispose()  # not the engine: other instances in this process use it
