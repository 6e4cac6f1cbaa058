"""How often values occur that no array of numbers holds: by the sorted 64-bit hashes of the rows, eight bytes each.

Two of 20 million texts share a hash with a probability of 1 in 90,000, and then count as one. The frequent values are looked up by their
hashes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voyant_assets.analysis.profile import counted, queries
from voyant_assets.analysis.profile.counted import Counted, Counts, Pairs
from voyant_assets.analysis.profile.frequencies import LISTED
from voyant_assets.analysis.profile.kinds import Family, TypedColumn
from voyant_assets.analysis.profile.reader import Reader
from voyant_assets.analysis.profile.scalars import from_number, from_text
from voyant_core.model.profile import Scalar

TIES = 2000
"""So many values that tie for the last listed place are looked up by their hashes; of more, the first are searched in order."""
PIECE_ROWS = 20_000_000

Hashes = NDArray[np.uint64]


def parse(text: str, column: TypedColumn) -> Scalar:
    if column.family is Family.FLOAT:
        return from_number(float(text), column)
    return int(text) if column.family is Family.INTEGER else from_text(text, column)


@dataclass(slots=True)
class _Tally:
    """What is kept of the pieces: sums over all values, and of the most frequent ones hash and count."""

    distinct: int = 0
    unique: int = 0
    weighted: list[float] = field(default_factory=list[float])
    ties_at: dict[int, int] = field(default_factory=dict[int, int])
    hashes: Hashes = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    counts: Counts = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def add(self, ascending: Hashes) -> None:
        starts, counts = counted.runs(ascending)
        self.distinct += len(starts)
        self.unique += int(np.count_nonzero(counts == 1))
        self.weighted += [float((k * np.log(k)).sum()) for k in counted.chunks(counts)]
        sizes, values = np.unique(counts, return_counts=True)
        for size, held in zip(sizes.tolist(), values.tolist(), strict=True):
            self.ties_at[size] = self.ties_at.get(size, 0) + held
        places = counted.leading(counts, TIES + LISTED)
        hashes = np.concatenate([self.hashes, ascending[starts[places]]])
        both = np.concatenate([self.counts, counts[places]])
        order = np.lexsort((hashes, -both))[: TIES + LISTED]
        self.hashes, self.counts = hashes[order], both[order]


def count(reader: Reader, view: str, column: TypedColumn, usable: int) -> Counted:
    """Counts of all values, exact but for what the hashes merge. Beyond 20 million rows in pieces of so many, each a scan of its own."""
    pieces = -(-usable // PIECE_ROWS)
    tally = _Tally()
    for piece in range(pieces):
        hashes = counted.fetched(reader, queries.hashes(view, column, piece, pieces), np.uint64, usable)
        hashes.sort()
        tally.add(hashes)
    top, sample = _frequent(reader, view, column, usable, tally)
    entropy = max(0.0, math.log(usable) - math.fsum(tally.weighted) / usable)
    return Counted(tally.distinct, top, sample, unique=tally.unique, entropy=entropy)


def repeated(reader: Reader, view: str, columns: Sequence[TypedColumn], rows: int) -> int:
    """Rows beyond the first of each group of rows that are equal in these columns, by their hashes."""
    pieces = max(1, -(-rows // PIECE_ROWS))
    found = 0
    for piece in range(pieces):
        hashes = counted.fetched(reader, queries.row_hashes(view, columns, piece, pieces), np.uint64, rows)
        hashes.sort()
        found += int(np.count_nonzero(hashes[1:] == hashes[:-1]))
    return found


def _frequent(reader: Reader, view: str, column: TypedColumn, usable: int, tally: _Tally) -> tuple[Pairs, Pairs]:
    """The listed values (ties by value), and a sample of the frequent ones (ties by hash)."""
    least = int(tally.counts[min(LISTED, len(tally.counts)) - 1])
    ties = tally.ties_at[least]
    are_few = ties <= TIES
    wanted = tally.hashes[: max(queries.SAMPLE, int((tally.counts >= least).sum()) if are_few else 0)]
    sampled = set(tally.hashes[: queries.SAMPLE].tolist())
    found = reader.rows(queries.values_of_hashes(view, column, wanted.tolist()))
    sample = [(parse(text, column), int(k)) for text, k, hashed in found if hashed in sampled]
    listed = [(parse(text, column), int(k)) for text, k, _ in found if are_few or k > least]
    if not are_few:
        above = tally.counts > least
        rest = usable - int(tally.counts[above].sum())
        listed += _first_ties(reader, view, column, tally.hashes[above], least, rest, ties)
    return listed[:LISTED], sample


def _first_ties(reader: Reader, view: str, column: TypedColumn, above: Hashes, least: int, rest: int, ties: int) -> Pairs:
    """The first values, in their order, of those that occur `least` times. No other but `above` occurs more often."""
    needed, rows = LISTED - len(above), max(1000, 40 * rest // ties)
    while True:
        found = reader.rows(queries.first_values(view, column, above.tolist(), least, rows, needed))
        if len(found) >= needed or rows >= rest:
            return [(parse(text, column), int(k)) for text, k in found]
        rows *= 16
