"""A Parquet file whose bytes depend on nothing but its rows: one thread, row groups of a fixed size, no trace of how rows came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROW_GROUP_ROWS = 61_440


def write_parquet(path: Path, names: Sequence[str], types: Sequence[Any], batches: Iterable[Sequence[Any]]) -> int:
    """How many rows were written. A batch is one array per column, of any length; `names` must differ."""
    import pyarrow
    from pyarrow import parquet

    pa: Any = pyarrow  # its own types are partial
    pq: Any = parquet
    schema = pa.schema([pa.field(name, kind) for name, kind in zip(names, types, strict=True)])
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1, store_schema=False) as writer:
        for group in _groups(schema, batches):
            # one chunk per column: how pages are cut would tell the batches otherwise
            writer.write_table(group.combine_chunks(), row_group_size=ROW_GROUP_ROWS)
            rows += group.num_rows
    return rows


def _groups(schema: Any, batches: Iterable[Sequence[Any]]) -> Iterator[Any]:
    import pyarrow

    pa: Any = pyarrow
    held = schema.empty_table()
    for batch in batches:
        held = pa.concat_tables([held, pa.table(list(batch), schema=schema)])
        while held.num_rows >= ROW_GROUP_ROWS:
            yield held.slice(0, ROW_GROUP_ROWS)
            held = held.slice(ROW_GROUP_ROWS)
    if held.num_rows:
        yield held


def unique_names(names: Sequence[str]) -> list[str]:
    """Arrow takes repeated names, readers of its files do not: one that is taken, whatever its case, gets a number."""
    taken: set[str] = set()
    result: list[str] = []
    for name in names:
        free, number = name, 1
        while free.casefold() in taken:
            number += 1
            free = f"{name}_{number}"
        taken.add(free.casefold())
        result.append(free)
    return result
