"""How a text is split into rows and values: separator, quote, escape, comment mark. From a sample, by trying each and comparing.

A good separator splits most lines alike and leaves values that look like values. Where none does, the lines are one column, or prose,
which is no table.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from resources.duckdb import csv_text
from resources.duckdb.csv_text import Dialect

USUAL = (",", ";", "\t", "|")
RARE = ("\x1f", "\x01", "||", "::", "^", "~", "¦", "§", "#", "&", ":", "  ", " +")
NO_SEPARATOR = "\x1e"  # stands in no text, so that lines of one column with commas stay whole
TRIED_ROWS, TRIED_CHARACTERS = 400, 2**18
ALIKE, MOSTLY = 0.9, 0.5
_NO_ROW: list[str] = []
_COMMENT = re.compile(r"[ \t]*#")
_SIMPLE = re.compile(
    r"\s*(?:|[($€£-]?\s*[+-]?[\d.,'  ]*\d\)?\s*[%€]?(?:[eE][+-]?\d+)?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ][\d:.]+(?:Z|[+-][\d:]+)?)?"
    r"|\d{1,2}:\d{2}(?::[\d.]+)?(?: ?[AaPp][Mm])?|[^\s,;|\t:]+(?: [^\s,;|\t:]+){0,3})\s*"
)
_ONLY_NUMBERS = re.compile(r"\s*[+-]?(?:\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|)\s*")


@dataclass(frozen=True, slots=True)
class Split:
    """A sample under one dialect. `width` is the usual number of values, `alike` the share of rows that have it."""

    dialect: Dialect
    rows: list[tuple[int, list[str]]]
    width: int
    alike: float
    simple: float
    clean_quotes: bool = True

    @property
    def score(self) -> float:
        return self.alike * (0.3 + self.simple)


def detect(text: str, *, complete: bool) -> Split | None:
    """The best split of the text (whole lines), None where it is no table. `complete`: it is all of the file, not its first lines."""
    if declared := re.match(r"sep=(.)\r?\n", text):
        return _split(text, declared.group(1), 1, "", complete)
    comment = "#" if any(_COMMENT.match(line) for line in text[:TRIED_CHARACTERS].splitlines()) else ""
    splits = [
        split
        for mark in USUAL
        if mark in text and not _is_doubled(text, mark) and (split := _split(text, mark, 0, comment, complete)).width > 1
    ]
    best = max(splits, key=lambda split: split.score, default=None)
    if best and best.alike >= ALIKE:
        return best
    rare = [
        split
        for mark in RARE
        if (mark in csv_text.RUNS or mark in text)
        and (mark != "#" or not comment)
        and (split := _split(text, mark, 0, comment, complete)).width > 1
        and split.alike > 0.98
        and len(split.rows) > 1
        and _convincing(split)
    ]
    if rare:
        return max(rare, key=lambda split: split.score)
    if best and best.alike >= MOSTLY and len(next(row for _, row in best.rows if row)) > 1 and not _is_prose(best):
        return best
    return _one_column(text, comment, complete)


def _is_doubled(text: str, mark: str) -> bool:
    """Whether the mark stands in pairs only, as a separator of two characters does."""
    return mark == "|" and text.count(mark) == 2 * text.count(mark * 2)


def _convincing(split: Split) -> bool:
    """Colons stand in times and labels, blanks between words: they separate only where most values are numbers or dates."""
    first = next((row for _, row in split.rows if row), _NO_ROW)
    if len(first) != split.width:
        return False
    if split.dialect.delimiter not in {":", " +", "#", "&", "::"}:
        return True
    body = [value for _, row in split.rows[1:] for value in row]
    numbers = sum(bool(_ONLY_NUMBERS.fullmatch(value)) for value in body)
    named = all(value.strip() and not _ONLY_NUMBERS.fullmatch(value) for value in first)
    return bool(body) and (numbers > 0.5 * len(body) if split.dialect.delimiter != ":" else named and numbers > 0.3 * len(body))


def _split(text: str, delimiter: str, skip: int, comment: str, complete: bool) -> Split:
    """The sample split at `delimiter` with the quotes that fit it."""
    plain = Dialect(delimiter, "", "", skip, comment)
    if delimiter in csv_text.RUNS:
        return _measured(plain, _read(text, plain, complete)[0])
    first: Split | None = None
    for quote in ('"', "'"):
        if not re.search(rf"(?:^|{re.escape(delimiter)}) *{quote}", text, re.MULTILINE):
            continue
        spaced = csv_text.is_spaced(text, delimiter, quote)
        for escape in (quote, "\\") if f"\\{quote}" in text else (quote,):
            dialect = Dialect(delimiter, quote, escape, skip, comment, spaced)
            rows, clean = _read(text, dialect, complete)
            if clean:
                return _measured(dialect, rows)
            first = first or (_measured(dialect, rows, clean=False) if quote == '"' else None)
    if first is None:
        # a sample without quotes says nothing about later rows, so the standard's (RFC 4180) is assumed for them
        quoted = plain if '"' in text else plain.with_(quote='"', escape='"')
        return _measured(quoted, _read(text, quoted, complete)[0])
    unquoted = _measured(plain, _read(text, plain, complete)[0], clean=False)
    return unquoted if unquoted.alike >= ALIKE or unquoted.score >= first.score else first


def _read(text: str, dialect: Dialect, complete: bool) -> tuple[list[tuple[int, list[str]]], bool]:
    """The first rows, and whether all their quotes close. An open one at the end of an incomplete sample is no fault unless it is long."""
    found: list[tuple[int, list[str]]] = []
    part = text if len(text) <= TRIED_CHARACTERS else text[: text.rfind("\n", 0, TRIED_CHARACTERS) + 1] or text
    rows = csv_text.rows(io.StringIO(part, newline=""), dialect, strict=bool(dialect.quote))
    try:
        for item in rows:
            found.append(item)
            if len(found) >= TRIED_ROWS:
                break
    except csv.Error as error:
        cut = not (complete and part is text) and "unexpected end" in str(error) and len(found) > 1
        return found, cut
    return found, True


def _measured(dialect: Dialect, rows: list[tuple[int, list[str]]], *, clean: bool = True) -> Split:
    filled = [(line, row) for line, row in rows if row]
    counted = Counter(len(row) for _, row in filled)
    width = max(counted, key=lambda size: (counted[size] * (size > 1), size), default=1)
    top = next((at for at, (_, row) in enumerate(filled) if len(row) == width), 0)
    # lines above the table are of any width
    body = filled[top:] if top <= 20 and 2 * top <= len(filled) else filled
    alike = sum(len(row) == width for _, row in body) / len(body) if body else 0.0
    values = [value for _, row in body[:200] if len(row) == width for value in row]
    simple = sum(bool(_SIMPLE.fullmatch(value)) for value in values) / len(values) if values else 0.0
    return Split(dialect, rows, width, alike, simple, clean)


def _one_column(text: str, comment: str, complete: bool) -> Split | None:
    """The lines as they are, one value each; None for prose."""
    mark = "," if "," not in text else NO_SEPARATOR
    split = _split(text, mark, 0, comment, complete)
    values = [row[0] for _, row in split.rows if row]
    if not values or _is_text_of_sentences(values):
        return None
    return Split(split.dialect, split.rows, 1, 1.0, split.simple, split.clean_quotes)


def _is_name(value: str) -> bool:
    words = value.split()
    return 0 < len(words) <= 6 and len(value) <= 64 and value.rstrip()[-1] not in ".,:;!?"


def _is_prose(split: Split) -> bool:
    """Whether rows of unequal length are sentences that happen to hold separators."""
    header = next((row for _, row in split.rows if len(row) > 1), _NO_ROW)
    values = [value for _, row in split.rows for value in row if value.strip()]
    words = sum(len(value.split()) for value in values) / max(1, len(values))
    return (
        (words > 2.5 and split.simple < 0.8)
        or not all(_is_name(value) for value in header[:-1])
        or (words > 1.5 and not _is_name(header[-1]))
    )


def _is_text_of_sentences(values: Sequence[str]) -> bool:
    """Whether lines that no separator splits are running text: the first is no name, or they are markup, code or letters."""
    if values[0].lstrip().startswith(("#", "//", "/*")):
        return True
    if all(len(value.split()) <= 2 for value in values):
        return False
    wordy = sum(len(value.split()) > 3 for value in values) / len(values)
    return (wordy >= 0.3 and not _is_name(values[0])) or values[0].lstrip().startswith(("import ", "from ", '"""'))
