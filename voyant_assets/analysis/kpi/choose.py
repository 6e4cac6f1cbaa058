"""Which figures tell most about a table: measures, an outcome, the thing itself, and the dimensions that may split them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from voyant_core.model.profile import ColumnProfile, TableProfile

MOST_MEASURES = 4
MOST_DIMENSIONS = 3
MOST_GROUPS = 200
SAME = 0.98
CALENDAR = frozenset({"date", "datetime", "time_of_day", "year", "quarter", "month", "weekday", "day", "hour"})
TELLING = {
    "amount": 6, "count": 5, "duration": 5, "rate": 4, "percentage": 4, "share": 4, "score": 4, "index": 4, "temperature": 4, "ratio": 3,
    "number": 3, "age": 3, "length": 3, "mass": 3, "speed": 3, "volume": 3, "area": 3,
}  # fmt: skip
TRUE_WORDS = ("true", "yes", "y", "t", "1", "ja", "oui", "si", "sí")
FALSE_WORDS = ("false", "no", "n", "f", "0", "nein", "non")

Aggregation = Literal["sum", "mean", "median", "max", "min", "last", "count_distinct", "share", "rows"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure to derive. `truth` is the value that counts, for a share."""

    aggregation: Aggregation
    column: ColumnProfile | None = None
    truth: bool | int | float | str | None = None


def figures(profile: TableProfile) -> list[Figure]:
    """Row count, up to four measures, the share of an outcome, the number of things; in this order."""
    found = [Figure("rows")]
    found += [_of(profile, column) for column in measures(profile)]
    found += list(_outcomes(profile))[:1]
    found += [Figure("count_distinct", column) for column in _things(profile)][:1]
    return found


def measures(profile: TableProfile) -> list[ColumnProfile]:
    """The most telling measures: by kind of quantity, completeness and place; one of two that always move together."""
    fit = [column for column in profile.ordered() if _is_figure(column)]
    twins = {(c.a, c.b) for c in profile.correlations if abs(c.r) >= SAME} | {(c.b, c.a) for c in profile.correlations if abs(c.r) >= SAME}
    chosen: list[ColumnProfile] = []
    for column in sorted(fit, key=lambda column: (-_telling(column, len(profile.columns)), column.position)):
        if not any((column.name, other.name) in twins for other in chosen):
            chosen.append(column)
        if len(chosen) == MOST_MEASURES:
            break
    return sorted(chosen, key=lambda column: column.position)


def dimensions(profile: TableProfile) -> list[ColumnProfile]:
    """Up to three columns that may split the figures: few groups, none of them nearly everything."""
    fit = [column for column in profile.ordered() if _splits(column, profile)]
    return sorted(fit, key=lambda column: (_group_rank(column), column.position))[:MOST_DIMENSIONS]


def _is_figure(column: ColumnProfile) -> bool:
    if column.role != "measure" or column.kind != "number" or column.default_aggregation in ("none", "count_distinct"):
        return False
    return column.semantic_type not in CALENDAR and column.distinct > 1 and column.null_share <= 0.5


def _telling(column: ColumnProfile, width: int) -> float:
    return TELLING.get(column.semantic_type, 2) - 2 * column.null_share - column.position / max(1, width)


def _of(profile: TableProfile, column: ColumnProfile) -> Figure:
    """The column under its own aggregation; the latest value only where one row stands at each time."""
    aggregation = column.default_aggregation
    if aggregation == "last":
        axis = profile.columns.get(profile.time.column) if profile.time is not None else None
        is_series = axis is not None and axis.distinct_exact and axis.distinct == axis.count and axis.kind != "string"
        return Figure("last" if is_series else "mean", column)
    return Figure("mean" if aggregation in ("none", "count_distinct") else aggregation, column)


def _outcomes(profile: TableProfile) -> Iterator[Figure]:
    for column in profile.ordered():
        if column.role != "dimension" or column.distinct != 2 or len(column.top) != 2 or column.null_share > 0.5:
            continue
        truth = _truth(column)
        if truth is not None and all(0.005 <= top.share <= 0.995 for top in column.top):
            yield Figure("share", column, truth)


def _truth(column: ColumnProfile) -> bool | int | float | str | None:
    """The value that says yes; None when the two values are not yes and no."""
    by_word = {str(top.value).strip().lower(): top.value for top in column.top}
    yes = [value for word, value in by_word.items() if word in TRUE_WORDS or word == "1.0"]
    no = [value for word, value in by_word.items() if word in FALSE_WORDS or word == "0.0"]
    return yes[0] if len(yes) == 1 and len(no) == 1 else None


def _things(profile: TableProfile) -> Iterator[ColumnProfile]:
    """The entity, else identifiers that repeat. One that is unique says no more than the row count."""
    named = [profile.columns[profile.entity]] if profile.entity in profile.columns else []
    others = [c for c in profile.ordered() if c.role == "identifier" and c.name != profile.entity]
    for column in [*named, *others]:
        if 1 < column.distinct < 0.9 * column.count and column.kind in ("string", "number"):
            yield column


def _splits(column: ColumnProfile, profile: TableProfile) -> bool:
    if (
        column.role != "dimension"
        or column.semantic_type in CALENDAR
        or not column.distinct_exact
        or column.kind not in ("string", "boolean", "number")
    ):
        return False
    if not 2 <= column.distinct <= MOST_GROUPS or column.null_share > 0.5 or column.distinct > profile.rows / 2:
        return False
    return not column.top or column.top[0].share <= 0.98


def _group_rank(column: ColumnProfile) -> float:
    """Best are about seven groups of like size."""
    evenness = column.entropy / math.log(column.distinct) if column.entropy is not None and column.distinct > 1 else 0.7
    return abs(math.log(column.distinct / 7)) + 2 * (1 - evenness)
