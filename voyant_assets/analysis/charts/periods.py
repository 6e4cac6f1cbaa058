"""Counts and sums by stretch of time, regrouped into periods and into parts of the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voyant_assets.analysis.charts.groups import Group
from voyant_core.model.profile import TimeAxis

LADDER = ("hour", "day", "week", "month", "quarter", "year")
DAY = 86_400
SECONDS: Mapping[str, float] = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": DAY,
    "week": 7 * DAY,
    "month": 30.44 * DAY,
    "quarter": 91.3 * DAY,
    "year": 365.25 * DAY,
}
MOST_STRETCHES, MOST_POINTS, FEWEST = 100_000, 400, 6
ROWS_APART, SOLID = 1.5, 4
"""Up to so many rows per period are a series of its own; from so many on a mean over them is more than noise."""
PARTS = ("hour", "weekday", "month")
_MONDAY = 4  # days from 1970-01-01 to the first Monday
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - moments here are UTC without saying so


@dataclass(frozen=True, slots=True)
class Period:
    """A period and its rows; None where it has none."""

    start: dt.datetime
    group: Group | None


@dataclass(frozen=True, slots=True)
class Stretches:
    """The answer of `queries.by_period`: start in seconds since 1970, rows, and filled rows and sums by measure (one row each)."""

    seconds: NDArray[np.int64]
    rows: NDArray[np.int64]
    filled: NDArray[np.int64]
    sums: NDArray[np.float64]

    def grouped(self, keys: NDArray[np.int64]) -> dict[int, Group]:
        """The stretches by equal `keys`, ascending."""
        found, places = np.unique(keys, return_inverse=True)
        rows = np.bincount(places, self.rows)
        filled = [np.bincount(places, one) for one in self.filled]
        sums = [np.bincount(places, one) for one in self.sums]
        return {
            int(key): Group((str(key),), int(rows[i]), tuple(int(one[i]) for one in filled), tuple(float(one[i]) for one in sums))
            for i, key in enumerate(found)
        }


def stretches(rows: Sequence[Sequence[Any]], measures: int, length: int) -> Stretches | None:
    """The rows of the query as arrays; None when there are none. `length` is the stretches' in seconds."""
    known = [row for row in rows if row[0] is not None and abs(int(row[0]) * length) < SECONDS["year"] * 8000]
    if not known:
        return None
    numbers = np.array([[float(value or 0) for value in row] for row in known]).T
    filled, sums = numbers[2 : 2 + 2 * measures : 2].astype(np.int64), numbers[3 : 3 + 2 * measures : 2]
    starts, counts = numbers[:2].astype(np.int64)
    return Stretches(starts * length, counts, filled, sums)


def stretch(time: TimeAxis, covered: frozenset[str]) -> int | None:
    """Seconds of the stretches to ask for: an hour where hours can be seen and no column holds them, else a day; None without a span."""
    span = _span(time)
    if span is None or span <= 0:
        return None
    sees_hours = SECONDS.get(time.frequency, 0) <= SECONDS["hour"]
    wanted = sees_hours and ("hour" not in covered or span < FEWEST * DAY)
    return 3600 if wanted and span / 3600 <= MOST_STRETCHES else DAY


def is_regular(time: TimeAxis, rows: int) -> bool:
    """Whether the table is a series with about one row per step of its frequency, so that counting rows says nothing."""
    span, step = _span(time), SECONDS.get(time.frequency)
    return span is not None and step is not None and 1 / ROWS_APART <= rows / (span / step + 1) <= ROWS_APART


def period_for(time: TimeAxis, length: int, filled: int, rows: int) -> str | None:
    """The period of a line: the shortest with at most 400 points, not so short that most are empty or stand for two or three rows.

    `filled` stretches of `length` seconds have rows, `rows` in all.
    """
    span = _span(time)
    if span is None:
        return None
    shortest = max(float(length), SECONDS.get(time.frequency, float(length)))
    for step in LADDER:
        points = span / SECONDS[step] + 1
        per_point = rows / min(points, filled)
        is_solid = per_point <= ROWS_APART or per_point >= SOLID
        if SECONDS[step] >= shortest and points <= MOST_POINTS and ((points <= 2 * filled and is_solid) or step == "year"):
            return step if points >= FEWEST else None
    return None


def periods_of(data: Stretches, period: str) -> list[Period]:
    """All periods from the first to the last, those without rows too."""
    found = data.grouped(numbers_of(data.seconds, period))
    return [Period(_start(number, period), found.get(number)) for number in range(min(found), max(found) + 1)]


def by_part(data: Stretches, part: str) -> list[Group]:
    """The stretches by hour (0-23), weekday (Monday is 1) or month (1-12)."""
    return list(data.grouped(steps_of(data.seconds, part)).values())


def steps_of(seconds: NDArray[np.int64], part: str) -> NDArray[np.int64]:
    """The step of the calendar of each moment."""
    match part:
        case "hour":
            return seconds // 3600 % 24
        case "weekday":
            return (seconds // DAY - _MONDAY) % 7 + 1
        case _:
            return _months(seconds) % 12 + 1


def incomplete_ends(periods: Sequence[Period], period: str, time: TimeAxis) -> tuple[bool, bool]:
    """Whether the data begin after the first period's start, or end more than their usual distance before the last one's end."""
    if not periods:
        return False, False
    step = dt.timedelta(seconds=SECONDS.get(time.frequency, 0.05 * SECONDS[period]))
    first, last = moment(time.first), moment(time.last)
    end = _start(_number_of(periods[-1].start, period) + 1, period)
    return first - periods[0].start > step / 2, end - last > 1.5 * step


def moment(text: str) -> dt.datetime:
    """ISO 8601, or only a year or a month, as UTC without an offset. ValueError for anything else."""
    written = {4: f"{text}-01-01", 6: f"{text[:4]}-{text[4:]}-01", 7: f"{text}-01"}.get(len(text), text)
    found = dt.datetime.fromisoformat(written)
    return found.astimezone(dt.UTC).replace(tzinfo=None) if found.tzinfo else found


def _span(time: TimeAxis) -> float | None:
    try:
        return (moment(time.last) - moment(time.first)).total_seconds()
    except ValueError:
        return None


def _months(seconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Months since January 1970."""
    return seconds.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)


def numbers_of(seconds: NDArray[np.int64], period: str) -> NDArray[np.int64]:
    """The running number of the period that holds each moment."""
    match period:
        case "hour":
            return seconds // 3600
        case "day":
            return seconds // DAY
        case "week":
            return (seconds // DAY - _MONDAY) // 7
        case _:
            return _months(seconds) // _MONTHS_IN[period]


_MONTHS_IN: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}


def _number_of(start: dt.datetime, period: str) -> int:
    seconds = np.array([round((start - _EPOCH).total_seconds())], dtype=np.int64)
    return int(numbers_of(seconds, period)[0])


def _start(number: int, period: str) -> dt.datetime:
    if period in _MONTHS_IN:
        months = number * _MONTHS_IN[period]
        return dt.datetime(1970 + months // 12, months % 12 + 1, 1)  # noqa: DTZ001
    days = {"hour": number / 24, "day": float(number)}.get(period, 7.0 * number + _MONDAY)
    return _EPOCH + dt.timedelta(seconds=round(days * DAY))
