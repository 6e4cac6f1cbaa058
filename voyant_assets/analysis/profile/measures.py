"""Columns with too many values for a frequency table, exactly: numbers are sorted, of the others counts come from hashes and the rest
from aggregates of the engine.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from voyant_assets.analysis.profile import bins, counted, hashed, patterns, queries, refined, sorted_numbers
from voyant_assets.analysis.profile.counted import Counted, Pairs
from voyant_assets.analysis.profile.frequencies import CORE, PROBABILITIES, moment_figures, quantiles_model
from voyant_assets.analysis.profile.kinds import Family, TypedColumn
from voyant_assets.analysis.profile.reader import Reader
from voyant_assets.analysis.profile.scalars import from_number, from_text, iso, shortened, steady
from voyant_core.model.profile import Bin, ColumnStatistics, Lengths, Pattern, Scalar

ASKED = (CORE[0], *PROBABILITIES, CORE[1])
SHAPED_ROWS = 20_000
"""Rows whose shapes are looked at in full, to choose those that are counted."""
SURELY = 0.7
"""A shape of a hundredth of all rows has less than 0.7 % of so many with a probability below 1 in 30,000."""

SORTED_AT_ONCE_ROWS = 10_000_000
"""Beyond these, one column of numbers after the other: sorting and measuring takes up to 24 bytes a row."""


@dataclass(frozen=True, slots=True)
class Extremes:
    """One column's part of `queries.extremes`."""

    filled: int
    usable: int
    low: Any
    high: Any
    least: float | None
    most: float | None
    total: float | None
    second_last: float | None
    last: int | None


def measure(reader: Reader, view: str, group: Sequence[TypedColumn], rows: int) -> Iterator[tuple[TypedColumn, ColumnStatistics, Pairs]]:
    """Statistics and frequent values of each column. Numbers are sorted in threads of their own while the engine reads other columns."""
    numbers = [column for column in group if sorted_numbers.is_sortable(column, rows)]
    others = [column for column in group if not sorted_numbers.is_sortable(column, rows)]
    at_once = 2 if rows <= SORTED_AT_ONCE_ROWS else 1
    with ThreadPoolExecutor(at_once) as beside:
        sorting: deque[tuple[TypedColumn, Future[tuple[ColumnStatistics, Pairs]]]] = deque()
        for column in numbers:
            if len(sorting) == at_once:
                yield _sorted(*sorting.popleft())
            values = sorted_numbers.fetch(reader, view, column, rows)
            sorting.append((column, beside.submit(sorted_numbers.measure_number, values, column, rows)))
            del values
        yield from _hashed(reader, view, others, rows)
        for column, figures in sorting:
            yield _sorted(column, figures)


def _sorted(column: TypedColumn, figures: Future[tuple[ColumnStatistics, Pairs]]) -> tuple[TypedColumn, ColumnStatistics, Pairs]:
    return column, *figures.result()


def _hashed(reader: Reader, view: str, group: Sequence[TypedColumn], rows: int) -> Iterator[tuple[TypedColumn, ColumnStatistics, Pairs]]:
    for column, extremes, summed in aggregates(reader, view, group):
        found, shape = Counted(0, [], []), dict[str, Any]()
        if extremes.usable:
            found = hashed.count(reader, view, column, extremes.usable)
            shape = _shape(reader, view, column, extremes, found, summed)
        yield column, counted.published(column, rows, extremes.filled, found, summed | shape), found.sample


# ---- what one scan tells


def aggregates(reader: Reader, view: str, group: Sequence[TypedColumn]) -> Iterator[tuple[TypedColumn, Extremes, dict[str, Any]]]:
    """Extremes of each column, and the figures that follow from sums: moments, lengths, empty and padded texts."""
    if not group:
        return
    answer = reader.rows(queries.extremes(view, group))[0]
    found = [Extremes(*answer[place * queries.EXTREMES : (place + 1) * queries.EXTREMES]) for place in range(len(group))]
    numbers = [(column, extremes) for column, extremes in zip(group, found, strict=True) if column.is_number and extremes.usable]
    moments = dict(_moments(reader, view, numbers)) if numbers else {}
    for column, extremes in zip(group, found, strict=True):
        figures: dict[str, Any] = {}
        if column.is_number or column.has_infinities:
            figures["non_finite"] = extremes.filled - extremes.usable
        if extremes.usable and column.family is not Family.OTHER:
            figures |= {"min": _extreme(extremes.low, column), "max": _extreme(extremes.high, column)}
            figures |= moments.get(column.position, {})
            if column.kind == "string":
                figures |= _string(extremes)
        yield column, extremes, figures


def _moments(reader: Reader, view: str, numbers: Sequence[tuple[TypedColumn, Extremes]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Two passes: the exact mean, then powers of the deviation from it, in units of the largest deviation."""
    asked: list[tuple[TypedColumn, float, float]] = []
    sums: list[float] = []
    ends = [max(abs(float(extremes.least or 0)), abs(float(extremes.most or 0))) for _, extremes in numbers]
    totals = reader.rows(queries.totals(view, [(column, end) for (column, _), end in zip(numbers, ends, strict=True)]))[0]
    for (column, extremes), total in zip(numbers, totals, strict=True):
        summed = steady(float(total or 0), float(extremes.second_last or 0))
        mean = summed / extremes.usable
        reach = max(float(extremes.most or 0) - mean, mean - float(extremes.least or 0)) or 1.0
        asked.append((column, mean, reach))
        sums.append(summed)
    answer = reader.rows(queries.powers(view, asked))[0]
    for place, ((column, mean, reach), (_, extremes), summed) in enumerate(zip(asked, numbers, sums, strict=True)):
        second, third, fourth, zeros, negatives, whole = answer[place * queries.POWERS : (place + 1) * queries.POWERS]
        n = extremes.usable
        figures: dict[str, Any] = dict(moment_figures(n, summed, mean, reach, second / n, third / n, fourth / n))
        yield column.position, figures | {"zeros": int(zeros), "negatives": int(negatives), "integers": bool(whole)}


def _extreme(value: Any, column: TypedColumn) -> Scalar:
    return shortened(from_text(value, column) if isinstance(value, str) else from_number(value, column))


def _string(extremes: Extremes) -> dict[str, Any]:
    mean = float(extremes.total or 0) / extremes.usable
    return {
        "lengths": Lengths(min=int(extremes.least or 0), max=int(extremes.most or 0), mean=mean),
        "empty": int(extremes.second_last or 0),
        "padded": int(extremes.last or 0),
    }


# ---- how the values lie


def _shape(reader: Reader, view: str, column: TypedColumn, extremes: Extremes, found: Counted, figures: dict[str, Any]) -> dict[str, Any]:
    if column.family is Family.OTHER:
        return {}
    if column.kind == "string":
        return {"patterns": shapes(reader, view, column, extremes.usable, found)}
    if column.kind == "temporal":
        texts, seconds = _times(reader, view, column, extremes)
        edges = temporal_edges(column, extremes, seconds[0], seconds[-1])
        return {"quantiles": quantiles_model(texts[1:-1]), "histogram": histogram(reader, view, column, edges)}
    least, most = float(extremes.least or 0), float(extremes.most or 0)
    number = column.number(column.usable(column.sql))
    asked = refined.quantiles(reader, view, number, ASKED, (least, most, extremes.usable))
    furthest = max(most - asked[4], asked[4] - least)
    away = f"abs({number} - ({asked[4]!r}))"
    return {
        "mad": refined.quantiles(reader, view, away, [0.5], (0.0, furthest, extremes.usable))[0],
        "quantiles": quantiles_model([from_number(value, column) for value in asked[1:-1]]),
        "histogram": histogram(reader, view, column, numeric_edges(extremes, asked[0], asked[-1], whole=figures["integers"])),
    }


def _times(reader: Reader, view: str, column: TypedColumn, extremes: Extremes) -> tuple[list[Scalar], list[float]]:
    """Observed quantiles as text and in seconds; of very many rows to the microsecond, since the engine would hold them all."""
    if extremes.usable <= sorted_numbers.MOST_ROWS:
        answer = reader.rows(queries.observed_quantiles(view, column, ASKED))
        return [from_text(text, column) for text, _ in answer], [float(second) for _, second in answer]
    ranks = [max(1, math.ceil(round(probability * extremes.usable, 9))) - 1 for probability in ASKED]
    seconds = f"epoch({column.usable(column.sql)})"
    whole = refined.Range(float(extremes.least or 0), float(extremes.most or 0), 0, extremes.usable)
    unlike = sorted(set(ranks))
    at = dict(zip(unlike, refined.order_statistics(reader, view, seconds, unlike, whole), strict=True))
    return [moment(at[rank], column) for rank in ranks], [at[rank] for rank in ranks]


def numeric_edges(extremes: Extremes, core_low: float, core_high: float, *, whole: bool) -> list[float]:
    return bins.numeric_edges(float(extremes.least or 0), float(extremes.most or 0), core_low, core_high, whole)


def temporal_edges(column: TypedColumn, extremes: Extremes, core_low: float, core_high: float) -> list[float]:
    low, high = float(extremes.least or 0), float(extremes.most or 0)
    return bins.temporal_edges(low, high, core_low, core_high, of_day=column.family is Family.TIME)


def histogram(reader: Reader, view: str, column: TypedColumn, edges: list[float]) -> list[Bin]:
    held = dict.fromkeys(range(len(edges) - 1), 0) | dict(reader.rows(queries.bars(view, column, edges)))
    return [Bin(low=low, high=high, count=int(held[place])) for place, (low, high) in enumerate(itertools.pairwise(edges))]


def moment(seconds: float, column: TypedColumn) -> str | None:
    """ISO 8601 of seconds, to the microsecond; None outside the years 1 to 9999."""
    try:
        found = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=round(seconds * 1e6))
    except OverflowError:
        return None
    match column.family:
        case Family.TIME:
            return found.time().isoformat()
        case Family.DATE:
            return found.date().isoformat()
        case _:
            return iso(found.replace(tzinfo=None).isoformat(" "), "TIME ZONE" in column.type.upper())


def shapes(reader: Reader, view: str, column: TypedColumn, usable: int, found: Counted) -> list[Pattern]:
    """The shapes that are common among the values of small hash and among the frequent ones, counted over all rows.

    To write the shape of every row costs microseconds each, 17 s for 6 million comments that have none in common.
    """
    bound = 2**64 - 1 if usable <= SHAPED_ROWS else 2**64 * SHAPED_ROWS // usable
    seen = reader.rows(queries.texts_below(view, column, bound, patterns.LONGEST))
    looked_at = sum(int(k) for _, k in seen) or 1
    weights: dict[str, float] = {}
    for pairs, total in ((seen, looked_at), (found.sample, usable)):
        shares: dict[str, float] = {}
        for text, k in pairs:
            shape = patterns.shape_of(str(text))
            shares[shape] = shares.get(shape, 0.0) + int(k) / total
        weights = {shape: max(weights.get(shape, 0.0), shares.get(shape, 0.0)) for shape in weights | shares}
    chosen = sorted(weights, key=lambda shape: (-weights[shape], shape))[: patterns.LISTED + 1]
    if not chosen or weights[chosen[0]] < SURELY * patterns.COMMON:
        return []
    counts = reader.rows(queries.matches(view, column, [patterns.expression(shape) for shape in chosen]))[0]
    return patterns.ranked([(shape, int(count)) for shape, count in zip(chosen, counts, strict=True) if count], usable)
