"""Views over literal rows in a real DuckDB, for the tests of the profile."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from resources.duckdb.engine import DuckDBEngine
from voyant_core.model.profile import ColumnMeaning, ColumnStatistics, Scalar
from voyant_core.settings import Engine

VIEW = 'the "view"'
QUOTED = '"the ""view"""'


@functools.cache
def engine() -> DuckDBEngine:
    return DuckDBEngine(Engine(threads=2), Path(tempfile.mkdtemp(prefix="voyant-profile-")))


def view_of(query: str) -> DuckDBEngine:
    """The engine, with the query's rows as `VIEW`."""
    opened = engine()
    opened.connect().execute(f"CREATE OR REPLACE VIEW {QUOTED} AS {query}").fetchall()
    return opened


def rows_of(columns: Mapping[str, str], rows: Sequence[Sequence[object]]) -> DuckDBEngine:
    """The engine, with `rows` of columns name -> type as `VIEW`."""
    opened = engine()
    connection = opened.connect()
    names = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    connection.execute(f"CREATE OR REPLACE TABLE literal_rows ({names})").fetchall()
    if rows:
        connection.executemany(f"INSERT INTO literal_rows VALUES ({', '.join('?' * len(columns))})", [list(row) for row in rows])
    return view_of("SELECT * FROM literal_rows")


def interpret(
    table: str, rows: int, columns: Sequence[ColumnStatistics], values: Mapping[str, Sequence[tuple[Scalar, int]]]
) -> dict[str, ColumnMeaning]:
    """Numbers are measures, times are times, a name that ends in `id` is an identifier, other strings are categories."""

    def meaning(column: ColumnStatistics) -> ColumnMeaning:
        if column.name == "year":
            return ColumnMeaning(role="time", semantic_type="year", default_aggregation="none")
        if column.name.endswith("id"):
            return ColumnMeaning(role="identifier", semantic_type="id", default_aggregation="count_distinct")
        if column.kind == "number":
            return ColumnMeaning(role="measure", semantic_type="number", default_aggregation="mean", unit="kg")
        if column.kind == "temporal":
            return ColumnMeaning(role="time", semantic_type="datetime", default_aggregation="none")
        return ColumnMeaning(role="dimension", semantic_type="category", default_aggregation="none")

    return {column.name: meaning(column) for column in columns}
