"""How a CSV file is written: dialect, header, names, types, null tokens, formats. From a sample of its first rows.

DuckDB's sniffer decides dialect and types; its guesses are corrected where a sample misleads it; whatever is not plain is said in `notes`.
That the sample may not speak for the whole file is the conversion's business (`convert`), which reads again instead of dropping rows.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from resources.duckdb import column_names, csv_values, quoting, reading
from resources.duckdb.engine import DuckDBEngine
from resources.duckdb.stored_types import stored
from voyant_core import errors
from voyant_core.model.source import Column, FileFormat, ReadOptions

SAMPLE_ROWS = 20_480
LONG_SAMPLE = 1_000_000  # characters; larger samples are taken of files with long lines only, for which DuckDB wants a permission
_NO_CHARACTER = {"(empty)", "", "\x00"}


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What `sniff_csv` answers."""

    delimiter: str
    quote: str
    escape: str
    comment: str
    skip: int
    header: bool
    names: tuple[str, ...]
    types: tuple[str, ...]
    date_format: str | None
    timestamp_format: str | None


def probe_csv(
    engine: DuckDBEngine, sample: Path, text: str, encoding: str, file_name: str, later: Sequence[str] = ()
) -> tuple[list[Column], ReadOptions]:
    """Columns and options of the file whose first rows are in `sample` (UTF-8, whole lines) and, decoded, in `text`.

    `later` are lines from further down, for what the first rows of a sorted file hide.
    """
    notes = [f"The text is {encoding_label(encoding)}."] if encoding not in {"utf-8", "utf-8-sig"} else []
    tokens = csv_values.occurring_tokens(text)
    options: dict[str, str] = {"nullstr": quoting.texts(["", *tokens])}
    if len(text) > LONG_SAMPLE:
        options["max_line_size"] = str(reading.LONGEST_LINE)
    sniffed, padded = _sniffed_with_ragged_rows(engine, sample, text, options, file_name)
    if padded:
        options["null_padding"] = "true"
        notes.append(padded)
    header, rows = _sample_rows(text, sniffed)
    if not rows:
        held = "has a header and no rows" if header else "holds no rows"
        raise errors.VoyantError(errors.EMPTY_FILE, f"{file_name} {held}.", hint="Send a file with a header and rows.")
    values = {name: dict.fromkeys(column) for name, column in zip(sniffed.names, itertools.zip_longest(*rows, fillvalue=""), strict=False)}
    kept, idle = csv_values.kept_tokens(tokens, values, dict(zip(sniffed.names, sniffed.types, strict=True)))
    sniffed, found, more = _with_formats(
        engine, sample, sniffed, values, {**options, "nullstr": quoting.texts(["", *kept])}, kept, file_name
    )
    notes += more + _token_notes(kept, idle)
    originals = header or [""] * len(sniffed.names)
    names = column_names.safe_names(originals)
    quote, escape = _quote(sniffed, text)
    codes = csv_values.zero_led(
        (row for piece in later for row in csv_values.parsed_rows(piece, sniffed.delimiter or ",", quote, escape)), len(names)
    )
    types = ["VARCHAR" if kind == "BIGINT" and at in codes else stored(kind)[0] for at, kind in enumerate(sniffed.types)]
    notes += _name_notes(header, originals, names)
    return [Column(name=name, type=type_name) for name, type_name in zip(names, types, strict=True)], ReadOptions(
        format=FileFormat.CSV,
        encoding=encoding,
        delimiter=sniffed.delimiter,
        quote=quote,
        escape=escape,
        header=bool(header),
        skip=sniffed.skip,
        null_tokens=kept,
        date_format=found.get("dateformat", sniffed.date_format),
        timestamp_format=found.get("timestampformat", sniffed.timestamp_format),
        decimal_separator=found.get("decimal_separator"),
        thousands_separator=found.get("thousands"),
        comment=sniffed.comment or None,
        short_rows=padded is not None,
        renamed=column_names.renamed(originals, names) if header else {},
        notes=notes
        + (
            [f"{sniffed.skip} {'line' if sniffed.skip == 1 else 'lines'} above the header {'is' if sniffed.skip == 1 else 'are'} left out."]
            if sniffed.skip
            else []
        ),
    )


def sniff(engine: DuckDBEngine, path: Path, options: dict[str, str], file_name: str, rows: int = SAMPLE_ROWS) -> Sniffed:
    """`sniff_csv` over the first `rows` rows (-1: all). UNREADABLE_FILE when no dialect fits. `options` are SQL literals."""
    arguments = "".join(f", {key} = {value}" for key, value in options.items())
    try:
        (row,) = engine.rows(
            "SELECT Delimiter, Quote, Escape, Comment, SkipRows, HasHeader, Columns, DateFormat, TimestampFormat "
            f"FROM sniff_csv({quoting.text(str(path))}, sample_size = {rows}{arguments})"
        )
    except errors.VoyantError as error:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE,
            f"{file_name} cannot be read as CSV: no separator splits its lines into the same columns.",
            hint="Check that it is a table with one row per line, saved as CSV with quoted text.",
        ) from error
    delimiter, quote, escape, comment, skip, header, columns, date_format, timestamp_format = row
    fields: list[dict[str, Any]] = columns
    return Sniffed(
        *("" if mark in _NO_CHARACTER else str(mark) for mark in (delimiter, quote, escape, comment)),
        skip=int(skip),
        header=bool(header),
        names=tuple(str(field["name"]) for field in fields),
        types=tuple(str(field["type"]) for field in fields),
        date_format=date_format or None,
        timestamp_format=timestamp_format or None,
    )


def _sniffed_with_ragged_rows(
    engine: DuckDBEngine, sample: Path, text: str, options: dict[str, str], file_name: str
) -> tuple[Sniffed, str | None]:
    """The sniffed dialect, and a note when rows differ in length: then the sniffer sees one column unless short rows are allowed."""
    sniffed = sniff(engine, sample, options, file_name)
    if len(sniffed.names) > 1:
        return sniffed, None
    lines = [line for line in text.splitlines()[:1000] if line.strip()]
    for delimiter in ",;\t|":
        widths = [line.count(delimiter) for line in lines]
        usual = max(set(widths), key=widths.count)
        if usual and widths[0] and widths.count(usual) * 2 >= len(widths):
            padded = sniff(engine, sample, {**options, "delim": quoting.text(delimiter), "null_padding": "true"}, file_name)
            if len(padded.names) > 1:
                return padded, "The rows differ in length; missing values are nulls."
    return sniffed, None


def _sample_rows(text: str, sniffed: Sniffed) -> tuple[list[str], list[list[str]]]:
    """The header's names as the file spells them ([] without a header) and the rows below it."""
    lines = io.StringIO(text.lstrip("\ufeff"), newline="")
    for _ in range(sniffed.skip):
        lines.readline()
    body = lines.read()
    quote = sniffed.quote or ('"' if '"' not in body else None)
    rows = csv_values.parsed_rows(body, sniffed.delimiter or ",", quote, sniffed.escape)
    filled = (
        row for row in rows if (row or len(sniffed.names) == 1) and not (sniffed.comment and row and row[0].startswith(sniffed.comment))
    )
    kept = list(itertools.islice(filled, SAMPLE_ROWS))
    if not sniffed.header:
        return [], kept
    header = kept[0] if kept and len(kept[0]) <= len(sniffed.names) else list(sniffed.names)
    return header + [""] * (len(sniffed.names) - len(header)), kept[1:]


def _with_formats(
    engine: DuckDBEngine,
    sample: Path,
    sniffed: Sniffed,
    values: Mapping[str, Collection[str]],
    options: dict[str, str],
    kept: Sequence[str],
    file_name: str,
) -> tuple[Sniffed, dict[str, str], list[str]]:
    """The sniffed types once more, with number marks and time formats that DuckDB does not try. The formats by argument name; notes."""
    texts = [name for name, kind in zip(sniffed.names, sniffed.types, strict=True) if kind == "VARCHAR"]
    real = {name: [value for value in values.get(name, ()) if value not in kept] for name in sniffed.names}
    found: dict[str, str] = {}
    notes: list[str] = []
    decimal, thousands = csv_values.number_marks(real, texts, sniffed.delimiter)
    if decimal:
        found["decimal_separator"] = decimal
        notes.append("Numbers are written with a decimal comma.")
    if thousands:
        found["thousands"] = thousands
        notes.append(f"Numbers are written with {thousands!r} between thousands.")
    for argument, formats, present in (
        ("dateformat", csv_values.DATE_FORMATS, sniffed.date_format),
        ("timestampformat", csv_values.TIMESTAMP_FORMATS, sniffed.timestamp_format),
    ):
        for name in texts if not present else []:
            if fitting := csv_values.time_format(real[name], formats):
                found[argument] = fitting[0]
                break
    if found:
        again = sniff(
            engine, sample, {**options, **_dialect(sniffed), **{key: quoting.text(value) for key, value in found.items()}}, file_name
        )
        if len(again.names) == len(sniffed.names):
            sniffed = replace(
                again, delimiter=sniffed.delimiter, quote=sniffed.quote, escape=sniffed.escape, skip=sniffed.skip, header=sniffed.header
            )
    notes += _date_notes(sniffed, found, real)
    return sniffed, found, notes


def _dialect(sniffed: Sniffed) -> dict[str, str]:
    return {
        "delim": quoting.text(sniffed.delimiter or ","),
        "quote": quoting.text(sniffed.quote),
        "escape": quoting.text(sniffed.escape),
        "comment": quoting.text(sniffed.comment),
        "skip": str(sniffed.skip),
        "header": str(sniffed.header).lower(),
    }


def _quote(sniffed: Sniffed, text: str) -> tuple[str, str]:
    """A sample without quotes says nothing about later rows, so the standard's (RFC 4180) is assumed for them."""
    if sniffed.quote:
        return sniffed.quote, sniffed.escape or sniffed.quote
    return ("", "") if '"' in text else ('"', '"')


def encoding_label(encoding: str) -> str:
    labels = {"cp1252": "Windows-1252 (Western European)", "latin-1": "Latin-1 (Western European)"}
    return labels.get(encoding, encoding.upper().removesuffix("-SIG"))


def _token_notes(kept: Sequence[str], idle: Sequence[str]) -> list[str]:
    notes = [f"{_listed(kept)} {'is' if len(kept) == 1 else 'are'} read as null."] if kept else []
    if idle:
        notes.append(f"{_listed(idle)} in text columns {'is' if len(idle) == 1 else 'are'} kept as text.")
    return notes


def _name_notes(header: Sequence[str], originals: Sequence[str], names: Sequence[str]) -> list[str]:
    if not header:
        return ["The file has no header; columns are named by their position."]
    changed = sum(original.strip() != name for original, name in zip(originals, names, strict=True))
    return [f"{changed} column {'name was' if changed == 1 else 'names were'} blank or repeated and got another."] if changed else []


def _date_notes(sniffed: Sniffed, found: dict[str, str], values: Mapping[str, Collection[str]]) -> list[str]:
    """How dates of digits are read, and whether the values prove it."""
    notes: list[str] = []
    for form, kind in (
        (found.get("dateformat", sniffed.date_format), "DATE"),
        (found.get("timestampformat", sniffed.timestamp_format), "TIMESTAMP"),
    ):
        twin = csv_values.twin_format(form) if form else None
        if form is None or twin is None:
            continue
        columns = [name for name, type_name in zip(sniffed.names, sniffed.types, strict=True) if type_name == kind]
        order = "day/month" if form.lstrip("%").startswith("d") else "month/day"
        unproved = [name for name in columns if csv_values.time_format(values.get(name, []), [twin])]
        notes.append(f"Dates are read as {order} ({form})" + ("; no value of the sample rules out the other order." if unproved else "."))
    return notes


def _listed(tokens: Sequence[str]) -> str:
    quoted = [f"'{token}'" for token in tokens]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
