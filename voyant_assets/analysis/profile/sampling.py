"""A sample of rows for tables beyond the budget, and how far a figure from it may be off.

Each row is drawn by the hash of its position in the table and of a salt. So the sample is the same in any home and with any number of
threads, an order or a repetition in the data cannot bend it, and another salt gives an independent one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voyant_assets.analysis.profile import counted, queries, sorted_numbers
from voyant_assets.analysis.profile.correlation import doubles
from voyant_assets.analysis.profile.kinds import TypedColumn
from voyant_assets.analysis.profile.reader import Reader

CONFIDENCE = 0.99


def rank_error(rows: int, confidence: float = CONFIDENCE) -> float:
    """How far the share of sampled values up to any bound may lie from the true share, for all bounds at once.

    Dvoretzky-Kiefer-Wolfowitz with Massart's constant (Ann. Probab. 18, 1990): P(sup |F_n - F| > e) <= 2 exp(-2 n e^2). Draws without
    replacement only come closer (Hoeffding, JASA 58, 1963, section 6). For a single share it is Hoeffding's bound.
    """
    return math.sqrt(math.log(2 / (1 - confidence)) / (2 * rows))


@dataclass(frozen=True, slots=True)
class Draw:
    """About `wanted` of a table's `rows`."""

    rows: int
    wanted: int
    salt: int

    @property
    def hash_below(self) -> int:
        return min(2**64 - 1, 2**64 * self.wanted // max(self.rows, 1))

    def relation(self, view: str, columns: Sequence[TypedColumn]) -> str:
        return queries.drawn(view, columns, self.hash_below, self.salt)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Quantiles with the largest error that any of them has at the stated confidence, in the column's unit, from so many rows."""

    values: list[float]
    error: float
    rows: int


def draw(reader: Reader, view: str, columns: Sequence[TypedColumn], drawn: Draw) -> tuple[int, list[NDArray[np.float64]]]:
    """Sampled rows, and each column's usable numbers (times: seconds) among them, ascending. One scan."""
    parts: list[list[Any]] = [[] for _ in columns]
    rows = 0
    for batch in reader.batches(queries.as_doubles(f"({drawn.relation(view, columns)})", columns), counted.ROWS_PER_BATCH):
        rows += batch.num_rows
        for place, part in enumerate(parts):
            values = doubles(batch.column(place))
            part.append(values[~np.isnan(values)])
    return rows, [np.sort(np.concatenate(part)) if part else np.empty(0) for part in parts]


def quantiles(sample: NDArray[np.float64], probabilities: Sequence[float], low: float, high: float, population: int) -> Estimate:
    """Quantiles of a sample of `population` values between `low` and `high`, with what the sample's rank error may do to each."""
    size = len(sample)
    found = sorted_numbers.quantiles(sample, probabilities)
    if size >= population:
        return Estimate(found, 0.0, size)
    # One place more on either side, since quantiles interpolate between two values.
    slack = rank_error(size) + 1 / size + 1 / population
    error = 0.0
    for probability, value in zip(probabilities, found, strict=True):
        first, last = math.floor((probability - slack) * size) - 1, math.ceil((probability + slack) * size)
        least = float(sample[first]) if first >= 0 else low
        most = float(sample[last]) if last < size else high
        error = max(error, value - least, most - value)
    return Estimate(found, error, size)
