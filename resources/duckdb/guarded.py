"""SQL that comes from outside, run by a second DuckDB under every limit. It is the wall behind the AST guard and safe without it.

The database holds views over exactly the planned files and nothing else; `allowed_paths` names these files, external access is off and the
configuration is locked before the first statement. Only a single SELECT is run. DuckDB checks for an interrupt between vectors, so one
scalar that builds a gigantic value (`repeat('a', 1e9)`) can outlast the time limit: the AST guard must refuse those.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resources.duckdb import engine, failures, quoting
from voyant_core import errors, settings
from voyant_core.model.table import TableSnapshot

COUNTING_S = 2.0  # what the exact total of a cut answer may cost on top


@dataclass(frozen=True, slots=True)
class Rows:
    """An answer of at most `max_rows` rows. `total` counts all of them, or is `len(rows) + 1` when counting took too long."""

    columns: list[tuple[str, str]]
    rows: list[tuple[Any, ...]]
    total: int
    truncated: bool


class GuardedDuckDB:
    """Runs one statement at a time. The locked database is kept while the tables stay the same."""

    def __init__(self, sql: settings.Sql, temp_directory: Path) -> None:
        self._settings = sql
        self._temp_root = temp_directory
        self._connection: Any = None
        self._temp: Path | None = None
        self._key: tuple[Any, ...] = ()
        self._lock = threading.Lock()

    def run(self, sql: str, tables: Mapping[str, TableSnapshot], max_rows: int) -> Rows:
        """The first `max_rows` rows. INVALID_SQL, UNKNOWN_COLUMN, SQL_NOT_A_READ, TIMEOUT; the view names are `tables`' keys."""
        with self._lock:
            connection = self._opened(tables)
            try:
                return self._answer(connection, sql, min(max_rows, self._settings.max_rows))
            except errors.VoyantError as error:
                raise _explained(error, tables) from error

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        if self._temp is not None:
            shutil.rmtree(self._temp, ignore_errors=True)
            self._temp = None

    def _opened(self, tables: Mapping[str, TableSnapshot]) -> Any:
        """The locked database over `tables`; a new one when they changed, since nothing can be added to a locked one."""
        key = (os.getpid(), *sorted((name, str(table.address), table.snapshot_id, table.relation) for name, table in tables.items()))
        if self._connection is not None and key == self._key:
            return self._connection
        self.close()
        self._temp_root.mkdir(parents=True, exist_ok=True)
        # files in the spill folder stay readable to the SQL, so it must hold nothing but this database's own
        self._temp = Path(tempfile.mkdtemp(prefix="sql_", dir=self._temp_root))
        connection = engine.opened(self._settings.memory_limit, 0, self._temp)
        with failures.translated("Opening the tables"):
            for name, table in tables.items():
                connection.execute(f"CREATE VIEW {quoting.name(name)} AS SELECT * FROM {table.relation}").fetchall()
            files = [file for table in tables.values() for file in table.files]
            for statement in (
                f"SET allowed_paths = {quoting.texts(files)}",
                "SET allow_community_extensions = false",
                "SET enable_external_access = false",
                "SET lock_configuration = true",
            ):
                connection.execute(statement).fetchall()
        self._connection, self._key = connection, key
        return connection

    def _answer(self, connection: Any, sql: str, max_rows: int) -> Rows:
        query = _single_select(connection, sql)
        deadline = time.monotonic() + self._settings.timeout_s
        with _stopped_after(connection, self._settings.timeout_s), failures.translated("Running the SQL"):
            cursor = connection.execute(query)
            columns = [(str(column[0]), str(column[1])) for column in cursor.description]
            rows: list[tuple[Any, ...]] = cursor.fetchmany(max_rows + 1)
            # an unread answer would make the connection refuse the next statement
            connection.execute("SELECT 1").fetchall()
        if len(rows) <= max_rows:
            return Rows(columns, rows, len(rows), truncated=False)
        total = _counted(connection, query, max(0.05, min(COUNTING_S, deadline - time.monotonic())))
        return Rows(columns, rows[:max_rows], total or max_rows + 1, truncated=True)


def _single_select(connection: Any, sql: str) -> str:
    """`sql` if it is one SELECT; DuckDB's own parser decides."""
    import duckdb

    with failures.translated("Reading the SQL"):
        statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise errors.VoyantError(
            errors.SQL_NOT_A_READ,
            "The SQL is not a single SELECT statement.",
            hint="Send one SELECT; no SET, COPY, ATTACH or semicolons between.",
        )
    return str(statements[0].query)


def _counted(connection: Any, query: str, within_s: float) -> int | None:
    """How many rows the whole answer has; None when that takes too long."""
    import duckdb

    with _stopped_after(connection, within_s):
        try:
            return int(connection.execute(f"SELECT count(*) FROM ({query.rstrip().rstrip(';')}\n)").fetchall()[0][0])
        except duckdb.Error:
            return None


@contextmanager
def _stopped_after(connection: Any, seconds: float) -> Generator[None]:
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _explained(error: errors.VoyantError, tables: Mapping[str, TableSnapshot]) -> errors.VoyantError:
    """`error` with what a caller can do about it."""
    if error.code is errors.TIMEOUT:
        return errors.VoyantError(
            error.code,
            "The SQL ran longer than allowed and was stopped.",
            hint="Aggregate or filter more, then try again.",
            retryable=False,
        )
    if error.code is errors.INTERNAL and "memory" in error.detail:
        return errors.VoyantError(
            errors.INVALID_SQL, "The SQL needs more memory than allowed.", hint="Aggregate or filter before sorting or joining."
        )
    if error.code is errors.INVALID_SQL and "no table" in error.detail and error.hint is None:
        return errors.VoyantError(error.code, error.detail, hint=f"The tables are {', '.join(sorted(tables)[:10])}.")
    if error.code is errors.UNKNOWN_COLUMN and error.hint is None and len(tables) == 1:
        names = [column.name for column in next(iter(tables.values())).columns][:20]
        return errors.VoyantError(error.code, error.detail, hint=f"The columns are {', '.join(names)}.")
    return error
