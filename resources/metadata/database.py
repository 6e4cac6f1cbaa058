"""The connection to the metadata store: engine, transactions, schema version.

SQLite runs in WAL with `BEGIN IMMEDIATE` for writes, so that two writers queue for the lock instead of failing half-way. Nothing above this
module knows which database it is.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc

from resources.metadata.schema import HEAD
from voyant_core import errors

BUSY_TIMEOUT_S = 30

_databases: weakref.WeakSet[Database] = weakref.WeakSet()


class Database:
    """One pooled engine per process and URL. Opened on first use; a forked child opens connections of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: sa.Engine | None = None
        _databases.add(self)

    @staticmethod
    def at(path: Path) -> Database:
        return Database(f"sqlite:///{path}")

    @property
    def engine(self) -> sa.Engine:
        if self._engine is None:
            self._engine = _make_engine(self._url)
        return self._engine

    @contextmanager
    def read(self) -> Generator[sa.Connection]:
        with _translated("read"), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Generator[sa.Connection]:
        """One transaction: committed at the end of the block, rolled back when it raises."""
        with _translated("written to"), self.engine.connect() as connection:
            writer = connection.execution_options(voyant_write=True)
            with writer.begin():
                yield writer

    def upgrade(self) -> None:
        """Bring the schema to HEAD. A store that is there already costs one query; Alembic is imported only when there is work."""
        with _translated("opened"):
            with self.engine.connect() as connection:
                known = sa.inspect(connection).has_table("alembic_version")
                version = connection.execute(sa.text("select version_num from alembic_version")).scalar() if known else None
            if version != HEAD:
                _run_migrations(self.engine)

    def forget_connections(self) -> None:
        """In a forked child: drop the parent's connections without closing them, which would drop the parent's locks."""
        if self._engine is not None:
            self._engine.dispose(close=False)

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None


def _forget_all() -> None:
    for database in list(_databases):
        database.forget_connections()


os.register_at_fork(after_in_child=_forget_all)


def _make_engine(url: str) -> sa.Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True)
    engine = sa.create_engine(
        url, poolclass=sa.QueuePool, pool_size=4, max_overflow=20, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}
    )

    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver's guess
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("voyant_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", configure)
    event.listen(engine, "begin", begin)
    return engine


def _run_migrations(engine: sa.Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect() as connection:
        writer = connection.execution_options(voyant_write=True)
        with writer.begin():  # processes that start together on an empty home: one creates, the others find it done
            config.attributes["connection"] = writer
            command.upgrade(config, "head")


@contextmanager
def _translated(what: str) -> Generator[None]:
    try:
        yield
    except exc.OperationalError as error:
        message = str(error.orig)
        if "disk is full" in message:
            raise errors.VoyantError(
                errors.STORAGE_FULL, "The metadata store has no space left on its disk.", hint="Free some space."
            ) from error
        if "readonly" in message or "unable to open" in message:
            raise errors.VoyantError(
                errors.DATABASE, f"The metadata store could not be {what}: {message}.", hint="Is VOYANT_HOME writable?", retryable=False
            ) from error
        raise errors.VoyantError(
            errors.DATABASE, f"The metadata store could not be {what}: {message}.", hint="Try again; `voyant doctor` tells more."
        ) from error
