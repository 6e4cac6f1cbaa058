"""Suggests bounds that the values themselves draw: far fences around a measure, no negatives where there hardly are any."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from voyant_assets.analysis.quality.rules import Suggestion, rule
from voyant_core.model.profile import ColumnProfile, TableProfile
from voyant_core.model.quality import Severity

ENOUGH = 30
TOLERATED = 0.999
NEVER_NEGATIVE = frozenset({"count", "length", "area", "volume", "mass", "age", "speed"})
SELDOM_NEGATIVE = frozenset({"amount", "duration", "number", "score", "index", "rate"})
SELDOM = 0.001
FAR = 5
SIGNED_NAMES = re.compile(
    r"(?i)(^|[\W_])(alt|altitude|elev|elevation|depth|level|change|diff|difference|delta|net|balance|deviation|anomaly|residual|growth|offset"
    r"|error|shift|gain|loss|profit|margin)([\W_]|$)"
)
"""Heights may lie below the sea, and differences below nothing."""


def ranges(profile: TableProfile, taken: frozenset[str] = frozenset()) -> Iterator[Suggestion]:
    """`taken` are columns that have bounds already."""
    for column in profile.ordered():
        if column.role == "measure" and column.kind == "number" and column.count and column.name not in taken:
            yield from _not_negative(column)
            yield from _fences(column)


def _not_negative(column: ColumnProfile) -> Iterator[Suggestion]:
    share = (column.negatives or 0) / column.count
    if SIGNED_NAMES.search(column.name):
        return
    if column.semantic_type in NEVER_NEGATIVE and share <= 0.05:
        severity: Severity = "high" if column.negatives else "medium"
        why = f"A negative {column.semantic_type} does not exist: a sentinel for missing, or a sign error."
        yield Suggestion(rule("not_negative", [column.name], severity=severity, why=why))
    elif column.semantic_type in SELDOM_NEGATIVE and 0 < share <= SELDOM:
        why = "Nearly all values are not negative: the few that are may be corrections, sentinels or sign errors."
        yield Suggestion(rule("not_negative", [column.name], severity="low", why=why))


HARDLY_TRUE = "So far from all others that it is hardly true: one such value moves the mean and stretches every chart."
UNUSUAL = "Unusual: far from all others. A sentinel or a slip of the pen if it cannot be, the most interesting rows if it can."
DRAWN = " The bounds were drawn from a sample of the rows; all rows are checked against them."


def fences(column: ColumnProfile) -> tuple[float, float] | None:
    """Bounds far outside: 5 interquartile ranges beyond the quartiles, and 3 times the way from the median to the 1st or 99th percentile.

    The second keeps a long tail, as of delays or prices, from being taken for errors. None when the quantiles draw no bounds.
    """
    if column.quantiles is None:
        return None
    found = [column.quantiles.p01, column.quantiles.p25, column.quantiles.p50, column.quantiles.p75, column.quantiles.p99]
    if not all(isinstance(value, int | float) for value in found):
        return None
    p01, p25, p50, p75, p99 = (float(value or 0) for value in found)
    if p99 <= p01:
        return None
    low = min(p25 - 5 * (p75 - p25), p01 - 3 * (p50 - p01))
    high = max(p75 + 5 * (p75 - p25), p99 + 3 * (p99 - p50))
    if p01 >= 0 and not column.negatives:
        low = min(0.0, p01)
    return _outwards(low, is_low=True), _outwards(high, is_low=False)


def _outwards(value: float, is_low: bool) -> float:
    """`value` to two significant digits, away from the middle."""
    if not value:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    steps = math.floor(value / step) if is_low else math.ceil(value / step)
    return float(f"{steps * step:.6g}")


def _fences(column: ColumnProfile) -> Iterator[Suggestion]:
    bounds = fences(column) if column.count >= ENOUGH and column.distinct > 10 else None
    if bounds is None or not isinstance(column.min, int | float) or not isinstance(column.max, int | float):
        return
    low, high = bounds
    if low <= column.min and column.max <= high:
        return
    is_error = _distance(column, low, high) > FAR
    yield Suggestion(
        rule(
            "between",
            [column.name],
            arguments={"min": _whole(low), "max": _whole(high)},
            at_least=1.0 if is_error else TOLERATED,
            severity="medium" if is_error else "low",
            why=(HARDLY_TRUE if is_error else UNUSUAL) + (DRAWN if column.sampled_rows else ""),
        )
    )


def _distance(column: ColumnProfile, low: float, high: float) -> float:
    """How far the furthest value lies from the median, in distances of its fence from the median."""
    middle = column.quantiles.p50 if column.quantiles is not None else None
    if not isinstance(middle, int | float) or not isinstance(column.min, int | float) or not isinstance(column.max, int | float):
        return 0.0
    above = (column.max - middle) / (high - middle) if high > middle else 0.0
    below = (middle - column.min) / (middle - low) if low < middle else 0.0
    return max(above, below)


def _whole(value: float) -> float:
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
