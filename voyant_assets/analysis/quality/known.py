"""Answers that the profile already holds exactly, so that no query is needed."""

from __future__ import annotations

from dataclasses import dataclass

from voyant_core import canonical
from voyant_core.model.profile import ColumnProfile, TableProfile
from voyant_core.model.quality import Rule

CUT = 200
"""Characters at which the profile cuts a value."""


@dataclass(frozen=True, slots=True)
class Counts:
    """`failing` of `checked` rows break the rule."""

    checked: int
    failing: int


def known(rule: Rule, profile: TableProfile) -> Counts | None:
    """The counts of a rule as far as the profile tells them; None when the rows must be read."""
    match rule.type:
        case "row_count":
            low, high = rule.arguments.get("min"), rule.arguments.get("max")
            is_off = (low is not None and profile.rows < low) or (high is not None and profile.rows > high)
            return Counts(1, int(is_off))
        case "columns":
            names = list(rule.arguments["names"])
            return Counts(len(names), sum(name not in profile.columns for name in names))
        case "no_duplicate_rows":
            count = profile.duplicate_rows.count
            return None if count is None else Counts(profile.rows, count)
        case _ if len(rule.columns) == 1:
            return _single(rule, profile.columns[rule.columns[0]], profile.rows)
        case "not_null" if all(not profile.columns[name].nulls for name in rule.columns):
            return Counts(profile.rows, 0)
        case _:
            return None


def is_listed(column: ColumnProfile) -> bool:
    """Are all values of the column in `top`, uncut?"""
    return column.distinct_exact and column.distinct == len(column.top) and all(len(str(top.value)) < CUT for top in column.top)


def _single(rule: Rule, column: ColumnProfile, rows: int) -> Counts | None:
    failing: int | None = None
    match rule.type:
        case "not_null":
            return Counts(rows, column.nulls)
        case "unique" if column.distinct_exact and not column.non_finite:
            failing = column.count - column.distinct
        case "not_negative" if column.kind == "number" and not column.non_finite:
            failing = column.negatives
        case "between" if _is_inside(rule, column):
            failing = 0
        case "whole" if column.integers and not column.non_finite:
            failing = 0
        case "not_blank" if column.empty == 0 and column.padded == 0 and not rule.arguments.get("placeholders"):
            failing = 0
        case "length" if column.lengths is not None:
            low, high = rule.arguments.get("min"), rule.arguments.get("max")
            inside = (low is None or column.lengths.min >= low) and (high is None or column.lengths.max <= high)
            failing = 0 if inside else None
        case "in_set" if column.kind == "string" and is_listed(column):
            values = {str(value) for value in rule.arguments["values"]}
            failing = sum(top.count for top in column.top if str(top.value) not in values)
        case _:
            pass
    return None if failing is None else Counts(column.count, failing)


def _is_inside(rule: Rule, column: ColumnProfile) -> bool:
    low, high = rule.arguments.get("min"), rule.arguments.get("max")
    if column.kind != "number" or column.non_finite or not isinstance(column.min, int | float) or not isinstance(column.max, int | float):
        return False
    return (low is None or _is_above(column.min, low, column)) and (high is None or _is_above(-column.max, -high, column))


def _is_above(extreme: float, bound: float, column: ColumnProfile) -> bool:
    """Whether the extreme is surely not below the bound. Floats of a profile are rounded, so equal ones tell nothing of the values."""
    least = canonical.rounded(bound) if isinstance(bound, float) else bound
    if least is None or extreme < least:
        return False
    return extreme > least or isinstance(extreme, int) or (column.integers is True and abs(extreme) < canonical.EXACT_WHOLE)
