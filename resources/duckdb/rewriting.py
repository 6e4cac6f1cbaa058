"""Odd text as plain CSV: what DuckDB's reader cannot take, or takes without a word and wrongly.

That is: comment lines (DuckDB also cuts values at the mark), separators of several characters, line ends of several kinds, a carriage
return inside a quoted name (DuckDB takes it for the line end and finds no rows). Slower than reading at once, and exact.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from resources.duckdb import csv_text
from voyant_core import errors
from voyant_core.model.source import ReadOptions

_HEAD = 2**16
MOST_PADDED = 100  # columns: the engine takes a gigabyte to fill short rows of 600
PLAIN = {"delimiter": ",", "quote": '"', "escape": '"', "header": False, "skip": 0, "comment": None}


@dataclass(frozen=True, slots=True)
class Widths:
    """What a pass over all rows saw: the widest row and its line, counted from 1."""

    widest: int
    line: int
    long_rows: int


def rewrite(source: Path, target: Path, read: ReadOptions, width: int, title: str) -> None:
    """All rows below the header as comma-separated, quoted where needed, `\\n` between them, filled up to `width` values.

    UnicodeDecodeError where `source` is not UTF-8. UNREADABLE_FILE, naming the line, for a row with more values or a quote that stays
    open.
    """
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for line, row in _body(source, read, title):
            if len(row) > width:
                if any(value.strip() for value in row[width:]):
                    raise errors.VoyantError(
                        errors.UNREADABLE_FILE,
                        f"Reading {title}: line {line} has {len(row)} values where {width} columns are.",
                        hint="Quote values that hold the separator, then try again.",
                    )
                del row[width:]
            if row or width == 1:
                writer.writerow([*row, *[""] * (width - len(row))] if width > 1 else [_only(row)])


def widths(source: Path, read: ReadOptions, width: int, title: str) -> Widths:
    """How wide the rows are beyond `width`."""
    widest, at, long_rows = width, 0, 0
    for line, row in _body(source, read, title, lenient=True):
        if len(row) > width and any(value.strip() for value in row[width:]):
            long_rows += 1
            at = at or line
            widest = max(widest, len(row))
    return Widths(widest, at, long_rows)


def _body(source: Path, read: ReadOptions, title: str, *, lenient: bool = False) -> Iterator[tuple[int, list[str]]]:
    """(line, values) of the rows below the header. UnicodeDecodeError where the text is not UTF-8, unless `lenient`."""
    with source.open(encoding="utf-8", errors="surrogateescape" if lenient else "strict", newline="") as file:
        dialect = csv_text.Dialect.of(read, file.read(_HEAD))
        file.seek(0)
        rows = csv_text.rows(_without_mark(file), dialect, strict=True)
        try:
            header = bool(read.header)
            for line, row in rows:
                if header and row:
                    header = False
                    continue
                yield line, row
        except csv.Error as error:
            raise errors.VoyantError(
                errors.UNREADABLE_FILE,
                f"Reading {title}: the quotes do not close properly ({error}, near line {rows.line}).",
                hint="Close the quote, or double quotes inside a quoted value.",
            ) from error


def _without_mark(lines: Iterable[str]) -> Iterator[str]:
    first = True
    for line in lines:
        yield line.removeprefix("\ufeff") if first else line
        first = False


def _only(row: list[str]) -> str:
    return row[0] if row else ""
