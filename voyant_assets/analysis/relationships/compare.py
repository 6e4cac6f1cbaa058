"""Compares the values of candidate pairs on the engine, exactly, and keeps what is a relationship."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

from voyant_assets.analysis.kpi.requested import scalar
from voyant_assets.analysis.relationships.candidates import FEWEST_VALUES, Candidate, Side, candidates
from voyant_core.model.profile import TableProfile
from voyant_core.model.relationship import ColumnRef, Relationship, RelationshipReport

Rows = Callable[[str], list[tuple[Any, ...]]]

MOST_PAIRS = 300
MOST_ROWS = 2_000_000_000
LEAST_BY_NAME = 0.5
LEAST_BY_VALUES = 0.9
EXAMPLES = 5
_BASES = Literal["same name", "table and key name", "name ends alike", "values"]


def find_relationships(profiles: Mapping[str, TableProfile], rows: Rows) -> RelationshipReport:
    """The relationships between the tables, by label in the plan's order; labels are views of the engine."""
    listed = candidates(profiles)
    chosen = _within_budget(listed)
    measured = [(candidate, found) for candidate in chosen if (found := _measured(candidate, rows)) is not None]
    kept = _best(measured, list(profiles))
    left_out = len(listed) - len(chosen)
    return RelationshipReport(
        tables=list(profiles),
        relationships=kept,
        compared=len(chosen),
        not_compared=left_out,
        notes=[f"{left_out:,} weaker pairs of columns were not compared."] if left_out else [],
    )


def _within_budget(listed: Sequence[Candidate]) -> list[Candidate]:
    """By counts of pairs and rows, never by the clock: the answer must be the same everywhere."""
    chosen: list[Candidate] = []
    rows = 0
    for candidate in listed[:MOST_PAIRS]:
        rows += candidate.rows
        if rows > MOST_ROWS:
            break
        chosen.append(candidate)
    return chosen


def _measured(candidate: Candidate, rows: Rows) -> Relationship | None:
    """The evidence, or None where the values contradict the names."""
    child, parent = candidate.child, candidate.parent
    counted = f"SELECT {_name(child.column.name)} AS v, count(*) AS n FROM {_name(child.table)} WHERE v IS NOT NULL GROUP BY 1"
    known = f"SELECT DISTINCT {_name(parent.column.name)} AS v FROM {_name(parent.table)} WHERE v IS NOT NULL"
    both = f"WITH c AS ({counted}), p AS ({known}), j AS (SELECT c.v, c.n, p.v IS NULL AS lost FROM c LEFT JOIN p ON c.v = p.v) "
    filled = f"(SELECT count({_name(parent.column.name)}) FROM {_name(parent.table)})"
    figures = "count(*), sum(n), count(*) FILTER (lost), coalesce(sum(n) FILTER (lost), 0), max(n), (SELECT count(*) FROM p), " + filled
    values, total, lost_values, lost_rows, most, parent_values, parent_rows = rows(f"{both}SELECT {figures} FROM j")[0]
    matched = values - lost_values
    share = matched / values if values else 0.0
    least = LEAST_BY_VALUES if candidate.basis == "values" else LEAST_BY_NAME
    if parent_values != parent_rows or not matched or share < least or (candidate.basis == "values" and matched < FEWEST_VALUES):
        return None
    examples = rows(f"{both}SELECT v FROM j WHERE lost ORDER BY n DESC, v LIMIT {EXAMPLES}") if lost_values else []
    return Relationship(
        child=_ref(child),
        parent=_ref(parent),
        cardinality="n:1" if most > 1 else "1:1",
        basis=cast(_BASES, candidate.basis),
        child_rows=int(total),
        child_values=values,
        matched_values=matched,
        containment=share,
        orphan_rows=int(lost_rows),
        orphan_values=lost_values,
        orphan_examples=[scalar(row[0]) for row in examples],
        parent_values=parent_values,
        unreferenced_values=parent_values - matched,
    )


def _best(measured: Sequence[tuple[Candidate, Relationship]], labels: Sequence[str]) -> list[Relationship]:
    """One parent for each child, and one direction for each pair: what a key refers to beyond that follows from the others."""

    def order(item: tuple[Candidate, Relationship]) -> tuple[Any, ...]:
        candidate, found = item
        place = labels.index(found.parent.table)
        return (candidate.rank, -found.containment, found.unreferenced_values, place, candidate.parent.column.position)

    taken: set[tuple[str, str]] = set()
    pairs: set[frozenset[tuple[str, str]]] = set()
    kept: list[Relationship] = []
    for _, found in sorted(measured, key=order):
        child, parent = (found.child.table, found.child.column), (found.parent.table, found.parent.column)
        if child in taken or frozenset((child, parent)) in pairs:
            continue
        taken.add(child)
        pairs.add(frozenset((child, parent)))
        kept.append(found)
    return sorted(kept, key=lambda found: (labels.index(found.child.table), labels.index(found.parent.table), found.child.column))


def _ref(side: Side) -> ColumnRef:
    return ColumnRef(table=side.table, column=side.column.name)


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
