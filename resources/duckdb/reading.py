"""The SQL that reads a landed file under its ReadOptions. The same for the probe, the conversion and its second attempts.

Text in another encoding than UTF-8 is not DuckDB's business: `utf8_copy` writes it anew, since DuckDB knows neither Windows-1252 nor
UTF-16 without a mark.
"""

from __future__ import annotations

import codecs
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from resources.duckdb import quoting
from voyant_core import errors
from voyant_core.model.source import Column, FileFormat, ReadOptions

READ_BY_DUCKDB = frozenset({"utf-8", "utf-8-sig", None})
LONGEST_LINE = 64 * 2**20
JSON_OPTIONS = "format = 'auto', map_inference_threshold = 200, convert_strings_to_integers = false"


def csv_arguments(read: ReadOptions) -> list[str]:
    """The arguments of `read_csv` and `sniff_csv` that fix the dialect.

    `new_line` stays open: a wrong one reads no rows, without an error.
    """
    arguments = [
        f"delim = {quoting.text(read.delimiter or ',')}",
        f"quote = {quoting.text(read.quote or '')}",
        f"escape = {quoting.text(read.escape or '')}",
        f"comment = {quoting.text(read.comment or '')}",
        f"header = {str(bool(read.header)).lower()}",
        f"skip = {read.skip or 0}",
        f"nullstr = {quoting.texts(['', *read.null_tokens])}",
    ]
    optional = {
        "dateformat": read.date_format,
        "timestampformat": read.timestamp_format,
        "decimal_separator": read.decimal_separator,
        "thousands": read.thousands_separator,
    }
    arguments += [f"{key} = {quoting.text(value)}" for key, value in optional.items() if value]
    if read.short_rows:
        arguments.append("null_padding = true")
    return arguments


@dataclass(frozen=True, slots=True)
class Options:
    """What a file may need to be read at all, beside its ReadOptions; no answer depends on them."""

    long_lines: bool = False
    plain_newlines: bool = False
    long_numbers: bool = False


def relation(path: Path, read: ReadOptions, columns: Sequence[Column], options: Options) -> str:
    """A FROM item over the file whose columns are `columns`, in this order. For CSV they also have these types."""
    if read.format is not FileFormat.CSV:
        # by position, since original names may be blank or repeated
        return f"{bare(path, read)} AS t({', '.join(quoting.name(column.name) for column in columns)})"
    arguments = csv_arguments(read)
    arguments.append(f"columns = {quoting.struct({column.name: column.type for column in columns})}")
    if options.long_lines:
        arguments.append(f"max_line_size = {LONGEST_LINE}")
    return f"read_csv({quoting.text(str(path))}, auto_detect = false, {', '.join(arguments)})"


def bare(path: Path, read: ReadOptions, json_sample_rows: int = -1) -> str:
    """The table function over a Parquet or JSON file, with the columns that the file itself names."""
    file = quoting.text(str(path))
    if read.format is FileFormat.PARQUET:
        return f"read_parquet({file}, hive_partitioning = false)"
    return f"read_json({file}, {JSON_OPTIONS}, sample_size = {json_sample_rows}, maximum_object_size = {LONGEST_LINE})"


@contextmanager
def utf8_copy(path: Path, encoding: str | None, temporary: Path, *, plain_newlines: bool = False) -> Generator[Path]:
    """The file itself if DuckDB can read it, else a UTF-8 copy that goes when the block ends."""
    if encoding in READ_BY_DUCKDB and not plain_newlines:
        yield path
        return
    try:
        _write_utf8(path, encoding or "utf-8", temporary, plain_newlines)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _write_utf8(path: Path, encoding: str, temporary: Path, plain_newlines: bool) -> None:
    temporary.parent.mkdir(parents=True, exist_ok=True)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as source, temporary.open("w", encoding="utf-8", newline="") as target:
            held = ""
            while chunk := source.read(2**20):
                text = held + decoder.decode(chunk)
                held = "\r" if plain_newlines and text.endswith("\r") else ""
                text = text[: len(text) - len(held)]
                target.write(text.replace("\r\n", "\n").replace("\r", "\n") if plain_newlines else text)
            target.write((held and "\n") + decoder.decode(b"", final=True))
    except UnicodeError as error:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE, f"The text is not {encoding} all the way through.", hint="Save the file as UTF-8, then try again."
        ) from error
