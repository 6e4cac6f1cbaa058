"""Runs the profile's queries over a view: statistics, frequent values and distinct times of every column.

Columns with at most 50,000 distinct values are counted in full, one GROUP BY each, and everything follows from those counts
(`frequencies`). The others are measured (`measures`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voyant_assets.analysis.profile import queries
from voyant_assets.analysis.profile.counted import Pairs
from voyant_assets.analysis.profile.estimates import estimate
from voyant_assets.analysis.profile.frequencies import FrequencyTable, sample, statistics_of
from voyant_assets.analysis.profile.kinds import Family, TypedColumn, quote
from voyant_assets.analysis.profile.measures import measure
from voyant_assets.analysis.profile.reader import Reader
from voyant_assets.analysis.profile.sampling import Draw
from voyant_core.model.profile import ColumnStatistics, Scalar

PREFIX_PAYS = 20
"""In tables of so many times the values of a frequency table, a look at the first rows costs little beside an estimate over all."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Sizes at which the profile changes its ways; in rows, values and bytes, never in seconds, so that it stays repeatable."""

    frequency_values: int = 50_000
    exact_rows: int = 20_000_000
    sample_rows: int = 1_000_000
    salt: int = 0
    statement_columns: int = 100
    statement_values: int = 200_000
    materialized_cells: int = 8_000_000
    few_rows: int = 20_000


@dataclass(slots=True)
class Collected:
    """`steps` are the distinct usable numbers (see `TypedColumn.number`) of the columns that were counted in full, ascending.

    `sampled_rows` is the size of the sample behind the columns that have `sampled_rows`; 0 where all figures rest on all rows.
    """

    rows: int
    columns: list[TypedColumn]
    statistics: list[ColumnStatistics] = field(default_factory=list[ColumnStatistics])
    values: dict[str, list[tuple[Scalar, int]]] = field(default_factory=dict[str, "list[tuple[Scalar, int]]"])
    steps: dict[str, NDArray[np.float64]] = field(default_factory=dict[str, "NDArray[np.float64]"])
    sampled_rows: int = 0


def collect_statistics(reader: Reader, view: str) -> tuple[int, list[ColumnStatistics], dict[str, list[tuple[Scalar, int]]]]:
    """Rows, the statistics of every column in the table's order, and up to 300 (value, count) pairs per column, most frequent first.

    `view` is the name of a view or table; it is quoted here.
    """
    collected = collect(reader, quote(view))
    return collected.rows, collected.statistics, collected.values


def collect(reader: Reader, view: str, budget: Budget | None = None) -> Collected:
    """`view` is quoted already, or any other relation as it stands behind FROM."""
    budget = budget or Budget()
    columns = [TypedColumn(name, place, kind) for place, (name, kind) in enumerate(reader.columns(f"SELECT * FROM {view}"))]
    rows, bounds = _bounds(reader, view, columns, budget)
    collected = Collected(rows, columns)
    statistics: dict[int, ColumnStatistics] = {}
    is_few = [column.family is Family.BOOLEAN or bounds[column.position] <= budget.frequency_values for column in columns]
    few = [column for column in columns if is_few[column.position]]
    for group in _groups(few, bounds, rows, budget):
        for column, table in _count(reader, view, group, rows, budget):
            statistics[column.position] = statistics_of(column, table, rows)
            usable = table.usable(column)
            collected.values[column.name] = sample(column, usable, queries.SAMPLE)
            if column.kind == "temporal" or column.is_number:
                collected.steps[column.name] = usable.numbers
    many = [column for column in columns if not is_few[column.position]]
    for group in _slices(many, budget.statement_columns // 2):
        for column, figures, pairs in _many(reader, view, group, bounds, collected, budget):
            statistics[column.position] = figures
            collected.values[column.name] = pairs
    collected.statistics = [statistics[column.position] for column in columns]
    return collected


def _many(
    reader: Reader, view: str, group: Sequence[TypedColumn], bounds: Sequence[int], collected: Collected, budget: Budget
) -> Iterator[tuple[TypedColumn, ColumnStatistics, Pairs]]:
    """Columns that have no frequency table: in full, or beyond the budget with the help of a sample."""
    if collected.rows <= budget.exact_rows:
        yield from measure(reader, view, group, collected.rows)
        return
    drawn = Draw(collected.rows, budget.sample_rows, budget.salt)
    for column, figures, pairs, sampled_rows in estimate(reader, view, group, bounds, drawn):
        collected.sampled_rows = max(collected.sampled_rows, sampled_rows)
        yield column, figures, pairs


def _bounds(reader: Reader, view: str, columns: Sequence[TypedColumn], budget: Budget) -> tuple[int, list[int]]:
    """Rows, and for each column about how many distinct values it can have: its range if that is narrow, else an estimate."""
    ((rows,),) = reader.rows(f"SELECT count(*) FROM {view}")
    bounds = [2 if column.family is Family.BOOLEAN else int(rows) for column in columns]
    if rows > budget.frequency_values:
        ranged = [column for column in columns if column.family in (Family.INTEGER, Family.DATE)]
        for group in _slices(ranged, 5 * budget.statement_columns):
            answer = reader.rows(queries.ranges(view, group))[0]
            for place, column in enumerate(group):
                low, high = answer[2 * place : 2 * place + 2]
                if low is not None and high is not None:
                    width = (high - low) // (86_400 if column.family is Family.DATE else 1)
                    bounds[column.position] = min(int(rows), int(width) + 1)
        open_ended = [column for column in columns if bounds[column.position] > budget.frequency_values]
        if PREFIX_PAYS * budget.frequency_values < rows <= budget.exact_rows:
            surely_many = _surely_many(reader, view, open_ended, budget)
            open_ended = [column for column in open_ended if column.position not in surely_many]
        for group in _slices(open_ended, 5 * budget.statement_columns):
            for column, estimate in zip(group, reader.rows(queries.distinct_estimates(view, group))[0], strict=True):
                bounds[column.position] = min(int(rows), int(estimate))
    return int(rows), bounds


def _surely_many(reader: Reader, view: str, columns: Sequence[TypedColumn], budget: Budget) -> set[int]:
    """Positions of the columns whose first rows alone hold too many values. Spares them the estimate, which costs as much as a count."""
    found: set[int] = set()
    for group in _slices(columns, budget.statement_columns):
        counts = reader.rows(queries.distinct_among_first(view, group, 2 * budget.frequency_values))[0]
        found |= {column.position for column, count in zip(group, counts, strict=True) if count > budget.frequency_values}
    return found


def _slices(columns: Sequence[TypedColumn], size: int) -> Iterator[list[TypedColumn]]:
    for start in range(0, len(columns), size):
        yield list(columns[start : start + size])


def _groups(columns: Sequence[TypedColumn], bounds: Sequence[int], rows: int, budget: Budget) -> Iterator[list[TypedColumn]]:
    """Columns whose frequency tables fit into one statement: alike in shape, not too many values together."""

    def shape(column: TypedColumn) -> str:
        if rows <= budget.few_rows:
            return queries.like(column)
        return "text" if not queries.is_numeric(column) else "double" if column.family is Family.FLOAT else "integer"

    groups: dict[str, list[TypedColumn]] = {}
    for column in columns:
        groups.setdefault(shape(column), []).append(column)
    for alike in groups.values():
        group: list[TypedColumn] = []
        expected = 0
        for column in alike:
            size = bounds[column.position]
            if group and (len(group) == budget.statement_columns or expected + size > budget.statement_values):
                yield group
                group, expected = [], 0
            group.append(column)
            expected += size
        yield group


def _count(
    reader: Reader, view: str, group: Sequence[TypedColumn], rows: int, budget: Budget
) -> Iterator[tuple[TypedColumn, FrequencyTable]]:
    if rows <= budget.few_rows:
        answer = reader.arrays(queries.frequencies_of_few_rows(view, group))
    else:
        answer = reader.arrays(queries.frequencies(view, group, len(group) > 1 and rows * len(group) <= budget.materialized_cells))
    is_filled = ~np.ma.getmaskarray(answer["v"])
    filled: dict[str, NDArray[Any]] = {name: np.ma.getdata(array)[is_filled] for name, array in answer.items()}
    starts = np.searchsorted(filled["i"], np.arange(len(group) + 1), side="left").tolist()
    for column, start, end in zip(group, starts[:-1], starts[1:], strict=True):
        yield column, _table(column, {name: array[start:end] for name, array in filled.items()})


def _table(column: TypedColumn, part: dict[str, NDArray[Any]]) -> FrequencyTable:
    values, counts = part["v"], part["k"].astype(np.int64)
    if "n" not in part:
        return FrequencyTable(values, values.astype(np.float64), counts)
    numbers = part["n"].astype(np.float64)
    if column.kind == "string" or column.family is Family.OTHER:
        return FrequencyTable(values, numbers, counts, part["p"].astype(np.bool_))
    # Text order is not the order of years beyond 9999, of years before Christ, of whole numbers of different lengths.
    exact = [int(value) for value in values.tolist()] if column.family is Family.WIDE else numbers.tolist()
    order = np.asarray(sorted(range(len(exact)), key=exact.__getitem__), dtype=np.int64)
    return FrequencyTable(values[order], numbers[order], counts[order])
