"""Findings on pairs of measures: what moves together, with a remark where that is trivial."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from voyant_assets.analysis.narrative.material import Material, finding
from voyant_assets.analysis.narrative.phrases import joined, names, say
from voyant_assets.analysis.wording import numbers
from voyant_core.model.chart import Code, Text
from voyant_core.model.narrative import Finding
from voyant_core.model.profile import Correlation, TableProfile

STRONG = 0.7
ONE_SIGNAL = 0.9
SAME = 0.9995
ENOUGH = 10
ENOUGH_OF_ALL = 0.1


def relation_findings(material: Material) -> Iterator[Finding]:
    enough = max(ENOUGH, ENOUGH_OF_ALL * material.rows)
    strong = [pair for pair in material.profile.correlations if abs(pair.r) >= STRONG and pair.n >= enough]
    told: set[str] = set()
    for group in signal_groups(strong):
        told.update(group)
        yield _group_finding(material, group)
    for place, pair in enumerate(material.profile.correlations):
        if pair in strong and not told & {pair.a, pair.b}:
            told.update((pair.a, pair.b))
            yield _pair_finding(material, place, pair)


def signal_groups(pairs: list[Correlation]) -> list[list[str]]:
    """Three and more columns that are joined by correlations of at least 0.9, in the order of their strongest pair."""
    groups: list[list[str]] = []
    for pair in (pair for pair in pairs if abs(pair.r) >= ONE_SIGNAL):
        touching = [group for group in groups if pair.a in group or pair.b in group]
        merged = list(dict.fromkeys([*(name for group in touching for name in group), pair.a, pair.b]))
        groups = (
            [merged if group is touching[0] else group for group in groups if group not in touching[1:]] if touching else [*groups, merged]
        )
    return [group for group in groups if len(group) > 2]


def remark(profile: TableProfile, a: str, b: str) -> str:
    """Why a strong correlation of two columns says little, as a sentence; empty where nothing speaks against it."""
    if is_part_of_whole(profile, a, b) or is_part_of_whole(profile, b, a):
        return "One contains the other, so they move together by construction."
    if is_series(profile):
        return "Both are levels over time, and levels that trend move together without any link: compare their changes."
    return ""


def is_series(profile: TableProfile) -> bool:
    """One row per period: the time column never repeats, or a year does so once for each of its months or quarters."""
    time = profile.time
    if time is None or time.frequency == "irregular" or time.column not in profile.columns:
        return False
    column = profile.columns[time.column]
    if not column.distinct_exact or column.count < ENOUGH or column.nulls:
        return False
    parts = [part.distinct for part in profile.columns.values() if part.semantic_type in {"quarter", "month"} and part.distinct > 1]
    return column.distinct == column.count or any(0 <= column.distinct * part - profile.rows < part for part in parts)


def is_part_of_whole(profile: TableProfile, whole: str, part: str) -> bool:
    """Do `part` and one or two other measures add up to `whole`, to nine digits of their sums?"""
    total, share = profile.columns[whole].sum, profile.columns[part].sum
    if not total or not share or abs(total) < 1000 or profile.columns[whole].nulls != profile.columns[part].nulls:
        return False
    rest = [c.sum for c in profile.ordered() if c.role == "measure" and c.name not in {whole, part} and c.sum][:40]
    sums = [*rest, *(x + y for x, y in combinations(rest, 2))]
    return any(abs(share + other - total) <= 1e-9 * abs(total) for other in sums)


def _pair_finding(material: Material, place: int, pair: Correlation) -> Finding:
    say_so = "say the same" if abs(pair.r) >= SAME else "move together" if pair.r > 0 else "move against each other"
    text = say(
        f"{{}} and {{}} {say_so}: correlation {{}} over {{}} rows.",
        Code(code=pair.a),
        Code(code=pair.b),
        material.profile_figure(numbers.r2, "correlations", place, "r"),
        material.profile_figure(numbers.integer, "correlations", place, "n"),
    )
    trivial = remark(material.profile, pair.a, pair.b)
    weight = 0.1 if trivial else abs(pair.r) - STRONG + (0.3 if abs(pair.r) < ONE_SIGNAL else 0.0)
    severity = "medium" if abs(pair.r) >= ONE_SIGNAL and not trivial else "low"
    return finding("correlation", severity, weight, text, _consequence(trivial, pair.r), columns=[pair.a, pair.b], section="relationships")


def _group_finding(material: Material, group: list[str]) -> Finding:
    places = [
        (abs(pair.r), place)
        for place, pair in enumerate(material.profile.correlations)
        if pair.a in group and pair.b in group and abs(pair.r) >= ONE_SIGNAL
    ]
    strongest = max(places, key=lambda entry: (entry[0], -entry[1]))[1]
    pair = material.profile.correlations[strongest]
    text = say(
        "{} carry one signal: {} and {} correlate at {}.",
        names(group),
        Code(code=pair.a),
        Code(code=pair.b),
        material.profile_figure(numbers.r2, "correlations", strongest, "r"),
    )
    trivial = remark(material.profile, pair.a, pair.b)
    weight = 0.2 if trivial else 0.5 + 0.05 * len(group)
    return finding(
        "correlation", "low" if trivial else "medium", weight, text, _consequence(trivial, pair.r), columns=group, section="relationships"
    )


def _consequence(trivial: str, r: float) -> Text:
    if trivial:
        return joined([trivial])
    if abs(r) >= ONE_SIGNAL:
        return joined(["Keep one of them in a model or a comparison: two count the same evidence twice."])
    return joined(["It says that they go together, not which one drives the other."])
