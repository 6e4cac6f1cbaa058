"""A column of many numbers, exactly: its values are fetched once and sorted, and everything is read off the sorted array.

Eight bytes a row and as much again while it works, and half the time of asking the engine for counts, quantiles and bars one by one.
Definitions as in `frequencies`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voyant_assets.analysis.profile import bins, counted, queries
from voyant_assets.analysis.profile.counted import Counted, Pairs
from voyant_assets.analysis.profile.frequencies import (
    CORE,
    LISTED,
    PROBABILITIES,
    far_apart,
    finite,
    moment_figures,
    quantiles_model,
)
from voyant_assets.analysis.profile.kinds import Family, TypedColumn
from voyant_assets.analysis.profile.reader import Reader
from voyant_assets.analysis.profile.scalars import from_number, steady
from voyant_core.model.profile import Bin, ColumnStatistics

EXACT_DIGITS = 15
"""Decimals of so many digits are told apart as doubles."""


MOST_ROWS = 20_000_000
"""160 MB, and twice as much beside it."""


def is_sortable(column: TypedColumn, rows: int) -> bool:
    """Whether eight bytes hold every value of the column apart from every other, and memory so many rows."""
    if rows > MOST_ROWS:
        return False
    if column.type.upper().startswith("DECIMAL"):
        return int(column.type.partition("(")[2].partition(",")[0] or 18) <= EXACT_DIGITS
    return column.family in (Family.INTEGER, Family.FLOAT)


def fetch(reader: Reader, view: str, column: TypedColumn, rows: int) -> NDArray[Any]:
    """The filled values of a sortable column, as int64 or float64."""
    kind = np.int64 if column.family is Family.INTEGER else np.float64
    return counted.fetched(reader, queries.eight_bytes(view, column), kind, rows)


def measure_number(x: NDArray[Any], column: TypedColumn, rows: int) -> tuple[ColumnStatistics, Pairs]:
    """The statistics of the column with the filled values `x`, and its frequent values. Sorts `x` in place; asks no engine."""
    filled = len(x)
    if column.has_infinities and not np.isfinite(x).all():
        x = x[np.isfinite(x)]
    x.sort()
    figures: dict[str, Any] = {"non_finite": filled - len(x)}
    if not len(x):
        return counted.published(column, rows, filled, Counted(0, [], []), figures), []
    found = _counted(x, column)
    return counted.published(column, rows, filled, found, figures | _figures(x, column)), found.sample


def _counted(x: NDArray[Any], column: TypedColumn) -> Counted:
    starts, counts = counted.runs(x)

    def pairs(places: NDArray[np.int64]) -> Pairs:
        return list(zip([from_number(value, column) for value in x[starts[places]].tolist()], counts[places].tolist(), strict=True))

    return Counted(
        distinct=len(starts),
        unique=int(np.count_nonzero(counts == 1)),
        entropy=counted.entropy(counts, len(x)),
        top=pairs(counted.leading(counts, LISTED)),
        sample=pairs(counted.spread(counts, queries.SAMPLE)),
    )


def _figures(x: NDArray[Any], column: TypedColumn) -> dict[str, Any]:
    asked = quantiles(x, PROBABILITIES)
    whole = column.family is Family.INTEGER or all(bool((part == np.floor(part)).all()) for part in counted.chunks(x))
    below, above = np.searchsorted(x, 0, side="left"), np.searchsorted(x, 0, side="right")
    edges = bins.numeric_edges(float(x[0]), float(x[-1]), *quantiles(x, CORE), whole=whole)
    return {
        **_moments(x),
        "min": from_number(x[0], column),
        "max": from_number(x[-1], column),
        "mad": deviation_median(x, asked[3]),
        "zeros": int(above - below),
        "negatives": int(below),
        "integers": whole,
        "quantiles": quantiles_model([from_number(value, column) for value in asked]),
        "histogram": histogram(x, edges),
    }


def quantiles(ascending: NDArray[Any], probabilities: Sequence[float]) -> list[float]:
    """Type 7 quantiles, as doubles."""
    found: list[float] = []
    last = len(ascending) - 1
    for probability in probabilities:
        position = probability * last
        place = math.floor(position)
        low, high, fraction = float(ascending[place]), float(ascending[min(place + 1, last)]), position - place
        # Halves are taken before the difference: the distance between two doubles may not be a double.
        found.append(low if low == high else low * (1 - fraction) + high * fraction)
    return found


def deviation_median(x: NDArray[Any], median: float) -> float | None:
    unit = far_apart(float(x[0]), float(x[-1]))
    away = np.abs(x - median) if unit == 1 else np.abs(x / unit - median / unit)
    low, high = (len(x) - 1) // 2, len(x) // 2
    away.partition((low, high))
    middle = float(away[low]) if away[low] == away[high] else float(away[low]) / 2 + float(away[high]) / 2
    return finite(middle * unit)


def histogram(ascending: NDArray[Any], edges: list[float]) -> list[Bin]:
    """Bars of low <= x < high, the last bar closed."""
    inner = np.searchsorted(ascending, np.asarray(edges[1:-1], dtype=np.float64), side="left").tolist()
    held = np.diff([0, *inner, len(ascending)]).tolist()
    return [Bin(low=low, high=high, count=int(count)) for (low, high), count in zip(itertools.pairwise(edges), held, strict=True)]


def _moments(x: NDArray[Any]) -> dict[str, float | None]:
    total, low, high = len(x), float(x[0]), float(x[-1])
    if low == high:
        return moment_figures(total, low * total, low, 0.0, 0.0, 0.0, 0.0)
    # Divided first, since the square of 1e200 is no double; by a power of two, which changes no digit.
    scale = math.ldexp(1.0, math.frexp(max(abs(low), abs(high)))[1] - 1)
    sums = [(float((part / scale).sum()), float(np.abs(part / scale).sum())) for part in counted.chunks(x)]
    summed = steady(math.fsum(one for one, _ in sums), math.fsum(magnitude for _, magnitude in sums))
    mean = summed / total
    reach = max(abs(low / scale - mean), abs(high / scale - mean)) or 1.0
    powers: list[tuple[float, float, float]] = []
    for part in counted.chunks(x):
        z = (part / scale - mean) / reach
        square = z * z
        powers.append((float(square.sum()), float((square * z).sum()), float((square * square).sum())))
    m2, m3, m4 = (math.fsum(power) / total for power in zip(*powers, strict=True))
    return moment_figures(total, summed * scale, mean * scale, reach * scale, m2, m3, m4)
