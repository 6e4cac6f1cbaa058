"""Which findings are told: no fact twice, no subject too often, the most salient first, and never a dull one to fill the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from voyant_core.model.narrative import Finding

AT_MOST = 7
PER_KIND = 2
FLOOR = 0.18
FAMILY = {
    "skew": "values", "distribution": "values", "outlier": "values", "zeros": "values", "placeholder": "values",
    "missing": "missing", "missing_together": "missing",
    "last_period": "trend", "calendar": "calendar",
}  # fmt: skip
"""Kinds that tell the same story about a column; a kind that is not listed is a family of its own."""
ANY_COLUMN = frozenset({"values", "missing", "correlation", "empty", "constant", "concentration", "key", "spelling"})
"""Families in which one shared column makes two findings one. Elsewhere (a gap by hour, a gap by carrier) all columns must agree."""
CAPS = {
    "skew": 1,
    "zeros": 1,
    "values": 2,
    "missing": 2,
    "quality": 2,
    "trend": 2,
    "group_gap": 2,
    "correlation": 1,
    "constant": 1,
    "concentration": 1,
}


def ranked(candidates: Iterable[Finding]) -> list[Finding]:
    """At most seven findings, most salient first. A finding with a chart is preferred to the same fact without one."""
    ordered = sorted((found for found in candidates if found.salience >= FLOOR), key=_order)
    kept: list[Finding] = []
    told: Counter[str] = Counter()
    for found in ordered:
        family = _family(found)
        full = any(told[group] >= CAPS.get(group, PER_KIND) for group in {family, found.kind})
        if full or any(_same_fact(found, other) for other in kept):
            continue
        kept.append(found)
        told.update({family, found.kind})
        if len(kept) == AT_MOST:
            break
    return kept


def _order(found: Finding) -> tuple[float, bool, str]:
    return (-found.salience, found.chart is None, found.id)


def _family(found: Finding) -> str:
    return FAMILY.get(found.kind, found.kind)


def _same_fact(found: Finding, other: Finding) -> bool:
    if _family(found) != _family(other):
        return False
    mine, theirs = set(found.columns), set(other.columns)
    if _family(found) in ANY_COLUMN:
        return bool(mine & theirs) or mine == theirs
    return bool(mine or theirs) is False or (bool(mine) and bool(theirs) and (mine <= theirs or theirs <= mine))
