"""The column that orders a table in time, and how far its times lie apart."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from voyant_core.model.profile import ColumnProfile, Scalar

Frequency = Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year", "irregular"]

DAY_S = 86_400
MONTH_S = 365.2425 * DAY_S / 12
USUAL = 0.5
"""A distance is the usual one when at least half of the distances are it: trading days keep theirs in spite of weekends."""

_MONTH = re.compile(r"^(\d{4})-(\d{2})$")
_QUARTER = re.compile(r"^(\d{4})[- ]?Q([1-4])$", re.IGNORECASE)


def choose(columns: Sequence[ColumnProfile]) -> ColumnProfile | None:
    """The time axis: a date or timestamp before a text date before a year that no row lacks; fewer gaps first, then the table's order."""

    def rank(column: ColumnProfile) -> tuple[int, bool, int] | None:
        if column.distinct < 2 or column.min is None:
            return None
        if column.kind == "temporal" and not column.type.upper().startswith("TIME ") and column.type.upper() not in ("TIME", "TIME_NS"):
            return (0, column.null_share > 0.1, column.position)
        if column.role != "time" or column.null_share > 0:
            return None
        if column.semantic_type != "year" and seconds_of(column.min) is not None and seconds_of(column.max) is not None:
            return (1, False, column.position)
        return (2, False, column.position) if column.kind == "number" and column.semantic_type == "year" else None

    ranked = [(place, column) for column in columns if (place := rank(column)) is not None]
    return min(ranked, key=lambda item: item[0])[1] if ranked else None


def seconds_of(value: Scalar) -> float | None:
    """Seconds since 1970 of `2020-01`, `2020Q1`, or an ISO 8601 date or moment (`20200131` too); None for anything else."""
    text = str(value)
    if found := _MONTH.match(text):
        text = f"{found[1]}-{found[2]}-01"
    elif found := _QUARTER.match(text):
        text = f"{found[1]}-{int(found[2]) * 3 - 2:02d}-01"
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


def distances(seconds: Sequence[float]) -> dict[float, int]:
    """How often each distance lies between neighbours of the ascending times."""
    found: dict[float, int] = {}
    for earlier, later in itertools.pairwise(seconds):
        found[later - earlier] = found.get(later - earlier, 0) + 1
    return found


def frequency(gaps: Mapping[float, int]) -> Frequency:
    """The unit of the usual distance in seconds: 300 s is a matter of minutes, 5 years one of years."""
    merged: dict[tuple[str, int], int] = {}
    for gap, count in gaps.items():
        key = _calendar_distance(gap)
        merged[key] = merged.get(key, 0) + count
    if not merged:
        return "irregular"
    (unit, size), count = min(merged.items(), key=lambda item: (-item[1], item[0]))
    if count < USUAL * sum(merged.values()):
        return "irregular"
    if unit == "month":
        return "year" if size >= 12 else "quarter" if size == 3 else "month"
    return "second" if size < 60 else "minute" if size < 3600 else "hour" if size < DAY_S else "week" if size >= 7 * DAY_S else "day"


def _calendar_distance(gap: float) -> tuple[str, int]:
    """Months of 28 to 31 days are one distance, so are years of 365 and 366; below, seconds."""
    months = round(gap / MONTH_S)
    if months >= 1 and abs(gap - months * MONTH_S) <= 3 * DAY_S:
        return ("month", months)
    return ("second", round(gap))
