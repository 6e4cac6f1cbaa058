"""The process in which SQL from outside runs. It can be killed at any moment, which ends what no interrupt reaches.

DuckDB sees an interrupt between vectors only, and what one value holds is not bound by its memory limit: `length(a || a)` twenty times
over, or a nested `list_transform`, would take a run's process with them. So the operating system sets the bounds here: an alarm that
nothing in this process can catch, and a limit of its memory. It starts with an empty environment, its working folder is its spill folder,
and it knows no more than the files that it was told to open.

A byte tells that it is ready. Then frames on standard input and output: eight bytes of length, then JSON. A request is `{"sql",
"max_rows", "tables": {name: {"place": [schema, view], "relation", "files"}}}`; the answer is `{"columns", "rows", "total"}` with JSON
values, or `{"error": ...}` as in `errors.to_wire`.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from resources.duckdb import failures, quoting
from resources.duckdb.opening import opened
from voyant_core import canonical, errors

COUNTING_S = 2.0  # what the exact total of a cut answer may cost on top
ALARM_AFTER_S = 5.0  # beyond the time limit: only what outlives its parent and every interrupt meets it
SPARE_BYTES = 96 * 2**20  # what reading Parquet, sorting and Python take beside what DuckDB counts
SPILL_FACTOR = 4
_SIZE = re.compile(r"\s*([\d.]+)\s*([KMGT]?)(I?)B?\s*", re.IGNORECASE)


def bytes_of(size: str) -> int:
    """`512MB`, `1.5GiB`."""
    found = _SIZE.fullmatch(size)
    if found is None:
        raise errors.VoyantError(errors.INTERNAL, f"{size!r} is not a size.", hint="Set VOYANT_SQL__MEMORY_LIMIT to a size such as 512MB.")
    number, unit, binary = found.groups()
    return int(float(number) * (1024 if binary else 1000) ** " KMGT".index(unit.upper() or " "))


class LockedDatabase:
    """One DuckDB over exactly the given files; a new one when the tables change, since nothing can be added to a locked one."""

    def __init__(self, timeout_s: float, memory_limit: str, folder: Path) -> None:
        self._timeout_s = timeout_s
        self._memory_limit = memory_limit
        self._folder = folder
        self._connection: Any = None
        self._temp: Path | None = None
        self._tables: dict[str, Any] = {}

    def answer(self, sql: str, tables: dict[str, Any], max_rows: int) -> dict[str, Any]:
        connection = self._opened(tables)
        query = _single_select(connection, sql)
        deadline = time.monotonic() + self._timeout_s
        with _stopped_after(connection, self._timeout_s), failures.translated("Running the SQL"):
            cursor = connection.execute(query)
            columns = [(str(column[0]), str(column[1])) for column in cursor.description]
            rows = [[canonical.plain(value) for value in row] for row in cursor.fetchmany(max_rows + 1)]
            # an unread answer would make the connection refuse the next statement
            connection.execute("SELECT 1").fetchall()
        total: int | None = len(rows)
        if len(rows) > max_rows:
            total = _counted(connection, query, max(0.05, min(COUNTING_S, deadline - time.monotonic())))
        return {"columns": columns, "rows": rows[:max_rows], "total": total or max_rows + 1}

    def _opened(self, tables: dict[str, Any]) -> Any:
        if self._connection is not None and tables == self._tables:
            return self._connection
        self._close()
        # files in the spill folder stay readable to the SQL, so it must hold nothing but this database's own
        self._temp = Path(tempfile.mkdtemp(dir=self._folder))
        connection = opened(self._memory_limit, 0, self._temp)
        with failures.translated("Opening the tables"):
            for table in tables.values():
                schema, view = (quoting.name(part) for part in table["place"])
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}").fetchall()
                connection.execute(f"CREATE OR REPLACE VIEW {schema}.{view} AS SELECT * FROM {table['relation']}").fetchall()
            files = [file for table in tables.values() for file in table["files"]]
            for statement in (
                f"SET max_temp_directory_size = '{SPILL_FACTOR * bytes_of(self._memory_limit)}B'",
                f"SET allowed_paths = {quoting.texts(files)}",
                "SET allow_community_extensions = false",
                "SET enable_external_access = false",
                "SET lock_configuration = true",
            ):
                connection.execute(statement).fetchall()
        limit = _data_bytes() + bytes_of(self._memory_limit) + SPARE_BYTES
        resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.getrlimit(resource.RLIMIT_DATA)[1]))
        self._connection, self._tables = connection, tables
        return connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._temp is not None:
            shutil.rmtree(self._temp, ignore_errors=True)


def _data_bytes() -> int:
    """What this process has allocated."""
    found = re.search(r"VmData:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) * 1024 if found else 0


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


def serve(timeout_s: float, memory_limit: str, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the input ends. One byte tells that it is ready."""
    answers.write(b"!")
    answers.flush()
    database = LockedDatabase(timeout_s, memory_limit, Path.cwd())
    while len(head := requests.read(8)) == 8:
        asked = json.loads(requests.read(int.from_bytes(head, "big")))
        signal.setitimer(signal.ITIMER_REAL, timeout_s + ALARM_AFTER_S)
        try:
            answer = database.answer(asked["sql"], asked["tables"], asked["max_rows"])
            data = json.dumps(answer, allow_nan=False).encode()
        except errors.VoyantError as error:
            data = json.dumps({"error": errors.to_wire(error)}).encode()
        except MemoryError:
            data = json.dumps({"error": errors.to_wire(too_much_memory())}).encode()
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(len(data).to_bytes(8, "big") + data)
        answers.flush()


def too_much_memory() -> errors.VoyantError:
    return errors.VoyantError(
        errors.INVALID_SQL, "The SQL needs more memory than allowed.", hint="Aggregate or filter before sorting or joining."
    )


def main() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, whose end is ours
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    timeout_s, memory_limit = float(sys.argv[1]), sys.argv[2]
    importlib.import_module("duckdb")  # ahead of the first request
    serve(timeout_s, memory_limit, sys.stdin.buffer, sys.stdout.buffer)
    os._exit(0)  # DuckDB's threads make the interpreter's end slow


if __name__ == "__main__":
    main()
