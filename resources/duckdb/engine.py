"""DuckDB inside the run process: the embedded QueryEngine. It reads pinned Iceberg snapshots as views and writes nothing but Parquet.

Connected on first use and never before a fork, since DuckDB starts threads. One connection answers; `batches` reads on one of its own,
because a connection with an unread answer refuses further statements (ResourceInUse). SQL of callers belongs in `guarded`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from resources.duckdb import failures, quoting
from resources.duckdb.opening import opened
from voyant_core import errors, settings
from voyant_core.model.table import TableSnapshot


class DuckDBEngine:
    """An in-memory database of this process. Not for several threads at once, except `interrupt`."""

    def __init__(self, engine: settings.Engine, temp_directory: Path) -> None:
        self._settings = engine
        self._temp_directory = temp_directory
        self._connection: Any = None
        self._pid: int | None = None
        self._cursors: set[Any] = set()
        self._lock = threading.Lock()

    @property
    def dialect(self) -> str:
        return "duckdb"

    @property
    def version(self) -> str:
        import duckdb

        return str(duckdb.__version__)

    def connect(self) -> Any:
        """The connection, opened now if it is not yet. UTC, so that the machine's zone changes no answer."""
        if self._connection is not None and self._pid != os.getpid():
            raise errors.VoyantError(errors.INTERNAL, "The query engine was opened before a fork and cannot be used after it.")
        if self._connection is None:
            self._connection = opened(self._settings.memory_limit, self._settings.threads, self._temp_directory)
            self._pid = os.getpid()
        return self._connection

    def warm(self) -> None:
        """Open the database and run one statement, so that the first real one finds everything loaded."""
        self.rows("SELECT count(*) FROM range(10) WHERE range > 1")

    def attach(self, name: str, snapshot: TableSnapshot) -> None:
        with failures.translated(f"Opening the table {snapshot.address.table}"):
            self.connect().execute(f"CREATE OR REPLACE VIEW {quoting.name(name)} AS SELECT * FROM {snapshot.relation}").fetchall()

    def detach(self, name: str) -> None:
        """Forget a view that `attach` made."""
        with failures.translated("Closing a table"):
            self.connect().execute(f"DROP VIEW IF EXISTS {quoting.name(name)}").fetchall()

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with failures.translated("Querying"):
            return self.connect().execute(sql, list(parameters)).fetchall()

    def arrays(self, sql: str, parameters: Sequence[Any] = ()) -> dict[str, Any]:
        """Columns as numpy arrays, masked where null. Decimals and HUGEINT become doubles, zoned timestamps UTC."""
        with failures.translated("Querying"):
            return self.connect().execute(sql, list(parameters)).fetchnumpy()

    def batches(self, sql: str, rows_per_batch: int) -> Iterator[Any]:
        with self._cursor() as cursor, failures.translated("Querying"):
            yield from cursor.sql(sql).to_arrow_reader(rows_per_batch)

    def columns(self, sql: str) -> list[tuple[str, str]]:
        with failures.translated("Reading the columns"):
            return [(row[0], row[1]) for row in self.connect().execute(f"DESCRIBE {sql}").fetchall()]

    @contextmanager
    def within(self, mib: int) -> Generator[None]:
        """In the block statements get at most `mib` MiB for their data: less than the engine's own limit, never more."""
        connection = self.connect()
        ((own,),) = connection.execute("SELECT current_setting('memory_limit')").fetchall()
        if _mib(own) <= mib:
            yield
            return
        connection.execute(f"SET memory_limit = '{mib}MiB'").fetchall()
        try:
            yield
        finally:
            connection.execute(f"SET memory_limit = {quoting.text(self._settings.memory_limit)}").fetchall()

    def interrupt(self) -> None:
        with self._lock:
            running = [self._connection, *self._cursors]
        for connection in running:
            if connection is not None:
                connection.interrupt()

    def close(self) -> None:
        """Close the database; the next use opens a new, empty one."""
        connection, self._connection = self._connection, None
        if connection is not None and self._pid == os.getpid():
            connection.close()

    @contextmanager
    def _cursor(self) -> Generator[Any]:
        cursor = self.connect().cursor()
        with self._lock:
            self._cursors.add(cursor)
        try:
            yield cursor
        finally:
            with self._lock:
                self._cursors.discard(cursor)
            cursor.close()


def _mib(setting: str) -> float:
    """DuckDB's own spelling: `953.6 MiB`, `1.5 GiB`."""
    number, unit = setting.split()
    return float(number) * 1024.0 ** (["bytes", "KiB", "MiB", "GiB", "TiB"].index(unit) - 2)
