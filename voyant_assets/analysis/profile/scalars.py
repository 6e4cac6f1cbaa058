"""From what the engine sends to what is published: ISO 8601 times, whole numbers as integers, short texts."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from voyant_assets.analysis.profile.kinds import Family, TypedColumn
from voyant_core.model.profile import Scalar

LONGEST_PUBLISHED = 200
LARGEST_WHOLE = 2**53
"""From here on a double no longer names one integer."""

_BEFORE_CHRIST = re.compile(r"^(\d+)-(\d\d-\d\d) \(BC\)(.*)$")


def iso(text: str, has_zone: bool = False) -> str:
    """DuckDB's text of a date or time in ISO 8601: `T` between date and time, `Z` for UTC, astronomical years before 1 AD."""
    if found := _BEFORE_CHRIST.match(text):
        text = f"-{int(found[1]) - 1:04d}-{found[2]}{found[3]}"
    return text.replace(" ", "T", 1) + ("Z" if has_zone else "")


def from_text(text: str, column: TypedColumn) -> Scalar:
    """The scalar that `TypedColumn.text` wrote."""
    match column.family:
        case Family.WIDE:
            return int(text)
        case Family.DATE | Family.TIME:
            return iso(text)
        case Family.TIMESTAMP:
            return iso(text, "TIME ZONE" in column.type.upper())
        case _:
            return text


def from_number(value: int | float | np.number[Any], column: TypedColumn) -> Scalar:
    """The scalar of a number: true or false, an integer where the type has no others, four-byte floats as they are written."""
    if column.family is Family.BOOLEAN:
        return bool(value)
    if column.family in (Family.INTEGER, Family.WIDE):
        is_exact = isinstance(value, int | np.integer)
        if is_exact or (abs(float(value)) < LARGEST_WHOLE and float(value).is_integer()):
            return int(value)
    if column.is_single and math.isfinite(value):
        return float(str(np.float32(value)))
    return float(value) + 0.0


def shortened(value: Scalar) -> Scalar:
    """A text of more than 200 characters is cut and ends in an ellipsis."""
    if isinstance(value, str) and len(value) > LONGEST_PUBLISHED:
        return value[: LONGEST_PUBLISHED - 1] + "…"
    return value


def steady(total: float, magnitude: float) -> float:
    """`total`, or where its terms cancel, `total` to 12 digits of `magnitude`, the sum of the absolute terms.

    Terms that cancel leave a remainder that differs with the order of a parallel sum; without this the mean of a standardised column
    would be another 1e-17 in every run, and its sum visibly so.
    """
    if not math.isfinite(total) or not math.isfinite(magnitude) or abs(total) > magnitude / 1000:
        return total
    if magnitude == 0:
        return 0.0
    digits = 11 - math.floor(math.log10(magnitude))
    return round(total, digits) + 0.0 if -300 < digits < 300 else total
