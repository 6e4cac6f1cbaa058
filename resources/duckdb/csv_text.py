"""Separated text by its rules, in Python: for the sample of a file, and for odd files as a whole."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from voyant_core.model.source import ReadOptions

RUNS = {" +": re.compile(r"[ \t]+"), "  ": re.compile(r"[ \t]{2,}|\t")}  # separators that are runs of blanks
_STAND_IN = "\x1f"
END_OF_FILE = "\x1a"  # DOS marks the end of a text with it
LONGEST_VALUE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Dialect:
    """How text is split. `delimiter` may be a key of RUNS or several characters; '' for quote and escape means none."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    skip: int = 0
    comment: str = ""
    spaced: bool = False

    @staticmethod
    def of(read: ReadOptions, head: str) -> Dialect:
        """The dialect of the file that starts with `head`, which tells whether blanks stand between separator and quote."""
        delimiter, quote = read.delimiter or ",", read.quote or ""
        return Dialect(delimiter, quote, read.escape or "", read.skip or 0, read.comment or "", is_spaced(head, delimiter, quote))

    def with_(self, **changes: str | int) -> Dialect:
        return replace(self, **changes)


def is_spaced(text: str, delimiter: str, quote: str) -> bool:
    """Whether blanks stand between a separator and the quote that opens a value."""
    return bool(quote) and re.search(rf"{re.escape(delimiter)} +{re.escape(quote)}", text) is not None


class Rows(Iterable[tuple[int, list[str]]]):
    """(line on which the row starts, counted from 1; its values) of the lines. `line` is the last line read so far."""

    def __init__(self, lines: Iterable[str], dialect: Dialect, strict: bool) -> None:
        self.line = 0
        self._lines, self._dialect, self._strict = lines, dialect, strict
        self._start, self._fresh = 0, True

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        dialect = self._dialect
        if run := RUNS.get(dialect.delimiter):
            for line in self._kept():
                self._fresh = True
                text = line.strip("\r\n \t")
                yield self._start, run.split(text) if text else []
            return
        several = len(dialect.delimiter) > 1
        for row in self._parsed(several):
            self._fresh = True
            yield self._start, [value.replace(_STAND_IN, dialect.delimiter) for value in row] if several else row

    def _parsed(self, several: bool) -> Iterator[list[str]]:
        dialect = self._dialect
        if csv.field_size_limit() != LONGEST_VALUE:
            csv.field_size_limit(LONGEST_VALUE)
        lines = self._kept()
        return csv.reader(
            (line.replace(dialect.delimiter, _STAND_IN) for line in lines) if several else lines,
            delimiter=_STAND_IN if several else dialect.delimiter,
            quotechar=dialect.quote or None,
            escapechar=dialect.escape if dialect.quote and dialect.escape not in {"", dialect.quote} else None,
            doublequote=True,
            quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
            strict=self._strict,
            skipinitialspace=dialect.spaced,
        )

    def _kept(self) -> Iterator[str]:
        """The lines below the skipped ones, without comment lines; a line inside a quoted value is no comment."""
        for number, line in enumerate(self._lines, start=1):
            self.line = number
            if number <= self._dialect.skip:
                continue
            if self._fresh:
                if line.startswith(END_OF_FILE) and line.strip("\x1a\r\n") == "":
                    continue
                if self._dialect.comment and line.lstrip(" \t").startswith(self._dialect.comment):
                    continue
                self._start, self._fresh = number, False
            yield line


def rows(lines: Iterable[str], dialect: Dialect, *, strict: bool = False) -> Rows:
    """The rows of the lines (each with its line end), blank ones as []. Iterating raises csv.Error where `strict` quoting is broken."""
    return Rows(lines, dialect, strict)
