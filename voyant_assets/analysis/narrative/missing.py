"""Findings on empty cells: columns that are empty together, and columns that are empty often."""

from __future__ import annotations

from collections.abc import Iterator

from voyant_assets.analysis.narrative.material import Material, finding
from voyant_assets.analysis.narrative.phrases import joined, names, say
from voyant_assets.analysis.wording import numbers
from voyant_core.model.chart import Code, Text
from voyant_core.model.narrative import Finding
from voyant_core.model.profile import ColumnProfile
from voyant_core.model.quality import Severity

WORTH_TELLING = 0.05
OFTEN = 0.2
MOSTLY = 0.5
FEW_ROWS = 5
ALIKE = 1.5
"""A column that is empty far more often than the first is no part of its gap: a nearly empty column is empty wherever any other is."""


def missing_findings(material: Material) -> Iterator[Finding]:
    together = _empty_together(material)
    if together is not None:
        yield together
    told = set(together.columns) if together is not None else set[str]()
    yield from _often_empty(material, told)


def _empty_together(material: Material) -> Finding | None:
    """The largest set of columns that one of them decides: wherever the first is empty, all are."""
    groups = _implied(material)
    if not groups:
        return None
    lead, others = max(groups, key=lambda group: ((1 + len(group[1])) * group[0].nulls, -group[0].position))
    columns = [lead.name, *(column.name for column in others)]
    text = say(
        "{} are empty together in {} of {} rows ({}).",
        names(columns),
        material.column_figure(numbers.integer, lead.name, "nulls"),
        material.profile_figure(numbers.integer, "rows"),
        material.column_figure(numbers.pct, lead.name, "null_share"),
    )
    consequence = say("It is one gap, not several: decide once how these rows count, instead of filling each column.")
    severity: Severity = "medium" if lead.null_share >= 0.02 else "low"
    weight = 0.3 + lead.null_share + 0.05 * len(columns)
    return finding("missing_together", severity, weight, text, consequence, columns=columns, section="missing")


def _implied(material: Material) -> list[tuple[ColumnProfile, list[ColumnProfile]]]:
    """(column, the others that are empty wherever it is); none unless the listed patterns cover every incomplete row, which proves it."""
    found = material.profile.missingness
    if sum(pattern.rows for pattern in found.patterns) + found.complete_rows != material.rows:
        return []
    members = {
        column.name: {place for place, pattern in enumerate(found.patterns) if column.name in pattern.columns}
        for column in material.columns
        if 0 < column.nulls < material.rows
    }
    by_name = material.profile.columns
    groups: list[tuple[ColumnProfile, list[ColumnProfile]]] = []
    for name, where in members.items():
        lead = by_name[name]
        others = [
            by_name[other]
            for other, theirs in members.items()
            if other != name and where and where <= theirs and by_name[other].nulls <= ALIKE * lead.nulls
        ]
        if others and lead.nulls >= FEW_ROWS and lead.null_share >= 0.005:
            groups.append((lead, others))
    return groups


def _often_empty(material: Material, told: set[str]) -> Iterator[Finding]:
    columns = [column for column in material.columns if column.count and column.null_share >= WORTH_TELLING and column.name not in told]
    columns.sort(key=lambda column: (-column.null_share, column.position))
    if not columns:
        return
    first = columns[0]
    text = say(
        "{} is empty in {} of rows ({} of {}){}.",
        Code(code=first.name),
        material.column_figure(numbers.pct, first.name, "null_share"),
        material.column_figure(numbers.integer, first.name, "nulls"),
        material.profile_figure(numbers.integer, "rows"),
        _next_ones(material, columns[1:3]),
    )
    consequence = say(
        "A figure made from the filled rows is no sample of all rows unless the gaps are random, which the table cannot show."
    )
    worst = max((column.null_share for column in columns if column.role in {"measure", "time", "dimension"}), default=0.0)
    severity: Severity = "high" if worst >= MOSTLY else "medium" if worst >= OFTEN else "low"
    yield finding(
        "missing", severity, first.null_share, text, consequence, columns=[column.name for column in columns[:3]], section="missing"
    )


def _next_ones(material: Material, columns: list[ColumnProfile]) -> Text:
    parts: Text = []
    for column in columns:
        parts += [", ", Code(code=column.name), " in ", material.column_figure(numbers.pct, column.name, "null_share")]
    return joined(parts)
