"""The rules that a good analyst would write for a table after looking at its profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voyant_assets.analysis.quality.completeness import completeness
from voyant_assets.analysis.quality.known import known
from voyant_assets.analysis.quality.patterns import patterns
from voyant_assets.analysis.quality.ranges import ranges
from voyant_assets.analysis.quality.rules import Suggestion, rule
from voyant_assets.analysis.quality.spelling import may_vary
from voyant_assets.analysis.quality.uniqueness import uniqueness
from voyant_assets.analysis.quality.validity import spelled, validity
from voyant_core.model.profile import TableProfile

MOST_RULES = 60
MOST_SPELLED = 8
WEIGHT = {"high": 0, "medium": 1, "low": 2}


def suggest(
    profile: TableProfile, values: Mapping[str, Sequence[tuple[str, int]]] | None = None, null_tokens: Sequence[str] = ()
) -> list[Suggestion]:
    """At most 60 rules, one per type and columns.

    `values` are all values with counts of the columns named by `spelling_columns`, `null_tokens` the texts that were read as missing.
    """
    checks = list(validity(profile))
    for name, counts in (values or {}).items():
        checks += spelled(profile.columns[name], counts)
    bounded = frozenset(s.rule.columns[0] for s in checks if s.rule.type == "between")
    formed = frozenset(s.rule.columns[0] for s in checks if s.rule.type in ("matches", "in_set"))
    found = [
        *_schema(profile),
        *completeness(profile, null_tokens),
        *uniqueness(profile),
        *checks,
        *ranges(profile, bounded),
        *patterns(profile, formed),
    ]
    return _capped(list({s.rule.id: s for s in reversed(found)}.values())[::-1], profile)


def spelling_columns(profile: TableProfile) -> list[str]:
    """Categories whose values must be listed to find odd spellings among them; the profile shows only ten of each."""
    return [column.name for column in profile.ordered() if may_vary(column)][:MOST_SPELLED]


def _schema(profile: TableProfile) -> list[Suggestion]:
    names = [column.name for column in profile.ordered()]
    return [
        Suggestion(rule("row_count", arguments={"min": 1}, severity="high", why="An empty table carries nothing.")),
        Suggestion(rule("columns", arguments={"names": names}, severity="high", why="What reads the table counts on these columns.")),
    ]


def _capped(found: list[Suggestion], profile: TableProfile) -> list[Suggestion]:
    """The first 60 by what they say: what fails or may fail before what holds, then by severity; their order stays."""

    def importance(place: int) -> tuple[int, int, int]:
        rule_ = found[place].rule
        counts = known(rule_, profile)
        is_open = counts is None or counts.failing > 0 or rule_.dimension == "schema"
        return (0 if is_open else 1, WEIGHT[rule_.severity], place)

    kept = sorted(sorted(range(len(found)), key=importance)[:MOST_RULES])
    return [found[place] for place in kept]
