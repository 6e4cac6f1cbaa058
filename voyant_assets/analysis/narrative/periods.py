"""How a period of a series is named: `Dec 2013`, `Q4 2013`, `week of 7 Jan 2013`."""

from __future__ import annotations

import datetime as dt
import re

from voyant_assets.analysis.wording.numbers import MONTHS, NBSP, date, date_range

_MONTH = re.compile(r"\d{4}-\d{2}")
SEASON = {"hour": 24, "day": 7, "week": 52, "month": 12, "quarter": 4, "year": 1}
"""Periods after which a season starts again; a first and a last period are compared only at the same place in it."""


def period_name(at: str, period: str | None) -> str:
    """`at` is the period's start in ISO 8601; a string that is no date is given back."""
    try:
        start = dt.datetime.fromisoformat(f"{at}-01" if _MONTH.fullmatch(at) else at)
    except ValueError:
        return at
    match period:
        case "year":
            return str(start.year)
        case "quarter":
            return f"Q{(start.month + 2) // 3}{NBSP}{start.year}"
        case "month":
            return f"{MONTHS[start.month - 1]}{NBSP}{start.year}"
        case "week":
            return f"week of {date(start)}"
        case "hour":
            return f"{date(start)}{NBSP}{start:%H:%M}"
        case _:
            return date(start)


def moment_name(at: str) -> str:
    """A day, or the month where no more is known (`1949-01`)."""
    return period_name(at, "month" if _MONTH.fullmatch(at) else "day")


def span_name(first: str, last: str) -> str:
    """From one moment to another; what both ends share is said once."""
    if _MONTH.fullmatch(first) and _MONTH.fullmatch(last):
        return f"{moment_name(first)}{NBSP}– {moment_name(last)}"
    return date_range(first, last)


def short_period_name(at: str, period: str | None) -> str:
    """The same without the year, for the ends of a small line within one year."""
    name = period_name(at, period)
    return name if period == "year" else name.rpartition(NBSP)[0] or name
