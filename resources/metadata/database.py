"""The connection to the metadata store: transactions, and what its failures mean. SQLite or PostgreSQL: nothing above this module asks.

What differs lies in `sqlite.py` and `postgres.py`; how the schema comes about in `upgrading.py`.
"""

from __future__ import annotations

import functools
import os
import random
import threading
import time
import weakref
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy import exc

from resources._kit.postgres_failures import TransactionLostError
from voyant_core.settings import Postgres

ATTEMPTS = 5
FIRST_PAUSE_S = 0.05

P = ParamSpec("P")
T = TypeVar("T")
Owner = TypeVar("Owner")


class Dialect(Protocol):
    """What a kind of database does in its own way."""

    def make_engine(self) -> sa.Engine: ...

    def reading(self, connection: sa.Connection) -> sa.Connection:
        """A connection whose next transaction sees one state of the store, whatever others write meanwhile."""
        ...

    def writing(self, connection: sa.Connection) -> sa.Connection: ...

    def serialize(self, connection: sa.Connection, name: str) -> None:
        """Until the transaction ends, nobody else passes here with the same name."""
        ...

    def check(self, connection: sa.Connection) -> None:
        """VYNT-5002 when this server cannot serve us: too old, another encoding."""
        ...

    def failure(self, error: exc.SQLAlchemyError, what: str) -> Exception:
        """`what` was being done: "read", "written to", "opened"."""
        ...


_databases: weakref.WeakSet[Database] = weakref.WeakSet()


class Database:
    """One pooled engine per process. Opened on first use; a forked child opens connections of its own."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._engine: sa.Engine | None = None
        self._opening = threading.Lock()
        _databases.add(self)

    @staticmethod
    def at(path: Path) -> Database:
        """The SQLite file at `path`."""
        from resources.metadata.sqlite import Sqlite

        return Database(Sqlite(path))

    @staticmethod
    def on(url: str, limits: Postgres) -> Database:
        """A PostgreSQL database."""
        from resources.metadata.postgres import PostgresDialect

        return Database(PostgresDialect(url, limits))

    @property
    def engine(self) -> sa.Engine:
        if self._engine is None:
            with self._opening:
                self._engine = self._engine or self._dialect.make_engine()
        return self._engine

    @contextmanager
    def read(self) -> Generator[sa.Connection]:
        """One state of the store, for all statements of the block."""
        with self._translated("read"), self.engine.connect() as connection:
            yield self._dialect.reading(connection)

    @contextmanager
    def write(self) -> Generator[sa.Connection]:
        """One transaction: committed at the end of the block, rolled back when it raises. See `repeatable`."""
        with self._translated("written to"), self.engine.connect() as connection:
            writer = self._dialect.writing(connection)
            transaction = writer.begin()
            try:
                yield writer
            except BaseException:
                transaction.rollback()
                raise
            with self._committing():
                transaction.commit()

    def serialize(self, connection: sa.Connection, name: str) -> None:
        """Until this transaction ends, nobody else passes here with the same name. For "is it there? then make it"."""
        self._dialect.serialize(connection, name)

    def upgrade(self) -> None:
        """Bring the schema to its newest revision. A store that is there already costs two queries."""
        from resources.metadata import upgrading

        with self._translated("opened"):
            with self.engine.connect() as connection:
                self._dialect.check(connection)
                is_current = upgrading.is_current(connection)
            if not is_current:
                with self.write() as connection:
                    upgrading.run_migrations(connection, self._dialect.serialize)

    def forget_connections(self) -> None:
        """In a forked child: drop the parent's connections without closing them, which would end the parent's sessions and locks."""
        self._opening = threading.Lock()  # a thread of the parent may have held it
        if self._engine is not None:
            self._engine.dispose(close=False)

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @contextmanager
    def _translated(self, what: str) -> Generator[None]:
        try:
            yield
        except exc.SQLAlchemyError as error:
            raise self._dialect.failure(error, what) from error

    @contextmanager
    def _committing(self) -> Generator[None]:
        """A connection that breaks here leaves open whether the transaction was kept, so it must not be repeated. A conflict may."""
        try:
            yield
        except exc.DBAPIError as error:
            told = self._dialect.failure(error, "written to")
            if isinstance(told, TransactionLostError) and error.connection_invalidated:
                raise _not_repeatable(told) from error
            raise told from error


def _not_repeatable(lost: TransactionLostError) -> Exception:
    from voyant_core.errors import VoyantError

    return VoyantError(lost.code, lost.detail, hint=lost.hint, retryable=lost.retryable)


def repeatable(work: Callable[Concatenate[Owner, P], T]) -> Callable[Concatenate[Owner, P], T]:
    """For a method whose only effect is one `write()`, or none: run again when its transaction was lost before the commit.

    The one layer in which the store retries. Some 1.5 s in all; VYNT-5002 after that.
    """

    @functools.wraps(work)
    def repeated(self: Owner, *args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return work(self, *args, **kwargs)
            except TransactionLostError:
                if attempt == ATTEMPTS:
                    raise
            time.sleep(FIRST_PAUSE_S * 2**attempt * random.uniform(0.5, 1.0))  # noqa: S311 - to part two that met, no secret
        raise AssertionError("unreachable")

    return repeated


def _forget_all() -> None:
    for database in list(_databases):
        database.forget_connections()


os.register_at_fork(after_in_child=_forget_all)
