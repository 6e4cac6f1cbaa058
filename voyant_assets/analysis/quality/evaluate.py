"""Plans the queries that count and show failing rows, and reads their answers. It runs nothing: a caller passes `ask`.

One aggregate answers everything that the profile does not know, failing values included; a second query shows repeated keys where there
are any. Both are cut into chunks for very many rules.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from voyant_assets.analysis.quality import sql
from voyant_assets.analysis.quality.known import Counts, known
from voyant_assets.analysis.quality.rules import Suggestion
from voyant_core import canonical
from voyant_core.model.profile import ColumnProfile, Scalar, TableProfile
from voyant_core.model.quality import Rule, RuleResult


@dataclass(frozen=True, slots=True)
class Answer:
    counts: Counts
    examples: list[dict[str, Scalar]] = field(default_factory=list[dict[str, Scalar]])


Ask = Callable[[str], Sequence[tuple[Any, ...]]]
CHUNK = 150
SHOWN = 3
LONGEST_SHOWN = 200
SEEN = 50
WITH_EXAMPLES = frozenset({"in_set", "between", "not_negative", "not_in_future", "whole", "clock_time", "length", "matches", "not_blank"})
"""Rules of one column that show its failing values."""


def evaluate(suggestions: Sequence[Suggestion], profile: TableProfile, view: str, ask: Ask) -> list[RuleResult]:
    """The result of every rule that is believed, in the given order. `view` is the table's name in the SQL given to `ask`."""
    answers = _answers([suggestion.rule for suggestion in suggestions], profile, view, ask)
    kept = [
        (suggestion.rule, answer)
        for suggestion, answer in zip(suggestions, answers, strict=True)
        if _share(answer.counts) >= suggestion.believed_from
    ]
    repeated = _repeated_values([rule for rule, answer in kept if rule.type == "unique" and answer.counts.failing], profile, view, ask)
    return [_result(rule, answer.counts, repeated.get(rule.id, answer.examples)) for rule, answer in kept]


def value_counts(columns: Sequence[str], view: str, ask: Ask) -> dict[str, list[tuple[str, int]]]:
    """All values of the columns with their counts, most frequent first, from one query."""
    if not columns:
        return {}
    parts = [
        f"SELECT {place} AS i, CAST({sql.quoted(name)} AS VARCHAR) AS v, count(*) AS k FROM {sql.quoted(view)}"
        f" WHERE {sql.quoted(name)} IS NOT NULL GROUP BY 2"
        for place, name in enumerate(columns)
    ]
    found: dict[str, list[tuple[str, int]]] = {name: [] for name in columns}
    for place, value, count in ask(" UNION ALL ".join(parts) + " ORDER BY i, k DESC, v"):
        found[columns[int(place)]].append((str(value), int(count)))
    return found


def _answers(rules: Sequence[Rule], profile: TableProfile, view: str, ask: Ask) -> list[Answer]:
    found = {place: Answer(counts) for place, rule in enumerate(rules) if (counts := known(rule, profile)) is not None}
    for places in _chunks(place for place in range(len(rules)) if place not in found or _wants_examples(rules[place], found[place])):
        wanted = [expression for place in places for expression in _aggregates(rules[place], profile.columns, view)]
        row = iter(ask(f"SELECT {', '.join(wanted)} FROM {sql.quoted(view)}")[0])
        for place in places:
            found[place] = _read(rules[place], profile, row)
    return [found[place] for place in range(len(rules))]


def _wants_examples(rule: Rule, answer: Answer) -> bool:
    return bool(answer.counts.failing) and rule.type in WITH_EXAMPLES


def _aggregates(rule: Rule, columns: Mapping[str, ColumnProfile], view: str) -> list[str]:
    """What the one aggregate query asks for a rule; `_read` takes it apart in the same order."""
    if rule.type == "no_duplicate_rows":
        return [sql.repeated(list(columns), view)]
    checked = [sql.filled(rule.columns)] if len(rule.columns) > 1 and rule.type != "not_null" else []
    if rule.type == "unique":
        return [*checked, sql.repeated(rule.columns, view)]
    condition = sql.failing(rule, columns)
    count = sql.counted(condition)
    if rule.type not in WITH_EXAMPLES:
        return [*checked, count]
    shown = _shown(columns[rule.columns[0]])
    return [count, *(f"{end}({shown}, {SEEN}) FILTER (WHERE {condition})" for end in ("min", "max"))]


def _read(rule: Rule, profile: TableProfile, row: Any) -> Answer:
    if rule.type in ("no_duplicate_rows", "not_null"):
        return Answer(Counts(profile.rows, int(next(row))))
    checked = int(next(row)) if len(rule.columns) > 1 else profile.columns[rule.columns[0]].count
    counts = Counts(checked, int(next(row)))
    if rule.type not in WITH_EXAMPLES:
        return Answer(counts)
    lowest, highest = (list(map(_scalar, cast(list[Any], next(row) or []))) for _ in range(2))
    return Answer(counts, [{rule.columns[0]: value} for value in _telling(rule, lowest, highest)])


def _telling(rule: Rule, lowest: Sequence[Scalar], highest: Sequence[Scalar]) -> list[Scalar]:
    """Up to three distinct values: those furthest outside bounds, else the first in order."""
    low, high = rule.arguments.get("min"), rule.arguments.get("max")
    if rule.type != "between":
        return list(dict.fromkeys(lowest))[:SHOWN]

    def beyond(value: Scalar) -> float:
        if not isinstance(value, int | float):
            return 0.0
        return max(low - value if isinstance(low, int | float) else 0.0, value - high if isinstance(high, int | float) else 0.0)

    return sorted(dict.fromkeys([*highest, *lowest]), key=beyond, reverse=True)[:SHOWN]


def _repeated_values(rules: Sequence[Rule], profile: TableProfile, view: str, ask: Ask) -> dict[str, list[dict[str, Scalar]]]:
    """By rule, the values that occur most often beyond once."""
    found: dict[str, list[dict[str, Scalar]]] = {}
    for places in _chunks(range(len(rules))):
        row = ask(f"SELECT {', '.join(_most_repeated(rules[place].columns, profile.columns, view) for place in places)}")[0]
        for place, answer in zip(places, row, strict=True):
            rows = cast(list[list[Any]], answer or [])
            found[rules[place].id] = [dict(zip(rules[place].columns, map(_scalar, values), strict=True)) for values in rows]
    return found


def _most_repeated(names: Sequence[str], columns: Mapping[str, ColumnProfile], view: str) -> str:
    quoted = [sql.quoted(name) for name in names]
    numbered = ", ".join(f"c{place}" for place in range(len(names)))
    picked = ", ".join(f"{_shown(columns[name])} AS c{place}" for place, name in enumerate(names))
    filled = " AND ".join(f"{name} IS NOT NULL" for name in quoted)
    groups = (
        f"SELECT {picked}, count(*) AS k FROM {sql.quoted(view)} WHERE {filled} GROUP BY {', '.join(quoted)}"
        f" HAVING count(*) > 1 ORDER BY k DESC, {numbered} LIMIT {SHOWN}"
    )
    return f"(SELECT list(row({numbered}) ORDER BY k DESC, {numbered}) FROM ({groups}))"


def _shown(column: ColumnProfile) -> str:
    name = sql.quoted(column.name)
    return name if column.kind in ("number", "boolean") else f"left(CAST({name} AS VARCHAR), {LONGEST_SHOWN})"


def _result(rule: Rule, counts: Counts, examples: list[dict[str, Scalar]]) -> RuleResult:
    share = _share(counts)
    return RuleResult(
        **rule.model_dump(),
        checked=counts.checked,
        failing=counts.failing,
        share=share,
        passed=share >= rule.at_least,
        examples=examples,
    )


def _share(counts: Counts) -> float:
    # one division, so that 1 of 10 is the 0.1 of a caller: 1 - 9 / 10 is less
    return (counts.checked - counts.failing) / counts.checked if counts.checked else 1.0


def _scalar(value: Any) -> Scalar:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    found = canonical.plain(value)
    return found if isinstance(found, bool | int | float | str) or found is None else str(found)


def _chunks(places: Iterable[int]) -> list[list[int]]:
    listed = list(places)
    return [listed[start : start + CHUNK] for start in range(0, len(listed), CHUNK)]
