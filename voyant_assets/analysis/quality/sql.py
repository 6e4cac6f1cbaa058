"""Names, literals and the failing condition of each rule as DuckDB SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voyant_core.model.profile import ColumnProfile
from voyant_core.model.quality import Rule

BLANKS = "' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(160)"
CLOCK = r"^([01]?\d|2[0-3]):?[0-5]\d(:?[0-5]\d(\.\d+)?)?$"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    """A number, boolean or string."""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return f"CAST('{value!r}' AS DOUBLE)"
        case _:
            text = "'" + str(value).replace("'", "''") + "'"
            # a literal cannot hold U+0000
            return "(" + text.replace("\x00", "' || chr(0) || '") + ")" if "\x00" in text else text


def failing(rule: Rule, columns: Mapping[str, ColumnProfile]) -> str:
    """The condition that a row breaking the rule meets; null where the column is null. Not for rules on the whole table."""
    if rule.type == "not_null":
        return " OR ".join(f"{quoted(name)} IS NULL" for name in rule.columns)
    column = columns[rule.columns[0]]
    name = quoted(column.name)
    text = name if column.type == "VARCHAR" else f"CAST({name} AS VARCHAR)"
    match rule.type:
        case "in_set":
            return f"{_comparable(column)} NOT IN ({', '.join(_typed(value, column) for value in rule.arguments['values'])})"
        case "between":
            outside = _outside(name, *(_bound(rule, end, column) for end in ("min", "max")))
            # NaN lies above everything for the engine, and within no bounds for anybody else
            return f"{outside} OR isnan({name})" if column.kind == "number" and column.non_finite else outside
        case "not_negative":
            return f"{name} < 0"
        case "not_in_future":
            return f"{name} > {_typed(rule.arguments['as_of'], column)}"
        case "whole":
            return f"{name} <> floor({name})" + (f" OR NOT isfinite({name})" if column.non_finite else "")
        case "clock_time":
            return _no_clock(name, text, column)
        case "length":
            return _outside(f"length({text})", *(_plain_bound(rule, end) for end in ("min", "max")))
        case "matches":
            return f"NOT regexp_matches({text}, {literal(rule.arguments['regex'])})"
        case "not_blank":
            return _blank(text, [str(word) for word in rule.arguments.get("placeholders", [])])
        case _:
            raise ValueError(f"no condition for {rule.type}")


def repeated(columns: Sequence[str], view: str) -> str:
    """A scalar subquery: filled rows beyond the first of each group of equal values."""
    names = ", ".join(quoted(name) for name in columns)
    filled = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in columns)
    where = f" WHERE {filled}" if filled else ""
    return f"(SELECT coalesce(sum(k - 1), 0) FROM (SELECT count(*) AS k FROM {quoted(view)}{where} GROUP BY {names or 'ALL'}))"


def filled(columns: Sequence[str]) -> str:
    """How many rows have all the columns."""
    return counted(" AND ".join(f"{quoted(name)} IS NOT NULL" for name in columns))


def counted(condition: str) -> str:
    """How many rows meet the condition. `count_if` alone is null where there is no row, or none with a value."""
    return f"coalesce(count_if({condition}), 0)"


def _comparable(column: ColumnProfile) -> str:
    return f"CAST({quoted(column.name)} AS VARCHAR)" if column.kind in ("string", "other") else quoted(column.name)


def _typed(value: Any, column: ColumnProfile) -> str:
    if column.kind == "temporal":
        return f"CAST({literal(str(value))} AS {column.type})"
    return literal(value if column.kind in ("number", "boolean") else str(value))


def _bound(rule: Rule, end: str, column: ColumnProfile) -> str | None:
    value = rule.arguments.get(end)
    return None if value is None else _typed(value, column)


def _plain_bound(rule: Rule, end: str) -> str | None:
    value = rule.arguments.get(end)
    return None if value is None else literal(value)


def _outside(expression: str, low: str | None, high: str | None) -> str:
    sides = [f"{expression} < {low}" if low is not None else "", f"{expression} > {high}" if high is not None else ""]
    return " OR ".join(side for side in sides if side) or "false"


def _no_clock(name: str, text: str, column: ColumnProfile) -> str:
    if column.kind == "number":
        fraction = "" if column.integers else f" OR {name} % 1 <> 0"
        return f"{name} < 0 OR {name} > 2359 OR {name} % 100 >= 60{fraction}"
    return f"NOT regexp_matches({text}, {literal(CLOCK)})"


def _blank(text: str, placeholders: Sequence[str]) -> str:
    condition = f"trim({text}, {BLANKS}) = ''"
    if placeholders:
        words = ", ".join(f"lower(trim({literal(word)}, {BLANKS}))" for word in placeholders)
        condition += f" OR lower(trim({text}, {BLANKS})) IN ({words})"
    return condition
