"""A landed file as Parquet with Iceberg's field ids: rows in the file's order, none left out.

The probe judged by a sample. Where the whole file says otherwise, `Reread` carries a corrected table with a note for each change;
nothing has been written then, and the caller plans the schema again and comes back. A value that fits no other type makes its column text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from resources.duckdb import failures, misreading, quoting, reading, stored_types, text_columns
from resources.duckdb.engine import DuckDBEngine
from resources.duckdb.misreading import Reread
from voyant_core import type_names
from voyant_core.model.source import Column, FileFormat, FoundTable
from voyant_core.type_names import PATH_JOINT, TypeName

ROW_GROUP_ROWS = 61_440  # 6 groups for 337 k rows, so that 2-4 threads share the reading evenly
SPLIT_ABOVE_BYTES = 4 * 2**30  # of the landed file; below it one Parquet file is written
FILE_SIZE = "1GB"
COPY_MEMORY_MIB = 400  # enough for full speed; with the libraries and what DuckDB does not count, under 700 MiB for files of any size
ALL_MEMORY_MIB = 2**40  # wide rows may need what the engine has


def write_parquet(
    engine: DuckDBEngine, landing: Path, found: FoundTable, columns: Sequence[Column], field_ids: Mapping[str, int], folder: Path
) -> list[Path]:
    """The written files, in row order and in the order of their names.

    `field_ids` are by path (`type_names.PATH_JOINT`). Raises `Reread` when `found` does not hold for the whole file, UNREADABLE_FILE
    when nothing does.
    """
    import duckdb

    options, memory_mib = reading.Options(), COPY_MEMORY_MIB
    while True:
        try:
            with reading.readable_copy(landing, found, folder) as readable:
                as_read = reading.as_rewritten(found)
                try:
                    with engine.within(memory_mib):
                        rows = _copy(engine, readable, as_read, columns, field_ids, folder, options)
                    if rows or found.read.format is not FileFormat.CSV:
                        return _in_order(folder)
                    raise misreading.no_rows(found)
                except duckdb.Error as error:
                    if isinstance(error, duckdb.OutOfMemoryException) and memory_mib != ALL_MEMORY_MIB:
                        memory_mib = ALL_MEMORY_MIB
                    else:
                        options = misreading.remedy(engine, readable, landing, found, options, error)
        except UnicodeDecodeError as error:
            raise misreading.other_encoding(found, landing) from error
        for path in folder.iterdir():
            path.unlink()


def _copy(
    engine: DuckDBEngine,
    path: Path,
    found: FoundTable,
    columns: Sequence[Column],
    field_ids: Mapping[str, int],
    folder: Path,
    options: reading.Options,
) -> int:
    """The number of rows written."""
    split = path.stat().st_size > SPLIT_ABOVE_BYTES
    target = folder if split else folder / "0.parquet"
    arguments = [
        "FORMAT parquet",
        "COMPRESSION zstd",
        "COMPRESSION_LEVEL 1",
        "PARQUET_VERSION V2",  # delta encodings and byte streams: a tenth smaller, and cheaper both to write and to read
        f"ROW_GROUP_SIZE {ROW_GROUP_ROWS}",
        f"FIELD_IDS {{{', '.join(_field_id(column.name, column.name, type_names.parse(column.type), field_ids) for column in columns)}}}",
        *([f"FILE_SIZE_BYTES '{FILE_SIZE}'", "OVERWRITE true"] if split else []),
    ]
    query = _selected(engine, path, found, columns, options)
    with failures.interruptible():
        ((written,),) = engine.connect().execute(f"COPY ({query}) TO {quoting.text(str(target))} ({', '.join(arguments)})").fetchall()
    return int(written)


def _selected(engine: DuckDBEngine, path: Path, found: FoundTable, columns: Sequence[Column], options: reading.Options) -> str:
    """The SELECT whose columns have the stored names and types."""
    import duckdb

    source = reading.relation(path, found.read, columns, options)
    if found.read.format is FileFormat.CSV:
        typed = [column for column in columns if column.type != "VARCHAR"]
        if len(typed) <= text_columns.MOST_CHECKED:
            return text_columns.strict(columns, found.read, source)
        # so many checks in one statement take more memory than there is: they come first, some at a time
        if misreading.at_odds(engine, typed, found.read, source):
            raise duckdb.ConversionException(text_columns.MISFIT)
        return text_columns.unchecked(columns, found.read, source)
    kinds = [column.type for column in columns]
    if found.read.source_types:
        kinds = list(found.read.source_types.values())
    else:
        described = engine.columns(f"SELECT * FROM {reading.bare(path, found.read)}")
        kinds = [kind for _, kind in described]
        whole, read = stored_types.table_columns(described, found.read.format)
        if not _agree(whole, columns):
            notes = [*read.notes, "The columns differ from those of the first rows."]
            raise Reread(found.model_copy(update={"columns": whole, "read": read.model_copy(update={"notes": notes})}))
    casts = ", ".join(_cast(column, kind) for column, kind in zip(columns, kinds, strict=True))
    return f"SELECT {casts} FROM {source}"


def _agree(whole: Sequence[Column], planned: Sequence[Column]) -> bool:
    """The same columns, where a planned one may be text because its values fit nothing else."""
    return [column.name for column in whole] == [column.name for column in planned] and all(
        here.type in {there.type, "VARCHAR"} for there, here in zip(whole, planned, strict=True)
    )


def _cast(column: Column, kind: str) -> str:
    name = quoting.name(column.name)
    if kind == column.type:
        return name
    if kind == "JSON" and column.type == "VARCHAR":  # text as it is, without the quotes of JSON
        return f"CASE json_type({name}) WHEN 'VARCHAR' THEN {name} ->> '$' ELSE CAST({name} AS VARCHAR) END AS {name}"
    value = f"to_json({name})" if column.type == "VARCHAR" and stored_types.is_textual(kind) else name
    return f"CAST({value} AS {column.type}) AS {name}"


def _field_id(name: str, path: str, tree: TypeName, field_ids: Mapping[str, int]) -> str:
    """`'a': 1`, or with the ids of the nested fields: `'a': {__duckdb_field_id: 1, 'element': 2}`."""
    if not tree.fields:
        return f"{quoting.text(name)}: {field_ids[path]}"
    children = [_field_id(child, f"{path}{PATH_JOINT}{child}", child_tree, field_ids) for child, child_tree in tree.fields]
    return f"{quoting.text(name)}: {{__duckdb_field_id: {field_ids[path]}, {', '.join(children)}}}"


def _in_order(folder: Path) -> list[Path]:
    """DuckDB numbers the files in row order without leading zeros; readers sort by name."""
    files = sorted(folder.glob("*.parquet"), key=lambda path: int("".join(filter(str.isdigit, path.stem)) or 0))
    return [path.rename(folder / f"{number:05d}.parquet") for number, path in enumerate(files)]
