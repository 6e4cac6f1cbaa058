"""Counts and sums by period, filled up and regrouped: the raw material of lines over time and of profiles by part of the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voyant_assets.analysis.charts.groups import Group, groups_of, merged
from voyant_core.model.profile import TimeAxis

LADDER = ("hour", "day", "week", "month", "quarter", "year")
SECONDS: Mapping[str, float] = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "week": 7 * 86400,
    "month": 30.44 * 86400,
    "quarter": 91.3 * 86400,
    "year": 365.25 * 86400,
}
MOST_PERIODS, MOST_POINTS, FEWEST = 100_000, 400, 6
_EPOCH = dt.datetime(1970, 1, 5)  # noqa: DTZ001 - a Monday; moments here are UTC without saying so, as the queries give them


@dataclass(frozen=True, slots=True)
class Period:
    start: dt.datetime
    group: Group | None
    """None: the period has no rows."""


def finest(time: TimeAxis) -> str | None:
    """The shortest period worth asking for; None when the axis has no length."""
    span = _span(time)
    if span is None or span <= 0:
        return None
    shortest = "hour" if SECONDS.get(time.frequency, 0) <= SECONDS["hour"] else time.frequency
    fits = (step for step in LADDER[LADDER.index(shortest) :] if span / SECONDS[step] <= MOST_PERIODS)
    return next(fits, None)


def shown(time: TimeAxis, filled: int) -> str | None:
    """The period of a line: the shortest with at most 400 points, and not so short that half of them would be empty."""
    span, base = _span(time), finest(time)
    if span is None or base is None:
        return None
    for step in LADDER[LADDER.index(base) :]:
        points = span / SECONDS[step] + 1
        if points <= MOST_POINTS and points <= max(filled, FEWEST):
            return step if points >= FEWEST else None
    return None


def regrouped(rows: Sequence[Sequence[Any]], measures: int, period: str) -> list[Period]:
    """The answer of `queries.by_period` by a longer (or the same) `period`, with the periods that have no rows."""
    starts = [_plain(row[0]) for row in rows if row[0] is not None]
    groups = groups_of([[None, *row[1:]] for row in rows if row[0] is not None], 1, measures)
    found: dict[dt.datetime, list[Group]] = {}
    for start, group in zip(starts, groups, strict=True):
        found.setdefault(floor_to(start, period), []).append(group)
    if not found:
        return []
    start, last, filled_up = min(found), max(found), list[Period]()
    while start <= last:
        same = found.get(start)
        filled_up.append(Period(start, merged(same, (None,)) if same else None))
        start = after(start, period)
    return filled_up


def by_part(rows: Sequence[Sequence[Any]], measures: int, part: Callable[[dt.datetime], int]) -> list[Group]:
    """The answer of `queries.by_period` by a part of the calendar, e.g. the hour."""
    keyed = [[str(part(_plain(row[0]))), *row[1:]] for row in rows if row[0] is not None]
    by_value: dict[str | None, list[Group]] = {}
    for group in groups_of(keyed, 1, measures):
        by_value.setdefault(group.key[0], []).append(group)
    return [merged(same, (value,)) for value, same in by_value.items()]


def floor_to(moment: dt.datetime, period: str) -> dt.datetime:
    """The start of the period that holds `moment`; weeks begin on Monday."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    match period:
        case "hour":
            return moment.replace(minute=0, second=0, microsecond=0)
        case "day":
            return day
        case "week":
            return day - dt.timedelta((day - _EPOCH).days % 7)
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(day=1, month=3 * ((day.month - 1) // 3) + 1)
        case _:
            return day.replace(day=1, month=1)


def after(start: dt.datetime, period: str) -> dt.datetime:
    """The start of the next period."""
    steps = {"hour": dt.timedelta(hours=1), "day": dt.timedelta(1), "week": dt.timedelta(7)}
    if period in steps:
        return start + steps[period]
    months = start.year * 12 + start.month - 1 + {"month": 1, "quarter": 3}.get(period, 12)
    return start.replace(year=months // 12, month=months % 12 + 1)


def incomplete_ends(periods: Sequence[Period], period: str, time: TimeAxis) -> tuple[bool, bool]:
    """Whether the data begin well after the first period's start, or end well before the last one's end."""
    if not periods:
        return False, False
    slack = dt.timedelta(seconds=1.5 * SECONDS.get(time.frequency, 0.05 * SECONDS[period]))
    first, last = (_plain(_moment(text)) for text in (time.first, time.last))
    return first - periods[0].start > slack, after(periods[-1].start, period) - last > slack


def _span(time: TimeAxis) -> float | None:
    try:
        return (_plain(_moment(time.last)) - _plain(_moment(time.first))).total_seconds()
    except ValueError:
        return None


def _moment(text: str) -> dt.datetime:
    if len(text) == 4:
        text += "-01-01"
    return dt.datetime.fromisoformat(f"{text}-01" if len(text) == 7 else text)


def _plain(moment: dt.datetime | dt.date) -> dt.datetime:
    """As UTC without an offset."""
    if not isinstance(moment, dt.datetime):
        return dt.datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
