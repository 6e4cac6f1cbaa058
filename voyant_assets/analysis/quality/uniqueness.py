"""Suggests which columns name one row each, and that no row occurs twice."""

from __future__ import annotations

from collections.abc import Iterator

from voyant_assets.analysis.quality.rules import Suggestion, rule
from voyant_core.model.profile import ColumnProfile, TableProfile
from voyant_core.model.quality import Severity

NEARLY = 0.98
SKETCHED = 0.9
MOST_ROWS_SINGLE = 20_000_000
MOST_ROWS_PAIR = 2_000_000


def uniqueness(profile: TableProfile) -> Iterator[Suggestion]:
    if profile.rows < 2:
        return
    singles = [column for column in profile.ordered() if _may_be_unique(profile, column)]
    for column in singles:
        severity, why = _weight(profile, column)
        yield Suggestion(rule("unique", [column.name], severity=severity, why=why), believed_from=NEARLY)
    yield from _pair(profile, {column.name for column in singles})
    yield from _rows(profile)


def _may_be_unique(profile: TableProfile, column: ColumnProfile) -> bool:
    if column.count < 2 or column.null_share > 0.5 or not _should_be_unique(profile, column):
        return False
    if not column.distinct_exact and profile.rows > MOST_ROWS_SINGLE:
        return False
    return column.distinct >= (NEARLY if column.distinct_exact else SKETCHED) * column.count


def _should_be_unique(profile: TableProfile, column: ColumnProfile) -> bool:
    is_regular_axis = profile.time is not None and profile.time.column == column.name and profile.time.frequency != "irregular"
    return column.role == "identifier" or column.name == profile.entity or is_regular_axis


def _weight(profile: TableProfile, column: ColumnProfile) -> tuple[Severity, str]:
    if profile.time is not None and column.name == profile.time.column:
        return "medium", "Two rows for one period are counted twice in every series."
    if column.semantic_type == "name":
        return "low", "Two things may share a name; if they do not, one of them is entered twice."
    return "high", "A key that occurs twice multiplies rows in every join and counts a thing twice."


def _pair(profile: TableProfile, singles: set[str]) -> Iterator[Suggestion]:
    """A thing per period: entity and time together."""
    if profile.entity is None or profile.time is None or profile.rows > MOST_ROWS_PAIR:
        return
    pair = [profile.entity, profile.time.column]
    if singles & set(pair) or len(set(pair)) < 2 or any(name not in profile.columns for name in pair):
        return
    entity, time = (profile.columns[name] for name in pair)
    if entity.distinct * time.distinct < NEARLY * profile.rows:
        return
    why = "Two rows of one thing at one time are counted twice in every sum and series."
    yield Suggestion(rule("unique", pair, severity="high", why=why), believed_from=NEARLY)


def _rows(profile: TableProfile) -> Iterator[Suggestion]:
    if profile.duplicate_rows.count is None or profile.duplicate_rows.method == "key column":
        return
    telling = any(column.distinct > 0.5 * profile.rows for column in profile.columns.values())
    why = (
        "Equal rows are usually loaded twice; sums and counts are too high by them."
        if telling
        else "Rows of a few coarse columns may well be equal; if one is loaded twice, sums and counts are too high by it."
    )
    yield Suggestion(rule("no_duplicate_rows", severity="medium" if telling else "low", why=why))
