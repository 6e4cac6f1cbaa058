"""The profile of a whole table: columns with their meaning, and what holds between columns and between rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from voyant_assets.analysis.profile import entity, hashed, queries, time_axis
from voyant_assets.analysis.profile.collect import Budget, Collected, collect
from voyant_assets.analysis.profile.correlation import correlations, rows_per_batch
from voyant_assets.analysis.profile.kinds import TypedColumn, quote
from voyant_assets.analysis.profile.reader import Reader
from voyant_assets.analysis.profile.sampling import CONFIDENCE, rank_error
from voyant_core.model.profile import (
    ColumnMeaning,
    ColumnProfile,
    ColumnStatistics,
    Correlation,
    DuplicateRows,
    Missingness,
    NullPattern,
    Sampling,
    Scalar,
    TableProfile,
    TimeAxis,
)

MOST_MEASURES = 200
LISTED_PATTERNS = 10
LISTED_GAPS = 50
LIGHT_FIRST_ROWS = 1_000_000


class Interpret(Protocol):
    """Names every column's role, semantic type, default aggregation and unit."""

    def __call__(
        self, table: str, rows: int, columns: Sequence[ColumnStatistics], values: Mapping[str, Sequence[tuple[Scalar, int]]]
    ) -> dict[str, ColumnMeaning]: ...


def profile_table(reader: Reader, view: str, table: str, interpret: Interpret, budget: Budget | None = None) -> TableProfile:
    """Profile the rows of the view or table named `view` (quoted here); `table` is its name in the profile."""
    view = quote(view)
    budget = budget or Budget()
    found = collect(reader, view, budget)
    meanings = interpret(table, found.rows, found.statistics, found.values)
    columns = [
        ColumnProfile.model_construct(**_fields(statistics), **_fields(meanings[statistics.name])) for statistics in found.statistics
    ]
    axis = time_axis.choose(columns)
    measures, notes = _measures(columns)
    return TableProfile(
        table=table,
        rows=found.rows,
        columns={column.name: column for column in columns},
        duplicate_rows=_duplicates(reader, view, found, budget),
        correlations=_correlations(reader, view, found, measures),
        missingness=_missingness(reader, view, found),
        time=_time(reader, view, found, axis, budget) if axis else None,
        entity=_entity(reader, view, found, columns, axis),
        sampling=_sampling(found, budget),
        notes=notes + _size_notes(found, budget),
    )


def _fields(model: ColumnStatistics | ColumnMeaning) -> dict[str, Any]:
    return {name: getattr(model, name) for name in type(model).model_fields}


def _typed(found: Collected, name: str) -> TypedColumn:
    return next(column for column in found.columns if column.name == name)


def _measures(columns: Sequence[ColumnProfile]) -> tuple[list[ColumnProfile], list[str]]:
    """The columns to correlate. Identifiers, calendar parts and coded times are numbers too, and their correlations say nothing."""
    measures = [c for c in columns if c.role == "measure" and c.kind == "number" and c.std and c.mean is not None]
    if len(measures) <= MOST_MEASURES:
        return measures, []
    return measures[:MOST_MEASURES], [f"Correlations cover the first {MOST_MEASURES} of {len(measures)} measures."]


def _sampling(found: Collected, budget: Budget) -> Sampling | None:
    if not found.sampled_rows:
        return None
    columns = [column.name for column in found.statistics if column.sampled_rows]
    return Sampling(
        rows=found.sampled_rows,
        of_rows=found.rows,
        salt=budget.salt,
        confidence=CONFIDENCE,
        rank_error=rank_error(found.sampled_rows),
        columns=columns,
    )


def _size_notes(found: Collected, budget: Budget) -> list[str]:
    if found.rows <= budget.exact_rows:
        return []
    many = (
        f"Beyond the budget for exact figures ({budget.exact_rows} rows), columns with more than {budget.frequency_values} distinct values "
    )
    notes = [many + "have estimated distinct counts and no full list of frequent values; the possible error stands beside each."]
    if found.sampled_rows:
        notes.append(
            f"Their quantiles come from {found.sampled_rows} of {found.rows} rows, drawn by the hash of their position;"
            f" with {CONFIDENCE:.0%} confidence no rank is off by more than {rank_error(found.sampled_rows):.2%} of the rows."
        )
    return notes


def _duplicates(reader: Reader, view: str, found: Collected, budget: Budget) -> DuplicateRows:
    if any(c.distinct_exact and c.distinct == found.rows and not c.nulls and not c.non_finite for c in found.statistics) and found.rows:
        return DuplicateRows(count=0, method="key column")
    if found.rows > budget.exact_rows:
        return DuplicateRows(count=None, method="not counted: too many rows")
    # Rows that differ in their numbers and times differ: long texts need not be read then.
    light = [column for column in found.columns if column.is_number or column.kind == "temporal"]
    if found.rows > LIGHT_FIRST_ROWS and 0 < len(light) < len(found.columns) and not hashed.repeated(reader, view, light, found.rows):
        return DuplicateRows(count=0, method="hash of the row")
    return DuplicateRows(count=hashed.repeated(reader, view, found.columns, found.rows), method="hash of the row")


def _correlations(reader: Reader, view: str, found: Collected, measures: Sequence[ColumnProfile]) -> list[Correlation]:
    if len(measures) < 2:
        return []
    typed = [found.columns[column.position] for column in measures]
    batches = reader.batches(queries.as_doubles(view, typed), rows_per_batch(len(typed)))
    return correlations([c.name for c in measures], [c.mean or 0.0 for c in measures], [c.std or 1.0 for c in measures], batches)


def _missingness(reader: Reader, view: str, found: Collected) -> Missingness:
    lacking = [column for column, statistics in zip(found.columns, found.statistics, strict=True) if statistics.nulls]
    if not lacking:
        return Missingness(complete_rows=found.rows)
    if len(lacking) == 1:
        nulls = found.statistics[lacking[0].position].nulls
        return Missingness(complete_rows=found.rows - nulls, patterns=[NullPattern(columns=[lacking[0].name], rows=nulls)])
    complete, patterns = 0, list[NullPattern]()
    for rows, *masks in reader.rows(queries.null_patterns(view, lacking, LISTED_PATTERNS)):
        absent = [c.name for place, c in enumerate(lacking) if masks[place // queries.MASK_BITS] >> (place % queries.MASK_BITS) & 1]
        if absent:
            patterns.append(NullPattern(columns=absent, rows=int(rows)))
        else:
            complete = int(rows)
    return Missingness(complete_rows=complete, patterns=patterns[:LISTED_PATTERNS])


def _time(reader: Reader, view: str, found: Collected, axis: ColumnProfile, budget: Budget) -> TimeAxis:
    steps: list[float] | None = found.steps[axis.name].tolist() if axis.name in found.steps else None
    if axis.semantic_type == "year" and axis.kind == "number":
        distances = time_axis.distances([year * 12 * time_axis.MONTH_S for year in steps or []])
    elif axis.kind in ("number", "string"):
        moments = [time_axis.seconds_of(value) for value, _ in found.values[axis.name]]
        distances = time_axis.distances(sorted(moment for moment in moments if moment is not None))
    elif steps is not None:
        distances = time_axis.distances(sorted(steps))
    elif found.rows <= budget.exact_rows:
        distances = {float(gap): int(n) for gap, n in reader.rows(queries.gaps(view, _typed(found, axis.name), LISTED_GAPS))}
    else:
        distances = {}
    return TimeAxis(column=axis.name, frequency=time_axis.frequency(distances), first=str(axis.min), last=str(axis.max))


def _entity(reader: Reader, view: str, found: Collected, columns: Sequence[ColumnProfile], axis: ColumnProfile | None) -> str | None:
    if key := entity.key_column(columns, found.rows):
        return key
    for name in entity.panel_candidates(columns, axis, found.rows) if axis else ():
        ((pairs,),) = reader.rows(queries.distinct_pairs(view, _typed(found, name), _typed(found, axis.name if axis else name)))
        if entity.is_panel(int(pairs), found.rows):
            return name
    return entity.naming_column(columns, found.rows)
