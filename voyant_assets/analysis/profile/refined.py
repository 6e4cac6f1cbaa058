"""Exact quantiles of any number of values in bounded memory, without sorting them all.

A scan counts the values in 4096 cells; only the cells that hold an asked rank are looked at again, divided further while they are too full
to fetch. Two or three scans as a rule.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voyant_assets.analysis.profile import counted, queries
from voyant_assets.analysis.profile.reader import Reader

CELLS = 4096
FETCHED_ROWS = 20_000_000


@dataclass(frozen=True, slots=True)
class Range:
    """`rows` values lie in low..high, `before` are smaller than all of them."""

    low: float
    high: float
    before: int
    rows: int


def quantiles(reader: Reader, view: str, number: str, probabilities: Sequence[float], whole: tuple[float, float, int]) -> list[float]:
    """Type 7 quantiles of the SQL expression `number`, a DOUBLE that may be null; `whole` is its minimum, maximum and count."""
    low, high, rows = whole
    positions = [probability * (rows - 1) for probability in probabilities]
    ranks = sorted({rank for position in positions for rank in (math.floor(position), math.ceil(position))})
    values = dict(zip(ranks, order_statistics(reader, view, number, ranks, Range(low, high, 0, rows)), strict=True))
    found: list[float] = []
    for position in positions:
        below, above, fraction = values[math.floor(position)], values[math.ceil(position)], position - math.floor(position)
        # Halves are taken before the difference: the distance between two doubles may not be a double.
        found.append(below if below == above else below * (1 - fraction) + above * fraction)
    return found


def order_statistics(reader: Reader, view: str, number: str, ranks: Sequence[int], whole: Range) -> list[float]:
    """The values at these ranks, from 0, ascending."""
    known: dict[int, float] = {}
    waiting = [whole]
    leaves: list[Range] = []
    while waiting:
        found = waiting.pop()
        asked = [rank for rank in ranks if found.before <= rank < found.before + found.rows]
        if found.low == found.high:
            known |= dict.fromkeys(asked, found.low)
        elif sum(leaf.rows for leaf in leaves) + found.rows <= FETCHED_ROWS:
            leaves.append(found)
        else:
            waiting += [part for part in _divided(reader, view, number, found) if any(_holds(part, rank) for rank in asked)]
    if leaves:
        spans = [(leaf.low, leaf.high) for leaf in leaves]
        values = counted.fetched(reader, queries.numbers_within(view, number, spans), np.float64, sum(leaf.rows for leaf in leaves))
        values.sort()
        for leaf in leaves:
            start = int(np.searchsorted(values, leaf.low, side="left"))
            known |= {rank: float(values[start + rank - leaf.before]) for rank in ranks if _holds(leaf, rank)}
    return [known[rank] for rank in ranks]


def _holds(found: Range, rank: int) -> bool:
    return found.before <= rank < found.before + found.rows


def _divided(reader: Reader, view: str, number: str, found: Range) -> list[Range]:
    """The cells that are not empty, each between the smallest and the largest value in it."""
    parts: list[Range] = []
    before = found.before
    for rows, low, high in reader.rows(queries.cells(view, number, found.low, found.high, CELLS)):
        parts.append(Range(float(low), float(high), before, int(rows)))
        before += int(rows)
    return parts
