"""How a CSV file is written and what its columns are, from a sample of its first rows. Whatever is not plain is said in `notes`.

That the sample may not speak for the whole file is the conversion's business (`convert`), which checks every value and reads again
instead of changing one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from resources.duckdb import column_names, csv_dialect, csv_header, csv_notes, csv_text, rewriting, text_types
from resources.duckdb.csv_dialect import Split
from resources.duckdb.csv_header import Start
from resources.duckdb.null_tokens import NULL_TOKENS, kept_tokens
from resources.duckdb.text_types import Settled
from voyant_core import errors
from voyant_core.model.source import Column, FileFormat, ReadOptions

SAMPLE_ROWS = 20_480
MOST_WIDENED = 2  # a row with more values than this many times the columns is no row of the table
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Body:
    """The rows below the header, by column. `names` are [] without a header; `values` the distinct ones, blanks included."""

    names: list[str]
    values: list[dict[str, None]]
    types: list[Settled]
    tokens: list[str]
    idle_tokens: list[str]
    short: bool
    long_line: int
    blank_columns: int


def probe_csv(text: str, encoding: str, file_name: str, *, complete: bool, most_columns: int) -> tuple[list[Column], ReadOptions]:
    """Columns and options of the file whose first rows (whole lines) are `text`. UNREADABLE_FILE, EMPTY_FILE, TOO_LARGE."""
    text = text.lstrip("\ufeff")
    split = csv_dialect.detect(text, complete=complete)
    if split is None:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE,
            f"{file_name} cannot be read as CSV: no separator splits its lines into the same columns, and they read as running text.",
            hint="Check that it is a table with one row per line, saved as CSV with quoted text.",
        )
    start = csv_header.table_start(split, blank_names=text.lstrip().startswith(('""', '"\r', '"\n', '" ')))
    dialect = _without_top_comments(split, start, text)
    rows = _rows(text, dialect, complete)
    if max(map(len, rows), default=0) > most_columns:
        raise too_many(file_name, max(map(len, rows)), most_columns)
    body = _body(rows, split, file_name)
    originals = body.names or [""] * len(body.types)
    names = column_names.safe_names(originals)
    options = ReadOptions(
        format=FileFormat.CSV,
        encoding=encoding,
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        escape=dialect.escape,
        header=bool(body.names),
        skip=dialect.skip,
        comment=dialect.comment or None,
        null_tokens=body.tokens,
        forms={name: settled.form for name, settled in zip(names, body.types, strict=True) if settled.form},
        short_rows=body.short,
        rewritten=bool(dialect.comment)
        or len(dialect.delimiter) > 1
        or body.blank_columns > 1
        or (body.short and len(names) > rewriting.MOST_PADDED)
        or _is_odd(text, dialect.quote),
        renamed=column_names.renamed(originals, names) if body.names else {},
        notes=csv_notes.notes(encoding, split, dialect, body, names, originals),
    )
    return [Column(name=name, type=settled.type) for name, settled in zip(names, body.types, strict=True)], options


def too_many(file_name: str, columns: int, most: int) -> errors.VoyantError:
    return errors.VoyantError(
        errors.TOO_LARGE,
        f"{file_name} has {columns} columns; at most {most} are allowed.",
        hint="Leave out columns, or raise VOYANT_FILES__MAX_COLUMNS.",
    )


def settle_all(values: Sequence[Collection[str]], nulls: Collection[str], delimiter: str) -> list[Settled]:
    """The type of each column; ambiguous ones follow what the others prove.

    A file split by semicolons usually is so because its comma is the decimal one.
    """
    real = [[value for value in column if value.strip() and value.strip() not in nulls] for column in values]
    settled = [text_types.settle(column) for column in real]
    commas = {
        item.form.decimal == "," for item in settled if item.form and item.proved and (item.form.thousands or item.form.decimal == ",")
    }
    orders = {item.order for item in settled if item.order and item.proved}
    proved_comma = commas == {True}
    comma = commas.pop() if len(commas) == 1 else (True if delimiter == ";" else None)
    order = orders.pop() if len(orders) == 1 else None
    if comma is None and order is None:
        return settled
    return [
        text_types.settle(column, comma, order) if not item.proved or (proved_comma and item.type == "DOUBLE" and not item.form) else item
        for column, item in zip(real, settled, strict=True)
    ]


def _without_top_comments(split: Split, start: Start, text: str) -> csv_text.Dialect:
    """Comment lines that all stand above the table need no second look at every line; a mark that starts rows is no mark."""
    dialect = split.dialect.with_(skip=max(start.skip, split.dialect.skip))
    if not dialect.comment:
        return dialect
    later = text.splitlines()[dialect.skip :]
    marked = [line for line in later if line.lstrip(" \t").startswith(dialect.comment)]
    bare = dialect.with_(comment="")
    rowlike = [line for line in marked if any(len(row) == split.width for _, row in csv_text.rows([line], bare))]
    return bare if not marked or rowlike or split.width == 1 else dialect


def _rows(text: str, dialect: csv_text.Dialect, complete: bool) -> list[list[str]]:
    """All rows of the sample from the table's first on, without blank lines (of one column they are nulls) and a cut last row."""
    rows = csv_text.rows(io.StringIO(text, newline=""), dialect)
    found = [row for _, row in islice(rows, SAMPLE_ROWS)]
    if not complete and len(found) > 2 and len(found) < SAMPLE_ROWS:
        del found[-1]  # an open quote may have swallowed lines
    first = next((at for at, row in enumerate(found) if row), 0)
    single = all(len(row) <= 1 for row in found)
    return [row or [""] for row in found[first:]] if single else [row for row in found if row]


def _body(rows: list[list[str]], split: Split, file_name: str) -> Body:
    width, delimiter = split.width, split.dialect.delimiter
    held = "holds no rows"
    if not rows:
        raise _empty(file_name, held)
    first, below = rows[0], rows[1:]
    values = _by_column(below, max(len(first), width))
    tokens = [token for token in NULL_TOKENS if any(token in column for column in values)]
    types = settle_all(values, tokens, delimiter)
    header = csv_header.is_header(first, [[v for v in c if v.strip() and v not in tokens] for c in values], types, tokens)
    if header and not below:
        raise _empty(file_name, "has a header and no rows")
    data = below if header else rows
    if not header:
        values = _by_column(rows, max(len(first), width))
    columns = _effective_width(first if header else [], data)
    usual = max(len(first), width)
    if columns > MOST_WIDENED * usual + 10:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE,
            f"{file_name}: row {1 + max(range(len(data)), key=lambda at: len(data[at]))} has {columns} values where {usual} columns are.",
            hint="Quote values that hold the separator, then try again.",
        )
    values = (values if columns <= len(values) else _by_column(data, columns))[:columns]
    tokens = [token for token in NULL_TOKENS if any(token in column for column in values)]
    types = settle_all(values, tokens, delimiter)
    kept, idle = kept_tokens(tokens, values, [item.type for item in types])
    names = (first + [""] * (columns - len(first)))[:columns] if header else []
    long_line = next((at + 1 for at, row in enumerate(data) if header and _filled_width(row) > len(first)), 0)
    return Body(
        names, values, types, kept, idle, any(len(row) < columns for row in data), long_line, max(len(first), *map(len, data)) - columns
    )


def _effective_width(header: Sequence[str], data: Sequence[Sequence[str]]) -> int:
    """The number of columns without blank ones at the end that neither a name nor a value fills."""
    return max(1, _filled_width(header), max(map(_filled_width, data), default=1)) if header else max(map(len, data))


def _filled_width(row: Sequence[str]) -> int:
    width = len(row)
    while width and not row[width - 1].strip():
        width -= 1
    return width


def _by_column(rows: Sequence[Sequence[str]], width: int) -> list[dict[str, None]]:
    columns = [dict.fromkeys(column) for column in zip_longest(*rows, fillvalue="")]
    return columns + [{} for _ in range(width - len(columns))]


def _empty(file_name: str, held: str) -> errors.VoyantError:
    return errors.VoyantError(errors.EMPTY_FILE, f"{file_name} {held}.", hint="Send a file with a header and rows.")


def _is_odd(text: str, quote: str) -> bool:
    """A mark at the end, or line ends that DuckDB does not read: of several kinds, or a first one inside quotes and unlike the rest."""
    if text.rstrip("\r\n").endswith(csv_text.END_OF_FILE):
        return True
    if "\r" not in text or ("\n" not in text and '"' not in text):
        return False
    outside = re.sub(rf"{quote}[^{quote}]*{quote}", "", text) if quote else text
    kinds = set(_LINE_END.findall(outside))
    first = _LINE_END.search(text)
    return len(kinds) > 1 or bool(first and first.group() not in kinds and kinds)
