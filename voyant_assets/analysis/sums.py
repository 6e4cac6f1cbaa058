"""Sums that are the same in whatever order the rows are added. Parallel sums of doubles are not, and where the exact figure lies between
two roundings, as the mean of prices over a round number of rows does, their last digits decide which of the two is published.

A double is added as a whole number of units of a power of two so small that nothing of ten digits is lost. Whole numbers and decimals are
added exactly by the engine itself.
"""

from __future__ import annotations

import math

from voyant_core.model.profile import ColumnProfile

FLOATING = frozenset({"DOUBLE", "FLOAT", "REAL"})
BITS = 126
"""Of a HUGEINT, less one for the sign and one since the extremes of a profile are rounded."""
LARGEST_POWER = 1023


def total(expression: str, column: ColumnProfile) -> str:
    """The sum of `expression`: the column, null where it is no finite number. As DOUBLE where the column is a floating one."""
    if column.type.upper() not in FLOATING:
        return f"sum({expression})"
    return added(expression, _power(column), "HUGEINT")


def added(expression: str, power: int, whole: str) -> str:
    """The sum of doubles, each rounded to 2^-power: times 2^power (2^1023 at most) they must fit into the whole-number type `whole`."""
    unit = f"CAST('{math.ldexp(1.0, min(LARGEST_POWER, power))!r}' AS DOUBLE)"
    return f"CAST(sum(CAST({expression} * {unit} AS {whole})) AS DOUBLE) / {unit}"


def mean(expression: str, column: ColumnProfile) -> str:
    """As `total`; null where no row has a value."""
    return f"{total(expression, column)} / count({expression})" if column.type.upper() in FLOATING else f"avg({expression})"


def _power(column: ColumnProfile) -> int:
    """The largest power of two, times which all values of the column together still fit into a HUGEINT."""
    largest = max((abs(end) for end in (column.min, column.max) if isinstance(end, int | float)), default=0.0)
    bits = math.frexp(largest)[1] + max(1, column.count).bit_length()
    return BITS - bits
