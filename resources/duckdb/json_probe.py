"""What table a JSON file holds: an array of objects, one object a line, one object, or the one array of objects inside an object.

Objects inside of rows are kept as structs and lists as lists; a note says so. A file that fits the memory is typed by all its values, and
later read with exactly these types; numbers that a double would change are kept as decimals or text.
"""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Sequence
from pathlib import Path

from resources.duckdb import csv_probe, quoting, reading, text_types
from resources.duckdb.engine import DuckDBEngine
from resources.duckdb.stored_types import table_columns
from voyant_core import errors, type_names
from voyant_core.model.source import Column, FileFormat, ReadOptions
from voyant_core.type_names import TypeName

READ_WHOLE_BYTES = 64 * 2**20
MOST_DISTINCT = 20_000
DEEPEST = 128
LONE = "json"  # the name DuckDB gives to rows that are no objects
_LONG_NUMBER = re.compile(rb"[0-9][0-9.]{15,}|[0-9][eE]\+?[0-9]{3}")


def probe_json(engine: DuckDBEngine, path: Path, encoding: str, file_name: str, folder: Path) -> tuple[list[Column], ReadOptions]:
    """Columns and options. UNREADABLE_FILE naming the line at fault, EMPTY_FILE."""
    whole = path.stat().st_size <= READ_WHOLE_BYTES
    with reading.utf8_copy(path, encoding, folder / "copy.json", without_mark=True) as readable:
        read = ReadOptions(format=FileFormat.NDJSON, encoding=encoding)
        found = _described(engine, readable, read, file_name, -1 if whole else csv_probe.SAMPLE_ROWS)
        notes: list[str] = []
        if whole and (inner := _inner(engine, readable, read, found)):
            key, found = inner
            beside = "; the other values beside it are left out" if _has_more(engine, readable, read) else ""
            read = read.model_copy(update={"inner": key})
            notes.append(f"The file is one object; its array {key} is the table{beside}.")
        if whole and _are_keys(readable, [name for name, _ in found]):
            read = read.model_copy(update={"source_types": dict(found)})
        columns, options = table_columns([(_lone(name, found), kind) for name, kind in found], FileFormat.NDJSON)
        read = options.model_copy(update={**read.model_dump(include={"encoding", "inner", "source_types"}), "notes": notes + options.notes})
        columns, read = _exact(engine, readable, columns, read)
        if not engine.rows(f"SELECT 1 FROM {reading.bare(readable, read)} LIMIT 1") or _holds_nothing(engine, readable, read, found):
            raise errors.VoyantError(errors.EMPTY_FILE, f"{file_name} holds no rows.", hint="Send a file with rows.")
    return columns, read.model_copy(update={"notes": read.notes + _nested_notes(columns)})


def fault(path: Path) -> str | None:
    """Where the JSON text breaks off, in words; None when Python finds nothing wrong. For files that fit the memory."""
    if path.stat().st_size > READ_WHOLE_BYTES:
        return None
    text = path.read_text(encoding="utf-8", errors="replace").lstrip("\ufeff")
    lines = text.splitlines()
    pieces = list(enumerate(lines, start=1)) if _is_one_a_line(lines) else [(0, text)]
    for number, piece in pieces:
        try:
            if piece.strip():
                json.loads(piece)
        except json.JSONDecodeError as error:
            return f"line {number or error.lineno}, character {error.colno}: {error.msg}"
        except RecursionError:
            return f"values are nested more than {DEEPEST} levels deep"
    return None


def _is_one_a_line(lines: Sequence[str]) -> bool:
    first = next((line.strip() for line in lines if line.strip()), "")
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return False
    return True


def _described(engine: DuckDBEngine, path: Path, read: ReadOptions, file_name: str, rows: int) -> list[tuple[str, str]]:
    try:
        found = engine.columns(f"SELECT * FROM {reading.bare(path, read, rows)}")
        if len(found) == 1 and found[0][0] == LONE and found[0][1].startswith("MAP"):
            # many keys of one type are columns all the same, at least at the top
            found = engine.columns(f"SELECT * FROM {reading.bare(path, read, rows, maps=False)}")
    except errors.VoyantError as error:
        where = fault(path)
        raise errors.VoyantError(
            errors.UNREADABLE_FILE,
            f"{file_name} cannot be read as JSON: {where or error.detail.removeprefix('Reading the columns: ')}".rstrip(".") + ".",
            hint="Correct it there, then try again." if where else "Write the file again.",
        ) from error
    return found


def _inner(
    engine: DuckDBEngine, path: Path, read: ReadOptions, found: Sequence[tuple[str, str]]
) -> tuple[str, list[tuple[str, str]]] | None:
    """The key of the only array of objects in a file of one object, and the columns of its elements."""
    arrays = [(name, tree) for name, kind in found if (tree := _tree(kind)) and tree.base == "LIST" and tree.fields[0][1].base == "STRUCT"]
    if len(arrays) != 1 or len(engine.rows(f"SELECT 1 FROM {reading.bare(path, read)} LIMIT 2")) != 1:
        return None
    key, tree = arrays[0]
    return key, [(name, str(child)) for name, child in tree.fields[0][1].fields]


def _tree(kind: str) -> TypeName | None:
    try:
        return type_names.parse(kind)
    except ValueError:
        return None


def _are_keys(path: Path, names: Sequence[str]) -> bool:
    """Whether these are the file's own keys and not DuckDB's names for keys that differ in case only (`A_1`)."""
    if len({name.casefold() for name in names}) < len(names) or not all(names):
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        written = ((json.dumps(name, ensure_ascii=False), json.dumps(name)) for name in names)
        return all(any(content.find(text.encode()) >= 0 for text in forms) for forms in written)


def _has_more(engine: DuckDBEngine, path: Path, read: ReadOptions) -> bool:
    return len(engine.columns(f"SELECT * FROM {reading.bare(path, read)}")) > 1


def _exact(engine: DuckDBEngine, path: Path, columns: list[Column], read: ReadOptions) -> tuple[list[Column], ReadOptions]:
    """Columns of doubles and large numbers again, as text, where the file holds numbers that a double would change."""
    doubtful = [at for at, kind in enumerate(read.source_types.values()) if kind in {"DOUBLE", "HUGEINT", "UBIGINT", "UHUGEINT"}]
    if not doubtful or not _has_long_numbers(path):
        return columns, read
    originals = list(read.source_types)
    as_text = {**read.source_types, **{originals[at]: "VARCHAR" for at in doubtful}}
    source = reading.bare(path, read.model_copy(update={"source_types": as_text}))
    types, changed, notes = dict(read.source_types), list(columns), list(read.notes)
    for at in doubtful:
        name = quoting.name(originals[at])
        values = engine.rows(f"SELECT DISTINCT {name} FROM {source} WHERE {name} IS NOT NULL LIMIT {MOST_DISTINCT}")
        settled = text_types.settle(sorted(value for (value,) in values))
        notes = [note for note in notes if not note.startswith(f"{columns[at].name} is {read.source_types[originals[at]]},")]
        if settled.remark:
            notes.append(f"{columns[at].name} {settled.remark}.")
        if settled.type != "DOUBLE":
            types[originals[at]] = "VARCHAR"
            changed[at] = Column(name=columns[at].name, type=settled.type)
    return changed, read.model_copy(update={"source_types": types, "notes": notes})


def _has_long_numbers(path: Path) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return _LONG_NUMBER.search(content) is not None


def _holds_nothing(engine: DuckDBEngine, path: Path, read: ReadOptions, found: Sequence[tuple[str, str]]) -> bool:
    """Objects without a single key."""
    if len(found) != 1 or found[0][0] != LONE or not found[0][1].startswith(("MAP", "STRUCT", "JSON")):
        return False
    return not engine.rows(f"SELECT 1 FROM {reading.bare(path, read)} WHERE CAST({LONE} AS VARCHAR) NOT IN ('{{}}', 'null') LIMIT 1")


def _lone(name: str, found: Sequence[tuple[str, str]]) -> str:
    return "value" if name == LONE and len(found) == 1 else name


def _nested_notes(columns: Sequence[Column]) -> list[str]:
    words = {"STRUCT": "a struct", "LIST": "a list", "MAP": "a map"}
    nested = [(column.name, words[tree.base]) for column in columns if (tree := _tree(column.type)) and tree.base in words]
    return [f"{name} is nested and kept as {word}." for name, word in nested]
