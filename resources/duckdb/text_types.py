"""The type of a text column from its values. What is decided here from a sample, the conversion checks on every row.

Pure functions over text. A value that would come back changed (a leading zero, a 40th digit, a year of five digits) is no number and no
date, so its column stays text.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import islice

from resources.duckdb import number_marks, time_forms
from voyant_core.model.source import TextForm

BOOLEANS = (frozenset({"true", "false"}), frozenset({"yes", "no"}), frozenset({"t", "f"}), frozenset({"y", "n"}))
BOOLEAN_TEXTS = frozenset[str]().union(*BOOLEANS)
WHOLE = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:inf|infinity|nan)", re.IGNORECASE | re.ASCII)
_ZERO_LED = re.compile(r"[+-]?0[0-9]+(?:\.[0-9]*)?")
_INFINITE = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
TIME_OF_DAY = re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?")
# the engine reads no space before an offset and no small z
TIMESTAMP = re.compile(
    r"([0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2})(?:[T ](?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.([0-9]{1,12}))?)?"
    r"(Z|[+-][0-9]{2}(?::?[0-9]{2})?| (?:UTC|GMT|[A-Z][A-Za-z_]+/[A-Z][A-Za-z_]+))?)?"
)
LARGEST, SMALLEST = 2**63 - 1, -(2**63)
MOST_COMPARED, MOSTLY = 500, 0.6
MOST_DIGITS = 38
EXACT_DIGITS = 17


@dataclass(frozen=True, slots=True)
class Settled:
    """What a column is. `remark` completes a sentence that starts with the column's name; `ambiguous` forms are told as such."""

    type: str
    form: TextForm | None = None
    remark: str | None = None
    order: str | None = None
    proved: bool = True


def settle(values: Collection[str], comma_is_decimal: bool | None = None, order: str | None = None) -> Settled:
    """The type for these values (no blanks, no null tokens). `comma_is_decimal` and `order` are what other columns of the file prove."""
    if not values:
        return Settled("VARCHAR")
    for attempt in (_boolean, _plain_number, _iso_time):
        if found := attempt(values):
            return _regrouped(found, values) if comma_is_decimal else found
    if marked := number_marks.numbers(values, comma_is_decimal):
        return _marked(marked, values)
    if what := number_marks.affix(values):
        return Settled("VARCHAR", remark=f"holds {what} and is kept as text")
    if all(TIME_OF_DAY.fullmatch(value.strip()) for value in values):
        return Settled("TIME")
    if timed := time_forms.time_form(values, order):
        return Settled(timed.type, TextForm(times=list(timed.formats)), None, timed.order, timed.proved)
    if time_forms.mixes_orders(values):
        return Settled("VARCHAR", remark="holds dates both as day/month and as month/day and is kept as text")
    return Settled("VARCHAR", remark=_exception(values))


def _boolean(values: Collection[str]) -> Settled | None:
    if len(values) > 12:
        return None
    seen = {value.strip().lower() for value in values}
    pair = next((pair for pair in BOOLEANS if seen <= pair), None)
    return Settled("BOOLEAN") if pair and (len(seen) == 2 or "true" in pair) else None


def _plain_number(values: Collection[str]) -> Settled | None:
    items = [value.strip() for value in values]
    if all(map(WHOLE.fullmatch, items)):
        if any(item[0] == "+" for item in items) and not any(item[0] == "-" for item in items):
            return Settled("VARCHAR", remark="has numbers with a plus sign, as telephone numbers do, and is kept as text")
        longest = max(len(item.lstrip("+-")) for item in items)
        if longest < 19:
            return Settled("BIGINT")
        if longest > MOST_DIGITS:
            return Settled("VARCHAR", remark=f"holds whole numbers of more than {MOST_DIGITS} digits and is kept as text")
        return Settled("BIGINT" if all(SMALLEST <= int(item) <= LARGEST for item in items) else f"DECIMAL({MOST_DIGITS},0)")
    if not all(map(NUMBER.fullmatch, items)) or any(map(_ZERO_LED.fullmatch, items)):
        return None
    if beyond := next((item for item in items if _overflows(item)), None):
        return Settled("VARCHAR", remark=f"holds '{beyond[:40]}', which is beyond the range of numbers, and is kept as text")
    digits = max((_significant(item) for item in items if len(item) > EXACT_DIGITS), default=0)
    remark = f"has numbers of up to {digits} digits, of which {EXACT_DIGITS} at most are kept" if digits > EXACT_DIGITS else None
    return Settled("DOUBLE", remark=remark)


def _regrouped(found: Settled, values: Collection[str]) -> Settled:
    """In a file with decimal commas `1.234` is a thousand."""
    if found.type == "DOUBLE" and number_marks.points_are_thousands(values):
        return Settled("BIGINT", TextForm(decimal=",", thousands="."), proved=False)
    return found


def _iso_time(values: Collection[str]) -> Settled | None:
    found = [TIMESTAMP.fullmatch(value.strip()) for value in values]
    days = {match.group(1) for match in found if match}
    if not all(found) or not all(map(_is_day, days)):
        return None
    if all(match and len(match.group(0)) == len(match.group(1)) for match in found):
        return Settled("DATE")
    zoned = [bool(match and match.group(3)) for match in found]
    cut = any(match and match.group(2) and match.group(2)[6:].strip("0") for match in found)
    remarks = (["times finer than a microsecond, which are cut"] if cut else []) + (
        ["times with and without an offset; those without are taken as UTC"] if any(zoned) and not all(zoned) else []
    )
    form = TextForm(cut=cut, utc=any(zoned) and not all(zoned)) if remarks else None
    return Settled("TIMESTAMP WITH TIME ZONE" if any(zoned) else "TIMESTAMP", form, "has " + " and ".join(remarks) if remarks else None)


def _marked(marked: number_marks.Numbers, values: Collection[str]) -> Settled:
    if marked.fractions:
        return Settled("DOUBLE", marked.form, proved=marked.proved)
    longest = max(sum(char.isdigit() for char in value) for value in values)
    if longest > MOST_DIGITS:
        return Settled("VARCHAR", remark=f"holds whole numbers of more than {MOST_DIGITS} digits and is kept as text")
    return Settled("BIGINT" if longest < 19 else f"DECIMAL({MOST_DIGITS},0)", marked.form, proved=marked.proved)


def _exception(values: Collection[str]) -> str | None:
    """The remark on a text column most of whose values are numbers or times: one that is not."""
    seen = list(islice(values, MOST_COMPARED))
    kinds = (("numbers", NUMBER), ("dates or times", TIMESTAMP))
    for what, form in kinds:
        others = [value for value in seen if not form.fullmatch(value.strip())]
        if 0 < len(others) <= (1 - MOSTLY) * len(seen) and not any(map(_ZERO_LED.fullmatch, seen)):
            return f"is kept as text because of '{others[0][:40]}', though most values are {what}"
    return None


def _is_day(text: str) -> bool:
    year, month, day = (int(part) for part in re.split("[-/]", text))
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _overflows(item: str) -> bool:
    return (len(item) > 300 or "e" in item.lower()) and float(item) in {float("inf"), float("-inf")} and not _INFINITE.fullmatch(item)


def _significant(item: str) -> int:
    mantissa = re.split("[eE]", item)[0]
    return len(mantissa.lstrip("+-0.").replace(".", "").rstrip("0"))


def is_zero_led(text: str) -> bool:
    return _ZERO_LED.fullmatch(text) is not None
