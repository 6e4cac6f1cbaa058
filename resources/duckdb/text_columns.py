"""The SQL that turns text columns into typed ones without silent loss.

A file's columns are all read as text and cast here, which costs no more than letting DuckDB's reader type them (measured). The cast
alone takes `1.5` for the BIGINT 2, `007` for 7, `2024-01-01 10:00` for a DATE and drops a UTC offset, all without an error.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from resources.duckdb import number_marks, quoting, text_types
from voyant_core.model.source import Column, ReadOptions, TextForm

MOST_CHECKED = 100  # columns in one statement: a check takes some 4 MB of the engine's memory a column
MISFIT = "value does not fit its column"
_PLAIN = TextForm()
_POWERS = f"[{', '.join(str(10**digits) for digits in range(19))}]"  # the least number of 1, 2, ... 19 digits
_DAY = r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6}0*)?)?"
_FINE_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_ZONE = r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?| (?:UTC|GMT|[A-Z][A-Za-z_]+/[A-Z][A-Za-z_]+))"


def strict(columns: Sequence[Column], read: ReadOptions, source: str) -> str:
    """The SELECT over the relation `source`, whose columns are all text: it fails on the first value that would change.

    Each text is cast once, in an inner SELECT. The checks of the outer one stand over the finished values: a CASE over texts copies them.
    """
    inner: list[str] = []
    outer: list[str] = []
    for number, column in enumerate(columns):
        name, text, value = quoting.name(column.name), f"t{number}", f"v{number}"
        inner.append(f"{name} AS {text}")
        if column.type == "VARCHAR":
            outer.append(f"{text} AS {name}")
            continue
        form = read.forms.get(column.name, _PLAIN)
        inner.append(f"{_value(column, form, name)} AS {value}")
        outer.append(f"{_checked(column, form, text, value)} AS {name}")
    return f"SELECT {', '.join(outer)} FROM (SELECT {', '.join(inner)} FROM {source})"


def unchecked(columns: Sequence[Column], read: ReadOptions, source: str) -> str:
    """The SELECT of columns all of whose values are known to fit."""
    items: list[str] = []
    for column in columns:
        name = quoting.name(column.name)
        cast = name if column.type == "VARCHAR" else _value(column, read.forms.get(column.name, _PLAIN), name)
        items.append(f"{cast} AS {name}")
    return f"SELECT {', '.join(items)} FROM {source}"


def misfits(column: Column, read: ReadOptions) -> str:
    """A condition over a text column: a value is there and is none of the column's type."""
    name = quoting.name(column.name)
    form = read.forms.get(column.name, _PLAIN)
    attempt = _value(column, form, name) if form.times else _value(column, form, name).replace("CAST(", "TRY_CAST(", 1)
    return f"({name} IS NOT NULL AND NOT coalesce(({_full_check(column, form, name)}) AND ({attempt}) IS NOT NULL, false))"


def _value(column: Column, form: TextForm, name: str) -> str:
    """The cast of the text that the SQL expression `name` gives."""
    if form.times:
        parsed = f"try_strptime(trim({name}), {quoting.texts(form.times)})"
        kept = f"CASE WHEN {parsed} >= TIMESTAMP '1000-01-01' THEN {parsed} END" if any("%Y" in item for item in form.times) else parsed
        return f"CAST({kept if column.type != 'TIME' else parsed} AS {column.type})"
    if form.thousands or form.parentheses or form.decimal != ".":
        digits = f"trim({name})"
        for mark in form.thousands:
            digits = f"replace({digits}, {quoting.text(mark)}, '')"
        if form.parentheses:
            digits = f"replace(replace({digits}, '(', '-'), ')', '')"
        if form.decimal != ".":
            digits = f"replace({digits}, {quoting.text(form.decimal)}, '.')"
        return f"CAST({digits} AS {column.type})"
    return f"CAST({name} AS {column.type})"


def _checked(column: Column, form: TextForm, text: str, value: str) -> str:
    """The value where nothing of its text is lost, else the error `MISFIT`."""
    failure = f"CAST(error({quoting.text(MISFIT)}) AS {column.type})"
    if form.times:
        return f"CASE WHEN {text} IS NULL THEN NULL ELSE coalesce({value}, {failure}) END"
    quick = "".join(f"WHEN {check} THEN {value} " for check in _quick_checks(column, form, text, value))
    return f"CASE {quick}WHEN {text} IS NULL OR {_full_check(column, form, text)} THEN {value} ELSE {failure} END"


def _quick_checks(column: Column, form: TextForm, text: str, value: str) -> list[str]:
    """Conditions each of which proves, beside a successful cast, that nothing is lost. They spare most values the full check.

    The first one decides for nearly all values of usual files, so it has no OR, which costs the engine more than a comparison does.
    """
    if form.thousands or form.parentheses or form.decimal != ".":
        return []
    match column.type:
        case "BIGINT":
            # As long as its number has digits and begun with 1-9, a text has no sign, point, blank, underscore or leading zero. An
            # exponent could stand where at least two zeros would: 12e2 is as long as 1200.
            return [f"{text} >= '1' AND {value} >= {_POWERS}[strlen({text})] AND {value} % 100 <> 0", f"{text} = CAST({value} AS VARCHAR)"]
        case "DOUBLE":
            # by the first bytes: 1-9, or 0 with nothing or a point behind it ('/' and '~' stand around the digits and letters)
            return [
                f"isfinite({value}) AND {text} >= '0' AND {text} NOT BETWEEN '0/' AND '0~'",
                f"isfinite({value}) AND {text} BETWEEN '-0' AND '-:' AND {text} NOT BETWEEN '-0/' AND '-0~'",
            ]
        case "DATE":
            # ten bytes, the first of them 1-9, hold a year of four digits, month, day and marks between them, and no time of day
            return [f"strlen({text}) = 10 AND {text} >= '1' AND {value} BETWEEN DATE '1000-01-01' AND DATE '9999-12-31'"]
        case "TIMESTAMP":
            return [f"{text} LIKE '________________:__'"]
        case "TIMESTAMP WITH TIME ZONE":
            return [f"strlen({text}) = 20 AND suffix({text}, 'Z')"]
        case _:
            return []


def _full_check(column: Column, form: TextForm, name: str) -> str:
    """The condition on the text that goes with the type. The cast must succeed besides."""
    clock = _FINE_CLOCK if form.cut else _CLOCK
    if form.times:
        return "true"
    if form.thousands or form.parentheses or form.decimal != ".":
        number = f"(?:{number_marks.pattern(form)})"
        if column.type != "DOUBLE":
            number = f"(?:{number_marks.pattern(form.model_copy(update={'decimal': '!'}))})"
        return _matches(name, f"{number}|\\({number}\\)" if form.parentheses else number)
    match column.type:
        case "BOOLEAN":
            return f"lower(trim({name})) IN {_list(sorted(text_types.BOOLEAN_TEXTS))}"
        case "DOUBLE":
            return (
                f"({_matches(name, '[+-]?(?:0|[1-9][0-9]*)?(?:[.][0-9]*)?(?:[eE][+-]?[0-9]+)?')} AND isfinite(TRY_CAST({name} AS DOUBLE))"
                f" OR {_matches(name, '(?i)[+-]?inf(?:inity)?|[+-]?nan')})"
            )
        case "DATE":
            return _matches(name, _DAY)
        case "TIMESTAMP":
            return _matches(name, f"{_DAY}(?:[T ]{clock})?")
        case "TIMESTAMP WITH TIME ZONE":
            return _matches(name, f"{_DAY}(?:[T ]{clock}{_ZONE}{'?' if form.utc else ''}){'?' if form.utc else ''}")
        case "TIME":
            return _matches(name, text_types.TIME_OF_DAY.pattern)
        case _:
            return _matches(name, r"[+-]?(?:0|[1-9][0-9]*)")


def _matches(name: str, pattern: str) -> str:
    return f"regexp_full_match(trim({name}), {quoting.text(pattern)})"


def _list(items: Collection[str]) -> str:
    return f"({', '.join(quoting.text(item) for item in items)})"
