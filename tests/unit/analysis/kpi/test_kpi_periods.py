"""Periods against DuckDB's date_trunc, edges and granularities by hand."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voyant_assets.analysis.kpi.periods import Axis, granularity, moment, next_start, points, start_of

PERIODS = ("hour", "day", "week", "month", "quarter", "year")


def axis(first: str, last: str, finest: str = "day", is_regular: bool = True) -> Axis:
    return Axis("t", ("t",), dt.datetime.fromisoformat(first), dt.datetime.fromisoformat(last), finest, is_regular)


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)), st.sampled_from(PERIODS))  # noqa: DTZ001
def test_periods_start_where_the_engine_has_them_start(at: dt.datetime, period: str) -> None:
    ((expected,),) = duckdb.execute(f"SELECT date_trunc('{period}', CAST(? AS TIMESTAMP))", [at]).fetchall()
    assert start_of(at, period) == dt.datetime.fromisoformat(expected.isoformat())


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)), st.sampled_from(PERIODS))  # noqa: DTZ001
def test_the_next_period_starts_behind_and_nothing_lies_between(at: dt.datetime, period: str) -> None:
    start = start_of(at, period)
    following = next_start(start, period)
    assert start <= at < following == start_of(following, period)


@pytest.mark.parametrize(
    ("first", "last", "finest", "expected"),
    [
        ("2013-01-01", "2013-12-31", "hour", "month"),
        ("2013-01-01", "2013-01-31", "day", "day"),
        ("2013-01-01", "2013-01-02", "hour", "hour"),
        ("2013-01-01", "2013-05-01", "day", "week"),
        ("1949-01-01", "1960-12-01", "month", "quarter"),
        ("1900-01-01", "2000-01-01", "year", "year"),
        ("2013-01-01", "2013-01-02", "day", None),
        ("2013-01-01", "2013-01-01", "hour", None),
    ],
)
def test_the_granularity_gives_a_readable_number_of_points(first: str, last: str, finest: str, expected: str | None) -> None:
    assert granularity(axis(first, last, finest)) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2024-01-01", "2024-03-31", [True, True, True]),
        ("2024-01-02", "2024-03-29", [True, True, True]),
        ("2024-01-20", "2024-03-31", [False, True, True]),
        ("2024-01-01", "2024-03-10", [True, True, False]),
    ],
)
def test_edges_that_the_data_do_not_cover_are_incomplete(first: str, last: str, expected: list[bool]) -> None:
    starts = {dt.datetime(2024, month, 1): 1.0 for month in (1, 2, 3)}  # noqa: DTZ001
    assert [point.complete for point in points(axis(first, last), "month", starts, None)] == expected


def test_monthly_data_cover_their_quarters() -> None:
    starts = {dt.datetime(2024, month, 1): 1.0 for month in (1, 4, 7)}  # noqa: DTZ001
    shown = points(axis("2024-01-01", "2024-08-01", "month"), "quarter", starts, None)
    assert [point.complete for point in shown] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-02", "2020-02-01T00:00:00"),
        ("2020 Q3", "2020-07-01T00:00:00"),
        ("20200131", "2020-01-31T00:00:00"),
        ("2020-01-31T10:00:00+02:00", "2020-01-31T08:00:00"),
        ("2020-01-31T10:00:00Z", "2020-01-31T10:00:00"),
        ("-0044-03-15", None),
        ("9999-12-31", None),
        ("soon", None),
    ],
)
def test_moments_are_read_in_the_forms_of_a_profile(text: str, expected: str | None) -> None:
    found = moment(text)
    assert (found.isoformat() if found else None) == expected
