"""Missing values: how empty each column is, and which are empty together."""

from __future__ import annotations

from dataclasses import dataclass

from voyant_assets.analysis.wording import numbers
from voyant_assets.report.inputs import ReportInputs

COLUMNS = 12
PATTERNS = 8


@dataclass(frozen=True, slots=True)
class EmptyColumn:
    name: str
    rows: str
    share: str
    width: float


@dataclass(frozen=True, slots=True)
class Pattern:
    rows: str
    columns: list[str]


@dataclass(frozen=True, slots=True)
class MissingView:
    columns: list[EmptyColumn]
    more: int
    complete_columns: int
    of_columns: int
    rows: int
    complete_rows: str
    complete_share: str
    patterns: list[Pattern]
    matrix: list[tuple[str, list[bool]]]


def missing_view(inputs: ReportInputs) -> MissingView:
    profile = inputs.profile
    gappy = sorted((column for column in profile.columns.values() if column.nulls), key=lambda c: (-c.nulls, c.position))
    found = profile.missingness
    patterns = found.patterns[:PATTERNS]
    shown = [column.name for column in gappy[:COLUMNS]]
    matrix = [(name, [name in pattern.columns for pattern in patterns]) for name in shown]
    return MissingView(
        columns=[
            EmptyColumn(column.name, numbers.integer(column.nulls), numbers.pct(column.null_share), 100 * column.null_share)
            for column in gappy[:COLUMNS]
        ],
        more=max(0, len(gappy) - COLUMNS),
        complete_columns=len(profile.columns) - len(gappy),
        of_columns=len(profile.columns),
        rows=profile.rows,
        complete_rows=numbers.integer(found.complete_rows),
        complete_share=numbers.pct(found.complete_rows / profile.rows if profile.rows else None),
        patterns=[Pattern(numbers.integer(pattern.rows), pattern.columns) for pattern in patterns],
        matrix=matrix if 1 < len(gappy) <= COLUMNS and not inputs.shows("missing") else [],
    )
