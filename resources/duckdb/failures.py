"""DuckDB's errors as ours: the one place where they are translated.

Only the first line of a driver's message is used, and absolute paths in it are cut to their last part, which may be shown.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager

from voyant_core import errors

_ABSOLUTE_PATH = re.compile(r"(?<![\w.])/(?:[^\s\"'/]+/)+(?=[^\s\"'/])")
_LABEL = re.compile(r"^(?:[A-Z][A-Za-z]* )+Error: ")
_NO_COLUMN = re.compile(r'Referenced column "((?:[^"]|"")*)" not found|[Tt]able "[^"]*" does not have a column named "((?:[^"]|"")*)"')
_CANDIDATES = re.compile(r"Candidate bindings: (.+)")
_NO_TABLE = re.compile(r"Table with name (.+?) does not exist")
_FULL_DISK = ("No space left", "max_temp_directory_size", "temp_directory_size", "Disk quota")
LONGEST = 300


def first_line(message: str) -> str:
    """The gist of a driver's message, without its label, folders and final stop."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    line = _LABEL.sub("", lines[0]) if lines else "no reason given"
    return _ABSOLUTE_PATH.sub("", line)[:LONGEST].rstrip(" .")


@contextmanager
def interruptible() -> Generator[None]:
    """Where Python's signal handler raised inside DuckDB: the interrupt again, in place of the RuntimeError that DuckDB makes of it."""
    try:
        yield
    except RuntimeError as error:
        if "Query interrupted" in str(error):
            raise KeyboardInterrupt from error
        raise


@contextmanager
def translated(doing: str) -> Generator[None]:
    """Turn DuckDB's errors inside the block into VoyantError; `doing` opens the detail, e.g. `Reading the table`."""
    import duckdb

    try:
        with errors.of_disk(doing), interruptible():
            yield
    except duckdb.Error as error:
        raise translation(error, doing) from error


def translation(error: Exception, doing: str) -> errors.VoyantError:
    """The VoyantError for one DuckDB error."""
    import duckdb

    message = str(error)
    gist = first_line(message)
    if any(mark in message for mark in _FULL_DISK):
        return errors.VoyantError(errors.STORAGE_FULL, f"{doing}: the disk is full.", hint="Free space in VOYANT_HOME, then try again.")
    match error:
        case duckdb.InterruptException():
            return errors.VoyantError(errors.TIMEOUT, f"{doing} was stopped before its end.")
        case duckdb.OutOfMemoryException():
            return errors.VoyantError(
                errors.INTERNAL, f"{doing} needs more memory than allowed.", hint="Raise VOYANT_ENGINE__MEMORY_LIMIT."
            )
        case duckdb.BinderException() if found := _NO_COLUMN.search(message):
            return _unknown_column(next(group for group in found.groups() if group is not None), message, doing)
        case duckdb.CatalogException() if found := _NO_TABLE.search(message):
            return errors.VoyantError(errors.INVALID_SQL, f"{doing}: no table {found.group(1)[:100]!r}.")
        case duckdb.PermissionException():
            return errors.VoyantError(
                errors.SQL_NOT_A_READ,
                f"{doing}: files, settings and extensions are out of reach.",
                hint="Read the tables of the request by name.",
            )
        case duckdb.IOException() | duckdb.HTTPException():
            return errors.VoyantError(errors.UNREADABLE_FILE, f"{doing}: {gist}.")
        case duckdb.InvalidInputException() if "file" in message.lower():
            return errors.VoyantError(errors.UNREADABLE_FILE, f"{doing}: {gist}.")
        case duckdb.ProgrammingError() | duckdb.DataError() | duckdb.NotSupportedError():
            return errors.VoyantError(errors.INVALID_SQL, f"{doing}: {gist}.")
        case _:
            return errors.VoyantError(errors.INTERNAL, f"{doing}: {gist}.")


def _unknown_column(column: str, message: str, doing: str) -> errors.VoyantError:
    candidates = _CANDIDATES.search(message)
    near = [item.strip().strip('"') for item in candidates.group(1).split(",")] if candidates else []
    hint = f"Did you mean {' or '.join(repr(item) for item in near[:3])}?" if near else None
    return errors.VoyantError(errors.UNKNOWN_COLUMN, f"{doing}: no column {column[:100]!r}.", hint=hint)
