"""DuckDB files as one Parquet file per table. Runs in a confined process, on a database of its own that reaches nothing but this file.

One thread writes, so that the same table gives the same bytes everywhere. Views are left out: they are questions, not data.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from resources._kit.exported import export
from resources.duckdb import failures, quoting
from voyant_core import errors

ROW_GROUP_ROWS = 61_440
_HUGE = frozenset({"HUGEINT", "UHUGEINT"})
_AS_TEXT = ("INTERVAL", "BIT", "BIGNUM", "VARINT", "UNION", "VARIANT", "TIME WITH TIME ZONE")
_AGAIN = "Open it with the DuckDB that wrote it and export its tables as Parquet (`EXPORT DATABASE 'folder' (FORMAT parquet)`)."


def unpack(path: str, folder: str, file_name: str, max_columns: int, max_tables: int) -> dict[str, Any]:
    """One Parquet file in `folder` per table with rows; what `export` answers.

    UNREADABLE_FILE (damaged, encrypted, of a later version), EMPTY_FILE, TOO_LARGE.
    """
    import duckdb

    connection = duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False, "autoload_known_extensions": False})
    try:
        for statement in (
            "SET GLOBAL timezone = 'UTC'",
            f"ATTACH {quoting.text(path)} AS given (READ_ONLY)",
            f"SET allowed_directories = {quoting.texts([folder])}",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            connection.execute(statement).fetchall()
        listed = connection.execute(
            "SELECT schema_name, table_name, column_count FROM duckdb_tables() WHERE database_name = 'given' AND NOT internal ORDER BY 1, 2"
        ).fetchall()
        views = connection.execute(
            "SELECT view_name FROM duckdb_views() WHERE database_name = 'given' AND NOT internal ORDER BY 1"
        ).fetchall()
        _check(listed, file_name, max_columns, max_tables)
        tables = [
            (name if schema == "main" else f"{schema}.{name}", f"given.{quoting.name(schema)}.{quoting.name(name)}")
            for schema, name, _ in listed
        ]
        return export(tables, partial(_written, connection), folder, file_name, [f"view {view}" for (view,) in views])
    except duckdb.Error as error:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE, f"{file_name} cannot be read as a DuckDB database: {failures.first_line(str(error))}.", hint=_AGAIN
        ) from error


def _check(listed: list[Any], file_name: str, max_columns: int, max_tables: int) -> None:
    wide = next((name for _, name, columns in listed if columns > max_columns), None)
    if len(listed) > max_tables or wide is not None:
        what = (
            f"{len(listed):,} tables; at most {max_tables:,}" if wide is None else f"the table {wide} of more than {max_columns:,} columns"
        )
        raise errors.VoyantError(
            errors.TOO_LARGE, f"{file_name} holds {what} are read.", hint="Export the tables that you need as Parquet."
        )


def _written(connection: Any, table: str, target: Path) -> list[str] | None:
    """Write the table; the notes, or None when it has no rows."""
    if not connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall():
        return None
    columns = connection.execute(f"DESCRIBE {table}").fetchall()
    selected, notes = zip(*(_kept(connection, table, column[0], column[1]) for column in columns), strict=True)
    arguments = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROW_GROUP_ROWS}"
    query = f"SELECT {', '.join(selected)} FROM {table}"
    connection.execute(f"COPY ({query}) TO {quoting.text(str(target))} ({arguments})").fetchall()
    return [note for note in notes if note]


def _kept(connection: Any, table: str, column: str, kind: str) -> tuple[str, str]:
    """The column as Parquet keeps it, and what to tell: Parquet has no 128-bit numbers, and some types of DuckDB it has not at all."""
    name = quoting.name(column)
    if kind in _HUGE:
        wide = f"count(*) FILTER ({name} IS NOT NULL AND TRY_CAST({name} AS DECIMAL(38,0)) IS NULL)"
        (row,) = connection.execute(f"SELECT {wide} FROM {table}").fetchall()
        if not row[0]:
            return f"CAST({name} AS DECIMAL(38,0)) AS {name}", f"{column} is {kind}, which is kept as DECIMAL(38,0)."
        return f"CAST({name} AS VARCHAR) AS {name}", f"{column} is {kind} with numbers of more than 38 digits, and is kept as text."
    if kind.startswith(_AS_TEXT):
        return f"CAST({name} AS VARCHAR) AS {name}", f"{column} is {kind.split('(', maxsplit=1)[0]}, which is kept as text."
    return name, ""
