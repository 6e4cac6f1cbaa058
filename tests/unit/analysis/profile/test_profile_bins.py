"""Histogram bounds and counts."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voyant_assets.analysis.profile.bins import histogram, numeric_edges, temporal_edges


def seconds(year: int, month: int, day: int, hour: int = 0) -> float:
    return dt.datetime(year, month, day, hour, tzinfo=dt.UTC).timestamp()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.floats(-1e12, 1e12, allow_nan=False), min_size=1, max_size=50))
def test_every_value_lies_in_exactly_one_bar_and_within_its_bounds(values: list[float]) -> None:
    x = np.asarray(values)
    low, high = np.quantile(x, [0.005, 0.995])
    bars = histogram(x, np.ones(len(x)), numeric_edges(float(x.min()), float(x.max()), float(low), float(high), whole=False))
    assert sum(bar.count for bar in bars) == len(values)
    assert len(bars) <= 41
    assert all(a.high == b.low and a.low < a.high for a, b in itertools.pairwise(bars))
    for place, bar in enumerate(bars):
        is_last = place == len(bars) - 1
        assert bar.count == sum(bar.low <= v < bar.high or (is_last and v == bar.high) for v in values)


def test_steps_are_round_and_twenty_to_forty() -> None:
    edges = numeric_edges(0.013, 0.97, 0.02, 0.96, whole=False)
    assert edges[:4] == [0.0, 0.025, 0.05, 0.075]
    assert 20 <= len(edges) - 1 <= 40
    assert numeric_edges(-3.2, 96.0, -3.0, 95.0, whole=False)[0] == -5.0


def test_few_whole_numbers_get_a_bar_each() -> None:
    bars = histogram(np.asarray([1, 2, 12]), np.asarray([5, 6, 7]), numeric_edges(1, 12, 1, 12, whole=True))
    assert [bar.low for bar in bars] == list(range(1, 13))
    assert (bars[0].count, bars[1].count, bars[-1].count) == (5, 6, 7)


def test_whole_numbers_never_get_fractional_steps() -> None:
    edges = numeric_edges(0, 95, 0, 95, whole=True)
    assert all(edge.is_integer() for edge in edges)
    assert numeric_edges(0, 950, 0, 950, whole=True)[1] == 25


def test_a_heavy_tail_does_not_hide_the_body() -> None:
    edges = numeric_edges(0.0, 1_000_000.0, 1.0, 90.0, whole=False)
    assert (edges[0], edges[1], edges[-1]) == (0.0, 2.5, 1_000_000.0)
    assert len(edges) > 30


def test_one_value_is_one_bar_without_width() -> None:
    bars = histogram(np.asarray([5.0]), np.asarray([9]), numeric_edges(5.0, 5.0, 5.0, 5.0, whole=True))
    assert [(bar.low, bar.high, bar.count) for bar in bars] == [(5.0, 5.0, 9)]


@pytest.mark.parametrize(("low", "high"), [(1e15, 1e15 + 2), (-1e308, 1e308), (0.0, 5e-324), (1.0, 1.0 + 2**-52)])
def test_a_range_without_round_steps_is_one_bar(low: float, high: float) -> None:
    assert numeric_edges(low, high, low, high, whole=False) == [low, high]


@pytest.mark.parametrize(
    ("low", "high", "first", "second"),
    [
        (seconds(2013, 1, 1, 5), seconds(2013, 12, 31, 23), seconds(2012, 12, 31), seconds(2013, 1, 7)),  # weeks from Monday
        (seconds(2010, 3, 9), seconds(2013, 12, 31), seconds(2010, 3, 1), seconds(2010, 4, 1)),
        (seconds(1990, 3, 9), seconds(2003, 12, 31), seconds(1990, 1, 1), seconds(1990, 4, 1)),
        (seconds(1950, 3, 9), seconds(2003, 12, 31), seconds(1950, 1, 1), seconds(1951, 1, 1)),
        (seconds(2020, 1, 1, 7), seconds(2020, 1, 2, 1), seconds(2020, 1, 1, 7), seconds(2020, 1, 1, 7) + 1800),
    ],
)
def test_times_get_clock_and_calendar_steps(low: float, high: float, first: float, second: float) -> None:
    edges = temporal_edges(low, high, low, high)
    assert edges[0] <= low
    assert edges[-1] >= high
    assert edges[:2] == [first, second]


def test_a_day_of_clock_times_gets_an_hour_each() -> None:
    assert temporal_edges(60.0, 86_340.0, 60.0, 86_340.0, of_day=True) == [hour * 3600.0 for hour in range(25)]


def test_a_sentinel_date_does_not_hide_the_others() -> None:
    edges = temporal_edges(seconds(2020, 1, 1), seconds(9999, 12, 31), seconds(2020, 1, 2), seconds(2020, 12, 30))
    assert len(edges) > 50
    assert edges[-1] == seconds(9999, 12, 31)


@settings(max_examples=80, deadline=None)
@given(st.floats(-1e14, 1e14), st.floats(-1e14, 1e14))
def test_any_two_times_can_be_binned(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    edges = temporal_edges(low, high, low, high)
    assert edges[0] <= low <= high <= edges[-1]
    assert edges == sorted(edges)
    assert len(edges) <= 62
