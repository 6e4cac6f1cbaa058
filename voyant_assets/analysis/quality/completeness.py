"""Suggests which columns should be filled. Mostly empty columns are told once, in one rule for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voyant_assets.analysis.quality.rules import Suggestion, rule
from voyant_core.model.profile import ColumnProfile, TableProfile
from voyant_core.model.quality import Severity

NEARLY_FILLED = 0.05
MOSTLY_EMPTY = 0.5
SAME_ROWS = 0.8
RARE = 0.001
APART = 25
"""From so many columns of one kind on they share a rule."""
GAPS = "Figures over it leave these rows out, which biases them when the gaps are no accident."


def completeness(profile: TableProfile, null_tokens: Sequence[str] = ()) -> Iterator[Suggestion]:
    """`null_tokens` are the texts that were read as missing."""
    if profile.rows == 0:
        return
    columns = profile.ordered()
    yield from _complete(profile, [column for column in columns if not column.nulls])
    partly = [column for column in columns if column.nulls and column.null_share <= MOSTLY_EMPTY]
    for band, at_least, name in (
        ([column for column in partly if column.null_share <= NEARLY_FILLED], 1.0, "nearly_filled_columns"),
        ([column for column in partly if column.null_share > NEARLY_FILLED], 1 - NEARLY_FILLED, "partly_filled_columns"),
    ):
        keys = [column for column in band if is_key(profile, column)]
        rest = [column for column in band if not is_key(profile, column)]
        for column in keys + (rest if len(rest) <= APART else []):
            why = _why(profile, column, null_tokens)
            yield Suggestion(rule("not_null", [column.name], at_least=at_least, severity=_severity(profile, column), why=why))
        if len(rest) > APART:
            names = [column.name for column in rest]
            yield Suggestion(rule("not_null", names, identity=f"not_null:{name}", at_least=at_least, why=GAPS))
    sparse = [column for column in columns if column.null_share > MOSTLY_EMPTY]
    if sparse:
        yield _mostly_empty(sparse)


def is_key(profile: TableProfile, column: ColumnProfile) -> bool:
    """Does the column say which thing or when, so that a row without it cannot be placed?"""
    axis = profile.time.column if profile.time is not None else None
    if column.name in (axis, profile.entity):
        return True
    return column.role == "identifier" and column.count > 1 and column.distinct >= 0.98 * column.count


def _complete(profile: TableProfile, filled: list[ColumnProfile]) -> Iterator[Suggestion]:
    """One rule per complete column; in a wide table those that are no keys share one."""
    keys = [column for column in filled if is_key(profile, column)]
    rest = [column for column in filled if not is_key(profile, column) and column.role != "constant"]
    why = "Every row has it today; a gap would be news."
    for column in keys:
        yield Suggestion(rule("not_null", [column.name], severity="high", why=why))
    if len(rest) <= APART:
        for column in rest:
            yield Suggestion(rule("not_null", [column.name], why=why))
    else:
        names = [column.name for column in rest]
        yield Suggestion(
            rule("not_null", names, identity="not_null:complete_columns", why="Every row has them today; a gap would be news.")
        )


def _mostly_empty(sparse: list[ColumnProfile]) -> Suggestion:
    names = [column.name for column in sparse]
    only = len(names) == 1
    return Suggestion(
        rule(
            "not_null",
            names,
            identity=None if only else "not_null:mostly_empty_columns",
            at_least=1 - MOSTLY_EMPTY,
            severity="low",
            why="Mostly empty: optional, kept for a few rows only, or lost on the way. Leave it out of comparisons."
            if only
            else "Mostly empty columns: optional, kept for a few rows only, or lost on the way. Leave them out of comparisons.",
        )
    )


def _severity(profile: TableProfile, column: ColumnProfile) -> Severity:
    if is_key(profile, column):
        return "high"
    return "low" if column.role in ("text", "constant") or column.null_share < RARE else "medium"


def _why(profile: TableProfile, column: ColumnProfile, null_tokens: Sequence[str]) -> str:
    if "NA" in null_tokens and column.patterns and column.patterns[0].pattern == "AA" and column.patterns[0].share > SAME_ROWS:
        return "The code NA (Namibia, North America) was read as missing: if it is meant, read the file without that token."
    if is_key(profile, column):
        return "Rows without it cannot be placed: they drop out of every join, grouping and series."
    together = _missing_together(profile, column)
    if together:
        return f"It is missing together with {_listed(together)}, so there is one cause; figures over these rows leave them all out."
    return GAPS


def _missing_together(profile: TableProfile, column: ColumnProfile) -> list[str]:
    """The columns that are null in the same rows as this one, nearly always."""
    shared: dict[str, int] = {}
    for pattern in profile.missingness.patterns:
        if column.name in pattern.columns:
            for name in pattern.columns:
                shared[name] = shared.get(name, 0) + pattern.rows
    return [
        name
        for name, rows in shared.items()
        if name != column.name and rows >= SAME_ROWS * column.nulls and profile.columns[name].null_share <= MOSTLY_EMPTY
    ]


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")
