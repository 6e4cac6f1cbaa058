"""SQLite files as one Parquet file per table. Runs in a confined process; the file is opened read-only and nothing in it is executed.

SQLite types values, not columns: a column's declared type is a wish. The values decide, the declared type only tells what they mean
(dates, booleans), and a column whose values differ in kind becomes text.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from resources._kit.exported import export
from resources._kit.parquet_file import unique_names, write_parquet
from resources._kit.typed_columns import ColumnKinds, arrow_array
from voyant_core import errors

BATCH_ROWS = 8192
LONGEST_VALUE = 64 * 2**20
_AGAIN = "Run `sqlite3 FILE 'PRAGMA integrity_check'`, or export its tables as CSV."


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    declared: str


def unpack(path: str, folder: str, file_name: str, max_columns: int, max_tables: int) -> dict[str, Any]:
    """One Parquet file in `folder` per table with rows; what `export` answers.

    UNREADABLE_FILE (damaged, encrypted), EMPTY_FILE, TOO_LARGE.
    """
    del max_columns  # SQLite allows 2,000
    connection = sqlite3.connect(f"file:{quote(path)}?mode=ro&immutable=1", uri=True, isolation_level=None)
    connection.text_factory = _decoded
    try:
        _restrict(connection)
        names, left_out = _tables(connection)
        if len(names) > max_tables:
            raise errors.VoyantError(
                errors.TOO_LARGE,
                f"{file_name} holds {len(names):,} tables; at most {max_tables:,} are read.",
                hint="Give fewer tables, or raise VOYANT_ARCHIVE__MAX_TABLES.",
            )
        return export([(name, name) for name in names], partial(_written, connection), folder, file_name, left_out)
    except sqlite3.DatabaseError as error:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE, f"{file_name} cannot be read as an SQLite database: {error}.", hint=_AGAIN
        ) from error
    finally:
        connection.close()


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _restrict(connection: sqlite3.Connection) -> None:
    """Nothing that the schema of a stranger brings along may run or grow."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "query_only = ON", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    connection.set_authorizer(_authorized)


def _authorized(action: int, *_: object) -> int:
    reads = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_PRAGMA}
    return sqlite3.SQLITE_OK if action in reads else sqlite3.SQLITE_DENY


def _tables(connection: sqlite3.Connection) -> tuple[list[str], list[str]]:
    """The tables by name, and what is left out. Views and virtual tables have no pages of their own and would have to be executed."""
    rows = connection.execute("SELECT type, name, rootpage FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name").fetchall()
    virtual = [name for kind, name, page in rows if kind == "table" and not page]
    left_out = [f"{'view' if kind == 'view' else 'virtual table'} {name}" for kind, name, page in rows if kind == "view" or not page]
    names: list[str] = []
    for kind, name, page in rows:
        if kind == "view" or not page or name.startswith("sqlite_"):
            continue
        if any(name.startswith(f"{owner}_") for owner in virtual):
            left_out.append(f"table {name} (belongs to a virtual table)")
            continue
        names.append(name)
    return names, left_out


def _written(connection: sqlite3.Connection, table: str, target: Path) -> list[str] | None:
    """Write the table; the notes, or None when it has no rows."""
    # hidden 2 and 3: generated columns, which are values like others; 1: of virtual tables
    listed = connection.execute(f"PRAGMA table_xinfo({_name(table)})").fetchall()
    columns = [_Column(str(row[1]), str(row[2] or "").upper()) for row in listed if row[6] != 1]
    query = f"SELECT {', '.join(_name(column.name) for column in columns)} FROM {_name(table)}"
    kinds, texts = _looked_at(connection, query, columns)
    if kinds is None:
        return None
    types = [_type(column, kind, parsed) for column, kind, parsed in zip(columns, kinds, texts, strict=True)]
    notes: list[str] = []
    for column, kind, type_name in zip(columns, kinds, types, strict=True):
        notes += kind.notes(column.name, type_name)
        if _is_time(column.declared) and type_name == "VARCHAR" and kind.filled:
            notes.append(f"{column.name} is declared {column.declared}, but some of its values are none; it is kept as text.")
    batches = (
        [arrow_array(_read(values, kind), kind) for values, kind in zip(zip(*rows, strict=True), types, strict=True)]
        for rows in _rows(connection, query)
    )
    write_parquet(target, unique_names([column.name for column in columns]), [arrow_array([], kind).type for kind in types], batches)
    return list(dict.fromkeys(notes))


def _rows(connection: sqlite3.Connection, query: str) -> Iterator[list[tuple[Any, ...]]]:
    cursor = connection.execute(query)
    while rows := cursor.fetchmany(BATCH_ROWS):
        yield rows


def _looked_at(connection: sqlite3.Connection, query: str, columns: Sequence[_Column]) -> tuple[list[ColumnKinds] | None, list[set[type]]]:
    """What occurs in each column, and for columns that are declared as times what their texts say (str: no time)."""
    kinds = [ColumnKinds() for _ in columns]
    parsed: list[set[type]] = [set() for _ in columns]
    found = False
    for rows in _rows(connection, query):
        found = True
        for at, values in enumerate(zip(*rows, strict=True)):
            kinds[at].see(values)
            if _is_time(columns[at].declared) and str not in parsed[at]:
                parsed[at].update(type(moment(value)) for value in values if type(value) is str and value.strip())
    return (kinds if found else None), parsed


def _is_time(declared: str) -> bool:
    return "DATE" in declared or "TIME" in declared


def _type(column: _Column, kinds: ColumnKinds, parsed: set[type]) -> str:
    found = kinds.type_name()
    present = {kind for kind, count in kinds.counts.items() if count and kind is not type(None)}
    if not present:
        affinity = (("INT", "BIGINT"), ("CHAR", "VARCHAR"), ("CLOB", "VARCHAR"), ("TEXT", "VARCHAR"), ("BLOB", "BLOB"))
        more = (("REAL", "DOUBLE"), ("FLOA", "DOUBLE"), ("DOUB", "DOUBLE"))
        return next((name for mark, name in (*affinity, *more) if mark in column.declared), "VARCHAR")
    if found == "BIGINT" and "BOOL" in column.declared and kinds.are_whole and kinds.largest <= 1 and kinds.least >= 0:
        return "BOOLEAN"
    if present == {str} and parsed and _is_time(column.declared):
        if parsed == {dt.date}:
            return "DATE"
        if parsed <= {dt.date, dt.datetime}:
            return "TIMESTAMP"
        if parsed == {dt.time}:
            return "TIME"
    return found


def moment(text: str) -> dt.datetime | dt.date | dt.time | str:
    """The time that a text says in SQLite's own formats (ISO 8601, with blank or T); the text itself when it says none or has an offset."""
    stripped = text.strip()
    for kind in (dt.date, dt.datetime, dt.time):
        try:
            found = kind.fromisoformat(stripped)
        except ValueError:
            continue
        return text if isinstance(found, dt.datetime | dt.time) and found.tzinfo is not None else found
    return text


def _read(values: Sequence[Any], type_name: str) -> Sequence[Any]:
    """The values as what their column's type takes."""
    match type_name:
        case "DATE" | "TIMESTAMP" | "TIME":
            return [moment(value) if isinstance(value, str) else value for value in values]
        case "BOOLEAN":
            return [bool(value) if isinstance(value, int | float) else value for value in values]
        case _:
            return values


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
