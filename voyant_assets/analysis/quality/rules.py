"""How a rule is written down: its id, dimension and sentence follow from type, columns and arguments. No rule is decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from voyant_assets.analysis.wording import numbers
from voyant_core.model.quality import Dimension, Rule, Severity

DIMENSIONS: dict[str, Dimension] = {
    "row_count": Dimension.SCHEMA,
    "columns": Dimension.SCHEMA,
    "not_null": Dimension.COMPLETENESS,
    "unique": Dimension.UNIQUENESS,
    "no_duplicate_rows": Dimension.UNIQUENESS,
    "in_set": Dimension.VALIDITY,
    "clock_time": Dimension.VALIDITY,
    "not_in_future": Dimension.VALIDITY,
    "whole": Dimension.VALIDITY,
    "not_blank": Dimension.VALIDITY,
    "between": Dimension.RANGE,
    "not_negative": Dimension.RANGE,
    "length": Dimension.PATTERN,
    "matches": Dimension.PATTERN,
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rule, and how many must pass for it to be believed: below `believed_from` it was the reading of the column that was wrong."""

    rule: Rule
    believed_from: float = 0.0


def rule(
    kind: str,
    columns: Sequence[str] = (),
    *,
    arguments: Mapping[str, Any] | None = None,
    at_least: float = 1.0,
    severity: Severity = "medium",
    dimension: Dimension | None = None,
    origin: Literal["suggested", "request"] = "suggested",
    identity: str | None = None,
    description: str | None = None,
    why: str = "",
) -> Rule:
    """A `Rule` whose id, dimension and description are derived unless given."""
    return Rule(
        id=identity or rule_id(kind, columns),
        type=kind,
        dimension=dimension or DIMENSIONS[kind],
        columns=list(columns),
        arguments=dict(arguments or {}),
        at_least=at_least,
        severity=severity,
        origin=origin,
        description=description or describe(kind, columns, arguments or {}, at_least),
        why=why,
    )


def rule_id(kind: str, columns: Sequence[str]) -> str:
    return f"{kind}:{','.join(columns)}" if columns else kind


def describe(kind: str, columns: Sequence[str], arguments: Mapping[str, Any], at_least: float) -> str:
    """What must hold: `arr_delay is filled`, in at least so many rows where not in all."""
    name = " and ".join(columns) if len(columns) <= 3 else f"{', '.join(columns[:2])} and {len(columns) - 2} more"
    many = len(columns) > 1
    share = "" if at_least == 1 else f" in at least {_percent(at_least)} of the rows"
    return _sentence(kind, name, many, arguments) + share


def _percent(share: float) -> str:
    return f"{share:.0%}" if (100 * share).is_integer() else numbers.pct(share)


def _sentence(kind: str, name: str, many: bool, arguments: Mapping[str, Any]) -> str:
    match kind:
        case "row_count":
            return "the table has rows" if arguments == {"min": 1} else f"the table has {_bounds(arguments)} rows"
        case "columns":
            return "the columns are all there"
        case "not_null":
            return f"{name} {'are' if many else 'is'} filled"
        case "unique":
            return f"{name} {'together are' if many else 'is'} unique"
        case "no_duplicate_rows":
            return "no row occurs twice"
        case "in_set":
            values = [_shown(value) for value in arguments["values"]]
            return f"{name} is one of {', '.join(values[:6])}{f' and {len(values) - 6} more' if len(values) > 6 else ''}"
        case "between":
            return f"{name} is {_bounds(arguments)}"
        case "not_negative":
            return f"{name} is not negative"
        case "not_in_future":
            return f"{name} is not after {arguments['as_of']}"
        case "whole":
            return f"{name} is a whole number"
        case "clock_time":
            return f"{name} is a time of day from 0000 to 2359"
        case "length":
            return f"{name} has {_bounds(arguments)} characters"
        case "matches":
            return f"{name} matches {str(arguments['regex'])[:80]}"
        case _:
            return f"{name} is not blank"


def _bounds(arguments: Mapping[str, Any]) -> str:
    low, high = arguments.get("min"), arguments.get("max")
    if low is None:
        return f"at most {_shown(high)}"
    if high is None:
        return f"at least {_shown(low)}"
    return f"{_shown(low)}" if low == high else f"between {_shown(low)} and {_shown(high)}"


def _shown(value: Any) -> str:
    return numbers.scalar(value) if isinstance(value, int | float | str) else str(value)
