"""Numbers that are moments or parts of the calendar: years, months, hhmm clock times, yyyymmdd, seconds since 1970.

The name has to say so (except for yyyymmdd and unbroken runs of years), and every value has to fit.
"""

from __future__ import annotations

from voyant_assets.analysis.meaning.draft import Draft, heads
from voyant_assets.analysis.meaning.facts import Facts
from voyant_assets.analysis.meaning.words.kinds import CALENDAR, ENTITIES
from voyant_assets.analysis.meaning.words.lists import word_set
from voyant_assets.analysis.meaning.words.quantities import QUANTITIES

_BOUNDS: dict[str, tuple[float, float]] = {
    "month": (0, 12),
    "quarter": (1, 4),
    "weekday": (0, 7),
    "hour": (0, 24),
    "minute": (0, 60),
    "second": (0, 60),
}
_DAY_BOUNDS = {"week": 53, "weekofyear": 53, "weeknum": 53, "isoweek": 53, "dayofyear": 366, "doy": 366, "yday": 366}
_DURATION_HINTS = word_set("duration delay elapsed air travel wait waiting response lap spent taken per mean average median total run race")
_FIRST_EPOCH, _LAST_EPOCH = 1e8, 4.2e9


def _is_yyyymmdd(facts: Facts) -> bool:
    if not (facts.is_whole and facts.within(15000101, 22001231)):
        return False
    return all(1 <= int(n) // 100 % 100 <= 12 and 1 <= int(n) % 100 <= 31 for n in facts.numbers)


def _is_yyyymm(facts: Facts) -> bool:
    return facts.is_whole and facts.within(150001, 220012) and all(1 <= int(n) % 100 <= 12 for n in facts.numbers)


def _is_hhmm(facts: Facts) -> bool:
    """517, 2359: never a minute past 59 among many values, which a duration in minutes would have."""
    if not (facts.is_whole and facts.within(0, 2400) and facts.high >= 100):
        return False
    return all(int(n) % 100 < 60 for n in facts.numbers) and len(facts.numbers) >= 10


def _is_epoch(facts: Facts) -> bool:
    return any(facts.within(_FIRST_EPOCH * scale, _LAST_EPOCH * scale) for scale in (1, 1e3, 1e6, 1e9))


def is_years(facts: Facts) -> bool:
    return facts.is_whole and facts.within(1000, 2300)


def _part(facts: Facts, word: str, kind: str) -> Draft | None:
    """A calendar word of the name, if the values fit."""
    if kind == "year":
        return Draft("time", "year", "named a year, values between 1000 and 2300") if is_years(facts) else None
    if kind in {"date", "datetime"}:
        return None
    if kind == "time_of_day":
        if facts.name.has(*_DURATION_HINTS) or not _is_hhmm(facts):
            return None
        return Draft("time", "time_of_day", "clock times written as hhmm")
    low, high = _BOUNDS.get(kind, (1, _DAY_BOUNDS.get(word, 31)))
    if not (facts.is_whole and facts.within(low, high)):
        return None
    if kind in {"minute", "second"}:
        if facts.high < 30 or facts.name.has(*_DURATION_HINTS):
            return None
        return Draft("time", "time_of_day", f"the {kind} of a moment")
    return Draft("dimension", kind, f"named a {kind}, whole numbers {facts.low:g} to {facts.high:g}")


def calendar_number(facts: Facts) -> Draft | None:
    """The calendar meaning of a number column, or None."""
    if not facts.is_whole:
        return _fraction_of_epoch(facts)
    words = list(heads(facts.name))
    told = {CALENDAR[word] for word in words if word in CALENDAR}
    if _is_yyyymmdd(facts) and (told or facts.distinct > 20):
        return Draft("time", "date", "days written as yyyymmdd")
    if told and _is_yyyymm(facts):
        return Draft("time", "month", "months written as yyyymm")
    if (told & {"date", "datetime", "time_of_day"} or facts.name.last in {"at", "on"}) and _is_epoch(facts):
        return Draft("time", "datetime", "seconds since 1970")
    plural_first = words[:1] and words[0] in {"years", "minutes", "seconds"} and not is_years(facts)
    if not plural_first:
        for place, word in enumerate(words[:3]):
            kind = CALENDAR.get(word)
            if kind is None or (place and words[0] != "number" and kind not in _PARTS_BEFORE):
                continue
            if place and words[0] not in _BESIDE and (words[0] in _NOT_A_MOMENT or words[0] in QUANTITIES):
                break
            found = _part(facts, word, kind)
            if found:
                return found
    return _running(facts, words) or _written_as_a_number(facts, told)


def _running(facts: Facts, words: list[str]) -> Draft | None:
    """`day` 1, 2 … 400: a count of days, months, hours since a start is still the axis and no quantity."""
    alone = all(word in ENTITIES for word in words[1:])
    kind = CALENDAR.get(words[0]) if words and alone else None
    if kind is None or words[0].endswith("s") or kind in {"date", "datetime", "time_of_day", "minute", "second"}:
        return None
    if kind == "year":
        if facts.within(40, 99):
            return Draft("time", "year", "years in two digits")
        return Draft("dimension", "year", "years counted from a start") if facts.within(0, 200) else None
    return Draft("time", kind, f"{kind}s counted from a start") if facts.low >= 0 else None


def _written_as_a_number(facts: Facts, told: set[str]) -> Draft | None:
    """Two-digit years among other words, and days as spreadsheets count them."""
    if "year" in told and facts.within(40, 99) and facts.name.last == "year":
        return Draft("time", "year", "years in two digits")
    if "date" in told and facts.within(20_000, 60_000):
        return Draft("time", "date", "days counted since 1900")
    return None


def year_run(facts: Facts) -> Draft | None:
    """1950, 1951, … without a name that says year."""
    if not (facts.is_whole and facts.within(1850, 2060) and facts.distinct >= 5) or _names_a_quantity(facts):
        return None
    if facts.distinct < 0.9 * (facts.high - facts.low + 1):
        return None
    return Draft("time", "year", "an unbroken run of years", is_guess=True)


def _fraction_of_epoch(facts: Facts) -> Draft | None:
    told = {CALENDAR[word] for word in heads(facts.name) if word in CALENDAR}
    if told & {"date", "datetime", "time_of_day"} and facts.within(_FIRST_EPOCH, _LAST_EPOCH):
        return Draft("time", "datetime", "seconds since 1970")
    return None


_PARTS_BEFORE = frozenset({"year", "month", "weekday", "quarter", "time_of_day"})
_BESIDE = frozenset({"number", "sold", "paid", "listed", "order"})
_NOT_A_MOMENT = word_set("count total sales amount price cost revenue rate average score income salary growth change code id")


def _names_a_quantity(facts: Facts) -> bool:
    return any(word in QUANTITIES for word in facts.name.words)
