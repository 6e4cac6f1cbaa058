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

from resources.duckdb import quoting, rewriting
from voyant_core import errors
from voyant_core.model.source import Column, FileFormat, FoundTable, ReadOptions

READ_BY_DUCKDB = frozenset({"utf-8", "utf-8-sig", None})
LONGEST_LINE = 64 * 2**20
JSON_OPTIONS = "format = 'auto', convert_strings_to_integers = false"
MAP_KEYS = 200  # objects with more keys of one type are maps


def csv_arguments(read: ReadOptions) -> list[str]:
    """The arguments of `read_csv` that fix the dialect.

    `new_line` stays open: a wrong one reads no rows, without an error.
    """
    arguments = [
        f"delim = {quoting.text(read.delimiter or ',')}",
        f"quote = {quoting.text(read.quote or '')}",
        f"escape = {quoting.text(read.escape or '')}",
        "comment = ''",
        f"header = {str(bool(read.header)).lower()}",
        f"skip = {read.skip or 0}",
        f"nullstr = {quoting.texts(['', *read.null_tokens])}",
    ]
    return [*arguments, "null_padding = true"] if read.short_rows and not read.rewritten else arguments


@dataclass(frozen=True, slots=True)
class Options:
    """What a file may need to be read at all, beside its ReadOptions; no answer depends on them."""

    long_lines: bool = False
    one_thread: bool = False


def relation(path: Path, read: ReadOptions, columns: Sequence[Column], options: Options) -> str:
    """A FROM item over the file whose columns are `columns`, in this order: those of CSV as text, else as the file types them."""
    if read.format is not FileFormat.CSV:
        # by position, since original names may be blank or repeated
        return f"{bare(path, read)} AS t({', '.join(quoting.name(column.name) for column in columns)})"
    arguments = csv_arguments(read)
    arguments.append(f"columns = {quoting.struct({column.name: 'VARCHAR' for column in columns})}")
    if read.rewritten:
        arguments.append("new_line = '\\n'")
    if options.long_lines:
        arguments.append(f"max_line_size = {LONGEST_LINE}")
    if options.one_thread:
        arguments.append("parallel = false")
    return f"read_csv({quoting.text(str(path))}, auto_detect = false, {', '.join(arguments)})"


def bare(path: Path, read: ReadOptions, json_sample_rows: int = -1, *, maps: bool = True) -> str:
    """The table function over a Parquet or JSON file, with the columns that the file itself names."""
    file = quoting.text(str(path))
    if read.format is FileFormat.PARQUET:
        return f"read_parquet({file}, hive_partitioning = false)"
    arguments = f"{JSON_OPTIONS}, maximum_object_size = {LONGEST_LINE}"
    if read.inner and read.source_types:
        members = ", ".join(f"{quoting.name(name)} {kind}" for name, kind in read.source_types.items())
        columns = quoting.struct({read.inner: f"STRUCT({members})[]"})
        rows = f"SELECT unnest({quoting.name(read.inner)}) AS one_row FROM read_json({file}, {arguments}, columns = {columns})"
        return f"(SELECT unnest(one_row) FROM ({rows}))"
    if read.inner:
        rows = f"SELECT unnest({quoting.name(read.inner)}) AS one_row FROM read_json({file}, {arguments}, sample_size = -1)"
        return f"(SELECT unnest(one_row) FROM ({rows}))"
    if read.source_types:
        return f"read_json({file}, {arguments}, columns = {quoting.struct(read.source_types)})"
    threshold = MAP_KEYS if maps else -1
    return f"read_json({file}, {arguments}, map_inference_threshold = {threshold}, sample_size = {json_sample_rows})"


@contextmanager
def readable_copy(path: Path, found: FoundTable, folder: Path) -> Generator[Path]:
    """The file itself if DuckDB can read it, else a copy in UTF-8, or in plain CSV, that goes when the block ends."""
    read = found.read
    with utf8_copy(path, read.encoding, folder / "utf8.tmp", without_mark=read.format is FileFormat.NDJSON) as utf8:
        if not read.rewritten:
            yield utf8
            return
        plain = folder / "plain.tmp"
        try:
            rewriting.rewrite(utf8, plain, read, len(found.columns), found.title)
            yield plain
        finally:
            plain.unlink(missing_ok=True)


def as_rewritten(found: FoundTable) -> FoundTable:
    """The same table as its rewritten copy is written."""
    return found.model_copy(update={"read": found.read.model_copy(update=rewriting.PLAIN)}) if found.read.rewritten else found


@contextmanager
def utf8_copy(path: Path, encoding: str | None, temporary: Path, *, without_mark: bool = False) -> Generator[Path]:
    """The file itself if it is UTF-8, else a UTF-8 copy that goes when the block ends. DuckDB's JSON reader wants none with a mark."""
    if encoding in READ_BY_DUCKDB and not (without_mark and encoding == "utf-8-sig"):
        yield path
        return
    try:
        _write_utf8(path, encoding or "utf-8", temporary)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _write_utf8(path: Path, encoding: str, temporary: Path) -> None:
    temporary.parent.mkdir(parents=True, exist_ok=True)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as source, temporary.open("w", encoding="utf-8", newline="") as target:
            while chunk := source.read(2**20):
                target.write(decoder.decode(chunk))
            target.write(decoder.decode(b"", final=True))
    except UnicodeError as error:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE, f"The text is not {encoding} all the way through.", hint="Save the file as UTF-8, then try again."
        ) from error
