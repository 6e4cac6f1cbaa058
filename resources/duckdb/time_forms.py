"""Which strptime formats read the dates and times of a text column, and whether the values prove the order of day and month.

ISO 8601 needs no format; everything else is recognized here by its shape. Pure functions over text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "day/month", "month/day", "year/month"
MOST_FORMATS = 6
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_WEEKDAYS = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?P<second>:(?P<seconds>\d{2}))?(?P<fraction>\.\d{1,6})?(?: ?(?P<half>[AaPp][Mm]))?"
_JOINED = rf"(?:(?P<joint>, |T| ){_CLOCK})?"
_DIGITS = re.compile(rf"(?P<first>\d{{1,2}})(?P<mark>[/.-])(?P<second_part>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}|\d{{2}}){_JOINED}", re.ASCII)
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})(?P<mark>[/.-])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_JOINED}", re.ASCII)
_DAY_NAMED = re.compile(
    rf"(?P<day>\d{{1,2}})(?P<one>\. |[ -])(?P<name>[A-Za-z]{{3,9}})(?P<two>[ -])(?P<year>\d{{4}}|\d{{2}}){_JOINED}", re.ASCII
)
_MONTH_NAMED = re.compile(
    rf"(?:(?P<weekday>[A-Za-z]{{3}}) )?(?P<name>[A-Za-z]{{3,9}})(?P<one> )(?P<day>\d{{1,2}})(?P<two>,? )(?P<year>\d{{4}}){_JOINED}",
    re.ASCII,
)
_TWELVE_HOURS = re.compile(r"(?P<hour>\d{1,2})(?P<minutes>:\d{2})?(?P<seconds>:\d{2})?(?P<blank> ?)[AaPp][Mm]", re.ASCII)


@dataclass(frozen=True, slots=True)
class TimeForm:
    """The formats of one column. `order` is one of the three above, or None where no format needs one; `proved` by the values."""

    type: str
    formats: tuple[str, ...]
    order: str | None = None
    proved: bool = True


def time_form(values: Collection[str], preferred: str | None = None) -> TimeForm | None:
    """The formats that read every one of the values, or None. `preferred` is the order that another column of the file proves."""
    items = [value.strip() for value in values]
    if items and _TWELVE_HOURS.fullmatch(items[0]):
        formats = _covering(items, None)
        return TimeForm("TIME", formats) if formats else None
    fitting = {order: formats for order in (DAY_FIRST, MONTH_FIRST, YEAR_FIRST) if (formats := _covering(items, order))}
    if not fitting:
        return None
    order = preferred if preferred in fitting else next(iter(fitting))
    formats = fitting[order]
    clocked = any("%M" in form for form in formats)
    ordered = len({frozenset(formats) for formats in fitting.values()}) > 1 or any(
        form[:2] in {"%d", "%m", "%y"} and "%m" in form for form in formats
    )
    # nobody writes the month before a point
    proved = len(set(fitting.values())) == 1 or (order == DAY_FIRST and all(form[2:3] in {".", ""} for form in formats))
    return TimeForm("TIMESTAMP" if clocked else "DATE", formats, order if ordered else None, proved)


def mixes_orders(values: Collection[str]) -> bool:
    """Whether every value is a date of digits, but some only as day/month and others only as month/day."""
    return bool(values) and all(any(_format_of(value.strip(), order) for order in (DAY_FIRST, MONTH_FIRST)) for value in values)


def _covering(values: Sequence[str], order: str | None) -> tuple[str, ...]:
    """The formats of the values; () when one has none or there are too many. Two-digit years first: the engine's %Y also reads `24`."""
    used: set[str] = set()
    for value in values:
        form = _format_of(value, order) if order else _half_day(value)
        if form is None:
            return ()
        used.add(form)
        if len(used) > MOST_FORMATS:
            return ()
    return tuple(sorted(used, key=lambda form: ("%y" not in form, "%Y" in form[:2], -len(form), form)))


def _format_of(value: str, order: str) -> str | None:
    """The strptime format of one value under this order of day, month and year."""
    if match := _DIGITS.fullmatch(value):
        return _of_digits(match, order)
    if match := _YEAR_FIRST.fullmatch(value):
        mark = match["mark"]
        return _with_clock(f"%Y{mark}%m{mark}%d", match) if _is_day(match["year"], match["month"], match["day"]) else None
    if match := _DAY_NAMED.fullmatch(value):
        month = _month(match["name"])
        if not month or not _is_day(match["year"], str(month), match["day"]):
            return None
        return _with_clock(f"%d{match['one']}{_month_mark(match['name'])}{match['two']}{_year_mark(match['year'])}", match)
    match = _MONTH_NAMED.fullmatch(value)
    if not match or (match["weekday"] and match["weekday"].lower() not in _WEEKDAYS):
        return None
    month = _month(match["name"])
    if not month or not _is_day(match["year"], str(month), match["day"]):
        return None
    return _with_clock(f"{'%a ' if match['weekday'] else ''}{_month_mark(match['name'])} %d{match['two']}%Y", match)


def _of_digits(match: re.Match[str], order: str) -> str | None:
    first, second, third, mark = match["first"], match["second_part"], match["year"], match["mark"]
    if order == YEAR_FIRST:
        fits = len(third) == 2 and len(first) == 2 and mark == "-" and _is_day(first, second, third)
        return _with_clock(f"%y{mark}%m{mark}%d", match) if fits else None
    day, month = (first, second) if order == DAY_FIRST else (second, first)
    if not _is_day(third, month, day):
        return None
    marks = ("%d", "%m") if order == DAY_FIRST else ("%m", "%d")
    return _with_clock(f"{marks[0]}{mark}{marks[1]}{mark}{_year_mark(third)}", match)


def _with_clock(day: str, match: re.Match[str]) -> str | None:
    joint = match["joint"]
    if joint is None:
        return day
    hour, half = int(match["hour"]), match["half"]
    if int(match["minute"]) > 59 or int(match["seconds"] or 0) > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        return None
    if match["fraction"] and not match["second"]:
        return None
    clock = f"{'%I' if half else '%H'}:%M{':%S' if match['second'] else ''}{'.%f' if match['fraction'] else ''}"
    blank = " " if half and match.group(0)[-3] == " " else ""
    return f"{day}{joint}{clock}{blank}{'%p' if half else ''}"


def _half_day(value: str) -> str | None:
    match = _TWELVE_HOURS.fullmatch(value)
    if not match or not 1 <= int(match["hour"]) <= 12 or any(int(part[1:]) > 59 for part in (match["minutes"], match["seconds"]) if part):
        return None
    return f"%I{':%M' if match['minutes'] else ''}{':%S' if match['seconds'] else ''}{match['blank']}%p"


def _month(name: str) -> int:
    found = [number for number, month in enumerate(_MONTHS, start=1) if name.lower() in {month, month[:3]}]
    return found[0] if found else 0


def _month_mark(name: str) -> str:
    return "%b" if len(name) == 3 else "%B"


def _year_mark(year: str) -> str:
    return "%Y" if len(year) == 4 else "%y"


def _is_day(year: str, month: str, day: str) -> bool:
    """Years of two digits are taken as 1969 to 2068; those before 1000 are no years."""
    number = int(year) + ((2000 if int(year) < 69 else 1900) if len(year) == 2 else 0)
    try:
        return date(number, int(month), int(day)).year >= 1000
    except ValueError:
        return False
