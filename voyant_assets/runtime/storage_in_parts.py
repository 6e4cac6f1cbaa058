"""What both of our storages of a Dagster instance are: runs, events and schedules on one engine, reached only through their whole."""

from __future__ import annotations

from dagster import DagsterInstance
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.event_log.base import EventLogStorage
from dagster._core.storage.runs.base import RunStorage
from dagster._core.storage.schedules.base import ScheduleStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData


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
