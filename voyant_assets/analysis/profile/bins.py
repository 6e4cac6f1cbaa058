"""Histograms with edges a person would choose: round steps for numbers, clock and calendar steps for times.

Long tails do not hide the body: when the middle 99 % takes less than half of the range, the steps cover that middle, and the first and
the last bar reach on to the minimum and the maximum. Every bar states its true bounds.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voyant_core.model.profile import Bin

Floats = NDArray[np.float64]

MOST_BARS = 40
MOST_TIME_BARS = 60
DAY_S = 86_400
MONDAY_S = 4 * DAY_S  # 1970-01-05
_CLOCK_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, DAY_S, 7 * DAY_S)
_MONTH_STEPS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
_EPOCH_YEAR = 1970
_CALENDAR = (dt.datetime(1, 1, 1, tzinfo=dt.UTC).timestamp(), dt.datetime(9000, 1, 1, tzinfo=dt.UTC).timestamp())


def round_steps(smallest: float) -> Iterator[Fraction]:
    """1, 2, 2.5, 5 times powers of ten, ascending, from `smallest` on. Fractions, so that edges are exact decimals."""
    power = math.floor(math.log10(smallest)) - 1
    while True:
        for digit in (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5)):
            step = digit * Fraction(10) ** power
            if step >= smallest:
                yield step
        power += 1


def numeric_edges(low: float, high: float, core_low: float, core_high: float, whole: bool) -> list[float]:
    """Bar bounds for values in low..high, of which 99 % lie in core_low..core_high. `whole` values get whole steps."""
    if low == high:
        return [low, high]
    start, end = _body(low, high, core_low, core_high)
    width = end - start if math.isfinite(end - start) else math.inf
    if not 1e-290 < width < 1e290 or width < 1e-9 * max(abs(start), abs(end)):
        return [low, high]  # no round step fits between doubles
    for step in round_steps(width / MOST_BARS):
        if whole and step.denominator != 1:
            continue
        first = math.floor(Fraction(start) / step)
        # Whole numbers: the largest value gets a bar of its own width instead of sharing its neighbour's.
        last = math.floor(Fraction(end) / step) + 1 if whole else math.ceil(Fraction(end) / step)
        if last - first <= MOST_BARS:
            return _open_tails([float(place * step) for place in range(first, last + 1)], low, high)
    raise AssertionError("round steps never end")


def _body(low: float, high: float, core_low: float, core_high: float) -> tuple[float, float]:
    tailed = high / 2 - low / 2 > core_high - core_low > 0
    return (core_low, core_high) if tailed else (low, high)


def _open_tails(edges: list[float], low: float, high: float) -> list[float]:
    """Widen the outer bars to the extremes that lie beyond them."""
    return [min(edges[0], low), *edges[1:-1], max(edges[-1], high)]


def temporal_edges(low: float, high: float, core_low: float, core_high: float, of_day: bool = False) -> list[float]:
    """Bar bounds in seconds: clock steps, weeks from Monday, months, quarters, years. `of_day`: seconds since midnight."""
    if low == high:
        return [low, high]
    return _open_tails(_time_steps(*_body(low, high, core_low, core_high), of_day), low, high)


def _time_steps(low: float, high: float, of_day: bool) -> list[float]:
    if high - low < 1:
        return numeric_edges(low, high, low, high, whole=False)
    for step in _CLOCK_STEPS_S:
        offset = MONDAY_S if step == 7 * DAY_S else 0
        first, last = math.floor((low - offset) / step), math.floor((high - offset) / step) + 1
        if last - first <= (MOST_BARS if of_day else MOST_TIME_BARS):
            return [float(place * step + offset) for place in range(first, last + 1)]
    if low < _CALENDAR[0] or high > _CALENDAR[1]:
        return numeric_edges(low, high, low, high, whole=True)
    first_month, last_month = _month_of(low), _month_of(high)
    for months in _MONTH_STEPS:
        first, last = first_month // months, last_month // months + 1
        if last - first <= MOST_TIME_BARS:
            return [_month_start(place * months) for place in range(first, last + 1)]
    return numeric_edges(low, high, low, high, whole=True)


def _month_of(seconds: float) -> int:
    """Months since year 0."""
    moment = dt.datetime(_EPOCH_YEAR, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
    return moment.year * 12 + moment.month - 1


def _month_start(month: int) -> float:
    year, index = divmod(max(month, 12), 12)
    return float((dt.datetime(year, index + 1, 1, tzinfo=dt.UTC) - dt.datetime(_EPOCH_YEAR, 1, 1, tzinfo=dt.UTC)).total_seconds())


def histogram(numbers: NDArray[Any], counts: NDArray[Any], edges: list[float]) -> list[Bin]:
    """Bars of values that occur `counts` times: low <= x < high, the last bar closed."""
    inner = np.asarray(edges[1:-1], dtype=np.float64)
    places = np.searchsorted(inner, np.asarray(numbers, dtype=np.float64), side="right")
    held = np.bincount(places, weights=np.asarray(counts, dtype=np.float64), minlength=len(edges) - 1)
    return [Bin(low=low, high=high, count=int(count)) for (low, high), count in zip(itertools.pairwise(edges), held.tolist(), strict=True)]
