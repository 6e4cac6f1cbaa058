"""SQL that comes from outside, run by a second DuckDB in a process of its own, under every limit. It is the wall behind the AST guard and
safe without it.

The process (`guarded_child`) holds views over exactly the planned files and nothing else. Whatever the statement does, an answer or a coded
error is here within the time limit and `GRACE_S`: who has not answered by then is killed, and the next statement gets a new process.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from resources._kit.sql_names import QUALIFIED
from resources.duckdb import guarded_child
from voyant_core import errors, settings
from voyant_core.model.table import TableSnapshot

GRACE_S = 2.0
START_S = 60.0  # a machine under load; starting takes 0.15 s
LARGEST_ANSWER = 64 * 2**20
PACKAGES = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Rows:
    """At most `max_rows` rows of JSON values. `total` counts all of them, or is `len(rows) + 1` when counting took too long."""

    columns: list[tuple[str, str]]
    rows: list[tuple[Any, ...]]
    total: int
    truncated: bool


class GuardedDuckDB:
    """Runs one statement at a time. Its process is kept for the next statement, and so is the locked database while the tables stay."""

    def __init__(self, sql: settings.Sql, temp_directory: Path) -> None:
        self._settings = sql
        self._temp_root = temp_directory
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._is_ready = False
        self._folder: Path | None = None
        self._ending: weakref.finalize[..., GuardedDuckDB] | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the process without waiting for it, so that the first statement finds it ready."""
        with self._lock:
            self._started()

    def run(self, sql: str, tables: Mapping[str, TableSnapshot], max_rows: int) -> Rows:
        """The first `max_rows` rows. INVALID_SQL, UNKNOWN_COLUMN, SQL_NOT_A_READ, TIMEOUT; the view names are `tables`' keys."""
        named = {name: {"place": _place(name), "relation": table.relation, "files": list(table.files)} for name, table in tables.items()}
        asked = {"sql": sql, "tables": named, "max_rows": min(max_rows, self._settings.max_rows)}
        with self._lock:
            try:
                answer = self._asked(json.dumps(asked).encode())
            except errors.VoyantError as error:
                raise _explained(error, tables) from error
        columns = [(name, kind) for name, kind in answer["columns"]]
        rows = [tuple(row) for row in answer["rows"]]
        return Rows(columns, rows, answer["total"], truncated=answer["total"] > len(rows))

    def close(self) -> None:
        self._process = None
        if self._ending is not None:
            self._ending()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is None:
            return self._process
        self.close()
        self._temp_root.mkdir(parents=True, exist_ok=True)
        self._folder, self._owner = Path(tempfile.mkdtemp(prefix="sql_", dir=self._temp_root)), os.getpid()
        self._is_ready = False
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-P", "-m", guarded_child.__name__, str(self._settings.timeout_s), self._settings.memory_limit],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                cwd=self._folder,
                env={"PYTHONPATH": str(PACKAGES), "HOME": str(self._folder), "LANG": "C.UTF-8"},
            )
        except OSError as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise errors.VoyantError(
                errors.INTERNAL,
                f"The process for SQL could not be started: {error.strerror}.",
                hint="Free memory and processes.",
                retryable=True,
            ) from error
        # also for who forgets to close it
        self._ending = weakref.finalize(self, _ended, self._process, self._folder, self._owner)
        return self._process

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        if not self._is_ready:
            _read(process, time.monotonic() + START_S, 1)
            self._is_ready = True

    def _asked(self, request: bytes) -> dict[str, Any]:
        process = self._started()
        try:
            self._await_ready(process)
            answer = json.loads(_exchanged(process, request, time.monotonic() + self._settings.timeout_s + GRACE_S))
        except TimeoutError as error:
            self.close()
            raise errors.VoyantError(errors.TIMEOUT, "Running the SQL was stopped before its end.") from error
        except (BrokenPipeError, EOFError) as error:
            self.close()  # the system ended it, in nearly every case for its memory
            raise guarded_child.too_much_memory() from error
        except _TooLargeError as error:
            self.close()
            raise errors.VoyantError(
                errors.INVALID_SQL, "The answer of the SQL is too large.", hint="Select fewer or shorter values."
            ) from error
        if "error" in answer:
            failure = errors.from_wire(answer["error"])
            if failure.code is errors.INTERNAL:
                self.close()  # after a failed allocation a database may answer nothing more
            raise failure
        return cast(dict[str, Any], answer)


def _ended(process: subprocess.Popen[bytes], folder: Path, owner: int) -> None:
    """Kill the process and clear its folder; a forked child leaves both to its parent."""
    if owner != os.getpid():
        return
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    process.wait()
    shutil.rmtree(folder, ignore_errors=True)


class _TooLargeError(Exception):
    """The process has more to say than anybody reads."""


def _exchanged(process: subprocess.Popen[bytes], request: bytes, deadline: float) -> bytes:
    """The answer's frame. TimeoutError; EOFError, BrokenPipeError when the process has ended."""
    if process.stdin is None:
        raise EOFError
    process.stdin.write(len(request).to_bytes(8, "big") + request)
    size = int.from_bytes(_read(process, deadline, 8), "big")
    if size > LARGEST_ANSWER:
        raise _TooLargeError
    return _read(process, deadline, size)


def _read(process: subprocess.Popen[bytes], deadline: float, size: int) -> bytes:
    if process.stdout is None:
        raise EOFError
    received = bytearray()
    while len(received) < size:
        if not select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise TimeoutError
        piece = os.read(process.stdout.fileno(), min(size - len(received), 1 << 20))
        if not piece:
            raise EOFError
        received += piece
    return bytes(received)


def _place(name: str) -> list[str]:
    """Schema and view: a name like `shop.orders` is a table in a schema, any other one name."""
    schema, _, view = name.rpartition(".") if QUALIFIED.fullmatch(name) else ("main", "", name)
    return [schema, view]


def _explained(error: errors.VoyantError, tables: Mapping[str, TableSnapshot]) -> errors.VoyantError:
    """`error` with what a caller can do about it."""
    if error.code is errors.TIMEOUT:
        return errors.VoyantError(
            error.code,
            "The SQL ran longer than allowed and was stopped.",
            hint="Aggregate or filter more, then try again.",
            retryable=False,
        )
    if error.code is errors.STORAGE_FULL or (error.code is errors.INTERNAL and "memory" in error.detail):
        return guarded_child.too_much_memory()
    if error.code is errors.INTERNAL and error.detail.startswith("Running the SQL"):
        return errors.VoyantError(errors.INVALID_SQL, error.detail, hint="The engine cannot run this; write it in another way.")
    if error.code is errors.INVALID_SQL and "no table" in error.detail and error.hint is None:
        return errors.VoyantError(error.code, error.detail, hint=f"The tables are {', '.join(sorted(tables)[:10])}.")
    if error.code is errors.UNKNOWN_COLUMN and error.hint is None and len(tables) == 1:
        names = [column.name for column in next(iter(tables.values())).columns][:20]
        return errors.VoyantError(error.code, error.detail, hint=f"The columns are {', '.join(names)}.")
    return error
