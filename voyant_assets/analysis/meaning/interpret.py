"""Decide what every column of a table is: role, semantic type, default aggregation and unit. Pure rules over statistics, names and values.

The vocabulary, the order of decisions and their limits are written down in docs/semantics.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voyant_assets.analysis.meaning.aggregate import measure_aggregation
from voyant_assets.analysis.meaning.constants import constant_meaning
from voyant_assets.analysis.meaning.context import Context, refine
from voyant_assets.analysis.meaning.draft import Draft
from voyant_assets.analysis.meaning.facts import Facts
from voyant_assets.analysis.meaning.numbers import number_meaning
from voyant_assets.analysis.meaning.strings import string_meaning
from voyant_assets.analysis.meaning.words.kinds import OUTCOMES
from voyant_core.model.profile import Aggregation, ColumnMeaning, ColumnStatistics, Scalar


def _temporal(facts: Facts) -> Draft:
    kind = facts.stats.type.upper()
    if kind.startswith("TIME") and not kind.startswith("TIMESTAMP"):
        return Draft("time", "time_of_day", "a clock time by its type")
    if kind.startswith("DATE") and not kind.startswith("DATETIME"):
        return Draft("time", "date", "a date by its type")
    days_only = all("T00:00:00" in str(value) or " 00:00:00" in str(value) or len(str(value)) == 10 for value, _ in facts.values)
    return Draft("time", "date" if days_only and facts.values else "datetime", "a moment by its type")


def _draft(facts: Facts) -> Draft:
    """One column by itself."""
    if facts.distinct <= 1:
        return constant_meaning(facts)
    match facts.kind:
        case "temporal":
            return _temporal(facts)
        case "boolean":
            return Draft("dimension", "boolean", "true and false by its type")
        case "number":
            return number_meaning(facts)
        case "string":
            return string_meaning(facts)
        case _:
            return Draft("text", "json", "a nested or binary type")


def _is_outcome(facts: Facts) -> bool:
    stems = ("cens", "surviv", "churn", "fraud", "default", "cancel", "convert")
    return facts.kind in {"number", "boolean"} and any(word in OUTCOMES or word.startswith(stems) for word in facts.name.words)


def _is_a_whole(facts: Facts) -> bool:
    """Shares that add up to all of it."""
    total = facts.stats.sum or 0.0
    return facts.rows > 2 and facts.low >= 0 and (abs(total - 100) < 0.5 or abs(total - 1) < 0.005)


def _aggregation(facts: Facts, draft: Draft, context: Context) -> Aggregation:
    match draft.role:
        case "measure" if draft.semantic_type in {"percentage", "share"} and _is_a_whole(facts):
            return "sum"
        case "measure":
            return measure_aggregation(draft.semantic_type, draft.nature, facts.skew, context.is_series)
        case "identifier":
            return "count_distinct"
        case "dimension" if draft.semantic_type == "boolean" and facts.is_binary and _is_outcome(facts):
            return "mean"
        case "location" | "time" | "dimension" | "text" | "constant":
            return "none"


def interpret(
    table: str, rows: int, columns: Sequence[ColumnStatistics], values: Mapping[str, Sequence[tuple[Scalar, int]]]
) -> dict[str, ColumnMeaning]:
    """Name every column's role, semantic type, default aggregation and unit.

    `values` holds up to 300 (value, count) pairs per column, most frequent first. The answer has one entry per column.
    """
    facts = [Facts(column, rows, values.get(column.name, ())) for column in columns]
    drafts = {f.stats.name: _draft(f) for f in facts}
    drafts, context = refine(table, facts, drafts)
    return {f.stats.name: _meaning(f, drafts[f.stats.name], context) for f in facts}


def _meaning(facts: Facts, draft: Draft, context: Context) -> ColumnMeaning:
    return ColumnMeaning(
        role=draft.role,
        semantic_type=draft.semantic_type,
        default_aggregation=_aggregation(facts, draft, context),
        unit=draft.unit,
        reason=draft.reason,
    )
