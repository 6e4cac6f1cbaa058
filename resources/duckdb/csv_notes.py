"""What a person should know about how a CSV file is read: one sentence each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from resources.duckdb import csv_text
from resources.duckdb.csv_dialect import NO_SEPARATOR, USUAL, Split
from resources.duckdb.text_types import Settled

if TYPE_CHECKING:
    from resources.duckdb.csv_probe import Body

_SINGLE_BYTE = {"cp1252", "latin-1"}
_GUESSED = "; nothing in it tells this from other encodings of one byte a character"
_ENCODINGS = {
    "cp1252": "Windows-1252 (Western European)",
    "latin-1": "Latin-1 (Western European)",
    "utf-16-le": "UTF-16 (little endian)",
    "utf-16-be": "UTF-16 (big endian)",
}
_SEPARATORS = {
    " +": "blanks",
    "  ": "runs of two or more blanks",
    "\x1f": "the ASCII unit separator",
    "\x01": "the control character U+0001",
}
_GROUPS = {" ": "a space", "\u00a0": "a no-break space", "\u202f": "a narrow no-break space", "\u2009": "a thin space"}
MOST_NAMED = 5


def notes(encoding: str, split: Split, dialect: csv_text.Dialect, body: Body, names: Sequence[str], originals: Sequence[str]) -> list[str]:
    """All notes on a file, in a fixed order."""
    return [
        *encoding_notes(encoding),
        *_dialect_notes(split, dialect),
        *_header_notes(body, names, originals),
        *_width_notes(body),
        *token_notes(body.tokens, body.idle_tokens),
        *type_notes(dict(zip(names, body.types, strict=True))),
    ]


def encoding_notes(encoding: str) -> list[str]:
    return (
        []
        if encoding in {"utf-8", "utf-8-sig"}
        else [f"The text is {encoding_label(encoding)}{_GUESSED if encoding in _SINGLE_BYTE else ''}."]
    )


def encoding_label(encoding: str) -> str:
    return _ENCODINGS.get(encoding, encoding.upper().removesuffix("-SIG"))


def type_notes(columns: dict[str, Settled]) -> list[str]:
    """How numbers and times are read where that is not plain, columns of one kind in one sentence."""
    by_remark: dict[str, list[str]] = defaultdict(list)
    for name, settled in columns.items():
        for remark in _remarks(settled):
            by_remark[remark].append(name)
    return [remark.format(_listed_names(names), "is" if len(names) == 1 else "are") for remark, names in by_remark.items()]


def _remarks(settled: Settled) -> list[str]:
    form = settled.form
    told = [f"{{0}} {_braced(settled.remark)}."] if settled.remark else []
    if form is None:
        return told
    if form.decimal == ",":
        told.append(
            "The comma in {0} is read as a decimal mark"
            + ("." if settled.proved else "; no value of the sample rules out a mark between thousands.")
        )
    if form.thousands:
        marks = " or ".join(_GROUPS.get(mark, f'"{mark}"') for mark in form.thousands)
        told.append(
            f"{marks[0].upper()}{marks[1:]} between thousands in {{0}} is left out"
            + ("." if settled.proved else "; no value of the sample rules out a decimal mark.")
        )
    if form.parentheses:
        told.append("Numbers in parentheses in {0} are read as negative.")
    if form.times and settled.order:
        told.append(
            f"Dates in {{0}} are read as {settled.order}"
            + ("." if settled.proved else "; no value of the sample rules out the other order.")
        )
    if len(form.times) > 1:
        told.append(f"{{0}} {{1}} written in several forms ({', '.join(form.times)}).")
    if any("%y" in item for item in form.times):
        told.append("Years of two digits in {0} are read as 1969 to 2068.")
    return told


def _dialect_notes(split: Split, dialect: csv_text.Dialect) -> list[str]:
    told: list[str] = []
    if split.width > 1 and dialect.delimiter not in USUAL:
        told.append(f"Values are separated by {_SEPARATORS.get(dialect.delimiter, repr(dialect.delimiter))}.")
    if dialect.delimiter == NO_SEPARATOR:
        told.append("The lines hold no separator that splits them alike; each is one value.")
    if not split.clean_quotes:
        told.append(
            "Quotes do not close as CSV wants; they are kept as part of the text." if not dialect.quote else "Some quotes do not close."
        )
    if dialect.comment:
        told.append(f"Lines that start with {dialect.comment} are comments and are left out.")
    if dialect.skip:
        told.append(
            f"{dialect.skip} {'line' if dialect.skip == 1 else 'lines'} above the header {'is' if dialect.skip == 1 else 'are'} left out."
        )
    return told


def _header_notes(body: Body, names: Sequence[str], originals: Sequence[str]) -> list[str]:
    if not body.names:
        return ["The file has no header; columns are named by their position."]
    told: list[str] = []
    if all(settled.type == "VARCHAR" for settled in body.types) and len(names) > 1:
        told.append("Every column is text, so the first row is taken for the names without proof.")
    changed = sum(original.strip() != name for original, name in zip(originals, names, strict=True))
    if changed:
        told.append(f"{changed} column {'name was' if changed == 1 else 'names were'} blank, repeated or not usable and got another.")
    return told


def _width_notes(body: Body) -> list[str]:
    told = ["The rows differ in length; missing values are nulls."] if body.short else []
    if body.blank_columns:
        told.append(
            "The last column, blank in name and values, is left out."
            if body.blank_columns == 1
            else "The last columns, blank in name and values, are left out."
        )
    if body.long_line:
        told.append(f"Some rows have more values than there are names, first row {body.long_line}; they stand in added columns.")
    return told


def token_notes(kept: Sequence[str], idle: Sequence[str]) -> list[str]:
    told = [f"{_listed(kept)} {'is' if len(kept) == 1 else 'are'} read as null."] if kept else []
    if idle:
        told.append(f"{_listed(idle)} in text columns {'is' if len(idle) == 1 else 'are'} kept as text.")
    return told


def _listed(tokens: Sequence[str]) -> str:
    quoted = [f"'{token}'" for token in tokens]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _listed_names(names: Sequence[str]) -> str:
    shown = [name if len(name) <= 40 else f"{name[:37]}..." for name in names[:MOST_NAMED]]
    if len(names) > MOST_NAMED:
        return f"{', '.join(shown)} and {len(names) - MOST_NAMED} others"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
