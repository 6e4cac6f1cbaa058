"""How figures are written, one function per kind, so that a figure looks the same in a sentence, a table, a chart and a card.

Not here: sentences. Every function takes the value as it stands in the artifact and gives text; nothing is rounded before it arrives.
A true minus (−), no-break spaces before units, no exponents below a quadrillion, no trailing zeros.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import TypeGuard

MINUS, NBSP = "\u2212", "\u00a0"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NONE = "none"
SMALLEST, LARGEST = 1e-9, 1e15
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

Day = dt.date | str


def integer(value: float | None) -> str:
    """A count in full: 336,776."""
    return _sign(f"{round(value):,}") if _is_figure(value) else NONE


def sig(value: float | None, digits: int = 3) -> str:
    """A measure to `digits` significant digits, never fewer than its integer part: 12.6, 1,234, 0.00123.

    Whole numbers stand in full. From a quadrillion on (a thousand millions of millions) a power of ten is written: 1.23 × 10¹⁸.
    """
    if not _is_figure(value):
        return NONE
    size = abs(value)
    if size >= LARGEST:
        return _power_of_ten(value, digits)
    if float(value).is_integer():
        return integer(value)
    if size < SMALLEST:
        return f"<{SMALLEST:.9f}" if value > 0 else f">{MINUS}{SMALLEST:.9f}"
    places = max(0, digits - 1 - math.floor(math.log10(size)))
    text = f"{value:,.{places}f}"
    return _sign(text.rstrip("0").rstrip(".") if "." in text else text)


def signed(value: float | None, unit: str | None = None, digits: int = 3) -> str:
    """A difference of quantities with its sign: +3 min; 0 has none."""
    if not _is_figure(value):
        return NONE
    return ("+" if value > 0 else "") + with_unit(value, unit, digits)


def r2(value: float | None) -> str:
    """A correlation: two places, always, so that a list of them aligns."""
    return _sign(_without_minus_zero(f"{value:.2f}")) if _is_figure(value) else NONE


def pct(share: float | None, places: int = 1) -> str:
    """A share (0..1) as %. Never 0% for something, nor 100% for less than everything: <0.1%, >99.9%."""
    if not _is_figure(share):
        return NONE
    if share in {0, 1}:
        return f"{share:.0%}"
    text, floor = f"{share:.{places}%}", 10**-places / 100
    if 0 < share < 1 and float(text[:-1]) == 0:
        return f"<{floor:.{places}%}"
    if 0 < share < 1 and float(text[:-1]) == 100:
        return f">{1 - floor:.{places}%}"
    return _sign(f"{share:,.{places}%}")


def pp(difference: float | None) -> str:
    """A difference of shares: percentage points, signed: +13.2 pp."""
    if not _is_figure(difference):
        return NONE
    return _signed_tenths(difference * 100) + f"{NBSP}pp"


def change(new: float | None, old: float | None) -> str:
    """A relative change of a quantity, signed, against the size of `old`: +13.2%. Never for shares (use `pp`)."""
    if not _is_figure(new) or not _is_figure(old) or old == 0:
        return NONE
    return _signed_tenths((new - old) / abs(old) * 100) + "%"


def with_unit(value: float | None, unit: str | None, digits: int = 3) -> str:
    """`sig` and the unit after a no-break space; a per cent sign stands close."""
    text = sig(value, digits)
    if not unit or text == NONE:
        return text
    return f"{text}%" if unit == "%" else f"{text}{NBSP}{unit}"


def scalar(value: bool | float | str | None) -> str:
    """Any value of a column: words for booleans, `sig` for numbers, strings as they are."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case _:
            return sig(value, 6)


def date(day: Day) -> str:
    """1 Jan 2013. A string that is not an ISO 8601 date is given back as it is."""
    found = _as_date(day)
    return found if isinstance(found, str) else f"{found.day}{NBSP}{MONTHS[found.month - 1]}{NBSP}{found.year}"


def date_range(first: Day, last: Day) -> str:
    """1 Jan – 31 Dec 2013; 3–7 Feb 2013: what both ends share is said once."""
    a, b = _as_date(first), _as_date(last)
    if isinstance(a, str) or isinstance(b, str):
        return f"{date(first)}{NBSP}– {date(last)}"
    if a == b:
        return date(a)
    if (a.year, a.month) == (b.year, b.month):
        return f"{a.day}–{date(b)}"
    if a.year == b.year:
        return f"{a.day}{NBSP}{MONTHS[a.month - 1]}{NBSP}– {date(b)}"
    return f"{date(a)}{NBSP}– {date(b)}"


def size(size_bytes: int) -> str:
    """Bytes in decimal units: 48.2 kB."""
    amount = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 999.5:
            return f"{sig(round(amount) if amount >= 100 else amount)}{NBSP}{unit}"
        amount /= 1000
    return f"{sig(amount)}{NBSP}TB"


def _is_figure(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)


def _sign(text: str) -> str:
    return text.replace("-", MINUS)


def _without_minus_zero(text: str) -> str:
    return text.removeprefix("-") if text.startswith("-") and float(text) == 0 else text


def _signed_tenths(value: float) -> str:
    """One place, signed; a difference too small for it is told as such, not as zero."""
    if value == 0:
        return "0"
    text = f"{value:+,.1f}"
    return "<0.1" if text in {"+0.0", "-0.0"} else _sign(text)


def _power_of_ten(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    shown = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{_sign(shown)}{NBSP}×{NBSP}10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def _as_date(day: Day) -> dt.date | str:
    if not isinstance(day, str):
        return day.date() if isinstance(day, dt.datetime) else day
    try:
        return dt.datetime.fromisoformat(day).date()
    except ValueError:
        return day
