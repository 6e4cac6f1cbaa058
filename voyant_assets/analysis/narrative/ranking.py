"""Which findings are told: no fact twice, no subject too often, the most salient first, and never a dull one to fill the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from voyant_core.model.narrative import Finding
from voyant_core.model.profile import TableProfile

AT_MOST = 7
PER_KIND = 2
FLOOR = 0.18
ONE_SIGNAL = 0.9
FAMILY = {
    "skew": "values", "distribution": "values", "outlier": "values", "zeros": "values", "placeholder": "values",
    "empty": "missing", "missing": "missing", "missing_together": "missing", "last_period": "trend",
}  # fmt: skip
"""Kinds that tell the same story about a column; a kind that is not listed is a family of its own."""
ANY_COLUMN = frozenset({"values", "missing", "correlation", "constant", "concentration", "key", "spelling"})
"""Families in which one shared column makes two findings one. Elsewhere (a gap by hour, a gap by carrier) all columns must agree."""
CAPS = {
    "skew": 1, "zeros": 1, "values": 2, "missing": 3, "calendar": 1, "quality": 2, "trend": 2, "group_gap": 2, "correlation": 1,
    "constant": 1, "concentration": 1,
}  # fmt: skip

Signals = Mapping[str, str]


def signals(profile: TableProfile) -> dict[str, str]:
    """Column -> the column whose story it shares: a gap in air time is the gap in distance told again (correlation of 0.9 and more)."""
    found = {name: name for name in profile.columns}
    for pair in profile.correlations:
        if abs(pair.r) >= ONE_SIGNAL:
            first, second = sorted((found[pair.a], found[pair.b]), key=lambda name: profile.columns[name].position)
            found = {name: first if signal == second else signal for name, signal in found.items()}
    return found


def ranked(candidates: Iterable[Finding], same: Signals | None = None) -> list[Finding]:
    """At most seven findings, most salient first. Where a chart shows the fact that another finding tells, the finding leads to it."""
    ordered = sorted((found for found in candidates if found.salience >= FLOOR), key=_order)
    kept: list[Finding] = []
    told: Counter[str] = Counter()
    for found in ordered:
        twin = next((place for place, other in enumerate(kept) if _same_fact(found, other, same or {})), None)
        if twin is not None:
            if found.chart is not None and kept[twin].chart is None and _shows(found.columns, kept[twin].columns):
                kept[twin] = kept[twin].model_copy(update={"chart": found.chart, "section": "charts"})
        elif len(kept) < AT_MOST and all(told[group] < CAPS.get(group, PER_KIND) for group in _groups(found)):
            kept.append(found)
            told.update(_groups(found))
    return kept


def _shows(drawn: list[str], told: list[str]) -> bool:
    """A chart by hour does not show a gap by carrier, though both are one subject."""
    return set(drawn) <= set(told) or set(told) <= set(drawn)


def _order(found: Finding) -> tuple[float, bool, str]:
    return (-found.salience, found.chart is None, found.id)


def _family(found: Finding) -> str:
    return FAMILY.get(found.kind, found.kind)


def _groups(found: Finding) -> set[str]:
    return {_family(found), found.kind}


def _subject(found: Finding) -> list[str]:
    """Gaps of one measure by several groupings are one subject: groupings often stand for one another (a country and its code)."""
    return found.columns[:1] if found.kind == "group_gap" else found.columns


def _same_fact(found: Finding, other: Finding, same: Signals) -> bool:
    if _family(found) != _family(other):
        return False
    mine, theirs = ({same.get(name, name) for name in _subject(entry)} for entry in (found, other))
    if not mine or not theirs:
        return mine == theirs
    return bool(mine & theirs) if _family(found) in ANY_COLUMN else mine <= theirs or theirs <= mine
