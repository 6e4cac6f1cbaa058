"""Pearson's correlation of many columns in one pass over record batches, each pair over the rows where both are filled.

Buffers are read directly: `Array.to_numpy()` would import pandas wherever it is installed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voyant_core.model.profile import Correlation

LISTED = 200
FEWEST_ROWS = 3
CELLS_PER_BATCH = 4_000_000

Floats = NDArray[np.float64]


def rows_per_batch(columns: int) -> int:
    """So many rows that a batch and its copies stay near 100 MB."""
    return max(2048, min(204_800, CELLS_PER_BATCH // max(columns, 1)))


def doubles(array: Any) -> Floats:
    """A pyarrow DoubleArray as numpy, nulls as NaN."""
    validity, data = array.buffers()
    values = np.frombuffer(data, dtype=np.float64, count=len(array), offset=array.offset * 8)
    if not array.null_count:
        return values
    bits = np.unpackbits(np.frombuffer(validity, dtype=np.uint8), bitorder="little")
    return np.where(bits[array.offset : array.offset + len(array)] == 1, values, np.nan)


def correlations(names: Sequence[str], centres: Sequence[float], scales: Sequence[float], batches: Iterable[Any]) -> list[Correlation]:
    """The strongest pairs first, at most 200, ties by name. `batches` hold one double column per name; r is left out where it is undefined.

    `centres` and `scales` (mean and standard deviation) keep the sums of products near 1, so that they lose no digits.
    """
    size = len(names)
    filled, sums, squares, products = (np.zeros((size, size)) for _ in range(4))
    centre, scale = np.asarray(centres)[:, None], np.asarray(scales)[:, None]
    for batch in batches:
        z = np.stack([doubles(batch.column(place)) for place in range(size)])
        z -= centre
        z /= scale
        missing = np.isnan(z)
        if missing.any():
            z[missing] = 0.0
            present = (~missing).astype(np.float64)
            filled += present @ present.T
            sums += z @ present.T
            squares += (z * z) @ present.T
        else:
            filled += z.shape[1]
            sums += z.sum(axis=1)[:, None]
            squares += np.einsum("ij,ij->i", z, z)[:, None]
        products += z @ z.T
    return _ranked(names, filled, *_pearson(filled, sums, squares, products))


def _pearson(filled: Floats, sums: Floats, squares: Floats, products: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """r of each pair, and where it is defined: both vary over their common rows."""
    with np.errstate(all="ignore"):
        covariance = products - sums * sums.T / filled
        variance = squares - sums * sums / filled
        r = covariance / np.sqrt(variance * variance.T)
        # What cancellation leaves of a constant's variance is noise.
        varies = variance > 1e-12 * squares
    return np.clip(r, -1.0, 1.0), (filled >= FEWEST_ROWS) & varies & varies.T & np.isfinite(r)


def _ranked(names: Sequence[str], filled: Floats, r: Floats, defined: NDArray[np.bool_]) -> list[Correlation]:
    upper = np.triu(defined, k=1)
    pairs = [Correlation(a=names[i], b=names[j], r=float(r[i, j]) + 0.0, n=int(filled[i, j])) for i, j in np.argwhere(upper).tolist()]
    # Rounded for the order only, so that the last digits of a parallel sum cannot swap two pairs.
    pairs.sort(key=lambda pair: (-round(abs(pair.r), 9), pair.a, pair.b))
    return pairs[:LISTED]
