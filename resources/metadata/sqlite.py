"""The metadata store in a SQLite file: WAL, and `BEGIN IMMEDIATE` for writes, so that two writers queue for the lock instead of failing
half-way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc

from resources.metadata.columns import dump_json
from voyant_core import errors
from voyant_core.errors import VoyantError

BUSY_TIMEOUT_S = 30


class Sqlite:
    def __init__(self, path: Path) -> None:
        self._path = path

    def make_engine(self) -> sa.Engine:
        engine = sa.create_engine(
            f"sqlite:///{self._path}",
            poolclass=sa.QueuePool,
            pool_size=4,
            max_overflow=20,
            connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
            json_serializer=dump_json,
            hide_parameters=True,
        )
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
        return engine

    def reading(self, connection: sa.Connection) -> sa.Connection:
        return connection

    def writing(self, connection: sa.Connection) -> sa.Connection:
        return connection.execution_options(voyant_write=True)

    def serialize(self, connection: sa.Connection, name: str) -> None:
        """A write has the file to itself anyway."""

    def check(self, connection: sa.Connection) -> None:
        """It comes with Python."""

    def failure(self, error: exc.SQLAlchemyError, what: str) -> VoyantError:
        message = str(getattr(error, "orig", error))
        if "disk is full" in message:
            return VoyantError(errors.STORAGE_FULL, "The metadata store has no space left on its disk.", hint="Free some space.")
        detail = f"The metadata store could not be {what}: {message}."
        if "readonly" in message or "unable to open" in message:
            return VoyantError(errors.HOME_NOT_WRITABLE, detail, hint="Is VOYANT_HOME writable?", retryable=False)
        if not isinstance(error, exc.OperationalError):
            return VoyantError(errors.DATABASE, detail, hint="The log tells more; please report it.", retryable=False)
        return VoyantError(errors.DATABASE, detail, hint="Try again; `voyant doctor` tells more.")


def _configure(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver's guess
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("voyant_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
