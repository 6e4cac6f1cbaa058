"""Derived figures against pandas over the same generated rows: the figure, its course in time, its split by groups. Gaps, NaN, infinities,
whole numbers of many digits, moments before 1970, weeks over the turn of a year, one row and many at a time.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resources.duckdb.engine import DuckDBEngine
from voyant_assets.analysis.kpi.derive import MOST_PARTS, derive
from voyant_assets.analysis.profile.table import profile_table
from voyant_core.canonical import dumps
from voyant_core.model.kpi import Kpi
from voyant_core.model.profile import ColumnMeaning, TableProfile

TABLE = {
    "at": "TIMESTAMP",
    "a": "DOUBLE",
    "b": "DOUBLE",
    "c": "BIGINT",
    "site": "VARCHAR",
    "kind": "BIGINT",
    "paid": "BOOLEAN",
    "who": "VARCHAR",
}
MEASURES = ("a", "b", "c")
AGGREGATIONS = ["sum", "mean", "median", "max", "min", "last"]
PERIODS = {"hour": "h", "day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
STEPS = {"hours": 1, "half days": 12, "days": 24, "weeks": 168, "months": 730, "years": 8766}

base = st.sampled_from(["1899-12-31T22:00", "1969-12-25T12:30", "2020-02-27T00:00", "2024-12-29T23:59:59.999999"]).map(
    dt.datetime.fromisoformat
)
real = st.floats(-1e6, 1e6, allow_subnormal=False) | st.sampled_from([None, math.nan, math.inf, 0.0, -0.0, 1 / 3, 100.0])
whole = st.integers(-(10**13), 10**13) | st.sampled_from([None, 0, 1, 12_345_678_901])
row = st.tuples(
    st.integers(0, 40),
    real,
    real,
    whole,
    st.sampled_from(["north", "south", "é", "", None]),
    st.sampled_from([1, 2, 3, None]),
    st.sampled_from([True, False, None]),
    st.sampled_from(["u1", "u2", "u3", None]),
)
tables = st.tuples(base, st.sampled_from(sorted(STEPS)), st.lists(row, min_size=1, max_size=40), st.integers(1, 3)).map(
    lambda drawn: [(drawn[0] + dt.timedelta(hours=STEPS[drawn[1]] * cells[0]), *cells[1:]) for cells in drawn[2] for _ in range(drawn[3])]
)
aggregations = st.fixed_dictionaries({name: st.sampled_from(AGGREGATIONS) for name in MEASURES})
Rows = Sequence[tuple[Any, ...]]


def figures(engine: DuckDBEngine, rows: Rows, chosen: dict[str, str]) -> list[Kpi]:
    def interpret(*_: Any) -> dict[str, ColumnMeaning]:
        found = {
            name: ColumnMeaning(role="dimension", semantic_type="category", default_aggregation="none") for name in ("site", "kind", "paid")
        }
        found["at"] = ColumnMeaning(role="time", semantic_type="datetime", default_aggregation="none")
        found["who"] = ColumnMeaning(role="identifier", semantic_type="id", default_aggregation="count_distinct")
        return found | {n: ColumnMeaning(role="measure", semantic_type="amount", default_aggregation=chosen[n]) for n in MEASURES}  # type: ignore[arg-type]

    columns = ", ".join(f'"{name}" {kind}' for name, kind in TABLE.items())
    engine.rows(f"CREATE OR REPLACE TABLE drawn ({columns})")
    engine.connect().executemany(f"INSERT INTO drawn VALUES ({', '.join('?' * len(TABLE))})", [list(one) for one in rows])
    profile = TableProfile.model_validate_json(dumps(profile_table(engine, "drawn", "drawn", interpret)))
    return derive(profile, "drawn", engine.rows)


def frame(rows: Rows) -> pd.DataFrame:
    columns = {name: pd.Series([row[place] for row in rows], dtype=object) for place, name in enumerate(TABLE)}
    found = pd.DataFrame(columns)
    found["at"] = pd.to_datetime(found["at"])
    return found.sort_values("at", kind="stable")


def figure(kpi: Kpi, rows: pd.DataFrame) -> float | int | None:
    """The figure over these rows, which are in the order of time; None where no row has a value."""
    aggregation = kpi.name if kpi.name == "rows" else kpi.name.removesuffix(f"_{kpi.source_columns[0]}")
    if aggregation == "rows":
        return len(rows)
    values = [v for v in rows[kpi.source_columns[0]] if v is not None and not (isinstance(v, float) and not math.isfinite(v))]
    if aggregation == "count_distinct":
        return len(set(values))
    if not values:
        return None
    numbers = pd.Series([Fraction(value) for value in values], dtype=object)
    match aggregation:
        case "sum":
            return numbers.sum()
        case "mean" | "share":
            return numbers.sum() / len(numbers)
        case "median":
            ordered = sorted(numbers)
            return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
        case "max" | "min":
            return getattr(numbers, aggregation)()
        case _:
            return numbers.iloc[-1]


def same(found: Any, exact: Any, rows: pd.DataFrame, kpi: Kpi) -> bool:
    """Equal to ten digits of the largest value that went in."""
    if found is None or exact is None:
        return found is None and exact is None
    column = rows[kpi.source_columns[0]] if kpi.source_columns else []
    largest = max((abs(Fraction(v)) for v in column if isinstance(v, int | float) and math.isfinite(v)), default=Fraction(1))
    return abs(Fraction(found) - Fraction(exact)) <= Fraction(2, 10**9) * max(abs(Fraction(exact)), largest, 1)


ONE = dt.datetime.fromisoformat("2024-01-01")
MANY_DIGITS = [(ONE + dt.timedelta(days=i), 1.0 + i % 2, 2.0, 12_345_678_901 + i, "x", 1, True, "u") for i in range(6)]


@settings(max_examples=10)
@example(MANY_DIGITS, {"a": "sum", "b": "mean", "c": "sum"})
@given(tables, aggregations)
def test_every_figure_is_what_pandas_finds(engine: DuckDBEngine, rows: Rows, chosen: dict[str, str]) -> None:
    table = frame(rows)
    for kpi in figures(engine, rows, chosen):
        exact = figure(kpi, table)
        assert same(kpi.value, exact, table, kpi), (kpi, exact)
        if isinstance(kpi.value, int) and exact is not None and kpi.name != "share_paid":
            assert kpi.value == exact, kpi
        _check_series(kpi, table)
        _check_parts(kpi, table)


def _check_series(kpi: Kpi, table: pd.DataFrame) -> None:
    if kpi.period is None:
        return
    periods = table["at"].dt.to_period(PERIODS[kpi.period])
    every = pd.period_range(periods.min(), periods.max(), freq=PERIODS[kpi.period])
    held = dict(list(table.groupby(periods)))
    shown = [period for period in every if period in held] if 4 * len(held) < 3 * len(every) else list(every)
    assert [pd.Timestamp(point.at) for point in kpi.series] == [period.start_time for period in shown]
    assert 3 <= len(every) <= (501 if kpi.period == "year" else 62)
    for point, period in zip(kpi.series, shown, strict=True):
        exact = figure(kpi, held[period]) if period in held else 0 if kpi.name == "rows" else None
        assert same(point.value, exact, table, kpi), (kpi.name, point)


def _check_parts(kpi: Kpi, table: pd.DataFrame) -> None:
    if kpi.by is None:
        return
    keys = [("missing" if v is None or v != v else str(v)) for v in table[kpi.by]]
    held = dict(list(table.groupby(pd.Series(keys, index=table.index))))
    assert len(kpi.parts) == min(MOST_PARTS, len(held))
    for part in kpi.parts:
        rows = held[part.label if kpi.by != "paid" else part.label.capitalize().replace("Missing", "missing")]
        assert part.rows == len(rows)
        assert same(part.value, figure(kpi, rows), table, kpi), (kpi.name, part)
    assert pytest.approx(sum(part.rows for part in kpi.parts)) == len(table)
