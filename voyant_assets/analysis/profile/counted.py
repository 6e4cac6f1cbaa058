"""How often the values of a column occur, read off a sorted array: of the numbers themselves, or of the hashes of other values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voyant_assets.analysis.profile.frequencies import described, top_values
from voyant_assets.analysis.profile.kinds import TypedColumn
from voyant_assets.analysis.profile.reader import Reader
from voyant_core.model.profile import ColumnStatistics, Scalar

ROWS_PER_BATCH = 204_800
ROWS_PER_CHUNK = 2**20

Pairs = list[tuple[Scalar, int]]
Counts = NDArray[np.int64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many values there are, and the most frequent. `error` is the relative one of a sketch."""

    distinct: int
    top: Pairs
    sample: Pairs
    bound: int | None = None
    unique: int | None = None
    entropy: float | None = None
    error: float | None = None


def published(column: TypedColumn, rows: int, filled: int, counted: Counted, figures: dict[str, Any]) -> ColumnStatistics:
    return described(
        column,
        rows,
        filled,
        distinct=counted.distinct,
        distinct_exact=counted.error is None,
        distinct_error=counted.error,
        unique=counted.unique,
        entropy=counted.entropy,
        top=top_values(counted.top, filled),
        top_bound=counted.bound,
        **figures,
    )


def fetched(reader: Reader, sql: str, kind: type[np.generic], rows: int) -> NDArray[Any]:
    """The filled values of a query's one column of eight-byte numbers, at most `rows`, in one array of their own and nothing beside it."""
    found = np.empty(rows, dtype=kind)
    end = 0
    for batch in reader.batches(sql, ROWS_PER_BATCH):
        array = batch.column(0)
        validity, data = array.buffers()
        values = np.frombuffer(data, dtype=kind, count=len(array), offset=array.offset * 8)
        if array.null_count:
            bits = np.unpackbits(np.frombuffer(validity, dtype=np.uint8), bitorder="little")
            values = values[bits[array.offset : array.offset + len(array)] == 1]
        found[end : end + len(values)] = values
        end += len(values)
    return found[:end]


def chunks(array: NDArray[Any]) -> Iterator[NDArray[np.float64]]:
    """The array as doubles, a million at a time, so that what is computed from it never stands beside it whole."""
    for start in range(0, len(array), ROWS_PER_CHUNK):
        yield array[start : start + ROWS_PER_CHUNK].astype(np.float64)


def runs(ascending: NDArray[Any]) -> tuple[Places, Counts]:
    """Where each distinct value begins, and how often it occurs."""
    starts = np.flatnonzero(np.concatenate([np.ones(min(1, len(ascending)), dtype=np.bool_), ascending[1:] != ascending[:-1]]))
    return starts, np.diff(starts, append=len(ascending))


def entropy(counts: Counts, total: int) -> float:
    return max(0.0, math.log(total) - math.fsum(float((k * np.log(k)).sum()) for k in chunks(counts)) / total)


def leading(counts: Counts, limit: int) -> Places:
    """Places of the largest counts, largest first, ties by place; without sorting the others."""
    if len(counts) <= limit:
        return np.argsort(-counts, kind="stable")
    least = np.partition(counts, len(counts) - limit)[len(counts) - limit]
    above = np.flatnonzero(counts > least)
    places = np.concatenate([above, np.flatnonzero(counts == least)[: limit - len(above)]])
    return places[np.argsort(-counts[places], kind="stable")]


def spread(counts: Counts, limit: int) -> Places:
    """As `leading`, but of the places that tie for the last ones some from the whole range."""
    if len(counts) <= limit:
        return leading(counts, limit)
    least = np.partition(counts, len(counts) - limit)[len(counts) - limit]
    above, ties = np.flatnonzero(counts > least), np.flatnonzero(counts == least)
    picked = ties[np.linspace(0, len(ties) - 1, limit - len(above)).round().astype(np.int64)]
    return np.concatenate([above[np.argsort(-counts[above], kind="stable")], picked])
