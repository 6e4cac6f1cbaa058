"""Dagster storage of the embedded default: one SQLite file in WAL mode, one connection pool per process.

Stock SQLite storage makes a database file per run and a connection per statement. Its consolidated variant still connects per
statement and watches the .db file with inotify, which never fires in WAL mode while a pooled connection is open. Here runs, events and
schedules share `dagster.db`, logs are followed by polling as on Postgres, and "does this column exist?" is asked once per process.
"""

from __future__ import annotations

import fcntl
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as db
from dagster import StringSource
from dagster._config.config_schema import UserConfigSchema
from dagster._core.event_api import EventHandlerFn
from dagster._core.storage.event_log.polling_event_watcher import SqlPollingEventWatcher
from dagster._core.storage.event_log.schema import SqlEventLogStorageMetadata
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.schema import RunStorageSqlMetadata
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules.schema import ScheduleStorageSqlMetadata
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from dagster._core.storage.sql import AlembicVersion, check_alembic_revision, get_alembic_config, run_alembic_upgrade, stamp_alembic_rev
from dagster._serdes import ConfigurableClassData
from sqlalchemy.event import listen

from voyant_assets.runtime.pooled_engine import engine_for
from voyant_assets.runtime.remembering import OF_EVENTS, OF_RUNS, OF_SCHEDULES, remember_yes
from voyant_assets.runtime.storage_in_parts import EndedStaysEnded, StorageInParts

BUSY_TIMEOUT_S = 30
DATABASE = "dagster.db"


def make_sqlite_engine(url: str) -> db.Engine:
    engine = db.create_engine(
        url,
        poolclass=db.QueuePool,
        pool_size=2,
        pool_use_lifo=True,  # keeps to one connection, whose page cache is warm
        max_overflow=30,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
    )
    listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    # NORMAL survives a killed process; a power cut may lose the last commits, never the file
    connection.execute("PRAGMA synchronous=NORMAL")


class _OneFile:
    """Connections of the shared engine; a transaction per block, as the stock SQLite classes have it."""

    _engine: db.Engine

    @contextmanager
    def connect(self) -> Generator[db.Connection]:
        with self._engine.begin() as connection:
            yield connection


@remember_yes(*OF_RUNS)
class PooledSqliteRunStorage(EndedStaysEnded, _OneFile, SqliteRunStorage):
    def __init__(self, engine: db.Engine) -> None:
        self._engine = engine
        super().__init__(str(engine.url))

    @contextmanager
    def exclusive(self, name: str) -> Generator[None]:
        """One at a time in all threads and processes that use this file."""
        with Path(str(self._engine.url.database)).with_name(f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@remember_yes(*OF_SCHEDULES)
class PooledSqliteScheduleStorage(_OneFile, SqliteScheduleStorage):
    def __init__(self, engine: db.Engine) -> None:
        self._engine = engine
        super().__init__(str(engine.url))


class _SqliteEventLog(_OneFile, SqlEventLogStorage):
    """The parts of an event log that are not common SQL: connections, migrations, watching."""

    def __init__(self, engine: db.Engine) -> None:
        self._engine = engine
        self._watcher: SqlPollingEventWatcher | None = None
        super().__init__()

    def run_connection(self, run_id: str | None) -> Any:  # noqa: ARG002 - runs are not sharded
        return self.connect()

    def index_connection(self) -> Any:
        return self.connect()

    def has_table(self, table_name: str) -> bool:
        with self.connect() as connection:
            return bool(connection.dialect.has_table(connection, table_name))

    def upgrade(self) -> None:
        with self.connect() as connection:
            run_alembic_upgrade(_alembic_config(), connection)

    def alembic_version(self) -> AlembicVersion:
        with self.connect() as connection:
            return check_alembic_revision(_alembic_config(), connection)

    def watch(self, run_id: str, cursor: str | None, callback: EventHandlerFn) -> None:
        if self._watcher is None:
            self._watcher = SqlPollingEventWatcher(self)
        self._watcher.watch_run(run_id, cursor, callback)

    def end_watch(self, run_id: str, handler: EventHandlerFn) -> None:
        if self._watcher:
            self._watcher.unwatch_run(run_id, handler)

    def dispose(self) -> None:
        if self._watcher:
            self._watcher.close()
            self._watcher = None


@remember_yes(*OF_EVENTS)
class PooledSqliteEventLog(_SqliteEventLog):
    pass


def _alembic_config() -> Any:
    return get_alembic_config(sqlite_event_log.__file__)  # the three storages have the same migration scripts


class PooledSqliteStorage(StorageInParts):
    """The instance's storage: `base_dir`/dagster.db. Several processes may open an empty folder at once."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._folder = Path(base_dir).absolute()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._engine = engine_for(f"sqlite:///{self._folder / DATABASE}", make_sqlite_engine)
        super().__init__(
            PooledSqliteRunStorage(self._engine), PooledSqliteEventLog(self._engine), PooledSqliteScheduleStorage(self._engine), inst_data
        )
        self._create_schema_once()

    def _create_schema_once(self) -> None:
        # webserver, daemon, worker and code server start together on an empty home: one creates, the others wait
        with (self._folder / f"{DATABASE}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with self._engine.connect() as connection:
                if connection.dialect.has_table(connection, "alembic_version"):
                    return
            for metadata in (RunStorageSqlMetadata, SqlEventLogStorageMetadata, ScheduleStorageSqlMetadata):
                metadata.create_all(self._engine)
            self._record_migrations()
            with self._engine.begin() as connection:  # last: its table is the sign that all of the above is there
                stamp_alembic_rev(_alembic_config(), connection)

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        return {"base_dir": StringSource}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> PooledSqliteStorage:
        return cls(inst_data=inst_data, base_dir=config_value["base_dir"])
