"""A written Parquet file as an Iceberg data file: its counts and bounds, from the footer.

Field ids are taken by position, since the writer got the schema's order; path names are ambiguous where a name holds a dot.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from pyiceberg import types
from pyiceberg.conversions import to_bytes
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.schema import Schema
from pyiceberg.typedef import Record

from resources.iceberg import local_io
from resources.iceberg.schema import leaves_and_branches
from voyant_core import errors
from voyant_core.type_names import PATH_JOINT

LONGEST_BOUND = 16  # characters, Iceberg's default truncation
_RAW = (types.IntegerType, types.LongType, types.DateType, types.TimeType, types.TimestampType, types.TimestamptzType)


def data_file(path: Path, schema: Schema) -> DataFile:
    """The entry for the file. INTERNAL when it does not have the schema's columns."""
    footer = _footer(path)
    leaves = [leaf for leaf in leaves_and_branches(schema) if isinstance(leaf[2], types.PrimitiveType)]
    if footer.num_columns != len(leaves):
        raise errors.VoyantError(errors.INTERNAL, f"A written file has {footer.num_columns} columns where {len(leaves)} were planned.")
    columns = _Columns()
    groups = [footer.row_group(at) for at in range(footer.num_row_groups)]
    for position, (name, identifier, kind) in enumerate(leaves):
        for group in groups:
            columns.add(identifier, kind, group.column(position), bounded=PATH_JOINT not in name)
    return DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=local_io.location_of(path),
        file_format=FileFormat.PARQUET,
        partition=Record(),
        record_count=footer.num_rows,
        file_size_in_bytes=path.stat().st_size,
        column_sizes=columns.sizes,
        value_counts=columns.values,
        null_value_counts=columns.nulls,
        nan_value_counts={},
        lower_bounds={key: to_bytes(columns.types[key], low) for key, (low, _) in columns.bounds.items()},
        upper_bounds={
            key: to_bytes(columns.types[key], high)
            for key, (_, high) in columns.bounds.items()
            if not (isinstance(high, str) and len(high) >= LONGEST_BOUND)
        },
        key_metadata=None,
        split_offsets=[_first_offset(group.column(0)) for group in groups],
        equality_ids=None,
        sort_order_id=None,
        spec_id=0,
    )


class _Columns:
    """Statistics by field id, summed over row groups. A column whose bounds one group does not tell has none."""

    def __init__(self) -> None:
        self.sizes: dict[int, int] = {}
        self.values: dict[int, int] = {}
        self.nulls: dict[int, int] = {}
        self.bounds: dict[int, tuple[Any, Any]] = {}
        self.types: dict[int, types.PrimitiveType] = {}
        self._unbounded: set[int] = set()

    def add(self, identifier: int, kind: Any, chunk: Any, *, bounded: bool) -> None:
        self.types[identifier] = kind
        self.sizes[identifier] = self.sizes.get(identifier, 0) + chunk.total_compressed_size
        self.values[identifier] = self.values.get(identifier, 0) + chunk.num_values
        statistics = chunk.statistics
        if statistics is None:
            self._unbounded.add(identifier)
            self.bounds.pop(identifier, None)
            return
        if statistics.has_null_count:
            self.nulls[identifier] = self.nulls.get(identifier, 0) + statistics.null_count
            if statistics.null_count == chunk.num_values:
                return
        bounds = _bounds(kind, statistics) if bounded and identifier not in self._unbounded else None
        if bounds is None:
            self._unbounded.add(identifier)
            self.bounds.pop(identifier, None)
        else:
            low, high = self.bounds.get(identifier, bounds)
            self.bounds[identifier] = min(low, bounds[0]), max(high, bounds[1])


def _bounds(kind: types.PrimitiveType, statistics: Any) -> tuple[Any, Any] | None:
    """The smallest and largest value of a chunk, for types whose raw statistics are the values themselves."""
    if not statistics.has_min_max:
        return None
    if isinstance(kind, _RAW) and isinstance(statistics.min_raw, int):
        return statistics.min_raw, statistics.max_raw
    if isinstance(kind, types.DoubleType | types.FloatType):
        low, high = statistics.min_raw, statistics.max_raw
        return None if math.isnan(low) or math.isnan(high) else (low, high)
    if isinstance(kind, types.StringType):
        low, high = statistics.min, statistics.max
        return (low[:LONGEST_BOUND], high) if isinstance(low, str) and isinstance(high, str) else None
    return None


def _footer(path: Path) -> Any:
    from pyarrow import parquet

    return parquet.read_metadata(path)  # pyright: ignore[reportUnknownVariableType]


def _first_offset(chunk: Any) -> int:
    return min(offset for offset in (chunk.dictionary_page_offset, chunk.data_page_offset) if offset)
