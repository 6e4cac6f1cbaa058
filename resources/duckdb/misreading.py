"""What to do when a file does not read as its sample promised: which error leads to which second reading. Used by `convert` only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from resources.duckdb import csv_probe, csv_values, exact, failures, formats, reading
from resources.duckdb.engine import DuckDBEngine
from resources.duckdb.stored_types import stored
from voyant_core import errors
from voyant_core.model.source import Column, FileFormat, FoundTable

_VALUE = re.compile(r'Error when converting column "(.*?)"\. Could not convert string "(.*?)" to \'', re.DOTALL)
_ROW = re.compile(r"CSV Error on Line: (\d+)")
_SOURCE_COLUMN = re.compile(r"casting from source column (.+)")
_NOT_UTF8 = re.compile(r"not utf-8|invalid unicode", re.IGNORECASE)
_TOO_LONG = re.compile(r"maximum line size", re.IGNORECASE)
_TOO_FEW = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_LINE_ENDS = "state machine reached an invalid state"


class Reread(Exception):  # noqa: N818 - not a failure: what the file turned out to be
    """The table as it must be read; nothing was written."""

    def __init__(self, found: FoundTable) -> None:
        super().__init__(found.name)
        self.found = found


def remedy(engine: DuckDBEngine, path: Path, found: FoundTable, options: reading.Options, error: Exception) -> reading.Options:
    """Other technical options to try, or `Reread` when the table itself changes, or the VoyantError when nothing helps."""
    message = str(error)
    if found.read.format is not FileFormat.CSV:
        raise _text_for_uncastable(found, message) or _unreadable(found, error) from error
    if _LINE_ENDS in message and not options.plain_newlines:
        return replace(options, plain_newlines=True)
    if _TOO_LONG.search(message) and not options.long_lines:
        return replace(options, long_lines=True)
    if _NOT_UTF8.search(message) and found.read.encoding in reading.READ_BY_DUCKDB:
        raise _with_encoding(found, path) from error
    if (widths := _TOO_FEW.search(message)) and int(widths.group(2)) < int(widths.group(1)) and not found.read.short_rows:
        note = "Some rows have fewer values than there are columns; the missing ones are nulls."
        raise _changed(found, [note], short_rows=True) from error
    if bad := exact.INEXACT.search(message):
        column, value = bad.groups()
        if _is_long_number(value) and not options.long_numbers:
            return replace(options, long_numbers=True)
        raise _retyped(engine, path, found, column, value, None) from error
    if bad := _VALUE.search(message):
        raise _retyped(engine, path, found, bad.group(1), bad.group(2), _ROW.search(message)) from error
    raise _unreadable(found, error) from error


def _retyped(engine: DuckDBEngine, path: Path, found: FoundTable, column: str, value: str, row: re.Match[str] | None) -> Reread:
    """A late null token is added; else the sniffer reads the whole file; a column that still does not hold becomes text."""
    if value.strip('" ') in csv_values.NULL_TOKENS and value not in found.read.null_tokens:
        return _changed(found, [f"'{value}' is read as null."], null_tokens=[*found.read.null_tokens, value])
    types = _types_of_whole_file(engine, path, found)
    planned = {item.name: item.type for item in found.columns}
    if types == planned or types.get(column) == planned.get(column):
        types = {**planned, column: "VARCHAR"}
    where = f"row {row.group(1)} holds '{_short(value)}'" if row else f"it holds '{_short(value)}'"
    notes = [
        f"{name} is {_kind(types[name])} and not {_kind(planned[name])}" + (f": {where}." if name == column else " in later rows.")
        for name in planned
        if types[name] != planned[name]
    ]
    columns = [Column(name=name, type=kind) for name, kind in types.items()]
    return Reread(found.model_copy(update={"columns": columns, "read": _with_notes(found, notes)}))


def _types_of_whole_file(engine: DuckDBEngine, path: Path, found: FoundTable) -> dict[str, str]:
    """Stored types by stored name as the sniffer sees the whole file in the known dialect; the planned ones when it sees other columns."""
    planned = {column.name: column.type for column in found.columns}
    pairs = (part.split(" = ", 1) for part in reading.csv_arguments(found.read))
    try:
        sniffed = csv_probe.sniff(engine, path, dict(pairs), found.title, rows=-1)
    except errors.VoyantError:
        return planned
    if len(sniffed.types) != len(planned):
        return planned
    seen = [stored(kind)[0] for kind in sniffed.types]
    return {name: "VARCHAR" if kind == "VARCHAR" else new for (name, kind), new in zip(planned.items(), seen, strict=True)}


def _with_encoding(found: FoundTable, path: Path) -> Reread:
    with path.open("rb") as file:
        used: set[int] = set()
        while chunk := file.read(2**20):
            used.update(chunk)
    encoding = formats.single_byte_encoding(bytes(sorted(used)))
    return _changed(
        found, [f"The text is not UTF-8 all the way through and is read as {csv_probe.encoding_label(encoding)}."], encoding=encoding
    )


def _text_for_uncastable(found: FoundTable, message: str) -> Reread | None:
    """Numbers too large for a decimal, in a file that brings its own types."""
    named = _SOURCE_COLUMN.search(message)
    wide = [column.name for column in found.columns if column.type in {"DECIMAL(38,0)", "DECIMAL(20,0)"}]
    at_fault = [name for name in wide if named and name == named.group(1).strip()] or wide
    if not at_fault or "Conversion" not in message:
        return None
    columns = [Column(name=column.name, type="VARCHAR") if column.name in at_fault else column for column in found.columns]
    notes = [f"{name} holds numbers of more than 38 digits and is kept as text." for name in at_fault]
    return Reread(found.model_copy(update={"columns": columns, "read": _with_notes(found, notes)}))


def _changed(found: FoundTable, notes: Sequence[str], **options: object) -> Reread:
    update: Mapping[str, object] = {**options, "notes": [*found.read.notes, *notes]}
    return Reread(found.model_copy(update={"read": found.read.model_copy(update=update)}))


def _with_notes(found: FoundTable, notes: Sequence[str]) -> object:
    return found.read.model_copy(update={"notes": [*found.read.notes, *notes]})


def _unreadable(found: FoundTable, error: Exception) -> errors.VoyantError:
    translated = failures.translation(error, f"Reading {found.title}")
    if translated.code in {errors.INVALID_SQL, errors.UNREADABLE_FILE}:
        gist = failures.first_line(str(error))
        reason = next(
            (line.strip() for line in str(error).splitlines()[1:] if line.startswith(("Expected Number", "Value with", "Error when"))), ""
        )
        return errors.VoyantError(
            errors.UNREADABLE_FILE,
            f"Reading {found.title}: {gist}{'. ' + reason if reason else ''}.",
            hint="Correct this line of the file, then try again.",
        )
    return translated


def _is_long_number(value: str) -> bool:
    try:
        return abs(float(value)) >= exact.EXACT_DOUBLE
    except ValueError:
        return False


def _kind(type_name: str) -> str:
    base = type_name.split("(", maxsplit=1)[0]
    return {
        "VARCHAR": "text", "BIGINT": "a whole number", "DOUBLE": "a number", "DECIMAL": "a large whole number", "BOOLEAN": "true or false",
        "DATE": "a date", "TIME": "a time of day",
    }.get(base, "a time" if base.startswith("TIMESTAMP") else type_name)  # fmt: skip


def _short(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:37]}..."
