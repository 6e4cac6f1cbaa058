"""Which pairs of columns are worth comparing, from the tables' profiles alone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voyant_assets.analysis.relationships import names
from voyant_core.model.profile import ColumnProfile, TableProfile

LONGEST_KEY = 100
FEWEST_VALUES = 10  # shared values that prove something without help from the names
ALIKE = 0.8  # tables that share so many columns are parts of one, not parent and child
MOST_NULL = 0.05


@dataclass(frozen=True, slots=True)
class Side:
    table: str
    column: ColumnProfile

    @property
    def words(self) -> names.Words:
        return names.words(self.column.name)


@dataclass(frozen=True, slots=True)
class Candidate:
    """`rank` orders: the key of a table under its own name first, agreement of values alone last."""

    child: Side
    parent: Side
    basis: str
    rank: int

    @property
    def rows(self) -> int:
        return self.child.column.count + self.parent.column.count


def candidates(profiles: Mapping[str, TableProfile]) -> list[Candidate]:
    """Most promising first; the order depends on the profiles only."""
    places = {label: place for place, label in enumerate(profiles)}
    keys = [Side(label, column) for label, profile in profiles.items() for column in profile.columns.values() if _may_be_key(column)]
    sides = [Side(label, column) for label, profile in profiles.items() for column in profile.columns.values() if _may_refer(column)]
    found = [pair for parent in keys for child in sides for pair in _pair(child, parent, profiles)]
    return sorted(
        found,
        key=lambda c: (c.rank, places[c.child.table], c.child.column.position, places[c.parent.table], c.parent.column.position),
    )


def _pair(child: Side, parent: Side, profiles: Mapping[str, TableProfile]) -> Iterator[Candidate]:
    same_table = child.table == parent.table
    if _type_class(child.column) != _type_class(parent.column) or (same_table and child.column.name == parent.column.name):
        return
    if not same_table and _are_alike(profiles[child.table], profiles[parent.table]):
        return
    table = names.words(parent.table)
    basis = names.basis(child.words, parent.words, table, same_table=same_table)
    if basis is not None:
        own = names.names_own_table(parent.words, table)
        yield Candidate(child, parent, basis, 0 if own else 1)
    elif not same_table and _may_agree_by_values(child.column, parent.column):
        yield Candidate(child, parent, "values", 2)


def _may_be_key(column: ColumnProfile) -> bool:
    if column.count < 2 or column.null_share > MOST_NULL or not _is_plain(column):
        return False
    error = column.distinct_error or 0.0
    return column.distinct >= column.count * (1.0 if column.distinct_exact else 1 - 3 * error)


def _may_refer(column: ColumnProfile) -> bool:
    return column.count > 0 and _is_plain(column)


def _is_plain(column: ColumnProfile) -> bool:
    """Whole numbers and short texts that are no quantity, no time and no sentence."""
    named_key = bool(set(names.words(column.name)) & names.KEYS)
    if column.role in ("time", "measure") and not named_key:
        return False
    if column.kind == "number":
        return bool(column.integers) and not column.type.startswith(("FLOAT", "DOUBLE"))
    if column.kind == "string":
        return column.lengths is not None and column.lengths.max <= LONGEST_KEY
    return column.type == "UUID"


def _type_class(column: ColumnProfile) -> str:
    return column.kind if column.kind in ("number", "string") else column.type


def _are_alike(first: TableProfile, second: TableProfile) -> bool:
    one, other = {name.lower() for name in first.columns}, {name.lower() for name in second.columns}
    return len(one) > 1 and len(one & other) >= ALIKE * len(one | other)


def _may_agree_by_values(child: ColumnProfile, parent: ColumnProfile) -> bool:
    if child.kind != "string" or child.distinct < FEWEST_VALUES or parent.distinct < FEWEST_VALUES:
        return False
    if child.lengths is None or parent.lengths is None or not parent.lengths.min <= child.lengths.mean <= parent.lengths.max:
        return False
    shapes = {pattern.pattern for pattern in parent.patterns}
    return not child.patterns or child.patterns[0].pattern in shapes or not shapes
