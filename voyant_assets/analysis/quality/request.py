"""Rules of a caller: checked against the table before anything runs, then written down like suggested ones."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from voyant_assets.analysis.quality.rules import rule
from voyant_core import errors
from voyant_core.model.profile import ColumnKind, ColumnProfile, TableProfile
from voyant_core.model.quality import Rule

Ask = Callable[[str, Sequence[Any]], Sequence[tuple[Any, ...]]]
WHOLE_TABLE = frozenset({"row_count", "columns", "no_duplicate_rows"})
SEVERAL = frozenset({"not_null", "unique"})
ARGUMENTS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "row_count": (frozenset(), frozenset({"min", "max"})),
    "columns": (frozenset({"names"}), frozenset()),
    "in_set": (frozenset({"values"}), frozenset()),
    "between": (frozenset(), frozenset({"min", "max"})),
    "length": (frozenset(), frozenset({"min", "max"})),
    "not_in_future": (frozenset({"as_of"}), frozenset()),
    "matches": (frozenset({"regex"}), frozenset()),
    "not_blank": (frozenset(), frozenset({"placeholders"})),
}
"""Required and optional arguments by type; none for the others."""
KINDS: dict[str, frozenset[ColumnKind]] = {
    "between": frozenset({"number", "temporal"}),
    "not_negative": frozenset({"number"}),
    "whole": frozenset({"number"}),
    "clock_time": frozenset({"number", "string"}),
    "not_in_future": frozenset({"temporal"}),
    "length": frozenset({"string"}),
    "matches": frozenset({"string", "temporal", "number", "boolean"}),
    "not_blank": frozenset({"string"}),
}
LONGEST_REGEX = 1000
MOST_VALUES = 10_000


def rules(given: Sequence[Mapping[str, Any]], profile: TableProfile, ask: Ask) -> list[Rule]:
    """The rules, or one VoyantError (UNKNOWN_COLUMN, INVALID_REQUEST) with a flaw per wrong rule. `ask` tries regular expressions."""
    flaws: list[errors.Flaw] = []
    code = errors.INVALID_REQUEST
    made: list[Rule] = []
    for place, request in enumerate(given):
        unknown = [name for name in request["columns"] if name not in profile.columns]
        detail = (
            _unknown(unknown, profile)
            if unknown
            else _wrong(request, profile) or _wrong_regex(request, ask) or _wrong_moment(request, profile, ask)
        )
        if detail is None:
            made.append(_made(request))
        else:
            flaws.append(errors.Flaw(f"/params/quality/rules/{place}", detail))
            code = errors.UNKNOWN_COLUMN if unknown else code
    if flaws:
        raise errors.VoyantError(code, f"Checking the quality rules: {flaws[0].detail}", errors=flaws)
    return made


def _made(request: Mapping[str, Any]) -> Rule:
    return rule(
        request["type"],
        request["columns"],
        arguments=request["arguments"],
        at_least=request["at_least"],
        severity=request["severity"],
        origin="request",
        description=request["description"],
        why=request["why"],
    )


def _unknown(names: Sequence[str], profile: TableProfile) -> str:
    near = difflib.get_close_matches(names[0], list(profile.columns), n=1)
    return f"no column `{names[0][:100]}` in {profile.table}" + (f"; did you mean `{near[0]}`?" if near else ".")


def _wrong(request: Mapping[str, Any], profile: TableProfile) -> str | None:
    kind, columns, arguments = request["type"], request["columns"], request["arguments"]
    if kind in WHOLE_TABLE:
        return _wrong_arguments(kind, arguments) or (f"`{kind}` takes no columns." if columns else None)
    if not columns or (len(columns) > 1 and kind not in SEVERAL):
        return f"`{kind}` takes {'one or more columns' if kind in SEVERAL else 'one column'}, not {len(columns)}."
    if len(set(columns)) < len(columns):
        return f"`{kind}` names a column twice."
    column = profile.columns[columns[0]]
    if column.kind not in KINDS.get(kind, frozenset({column.kind})):
        return f"`{kind}` cannot be asked of `{column.name}`, which holds {column.type}."
    return _wrong_arguments(kind, arguments) or _wrong_values(kind, arguments, column)


def _wrong_arguments(kind: str, arguments: Mapping[str, Any]) -> str | None:
    required, optional = ARGUMENTS.get(kind, (frozenset[str](), frozenset[str]()))
    if missing := sorted(required - set(arguments)):
        return f"`{kind}` needs the argument `{missing[0]}`."
    if extra := sorted(set(arguments) - required - optional):
        return f"`{kind}` has no argument `{extra[0]}`."
    if optional >= {"min", "max"} and arguments.get("min") is None and arguments.get("max") is None:
        return f"`{kind}` needs `min` or `max`."
    if kind in ("row_count", "length") and any(not isinstance(value, int) for value in arguments.values() if value is not None):
        return f"`{kind}` takes whole numbers."
    lists = [arguments[name] for name in ("names", "values", "placeholders") if name in arguments]
    if not all(isinstance(values, list) and 0 < len(cast(list[Any], values)) <= MOST_VALUES for values in lists):
        return f"`{kind}` takes a list of 1 to {MOST_VALUES:,} values."
    return None


def _wrong_values(kind: str, arguments: Mapping[str, Any], column: ColumnProfile) -> str | None:
    """Values that the column's type cannot be compared with."""
    values: list[Any] = [arguments[name] for name in ("min", "max", "as_of") if arguments.get(name) is not None]
    values = [*values, *arguments.get("values", [])] if kind != "length" else []
    if column.kind in ("number", "boolean") and any(not isinstance(value, int | float) for value in values):
        return f"`{column.name}` holds {column.type}: `{kind}` must be given numbers."
    if column.kind not in ("number", "boolean", "temporal") and any(
        isinstance(v, bool) or not isinstance(v, int | float | str) for v in values
    ):
        return f"`{column.name}` holds {column.type}: `{kind}` must be given texts."
    if column.kind == "temporal" and any(not re.match(r"^-?\d{1,6}-\d\d-\d\d|^\d\d:\d\d", str(value)) for value in values):
        return f"`{column.name}` holds {column.type}: `{kind}` must be given ISO 8601 dates or times."
    return None


def _wrong_moment(request: Mapping[str, Any], profile: TableProfile, ask: Ask) -> str | None:
    """A date or time of the right form that the calendar does not have."""
    columns, arguments = request["columns"], request["arguments"]
    if not columns or profile.columns[columns[0]].kind != "temporal":
        return None
    column = profile.columns[columns[0]]
    given = [arguments.get("min"), arguments.get("max"), arguments.get("as_of"), *arguments.get("values", [])]
    texts = [str(value) for value in given if value is not None]
    moments = ask(f"SELECT {', '.join([f'TRY_CAST(? AS {column.type})'] * len(texts))}", texts)[0] if texts else ()
    wrong = next((text for text, moment in zip(texts, moments, strict=True) if moment is None), None)
    return f"`{wrong[:80]}` is no {column.type}, which `{column.name}` holds." if wrong is not None else None


def _wrong_regex(request: Mapping[str, Any], ask: Ask) -> str | None:
    """RE2, the engine's, is the judge: it knows no look-around."""
    if request["type"] != "matches":
        return None
    regex = request["arguments"]["regex"]
    if not isinstance(regex, str) or len(regex) > LONGEST_REGEX:
        return f"the regular expression must be a text of at most {LONGEST_REGEX:,} characters."
    try:
        ask("SELECT regexp_matches('', ?)", [regex])
    except errors.VoyantError as error:
        return f"`{regex[:80]}` is no regular expression for RE2 ({error.detail[:200]})"
    return None
