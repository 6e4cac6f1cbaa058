"""The SQL that reads a landed file under its ReadOptions. The same for the probe, the conversion and its second attempts.

Text in another encoding than UTF-8 is not DuckDB's business: `utf8_copy` writes it anew, since DuckDB knows neither Windows-1252 nor
UTF-16 without a mark.
"""

from __future__ import annotations

import codecs
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from resources.duckdb import quoting
from voyant_core import errors
from voyant_core.model.source import Column, FileFormat, ReadOptions

READ_BY_DUCKDB = frozenset({"utf-8", "utf-8-sig", None})
LONGEST_LINE = 64 * 2**20
JSON_OPTIONS = "format = 'auto', map_inference_threshold = 200, convert_strings_to_integers = false"


def csv_arguments(read: ReadOptions) -> str:
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
    return ", ".join(arguments)


def relation(path: Path, read: ReadOptions, columns: Sequence[Column], *, long_lines: bool = False) -> str:
    """A FROM item over the file whose columns are `columns`, in this order. For CSV they also have these types."""
    file = quoting.text(str(path))
    match read.format:
        case FileFormat.CSV:
            types = quoting.struct({column.name: column.type for column in columns})
            more = f", max_line_size = {LONGEST_LINE}" if long_lines else ""
            return f"read_csv({file}, auto_detect = false, {csv_arguments(read)}, columns = {types}{more})"
        case FileFormat.PARQUET:
            source = f"read_parquet({file}, hive_partitioning = false)"
        case FileFormat.NDJSON:
            source = f"read_json({file}, {JSON_OPTIONS}, sample_size = -1, maximum_object_size = {LONGEST_LINE})"
    # by position, since original names may be blank or repeated
    return f"{source} AS t({', '.join(quoting.name(column.name) for column in columns)})"


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
