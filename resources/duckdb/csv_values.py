"""What the values of a CSV sample tell beyond DuckDB's sniffer: null tokens, decimal commas, thousands marks, date and time formats.

Pure functions over text; the sniffer is asked again with what they find.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

NULL_TOKENS = (
    "NA", "N/A", "n/a", "N/a", "na", "n.a.", "NaN", "nan", "NAN", "NaT", "null", "NULL", "Null", "(null)", "<NA>", "#N/A", "#NA", "#VALUE!",
    "#DIV/0!", "\\N", "None", "none", "nil", "-", "--", "?", ".", "..", "...", "*", "missing", "Missing", "0000-00-00",
    "0000-00-00 00:00:00",
)  # fmt: skip
_PARTS = str.maketrans(dict.fromkeys(",;\t|\r", "\n"))
_TOKENS = frozenset(NULL_TOKENS)
DECIMAL_COMMA = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?|[+-]?\d+,\d+")
PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_ZERO_LED = re.compile(r"0\d+")
_WHOLE = re.compile(r"[+-]?\d+")
THOUSANDS_COMMA = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y")
_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y", "%m.%d.%y")
_CLOCKS = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
_NAMED_DATES = ("%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%B %d %Y", "%a %b %d %Y")
DATE_FORMATS = (*_DAY_FIRST, *_MONTH_FIRST, *_NAMED_DATES)
TIMESTAMP_FORMATS = tuple(f"{date} {clock}" for date in DATE_FORMATS for clock in _CLOCKS)
_DATE_LIKE = re.compile(r"\d{1,2}[/. -]|[A-Za-z]{3,9} ")
MOST_VALUES = 400


def occurring_tokens(text: str) -> list[str]:
    """The null tokens that stand alone between separators somewhere in the text, in their fixed order."""
    found = _TOKENS.intersection(part.strip('" ') for part in set(text.translate(_PARTS).split("\n")))
    return [token for token in NULL_TOKENS if token in found]


def parsed_rows(text: str, delimiter: str, quote: str | None, escape: str | None) -> Iterator[list[str]]:
    """The rows of the sample, the header and any cut last one included. Stops where the text breaks the rules."""
    csv.field_size_limit(2**31 - 1)
    quoting = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quotechar=quote or None,
        escapechar=escape if quote and escape not in {None, "", quote} else None,
        doublequote=True,
        quoting=quoting,
    )
    try:
        yield from reader
    except csv.Error:
        return


def kept_tokens(tokens: Sequence[str], values: Mapping[str, Collection[str]], types: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The tokens that stand in columns which are numbers or times once they are nulls; and those that only stand in text.

    A column of nothing but tokens and blanks counts as the former.
    """
    useful: set[str] = set()
    seen: set[str] = set()
    for column, distinct in values.items():
        here = {token for token in tokens if token in distinct}
        seen |= here
        if types.get(column, "VARCHAR") != "VARCHAR" or not set(distinct).difference(tokens, {""}):
            useful |= here
    return [token for token in tokens if token in useful], [token for token in tokens if token in seen - useful]


def number_marks(values: Mapping[str, Collection[str]], texts: Iterable[str], delimiter: str) -> tuple[str | None, str | None]:
    """(decimal separator, thousands separator) that make numbers of the text columns `texts`; (None, None) when nothing does.

    `1,234` can be both; a file split by semicolons usually is so because its comma is the decimal one.
    """
    for column in texts:
        items = [value.strip() for value in values[column] if value.strip()]
        if not any("," in item for item in items):
            continue
        in_thousands = all(THOUSANDS_COMMA.fullmatch(item) or PLAIN_NUMBER.fullmatch(item) for item in items)
        if in_thousands and delimiter != ";":
            return None, ","
        if all(DECIMAL_COMMA.fullmatch(item) or _WHOLE.fullmatch(item) for item in items):
            return ",", "." if any("." in item for item in items) else None
        if in_thousands:
            return None, ","
    return None, None


def zero_led(rows: Iterable[Sequence[str]], width: int) -> set[int]:
    """Positions in the rows of this width at which codes with leading zeros stand, which as numbers would lose them."""
    return {at for row in rows if len(row) == width for at, value in enumerate(row) if _ZERO_LED.fullmatch(value)}


def time_format(values: Collection[str], formats: Sequence[str]) -> list[str]:
    """The formats, in their order, that read every one of the values; empty when there are no values."""
    distinct = sorted(values)
    sample = [value.strip() for value in distinct[:: max(1, len(distinct) // MOST_VALUES)] if value.strip()]
    if not all(_DATE_LIKE.match(value) for value in sample):
        return []
    return [form for form in formats if sample and _reads(form, sample[:3]) and _reads(form, sample)]


def twin_format(form: str) -> str | None:
    """The same format with day and month changed round, for formats of digits only."""
    for day_first, month_first in zip(_DAY_FIRST, _MONTH_FIRST, strict=True):
        if form.startswith(day_first):
            return month_first + form[len(day_first) :]
        if form.startswith(month_first):
            return day_first + form[len(month_first) :]
    return None


def _reads(form: str, values: Sequence[str]) -> bool:
    try:
        for value in values:
            datetime.strptime(value, form)  # noqa: DTZ007 - only whether it parses
    except ValueError:
        return False
    return True
