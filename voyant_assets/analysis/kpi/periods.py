"""The periods of a series: how coarse, where each starts, which edges the data do not cover wholly. Pure; moments are naive UTC."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from voyant_core.model.kpi import Point
from voyant_core.model.profile import ColumnProfile, Scalar, TableProfile

SECONDS = {"hour": 3600.0, "day": 86400.0, "week": 604800.0, "month": 2629746.0, "quarter": 7889238.0, "year": 31556952.0}
IDEAL, MOST, FEWEST, MOST_YEARS = 24, 60, 3, 500
MOST_ABSENT = 0.25
SHORT_FROM = 30
"""Years from 30 to 99 are years of the twentieth century."""
UNCOVERED = {"hour": 0.1, "day": 0.3, "week": 0.15, "month": 0.1, "quarter": 0.1, "year": 0.1}
"""Share of a period that may lack data at its edge: nights, a weekend, holidays."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Where rows lie in time. `sql` gives a DATE or TIMESTAMP; `finest` is the smallest period that means something."""

    sql: str
    columns: tuple[str, ...]
    first: dt.datetime
    last: dt.datetime
    finest: str
    is_regular: bool


def axis(profile: TableProfile) -> Axis | None:
    """The table's time axis, from its time column or from a year and a month column."""
    if profile.time is not None and profile.time.column in profile.columns:
        column = profile.columns[profile.time.column]
        if column.kind == "number" and not re.fullmatch(r"\d{8}", profile.time.first):
            return _years(profile, column)
        return _moments(column, profile.time.first, profile.time.last, profile.time.frequency)
    years = [column for column in profile.ordered() if column.semantic_type == "year" and column.kind == "number"]
    return _years(profile, years[0]) if years else None


def granularity(found: Axis) -> str | None:
    """The period that gives nearest to 24 points, at most 60 unless they are years; None when there are fewer than three."""
    span = (found.last - found.first).total_seconds()
    names = list(SECONDS)[list(SECONDS).index(found.finest) :]
    counts = {name: math.floor(span / SECONDS[name]) + 1 for name in names}
    fitting = [name for name in names if FEWEST <= counts[name] <= (MOST_YEARS if name == "year" else MOST)]
    return min(fitting, key=lambda name: (abs(math.log(counts[name] / IDEAL)), names.index(name))) if fitting else None


def start_of(moment: dt.datetime, period: str) -> dt.datetime:
    """The start of the period that holds the moment; weeks start on Monday, as `date_trunc` has it."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    match period:
        case "hour":
            return moment.replace(minute=0, second=0, microsecond=0)
        case "day":
            return day
        case "week":
            return day - dt.timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case _:
            return day.replace(month=1, day=1)


def next_start(start: dt.datetime, period: str) -> dt.datetime:
    match period:
        case "hour":
            return start + dt.timedelta(hours=1)
        case "day":
            return start + dt.timedelta(days=1)
        case "week":
            return start + dt.timedelta(days=7)
        case _:
            return start_of(start + dt.timedelta(days={"month": 32, "quarter": 95}.get(period, 370)), period)


def points(found: Axis, period: str, values: Mapping[dt.datetime, float | None], absent: float | None) -> list[Point]:
    """One point per period from the first to the last moment; a period without rows has the value `absent`.

    Where many periods lack rows, as in a census every fifth year, they are no gaps, and only the others are given.
    """
    starts: list[dt.datetime] = []
    start = start_of(found.first, period)
    while start <= found.last and len(starts) <= MOST_YEARS:
        starts.append(start)
        start = next_start(start, period)
    is_sparse = sum(start in values for start in starts) < (1 - MOST_ABSENT) * len(starts)
    return [
        Point(at=_written(start, period), value=values.get(start, absent), complete=_is_covered(found, start, period))
        for start in starts
        if not is_sparse or start in values
    ]


def _written(start: dt.datetime, period: str) -> str:
    return start.isoformat() if period == "hour" else start.date().isoformat()


def _is_covered(found: Axis, start: dt.datetime, period: str) -> bool:
    """Do the data reach from the start of the period to its end, but for a tolerated share?"""
    end = next_start(start, period)
    tolerated = (end - start) * UNCOVERED[period]
    reach = found.last
    if found.is_regular or found.finest in ("day", "week", "month", "quarter", "year"):
        reach = next_start(found.last, found.finest)
    return found.first <= start + tolerated and reach >= end - tolerated


def _moments(column: ColumnProfile, first: str, last: str, frequency: str) -> Axis | None:
    start, end = moment(first), moment(last)
    if start is None or end is None:
        return None
    name = '"' + column.name.replace('"', '""') + '"'
    coarse = frequency if frequency in SECONDS else "hour"
    if column.kind in ("string", "number"):
        return Axis(_text_moment(name, first), (column.name,), start, end, _at_least(coarse, _text_finest(first)), True)
    if column.type == "DATE":
        return Axis(name, (column.name,), start, end, _at_least(coarse, "day"), frequency != "irregular")
    # date_trunc on a zoned timestamp asks ICU for every row: four times as slow, and UTC is meant
    zoned = "TIME ZONE" in column.type.upper()
    sql = f"make_timestamp(epoch_us({name}))" if zoned else name if column.type == "TIMESTAMP" else f"CAST({name} AS TIMESTAMP)"
    return Axis(sql, (column.name,), start, end, coarse, frequency != "irregular")


def _at_least(period: str, finest: str) -> str:
    names = list(SECONDS)
    return names[max(names.index(period), names.index(finest))]


def _text_finest(sample: str) -> str:
    return "quarter" if "Q" in sample.upper() else "month" if len(sample) == 7 else "day"


def _text_moment(name: str, sample: str) -> str:
    if re.fullmatch(r"\d{8}", sample):
        return f"try_strptime(CAST({name} AS VARCHAR), '%Y%m%d')"
    if "Q" in sample.upper():
        return f"make_date(TRY_CAST(left({name}, 4) AS INTEGER), TRY_CAST(right({name}, 1) AS INTEGER) * 3 - 2, 1)"
    return f"TRY_CAST({name} || '-01' AS DATE)" if len(sample) == 7 else f"TRY_CAST({name} AS TIMESTAMP)"


def _years(profile: TableProfile, year: ColumnProfile) -> Axis | None:
    """Integer years, made finer by a column of months or quarters."""
    low, high = _year(year.min), _year(year.max)
    if low is None or high is None:
        return None
    name = '"' + year.name.replace('"', '""') + '"'
    if low >= SHORT_FROM and high <= 99:
        name, low, high = f"({name} + 1900)", low + 1900, high + 1900
    whole = f"CASE WHEN {name} BETWEEN 1 AND 9999 THEN CAST({name} AS INTEGER) END"
    for part, (most, factor) in {"month": (12, 1), "quarter": (4, 3)}.items():
        found = next((c for c in profile.ordered() if c.semantic_type == part and c.kind == "number" and c.integers), None)
        if found is None or not _is_part(found, most):
            continue
        other = '"' + found.name.replace('"', '""') + '"'
        sql = f"make_date({whole}, CAST({other} AS INTEGER) * {factor} - {factor - 1}, 1)"
        is_one_year = low == high
        first_month = int(found.min or 1) * factor - factor + 1 if is_one_year else 1
        last_month = int(found.max or most) * factor - factor + 1 if is_one_year else 12 - factor + 1
        return Axis(sql, (year.name, found.name), dt.datetime(low, first_month, 1), dt.datetime(high, last_month, 1), part, True)  # noqa: DTZ001
    return Axis(f"make_date({whole}, 1, 1)", (year.name,), dt.datetime(low, 1, 1), dt.datetime(high, 1, 1), "year", True)  # noqa: DTZ001


def _is_part(column: ColumnProfile, most: int) -> bool:
    return isinstance(column.min, int) and isinstance(column.max, int) and column.min >= 1 and column.max <= most


def _year(value: Scalar) -> int | None:
    return int(value) if isinstance(value, int | float) and 1 <= value <= 9998 and float(value).is_integer() else None


def moment(text: str) -> dt.datetime | None:
    """An ISO 8601 date or moment, `2020-01` or `2020Q1`, as naive UTC; None for what is none or lies outside the calendar."""
    if found := re.fullmatch(r"(\d{4})[- ]?[Qq]([1-4])", text):
        text = f"{found[1]}-{int(found[2]) * 3 - 2:02d}-01"
    elif re.fullmatch(r"\d{4}-\d{2}", text):
        text = f"{text}-01"
    try:
        read = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    if not 1 < read.year < 9999:
        return None
    return read.astimezone(dt.UTC).replace(tzinfo=None) if read.tzinfo else read
