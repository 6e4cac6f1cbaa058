"""The SQL that turns text columns into typed ones without silent loss.

A file's columns are all read as text and cast here, which costs no more than letting DuckDB's reader type them (measured), while that
reader takes `1.5` for the BIGINT 2, `007` for 7, `2024-01-01 10:00` for a DATE and drops a UTC offset, all without an error.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from resources.duckdb import number_marks, quoting, text_types
from voyant_core.model.source import Column, ReadOptions, TextForm

MISFIT = "value does not fit its column"
_PLAIN = TextForm()
_DAY = r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6}0*)?)?"
_FINE_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_ZONE = r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?| (?:UTC|GMT|[A-Z][A-Za-z_]+/[A-Z][A-Za-z_]+))"
_CHUNK = 2**18
_HUGE_EXPONENT = re.compile(rb"[eE]\+?[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands in the bytes of a file and could make a plain cast lose something; where it does not, the checks are spared."""

    fractions: bool = True
    leading_zeros: bool = True
    huge_exponents: bool = True


def marks(path: Path, columns: Sequence[Column], read: ReadOptions) -> Marks:
    """One quick look at all bytes of the file (UTF-8), only for the kinds of columns that are there."""
    kinds = {column.type for column in columns if column.name not in read.forms}
    whole, fractional = "BIGINT" in kinds, "DOUBLE" in kinds
    if not (whole or fractional) or not path.stat().st_size:
        return Marks(fractions=False, leading_zeros=False, huge_exponents=False)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        points = whole and content.find(b".") >= 0
        huge = fractional and _HUGE_EXPONENT.search(content) is not None
    zeros, exponents = _number_marks(path, read)
    return Marks(fractions=points or (whole and exponents), leading_zeros=zeros, huge_exponents=huge)


def strict(column: Column, read: ReadOptions, marks: Marks) -> str:
    """The SELECT item for a column that is read as text: an error with `MISFIT` on the first value that would change."""
    name = quoting.name(column.name)
    if column.type == "VARCHAR":
        return name
    form = read.forms.get(column.name, _PLAIN)
    value, keeps = _value(column, form), _quick_check(column, form, marks)
    failure = f"CAST(error({quoting.text(MISFIT)}) AS {column.type})"
    if form.times:
        return f"CASE WHEN {name} IS NULL THEN NULL ELSE coalesce({value}, {failure}) END AS {name}"
    if not keeps:
        return f"{value} AS {name}"
    # the cast stands outside: over a CASE of texts it costs what it costs alone, inside of one a fifth of the whole conversion more
    checked = f"CASE WHEN {keeps} OR {name} IS NULL THEN {name} ELSE error({quoting.text(MISFIT)}) END"
    return f"{_value(column, form, checked)} AS {name}"


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


def _quick_check(column: Column, form: TextForm, marks: Marks) -> str:
    """What has to hold beside a successful cast; '' for nothing. The quick half of each condition spares most values the other."""
    name = quoting.name(column.name)
    full = _full_check(column, form)
    unled = f"{name} <= '0' OR {name} >= '1'"
    match column.type:
        case _ if form.thousands or form.parentheses or form.decimal != ".":
            return full
        case "BIGINT":
            quick = [f"({unled})"] if marks.leading_zeros else []
            quick += [f"NOT contains({name}, '.') AND NOT contains(lower({name}), 'e-')"] if marks.fractions else []
            return f"(({' AND '.join(quick)}) OR {full})" if quick else ""
        case "DOUBLE":
            led = f"({unled} OR {name} LIKE '0.%' OR {full})" if marks.leading_zeros else ""
            finite = (
                f"(isfinite(TRY_CAST({name} AS DOUBLE)) OR {_matches(name, '(?i)[+-]?inf(?:inity)?|[+-]?nan')})"
                if marks.huge_exponents
                else ""
            )
            return " AND ".join(filter(None, (led, finite)))
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


def _number_marks(path: Path, read: ReadOptions) -> tuple[bool, bool]:
    """Whether a value may start with a zero and go on with a digit or an x; whether a number may have a negative exponent."""
    import numpy as np

    delimiter = (read.delimiter or ",").encode()[-1]
    starts, goes_on, is_e = (np.zeros(256, dtype=bool) for _ in range(3))
    starts[[delimiter, 0x0A, 0x0D, *(read.quote or "").encode()]] = True
    goes_on[[*b"0123456789xX_"]] = True
    is_e[[*b"eE"]] = True
    zeros = negative = False
    with path.open("rb") as file:
        rest = b"\n"
        while chunk := file.read(_CHUNK):
            piece = np.frombuffer(rest + chunk, dtype=np.uint8)
            rest = chunk[-2:] if len(chunk) > 1 else rest[-1:] + chunk
            middle = piece[1:-1]
            if not zeros:
                # cheap and coarse first: a zero before a byte that is no point, comma or blank
                found = middle == 0x30
                found &= piece[2:] >= 0x30
                found &= piece[:-2] < 0x30 if delimiter < 0x30 else starts[piece[:-2]]
                places = np.flatnonzero(found)
                zeros = bool((starts[piece[places]] & goes_on[piece[places + 2]]).any())
            if not negative:
                negative = bool(is_e[piece[np.flatnonzero(middle == 0x2D)]].any())
    return zeros, negative
