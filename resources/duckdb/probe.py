"""What tables a landed file holds: format, columns and how to read them, from its first bytes. Nothing is ingested here.

The format is told from the content, never from the file's name. A large file is judged by its first rows; `convert` checks them all.
"""

from __future__ import annotations

import codecs
import tempfile
from pathlib import Path

from resources.duckdb import csv_probe, formats, json_probe, quoting, reading
from resources.duckdb.engine import DuckDBEngine
from resources.duckdb.stored_types import table_columns
from voyant_core import errors, keys, settings
from voyant_core.model.source import Column, FileFormat, FoundTable, ReadOptions

SAMPLE_BYTES = 256 * 2**10
MOST_SAMPLE_BYTES = 8 * 2**20
FEWEST_LINES = 500


def probe_tables(path: Path, file_name: str, files: settings.Files, engine: DuckDBEngine | None = None) -> list[FoundTable]:
    """The tables of the file. EMPTY_FILE, UNREADABLE_FILE, TOO_LARGE (too many columns).

    An engine that is open already saves the 20 ms of opening one.
    """
    with tempfile.TemporaryDirectory(prefix="probe_") as folder:
        own = None if engine else DuckDBEngine(settings.Engine(), Path(folder) / "spill")
        try:
            columns, read = _probed(engine or _present(own), path, file_name, files, Path(folder))
        finally:
            if own:
                own.close()
    if len(columns) > files.max_columns:
        raise csv_probe.too_many(file_name, len(columns), files.max_columns)
    title = Path(file_name).stem or file_name
    return [FoundTable(name=keys.slugify(title, "table", frozenset({keys.MARTS, keys.JOINT})), title=title, columns=columns, read=read)]


def _present(engine: DuckDBEngine | None) -> DuckDBEngine:
    assert engine is not None  # noqa: S101 - one of the two is there
    return engine


def _probed(engine: DuckDBEngine, path: Path, file_name: str, files: settings.Files, folder: Path) -> tuple[list[Column], ReadOptions]:
    size = path.stat().st_size
    if size == 0:
        raise errors.VoyantError(errors.EMPTY_FILE, f"{file_name} is empty.", hint="Send a file with a header and rows.")
    head = _head(path, SAMPLE_BYTES)
    if formats.is_parquet(path, head):
        return _parquet(engine, path, file_name)
    formats.refuse_foreign(head, file_name)
    encoding = formats.encoding_of(head, file_name)
    text = _decoded(head, encoding)
    if not text.strip("\ufeff \t\r\n"):
        raise errors.VoyantError(errors.EMPTY_FILE, f"{file_name} holds nothing but blanks.", hint="Send a file with a header and rows.")
    if formats.is_json(text):
        return json_probe.probe_json(engine, path, encoding, file_name, folder)
    text, complete = _whole_lines(path, encoding, size, text)
    return csv_probe.probe_csv(text, encoding, file_name, complete=complete, most_columns=files.max_columns)


def _head(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _decoded(data: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)("replace").decode(data)


def _whole_lines(path: Path, encoding: str, size: int, text: str) -> tuple[str, bool]:
    """The first rows as text, without a cut last line, and whether they are all; more bytes where the lines are long."""
    read = SAMPLE_BYTES
    while (read < min(size, MOST_SAMPLE_BYTES) and text.count("\n") < FEWEST_LINES) or (
        read < min(size, 2 * reading.LONGEST_LINE) and len(text.splitlines()) < 3
    ):
        read *= 4
        text = _decoded(_head(path, read), encoding)
    if read >= size:
        return text, True
    cut = max(text.rfind("\n"), text.rfind("\r"))
    return (text[: cut + 1] if cut > 0 else text), False


def _parquet(engine: DuckDBEngine, path: Path, file_name: str) -> tuple[list[Column], ReadOptions]:
    file = quoting.text(str(path))
    columns, read = _described(engine, reading.bare(path, ReadOptions(format=FileFormat.PARQUET)), FileFormat.PARQUET, file_name)
    if not engine.rows(f"SELECT num_rows FROM parquet_file_metadata({file})")[0][0]:
        raise errors.VoyantError(errors.EMPTY_FILE, f"{file_name} holds no rows.", hint="Send a file with rows.")
    wide = engine.rows(f"SELECT name, precision FROM parquet_schema({file}) WHERE converted_type = 'DECIMAL' AND precision > 38")
    told = [f"{name} has decimals of up to {digits} digits, which are kept as doubles of 17." for name, digits in wide]
    return columns, read.model_copy(update={"notes": read.notes + told})


def _described(engine: DuckDBEngine, source: str, file_format: FileFormat, file_name: str) -> tuple[list[Column], ReadOptions]:
    """Columns under safe names and stored types, with a note for each type that could not stay."""
    try:
        found = engine.columns(f"SELECT * FROM {source}")
    except errors.VoyantError as error:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE,
            f"{file_name} cannot be read as {formats.label(file_format)}: {error.detail}",
            hint="Write the file again.",
        ) from error
    return table_columns(found, file_format)
