"""Counts and sums by group as the queries give them, and what follows: means, lumps of small groups, the share of variance explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from voyant_core.model.profile import ColumnProfile

EMPTY = "(empty)"
OTHER = "Other"


@dataclass(frozen=True, slots=True)
class Group:
    """`key` holds the group's values (None: null); `filled` and `sums` go by measure."""

    key: tuple[str | None, ...]
    rows: int
    filled: tuple[int, ...]
    sums: tuple[float, ...]

    def mean(self, measure: int) -> float | None:
        return self.sums[measure] / self.filled[measure] if self.filled[measure] else None

    @property
    def label(self) -> str:
        return EMPTY if self.key[0] is None else self.key[0] or '""'


def groups_of(rows: Sequence[Sequence[Any]], keys: int, measures: int) -> list[Group]:
    """The answer of `queries.by_groups` as groups."""
    found: list[Group] = []
    for row in rows:
        figures = row[keys + 1 :]
        filled = tuple(int(figures[2 * i]) for i in range(measures))
        sums = tuple(float(figures[2 * i + 1] or 0) for i in range(measures))
        key = tuple(None if value is None else str(value) for value in row[:keys])
        found.append(Group(key, int(row[keys]), filled, sums))
    return found


def merged(groups: Sequence[Group], key: tuple[str | None, ...]) -> Group:
    """All of `groups` (at least one) as one."""
    filled = tuple(map(sum, zip(*(group.filled for group in groups), strict=True)))
    sums = tuple(map(sum, zip(*(group.sums for group in groups), strict=True)))
    return Group(key, sum(group.rows for group in groups), filled, sums)


def collapsed(groups: Sequence[Group], place: int) -> list[Group]:
    """Groups by the value at `place` of their keys only."""
    by_value: dict[str | None, list[Group]] = {}
    for group in groups:
        by_value.setdefault(group.key[place], []).append(group)
    return [merged(same, (value,)) for value, same in by_value.items()]


def explained(groups: Sequence[Group], measure: int, column: ColumnProfile) -> float:
    """Eta squared: the share of the measure's variance that lies between the groups (0..1)."""
    filled = sum(group.filled[measure] for group in groups)
    if filled < 2 or not column.std:
        return 0.0
    overall = sum(group.sums[measure] for group in groups) / filled
    between = sum(g.filled[measure] * (g.sums[measure] / g.filled[measure] - overall) ** 2 for g in groups if g.filled[measure])
    return min(1.0, max(0.0, between / (column.std**2 * (filled - 1))))


def adjusted(eta2: float, groups: int, rows: int) -> float:
    """`eta2` less what so many groups explain by chance: epsilon squared (Kelley 1935); 0 where nothing is left."""
    return max(0.0, 1 - (1 - eta2) * (rows - 1) / (rows - groups)) if rows > groups else 0.0


def lumped(groups: Sequence[Group], most: int, order: int | None = None) -> tuple[list[Group], Group | None, int]:
    """The `most` largest groups (by rows, or by the sum of measure `order`), all others as one, and how many those are."""
    ranked = sorted(groups, key=lambda group: (-(group.rows if order is None else group.sums[order]), group.label))
    if len(ranked) <= most:
        return ranked, None, 0
    kept, rest = ranked[: most - 1], ranked[most - 1 :]
    return kept, merged(rest, (f"{OTHER} ({len(rest)})",)), len(rest)
