"""What to do when a file does not read as its sample promised: which error leads to which second reading. Used by `convert` only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from resources.duckdb import csv_notes, failures, formats, quoting, reading, rewriting, text_columns, text_types
from resources.duckdb.engine import DuckDBEngine
from resources.duckdb.null_tokens import NULL_TOKENS
from voyant_core import errors
from voyant_core.model.source import Column, FileFormat, FoundTable, ReadOptions

_SOURCE_COLUMN = re.compile(r"casting from source column (.+)")
_NOT_UTF8 = re.compile(r"not utf-8|invalid unicode", re.IGNORECASE)
_TOO_LONG = re.compile(r"maximum line size", re.IGNORECASE)
_WIDTH = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_NO_FULL_READ = "does not support a full read"
_ONE_THREAD = "does not support null_padding"
_LINE_ENDS = "state machine reached an invalid state"
_LINE = re.compile(r"CSV Error on Line: (\d+)")
MOST_DISTINCT = 5_000


class Reread(Exception):  # noqa: N818 - not a failure: what the file turned out to be
    """The table as it must be read; nothing was written."""

    def __init__(self, found: FoundTable) -> None:
        super().__init__(found.name)
        self.found = found


def remedy(
    engine: DuckDBEngine, path: Path, landing: Path, found: FoundTable, options: reading.Options, error: Exception
) -> reading.Options:
    """Other technical options to try, or `Reread` when the table itself changes, or the VoyantError when nothing helps.

    `path` is what DuckDB read: the landing or a copy of it.
    """
    message = str(error)
    read = found.read
    if read.format is not FileFormat.CSV:
        raise _text_for_uncastable(found, message) or _damaged(path, found, error) from error
    if _LINE_ENDS in message and not read.rewritten:
        raise _changed(found, ["The lines end in several ways."], rewritten=True) from error
    if _TOO_LONG.search(message) and not options.long_lines:
        return replace(options, long_lines=True)
    if _TOO_LONG.search(message) or _NO_FULL_READ in message:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE,
            f"Reading {found.title}: a line is longer than {reading.LONGEST_LINE // 2**20} MiB.",
            hint="Check its quotes and line ends, then try again.",
        ) from error
    if _ONE_THREAD in message and not options.one_thread:
        return replace(options, one_thread=True)
    if _NOT_UTF8.search(message) and read.encoding in reading.READ_BY_DUCKDB:
        raise other_encoding(found, landing) from error
    if widths := _WIDTH.search(message):
        raise _other_width(path, found, int(widths.group(1)), int(widths.group(2))) or unreadable(found, error) from error
    at_odds = text_columns.MISFIT in message or "Conversion Error" in message
    if at_odds and (reread := _retyped(engine, path, found, options)):
        raise reread from error
    raise unreadable(found, error) from error


def no_rows(found: FoundTable) -> Reread | errors.VoyantError:
    """DuckDB found no row in a file whose sample has some: it took a line end inside quotes for that of the rows."""
    if found.read.rewritten:
        return errors.VoyantError(errors.EMPTY_FILE, f"{found.title} holds no rows.")
    return _changed(found, [], rewritten=True)


def _other_width(path: Path, found: FoundTable, expected: int, seen: int) -> Reread | None:
    """Short rows are filled with nulls; long ones get columns of their own, unless they are much too long."""
    read = found.read
    if seen < expected and not read.short_rows:
        return _changed(
            found,
            ["Some rows have fewer values than there are columns; the missing ones are nulls."],
            short_rows=True,
            rewritten=read.rewritten or expected > rewriting.MOST_PADDED,
        )
    if seen <= expected or read.rewritten:
        return None
    wide = rewriting.widths(path, read, expected, found.title)
    if wide.widest == expected:  # nothing but blanks beyond the last column
        return _changed(found, [], rewritten=True)
    if wide.widest > 2 * expected + 10:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE,
            f"Reading {found.title}: line {wide.line} has {wide.widest} values where {expected} columns are.",
            hint="Quote values that hold the separator, then try again.",
        )
    taken = {column.name.casefold() for column in found.columns}
    names: list[str] = []
    for position in range(expected + 1, wide.widest + 1):
        name = f"column_{position}"
        while name.casefold() in taken:
            name += "_"
        names.append(name)
    rows = "1 row has" if wide.long_rows == 1 else f"{wide.long_rows} rows have"
    note = f"{rows} more values than there are columns, first line {wide.line}; they stand in added columns ({', '.join(names[:3])})."
    columns = [*found.columns, *(Column(name=name, type="VARCHAR") for name in names)]
    return Reread(found.model_copy(update={"columns": columns, "read": _with_notes(found, [note], short_rows=True)}))


def _retyped(engine: DuckDBEngine, path: Path, found: FoundTable, options: reading.Options) -> Reread | None:
    """The columns with values that do not fit: late null tokens are added, else the type follows all values of the column."""
    typed = [column for column in found.columns if column.type != "VARCHAR"]
    as_read = reading.as_rewritten(found).read
    source = reading.relation(path, as_read, found.columns, options)
    wrong = at_odds(engine, typed, as_read, source)
    if not wrong:
        return None
    bad = {column.name: _distinct(engine, column, source, text_columns.misfits(column, as_read)) for column in wrong}
    tokens = sorted({value for values in bad.values() for value in values if value.strip() in NULL_TOKENS}, key=str)
    late = [token for token in tokens if token not in as_read.null_tokens]
    if late and all(value in late for values in bad.values() for value in values):
        return _changed(found, csv_notes.token_notes(late, []), null_tokens=[*as_read.null_tokens, *late])
    changes: dict[str, text_types.Settled] = {}
    notes: list[str] = []
    for column in wrong:
        misfits = [value for value in bad[column.name] if value not in late]
        if not misfits:
            continue
        fitting = _distinct(engine, column, source, f"NOT {text_columns.misfits(column, as_read)}")
        settled = text_types.settle([value for value in {*fitting, *misfits} if value.strip()])
        if settled.type == column.type and settled.form == as_read.forms.get(column.name):
            settled = text_types.Settled("VARCHAR")
        changes[column.name] = settled
        notes += _type_note(engine, column, settled, source, text_columns.misfits(column, as_read), misfits)
    columns = [Column(name=item.name, type=changes[item.name].type) if item.name in changes else item for item in found.columns]
    forms = {name: form for name, form in found.read.forms.items() if name not in changes}
    forms |= {name: settled.form for name, settled in changes.items() if settled.form}
    nulls = [*found.read.null_tokens, *late]
    told = [*csv_notes.token_notes(late, []), *notes, *csv_notes.type_notes(changes)]
    return Reread(found.model_copy(update={"columns": columns, "read": _with_notes(found, told, forms=forms, null_tokens=nulls)}))


def at_odds(engine: DuckDBEngine, columns: Sequence[Column], read: ReadOptions, source: str) -> list[Column]:
    """The columns with a value that does not fit. In batches, for the sake of memory."""
    wrong: list[Column] = []
    for start in range(0, len(columns), text_columns.MOST_CHECKED // 2):
        batch = columns[start : start + text_columns.MOST_CHECKED // 2]
        counts = ", ".join(f"count(*) FILTER ({text_columns.misfits(column, read)})" for column in batch)
        ((*found,),) = engine.rows(f"SELECT {counts} FROM {source}")
        wrong += [column for column, count in zip(batch, found, strict=True) if count]
    return wrong


def _distinct(engine: DuckDBEngine, column: Column, source: str, condition: str) -> list[str]:
    name = quoting.name(column.name)
    rows = engine.rows(f"SELECT DISTINCT {name} FROM {source} WHERE {name} IS NOT NULL AND {condition} LIMIT {MOST_DISTINCT}")
    return sorted(value for (value,) in rows)


def _type_note(
    engine: DuckDBEngine, column: Column, settled: text_types.Settled, source: str, misfit: str, values: Sequence[str]
) -> list[str]:
    """Why a column is not what the first rows said: the first value at odds and its row."""
    if settled.type == column.type:
        return []
    name = quoting.name(column.name)
    numbered = f"SELECT {name}, row_number() OVER () AS row_no, {misfit} AS misfit FROM {source}"
    first = engine.rows(f"SELECT {name}, row_no FROM ({numbered}) WHERE misfit ORDER BY row_no LIMIT 1")
    value, row = first[0] if first else (values[0], None)
    where = f"row {row} holds '{_short(value)}'" if row else f"it holds '{_short(value)}'"
    return [f"{column.name} is {_kind(settled.type)} and not {_kind(column.type)}: {where}."]


def other_encoding(found: FoundTable, path: Path) -> Reread:
    """The table under the encoding of one byte a character that its bytes allow."""
    with path.open("rb") as file:
        used: set[int] = set()
        while chunk := file.read(2**20):
            used.update(chunk)
    encoding = formats.single_byte_encoding(bytes(sorted(used)))
    return _changed(
        found, [f"The text is not UTF-8 all the way through and is read as {csv_notes.encoding_label(encoding)}."], encoding=encoding
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
    return Reread(found.model_copy(update={"read": _with_notes(found, notes, **options)}))


def _with_notes(found: FoundTable, notes: Sequence[str], **options: object) -> object:
    told = [*found.read.notes, *(note for note in notes if note not in found.read.notes)]
    update: Mapping[str, object] = {**options, "notes": told}
    return found.read.model_copy(update=update)


def unreadable(found: FoundTable, error: Exception) -> errors.VoyantError:
    """The coded error for what no second reading mends, with the line where the engine names one."""
    translated = failures.translation(error, f"Reading {found.title}")
    if translated.code not in {errors.INVALID_SQL, errors.UNREADABLE_FILE}:
        return translated
    gist = failures.first_line(str(error))
    lines = (line.strip() for line in str(error).splitlines()[1:])
    reason = next((line for line in lines if line.startswith(("Expected Number", "Value with", "Error when"))), "").rstrip(".")
    hint = "Correct this line of the file, then try again." if _LINE.search(str(error)) else "Write the file again, then try again."
    return errors.VoyantError(errors.UNREADABLE_FILE, f"Reading {found.title}: {gist}{'. ' + reason if reason else ''}.", hint=hint)


def _damaged(path: Path, found: FoundTable, error: Exception) -> errors.VoyantError:
    """A file that brings its own types and cannot be read: what the engine says of damaged bytes is of no use to anybody."""
    told = unreadable(found, error)
    small = path.stat().st_size < 2**28  # what needs the memory then is a wrong size in damaged bytes
    if told.code is not errors.INTERNAL or ("memory" in told.detail and not small):
        return told
    return errors.VoyantError(
        errors.UNREADABLE_FILE,
        f"Reading {found.title}: the file is damaged ({failures.first_line(str(error))}).",
        hint="Fetch or write the file again.",
    )


def _kind(type_name: str) -> str:
    base = type_name.split("(", maxsplit=1)[0]
    return {
        "VARCHAR": "text", "BIGINT": "a whole number", "DOUBLE": "a number", "DECIMAL": "a large whole number", "BOOLEAN": "true or false",
        "DATE": "a date", "TIME": "a time of day", "TIMESTAMP WITH TIME ZONE": "a time with an offset",
    }.get(base, "a time" if base.startswith("TIMESTAMP") else type_name)  # fmt: skip


def _short(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:37]}..."
