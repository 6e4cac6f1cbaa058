"""The SQL that turns text columns into typed ones without silent loss.

A file's columns are all read as text and cast here, which costs no more than letting DuckDB's reader type them (measured), while that
reader takes `1.5` for the BIGINT 2, `007` for 7, `2024-01-01 10:00` for a DATE and drops a UTC offset, all without an error.
"""

from __future__ import annotations

from collections.abc import Collection

from resources.duckdb import number_marks, quoting, text_types
from voyant_core.model.source import Column, ReadOptions, TextForm

MOST_CHECKED = 100  # columns in one statement: a check takes some 4 MB of the engine's memory a column
MISFIT = "value does not fit its column"
_PLAIN = TextForm()
_DAY = r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6}0*)?)?"
_FINE_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_ZONE = r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?| (?:UTC|GMT|[A-Z][A-Za-z_]+/[A-Z][A-Za-z_]+))"


def strict(column: Column, read: ReadOptions) -> str:
    """The SELECT item for a column that is read as text: an error with `MISFIT` on the first value that would change."""
    name = quoting.name(column.name)
    if column.type == "VARCHAR":
        return name
    form = read.forms.get(column.name, _PLAIN)
    value, keeps = _value(column, form), _quick_check(column, form)
    failure = f"CAST(error({quoting.text(MISFIT)}) AS {column.type})"
    if form.times:
        return f"CASE WHEN {name} IS NULL THEN NULL ELSE coalesce({value}, {failure}) END AS {name}"
    # the cast stands outside: over a CASE of texts it costs what it costs alone, inside of one a fifth of the whole conversion more
    checked = f"CASE WHEN {keeps} OR {name} IS NULL THEN {name} ELSE error({quoting.text(MISFIT)}) END"
    return f"{_value(column, form, checked)} AS {name}"


def unchecked(column: Column, read: ReadOptions) -> str:
    """The SELECT item for a column all of whose values are known to fit."""
    name = quoting.name(column.name)
    return name if column.type == "VARCHAR" else f"{_value(column, read.forms.get(column.name, _PLAIN))} AS {name}"


def misfits(column: Column, read: ReadOptions) -> str:
    """A condition over a text column: a value is there and is none of the column's type."""
    name = quoting.name(column.name)
    form = read.forms.get(column.name, _PLAIN)
    attempt = _value(column, form) if form.times else _value(column, form).replace("CAST(", "TRY_CAST(", 1)
    return f"({name} IS NOT NULL AND NOT coalesce(({_full_check(column, form)}) AND ({attempt}) IS NOT NULL, false))"


def _value(column: Column, form: TextForm, text: str = "") -> str:
    """The cast of the column's text, or of the SQL expression `text`."""
    name = text or quoting.name(column.name)
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


def _quick_check(column: Column, form: TextForm) -> str:
    """What has to hold beside a successful cast. The quick half of each condition spares most values the other.

    Done per value in the engine it costs a tenth of the conversion; to look through the file's bytes beforehand, whether some values need
    no check, costs half of it and maps the whole file into memory.
    """
    name = quoting.name(column.name)
    full = _full_check(column, form)
    match column.type:
        case _ if form.thousands or form.parentheses or form.decimal != ".":
            return full
        case "BIGINT":
            return f"({name} = CAST(TRY_CAST({name} AS BIGINT) AS VARCHAR) OR {full})"
        case "DOUBLE":
            finite = f"isfinite(TRY_CAST({name} AS DOUBLE)) OR {_matches(name, '(?i)[+-]?inf(?:inity)?|[+-]?nan')}"
            return f"({name} <= '0' OR {name} >= '1' OR {name} LIKE '0.%' OR {full}) AND ({finite})"
        case "TIMESTAMP":
            return f"((strlen({name}) = 19 AND substr({name}, 17, 1) = ':') OR {full})"
        case "TIMESTAMP WITH TIME ZONE":
            return f"((strlen({name}) = 20 AND suffix({name}, 'Z')) OR {full})"
        case "DATE":
            return f"((strlen({name}) = 10 AND substr({name}, 5, 1) IN ('-', '/') AND substr({name}, 8, 1) IN ('-', '/')) OR {full})"
        case _:
            return full


def _full_check(column: Column, form: TextForm) -> str:
    """The condition on the text that goes with the type. The cast must succeed besides."""
    name = quoting.name(column.name)
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
