"""Dagster storage on PostgreSQL: dagster-postgres with one connection pool per process.

Stock dagster-postgres connects for every statement (152 times in a run of ten steps), asks again and again whether its own columns exist,
and tells every event to listeners that no longer exist (NOTIFY, which takes a lock of the whole database at commit). Here runs, events and
schedules share the process's pool, a yes about the schema is kept, and events are followed by polling, as dagster-postgres does by now.

dagster.yaml holds no address: each process reads it from its settings, so that no secret lies in a file or on Dagit's pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as db
from dagster._config.config_schema import UserConfigSchema
from dagster._core.storage.event_log.migration import ASSET_KEY_INDEX_COLS
from dagster._core.storage.event_log.schema import AssetEventTagsTable, SqlEventLogStorageMetadata
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.runs.schema import RunStorageSqlMetadata
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage
from dagster._core.storage.schedules.schema import ScheduleStorageSqlMetadata
from dagster._core.storage.schedules.sql_schedule_storage import SqlScheduleStorage
from dagster._core.storage.sql import stamp_alembic_rev
from dagster._serdes import ConfigurableClassData
from dagster_postgres.event_log import PostgresEventLogStorage, event_log
from dagster_postgres.run_storage import PostgresRunStorage
from dagster_postgres.schedule_storage import PostgresScheduleStorage
from dagster_postgres.utils import pg_alembic_config
from sqlalchemy.engine import Connection

from resources._kit.postgres import check_server, connect_patiently, exclusive, make_engine, told_as
from voyant_assets.runtime.pooled_engine import engine_for
from voyant_assets.runtime.remembering import OF_EVENTS, OF_RUNS, OF_SCHEDULES, remember_yes
from voyant_assets.runtime.storage_in_parts import EndedStaysEnded, StorageInParts
from voyant_core import errors
from voyant_core.settings import Postgres, settings

WHO = "Dagster's storage"


class _Pooled:
    """Connections of the shared engine. What stock Dagster does to its engine for the webserver, ours needs not."""

    _engine: db.Engine

    def _pool(self, engine: db.Engine) -> None:
        self._engine = engine
        self._inst_data = None
        self._token_provider = None
        self.postgres_url = ""  # nobody connects by it
        self.should_autocreate_tables = False

    def connect(self, run_id: str | None = None) -> AbstractContextManager[Connection]:  # noqa: ARG002 - runs are not sharded
        return connect_patiently(self._engine)

    def optimize_for_webserver(self, statement_timeout: int, pool_recycle: int, max_overflow: int) -> None: ...


@remember_yes(*OF_RUNS)
class PooledPostgresRunStorage(EndedStaysEnded, _Pooled, PostgresRunStorage):
    def __init__(self, engine: db.Engine) -> None:
        self._pool(engine)
        self._index_migration_cache: dict[str, bool] = {}
        SqlRunStorage.__init__(self)

    def exclusive(self, name: str) -> AbstractContextManager[None]:
        """One at a time in all processes of this database, whatever host they are on."""
        return exclusive(self._engine, name)


@remember_yes(*OF_SCHEDULES)
class PooledPostgresScheduleStorage(_Pooled, PostgresScheduleStorage):
    def __init__(self, engine: db.Engine) -> None:
        self._pool(engine)
        SqlScheduleStorage.__init__(self)


@remember_yes(*OF_EVENTS)
class PooledPostgresEventLog(_Pooled, PostgresEventLogStorage):
    def __init__(self, engine: db.Engine) -> None:
        self._pool(engine)
        self._secondary_index_cache: dict[str, bool] = {}
        self._event_watcher = None
        SqlEventLogStorage.__init__(self)

    store_event = SqlEventLogStorage.store_event  # without NOTIFY

    def ask_ahead(self) -> None:
        """What storing an event asks while it holds a connection already: with all connections held like that, nobody would get on."""
        self.has_secondary_index(ASSET_KEY_INDEX_COLS)
        self.has_table(AssetEventTagsTable.name)

    def _connect(self) -> AbstractContextManager[Connection]:
        return self.connect()


class PooledPostgresStorage(StorageInParts):
    """The instance's storage. Several processes may open an empty database at once."""

    def __init__(self, url: str, limits: Postgres, inst_data: ConfigurableClassData | None = None) -> None:
        self._engine = engine_for(url, lambda url: told_as(make_engine(url, limits, "dagster", isolation_level="AUTOCOMMIT"), WHO))
        events = PooledPostgresEventLog(self._engine)
        super().__init__(PooledPostgresRunStorage(self._engine), events, PooledPostgresScheduleStorage(self._engine), inst_data)
        self._create_schema_once()
        events.ask_ahead()

    def _create_schema_once(self) -> None:
        if self._has_schema():
            return
        # webserver, daemon, worker and code server start together on an empty database: one creates, the others wait
        with exclusive(self._engine, "dagster schema"):
            if self._has_schema():
                return
            with self._engine.connect() as connection:
                for metadata in (RunStorageSqlMetadata, SqlEventLogStorageMetadata, ScheduleStorageSqlMetadata):
                    metadata.create_all(connection)
            self._record_migrations()
            with self._engine.connect() as connection:  # last: its table is the sign that all of the above is there
                stamp_alembic_rev(pg_alembic_config(event_log.__file__), connection)

    def _has_schema(self) -> bool:
        with connect_patiently(self._engine) as connection:
            check_server(connection, WHO)
            return bool(connection.dialect.has_table(connection, "alembic_version"))

    @classmethod
    def config_type(cls) -> UserConfigSchema:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> PooledPostgresStorage:  # noqa: ARG003
        limits = settings().postgres
        url = limits.for_dagster
        if url is None:
            raise errors.VoyantError(
                errors.DATABASE,
                "Dagster's storage is in PostgreSQL, and this process was not told where.",
                hint="Set VOYANT_POSTGRES__URL as for the server.",
                retryable=False,
            )
        return cls(url, limits, inst_data)
