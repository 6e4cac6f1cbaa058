"""Every statistic of a column from its distinct values and how often each occurs. Exact, and no second look at the rows.

Quantiles are Hyndman & Fan type 7; skewness and kurtosis are the population's (m3 / m2^1.5, m4 / m2^2 - 3), std the sample's (n - 1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from voyant_assets.analysis.profile import bins, patterns
from voyant_assets.analysis.profile.kinds import Family, TypedColumn
from voyant_assets.analysis.profile.scalars import from_number, from_text, shortened, steady
from voyant_core.model.profile import ColumnStatistics, Lengths, Quantiles, Scalar, TopValue

PROBABILITIES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
CORE = (0.005, 0.995)
LISTED = 10

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FrequencyTable:
    """Distinct filled values in ascending order, the number that goes with each (see `TypedColumn.number`), and how often it occurs.

    `values` are int64, float64 or str objects; `padded` marks strings with a blank at an end.
    """

    values: NDArray[Any]
    numbers: Floats
    counts: Counts
    padded: NDArray[np.bool_] | None = None

    def usable(self, column: TypedColumn) -> FrequencyTable:
        """Without NaN and infinities."""
        if not column.has_infinities:
            return self
        keep: NDArray[np.bool_] = np.isfinite(self.numbers)
        return self if bool(keep.all()) else FrequencyTable(self.values[keep], self.numbers[keep], self.counts[keep])


def quantiles(numbers: Floats, counts: Counts, probabilities: Sequence[float]) -> list[float]:
    """Type 7 quantiles of ascending `numbers` that occur `counts` times."""
    cumulated = np.cumsum(counts)
    position: Floats = np.asarray(probabilities, dtype=np.float64) * float(cumulated[-1] - 1)
    low = np.floor(position)
    below: Floats = numbers[np.searchsorted(cumulated, low, side="right")]
    above: Floats = numbers[np.minimum(np.searchsorted(cumulated, low + 1, side="right"), len(numbers) - 1)]
    fraction: Floats = position - low
    # Halves are taken before the difference: the distance between two doubles may not be a double.
    between: Floats = np.where(below == above, below, below * (1 - fraction) + above * fraction)
    return cast(list[float], between.tolist())


def observed_quantiles(counts: Counts, probabilities: Sequence[float]) -> list[int]:
    """Places of the smallest values whose cumulated share reaches each probability (no interpolation)."""
    cumulated = np.cumsum(counts)
    total = int(cumulated[-1])
    ranks = [max(1, math.ceil(round(p * total, 9))) for p in probabilities]
    return np.searchsorted(cumulated, ranks, side="left").tolist()


def statistics_of(column: TypedColumn, table: FrequencyTable, rows: int) -> ColumnStatistics:
    """The column's statistics from its full frequency table."""
    filled = int(table.counts.sum())
    usable = table.usable(column)
    figures: dict[str, Any] = {}
    if column.has_infinities:
        figures["non_finite"] = filled - int(usable.counts.sum())
    elif column.is_number:
        figures["non_finite"] = 0
    if len(usable.counts):
        figures |= _common(column, usable, filled)
        if column.is_number:
            figures |= _numeric(column, usable)
        elif column.kind == "temporal":
            figures |= _temporal(column, usable)
        elif column.kind == "string":
            figures |= _string(usable)
    return described(column, rows, filled, distinct=len(usable.counts), **figures)


def described(column: TypedColumn, rows: int, filled: int, **figures: Any) -> ColumnStatistics:
    """The statistics of a column: what every column tells of itself, and `figures`."""
    return ColumnStatistics(
        name=column.name,
        position=column.position,
        type=column.type,
        kind=column.kind,
        count=filled,
        nulls=rows - filled,
        null_share=(rows - filled) / rows if rows else 0.0,
        **figures,
    )


def scalar(column: TypedColumn, table: FrequencyTable, place: int) -> Scalar:
    value = table.values[place]
    return from_text(value, column) if isinstance(value, str) else from_number(value, column)


def most_frequent(column: TypedColumn, table: FrequencyTable, limit: int) -> list[tuple[Scalar, int]]:
    """(value, count) pairs, most frequent first, ties by value."""
    order = np.argsort(-table.counts, kind="stable")[:limit]
    return [(scalar(column, table, place), int(table.counts[place])) for place in order.tolist()]


def sample(column: TypedColumn, table: FrequencyTable, limit: int) -> list[tuple[Scalar, int]]:
    """(value, count) pairs, most frequent first; of the values that tie for the last places some from the whole range.

    The first by value would be a poor sample of a column where all occur once: the empty, the padded, those that start with a digit.
    """
    places = np.argsort(-table.counts, kind="stable")
    if len(places) > limit:
        last = table.counts[places[limit - 1]]
        sure = int((table.counts > last).sum())
        ties = places[sure : sure + int((table.counts == last).sum())]
        spread = np.linspace(0, len(ties) - 1, limit - sure).round().astype(np.int64)
        places = np.concatenate([places[:sure], ties[spread]])
    return [(scalar(column, table, place), int(table.counts[place])) for place in places.tolist()]


def top_values(pairs: Sequence[tuple[Scalar, int]], filled: int) -> list[TopValue]:
    return [TopValue(value=shortened(value), count=count, share=count / filled) for value, count in pairs[:LISTED]]


def _common(column: TypedColumn, table: FrequencyTable, filled: int) -> dict[str, Any]:
    share = table.counts / table.counts.sum()
    figures: dict[str, Any] = {
        "unique": int((table.counts == 1).sum()),
        "entropy": abs(float((share * np.log(share)).sum())),
        "top": top_values(most_frequent(column, table, LISTED), filled),
    }
    if column.family is not Family.OTHER:
        figures["min"] = shortened(scalar(column, table, 0))
        figures["max"] = shortened(scalar(column, table, len(table.counts) - 1))
    return figures


def _numeric(column: TypedColumn, table: FrequencyTable) -> dict[str, Any]:
    x, k = table.numbers, table.counts
    asked = quantiles(x, k, PROBABILITIES)
    unit = far_apart(float(x[0]), float(x[-1]))
    away = np.abs(x / unit - asked[3] / unit)
    order = np.argsort(away, kind="stable")
    whole = bool((x == np.floor(x)).all())
    return {
        **_moments(x, k),
        "mad": finite(quantiles(away[order], k[order], [0.5])[0] * unit),
        "zeros": int(k[x == 0].sum()),
        "negatives": int(k[x < 0].sum()),
        "integers": whole,
        "quantiles": quantiles_model([from_number(value, column) for value in asked]),
        "histogram": bins.histogram(x, k, bins.numeric_edges(float(x[0]), float(x[-1]), *_core(x, k), whole=whole)),
    }


def far_apart(low: float, high: float) -> float:
    """What to divide by so that differences of values in low..high are doubles: mostly 1, since halving a subnormal loses a digit."""
    return 1.0 if math.isfinite(high - low) else 2.0


def finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _core(x: Floats, k: Counts) -> tuple[float, float]:
    low, high = quantiles(x, k, CORE)
    return low, high


def _moments(x: Floats, k: Counts) -> dict[str, float | None]:
    total = int(k.sum())
    if len(x) == 1:
        return moment_figures(total, float(x[0]) * total, float(x[0]), 0.0, 0.0, 0.0, 0.0)
    # Divided first, since the square of 1e200 is no double; by a power of two, which changes no digit.
    scale = math.ldexp(1.0, math.frexp(float(np.abs(x).max()))[1] - 1)
    z = x / scale
    summed = steady(float((z * k).sum()), float((np.abs(z) * k).sum()))
    deviation = z - summed / total
    reach = float(np.abs(deviation).max()) or 1.0
    deviation = deviation / reach
    m2, m3, m4 = (float((k * deviation**power).sum()) / total for power in (2, 3, 4))
    return moment_figures(total, summed * scale, summed / total * scale, reach * scale, m2, m3, m4)


def moment_figures(total: int, summed: float, mean: float, scale: float, m2: float, m3: float, m4: float) -> dict[str, float | None]:
    """Sum, mean, std, skewness, kurtosis from central moments of deviations divided by `scale`."""
    varies = m2 > 0
    std = scale * math.sqrt(m2 * total / (total - 1)) if total > 1 else math.inf
    return {
        "sum": finite(summed),
        "mean": mean,
        "std": finite(std),
        "skewness": m3 / m2**1.5 if varies else None,
        "kurtosis": m4 / m2**2 - 3 if varies else None,
    }


def quantiles_model(values: Sequence[Scalar]) -> Quantiles:
    return Quantiles(**dict(zip(("p01", "p05", "p25", "p50", "p75", "p95", "p99"), values, strict=True)))


def _temporal(column: TypedColumn, table: FrequencyTable) -> dict[str, Any]:
    places = observed_quantiles(table.counts, PROBABILITIES)
    x = table.numbers
    edges = bins.temporal_edges(float(x[0]), float(x[-1]), *_core(x, table.counts), of_day=column.family is Family.TIME)
    return {
        "quantiles": quantiles_model([scalar(column, table, place) for place in places]),
        "histogram": bins.histogram(x, table.counts, edges),
    }


def _string(table: FrequencyTable) -> dict[str, Any]:
    lengths, counts = table.numbers, table.counts
    total = counts.sum()
    return {
        "lengths": Lengths(min=int(lengths.min()), max=int(lengths.max()), mean=float((lengths * counts).sum() / total)),
        "empty": int(counts[lengths == 0].sum()),
        "padded": int(counts[table.padded].sum()) if table.padded is not None else None,
        "patterns": patterns.shapes(table.values.tolist(), counts.tolist(), int(total)),
    }
