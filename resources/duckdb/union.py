"""Like files as one Parquet file: their rows one file after the other, columns matched by name, types widened where they differ.

Whole numbers widen to decimals and doubles, dates to times; what does not meet becomes text, spelled as the file spells it. One thread
writes, so that the same files give the same bytes everywhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from resources.duckdb import quoting
from resources.duckdb.convert import ROW_GROUP_ROWS, write_parquet
from resources.duckdb.engine import DuckDBEngine
from resources.duckdb.failures import translated
from resources.duckdb.misreading import Reread
from resources.duckdb.opening import opened
from voyant_core import errors, type_names
from voyant_core.model.source import Column, FileFormat, FoundTable

MOST_NAMED = 10
MOST_READINGS = 50
_WIDTH = ("INTEGER", "BIGINT", "DECIMAL", "FLOAT", "DOUBLE")
_ALL_NULL = ""  # takes the type of any other


@dataclass(frozen=True, slots=True)
class Part:
    """One of the files: what to call it, where it lies, how it is read."""

    name: str
    path: Path
    found: FoundTable


@dataclass(frozen=True, slots=True)
class _Written:
    part: Part
    files: list[Path]
    types: dict[str, str]


def write_union(engine: DuckDBEngine, parts: Sequence[Part], folder: Path, target: Path, memory_limit: str) -> list[str]:
    """Write `target` from all parts, in their order; notes on what was done. UNREADABLE_FILE, STORAGE_FULL.

    `folder` is for intermediate files.
    """
    first = [column.name for column in parts[0].found.columns]
    written = [_converted(engine, part, folder / f"{number}") for number, part in enumerate(parts)]
    chosen = {name: _common([_type_of(engine, one, name) for one in written]) for name in first}
    type_notes = _type_notes(written, chosen)
    for number, one in enumerate(written):
        again = [name for name in first if chosen[name] == "VARCHAR" and one.types[name.casefold()] != "VARCHAR"]
        if again and one.part.found.read.format is FileFormat.CSV:  # read anew: a number as text has lost its spelling
            written[number] = _converted(engine, _as_text(one.part, again), folder / f"{number}_text")
    runs = [list(run) for _, run in itertools.groupby(written, key=lambda one: list(one.types.items()))]
    query = " UNION ALL ".join(_selected(run, chosen) for run in runs)
    connection = opened(memory_limit, 1, folder / "spill")
    try:
        with translated("Joining like files"):
            arguments = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {ROW_GROUP_ROWS}"
            connection.execute(f"COPY ({query}) TO {quoting.text(str(target))} ({arguments})").fetchall()
    finally:
        connection.close()
    return [_named(parts), *type_notes, *_reading_notes(written)]


def _converted(engine: DuckDBEngine, part: Part, folder: Path) -> _Written:
    """The part as Parquet under its own names, every row of it checked."""
    current = part.found
    for _ in range(len(current.columns) + MOST_READINGS):
        folder.mkdir(exist_ok=True, parents=True)
        ids = _ids(current.columns)
        try:
            files = write_parquet(engine, part.path, current, current.columns, ids, folder)
        except Reread as reread:
            current = reread.found
            continue
        return _Written(replace(part, found=current), files, {column.name.casefold(): column.type for column in current.columns})
    raise errors.VoyantError(errors.UNREADABLE_FILE, f"{part.name} reads differently on every attempt.", hint="Save it anew as UTF-8 CSV.")


def _ids(columns: Sequence[Column]) -> Mapping[str, int]:
    paths = [path for column in columns for path, _ in type_names.paths(column.name, type_names.parse(column.type))]
    return {path: number for number, path in enumerate(paths, start=1)}


def _as_text(part: Part, names: Sequence[str]) -> Part:
    wanted = {name.casefold() for name in names}
    columns = [Column(name=c.name, type="VARCHAR") if c.name.casefold() in wanted else c for c in part.found.columns]
    return replace(part, found=part.found.model_copy(update={"columns": columns}))


def _type_of(engine: DuckDBEngine, one: _Written, name: str) -> str:
    kind = one.types[name.casefold()]
    if kind != "VARCHAR":
        return kind
    own = next(column.name for column in one.part.found.columns if column.name.casefold() == name.casefold())
    (row,) = engine.rows(f"SELECT count({quoting.name(own)}) FROM {_relation(one.files)}")
    return kind if row[0] else _ALL_NULL


def _common(kinds: Sequence[str]) -> str:
    """The narrowest type that takes the values of all `kinds`."""
    found = sorted(set(kinds) - {_ALL_NULL})
    if len(found) < 2:
        return found[0] if found else "VARCHAR"
    bases = {kind.partition("(")[0] for kind in found}
    if bases <= {"DATE", "TIMESTAMP"}:
        return "TIMESTAMP"
    if bases <= {"DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"}:
        return "TIMESTAMP WITH TIME ZONE"
    if not bases <= set(_WIDTH):
        return "VARCHAR"
    if bases & {"FLOAT", "DOUBLE"}:
        return "DOUBLE"
    return _decimal(found) if "DECIMAL" in bases else "BIGINT"


def _decimal(kinds: Sequence[str]) -> str:
    """A decimal with room for the digits on both sides of all; text beyond 38 digits, since a double would round."""
    sides = [(10, 0) if kind == "INTEGER" else (19, 0) if kind == "BIGINT" else _sides(kind) for kind in kinds]
    whole, fraction = max(side[0] for side in sides), max(side[1] for side in sides)
    return f"DECIMAL({whole + fraction},{fraction})" if whole + fraction <= 38 else "VARCHAR"


def _sides(kind: str) -> tuple[int, int]:
    width, scale = (int(number) for number in type_names.parse(kind).arguments)
    return width - scale, scale


def _selected(run: Sequence[_Written], chosen: Mapping[str, str]) -> str:
    names = {column.name.casefold(): column.name for column in run[0].part.found.columns}
    casts = ", ".join(f"CAST({quoting.name(names[name.casefold()])} AS {kind}) AS {quoting.name(name)}" for name, kind in chosen.items())
    return f"SELECT {casts} FROM {_relation([file for one in run for file in one.files])}"


def _relation(files: Sequence[Path]) -> str:
    # the columns of a run's files have one order and one type, but maybe names in another case
    return f"read_parquet({quoting.texts(map(str, files))}, hive_partitioning = false)"


def _named(parts: Sequence[Part]) -> str:
    more = f" and {len(parts) - MOST_NAMED:,} more" if len(parts) > MOST_NAMED else ""
    return f"{len(parts):,} files with the same columns are one table: {', '.join(part.name for part in parts[:MOST_NAMED])}{more}."


def _type_notes(written: Sequence[_Written], chosen: Mapping[str, str]) -> list[str]:
    notes: list[str] = []
    for name, kind in chosen.items():
        others: dict[str, str] = {one.types[name.casefold()]: one.part.name for one in reversed(written)}
        others.pop(kind, None)
        others.pop("VARCHAR", None)
        for other, file in others.items():
            notes.append(f"{name} is {other} in {file}; it is kept as {kind}, which takes the values of all files.")
    return notes


def _reading_notes(written: Sequence[_Written]) -> list[str]:
    """What was noted on every file is said once, what on some is said with their names."""
    told: dict[str, list[str]] = {}
    for one in written:
        for note in one.part.found.read.notes:
            told.setdefault(note, []).append(one.part.name)
    return [
        note if len(names) == len(written) else f"{', '.join(names[:3])}{' and others' if len(names) > 3 else ''}: {note}"
        for note, names in itertools.islice(told.items(), MOST_NAMED)
    ]
