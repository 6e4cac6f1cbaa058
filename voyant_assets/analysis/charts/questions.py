"""What is asked of the table beside the profile, and which charts could follow from each answer. Asking is the stage's business."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

from voyant_assets.analysis.charts import queries
from voyant_assets.analysis.charts.calendar import PARTS, by_step, parts_of
from voyant_assets.analysis.charts.columns import Columns
from voyant_assets.analysis.charts.comparison import DECIDED, comparison
from voyant_assets.analysis.charts.composition import row_shares, total_shares
from voyant_assets.analysis.charts.crossing import association, crossed, two_groups
from voyant_assets.analysis.charts.distribution import bins_for, distribution
from voyant_assets.analysis.charts.groups import Group, collapsed, explained, groups_of
from voyant_assets.analysis.charts.missing import missing_together
from voyant_assets.analysis.charts.periods import by_part, finest, regrouped, shown
from voyant_assets.analysis.charts.relations import correlations
from voyant_assets.analysis.charts.trend import Series, trend
from voyant_core.model.chart import Chart
from voyant_core.model.profile import ColumnProfile, TableProfile, TimeAxis

HISTOGRAMS, LINES, PER_GROUPING = 3, 3, 2
RELATED = 0.9

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """A query, and the charts that its rows allow."""

    sql: str
    charts: Callable[[Rows], Iterator[Chart]]


def known_charts(table: str, profile: TableProfile, columns: Columns) -> Iterator[Chart]:
    """Charts that the profile alone allows."""
    found = [correlations(table, profile), missing_together(table, profile), *(row_shares(table, group) for group in columns.groups)]
    yield from (chart for chart in found if chart is not None)


def questions(table: str, view: str, profile: TableProfile, columns: Columns) -> Iterator[Question]:
    """One query per histogram, per grouping column (small ones together), and for the time axis."""
    measures = columns.measures
    by_skew = sorted(measures, key=lambda column: (-abs(column.skewness or 0), column.position))
    for column in by_skew[:HISTOGRAMS]:
        if bins := bins_for(column):
            yield Question(
                queries.histogram(view, column, bins.low, bins.step, bins.count), partial(_histogram, table, column=column, bins=bins)
            )
    small = columns.crossed
    if len(small) > 1:
        yield Question(queries.by_groups(view, small, measures), partial(_crossed, table, small, measures))
    for column in columns.groups:
        if measures and (len(small) < 2 or column not in small):
            yield Question(queries.by_groups(view, [column], measures), partial(_grouped, table, column, measures))
    for column in columns.steps:
        if measures:
            yield Question(queries.by_groups(view, [column], measures), partial(_stepped, table, column, measures))
    time = columns.time
    if time is not None and time.column in profile.columns and (period := finest(time)):
        sql = queries.by_period(view, profile.columns[time.column], period, measures)
        covered = frozenset(column.semantic_type for column in columns.steps)
        yield Question(sql, partial(_over_time, table, time, measures, covered))


def related_measures(profile: TableProfile) -> list[frozenset[str]]:
    """Pairs of measures that hold nearly the same numbers."""
    return [frozenset((pair.a, pair.b)) for pair in profile.correlations if abs(pair.r) >= RELATED]


def _histogram(table: str, rows: Rows, *, column: ColumnProfile, bins: Any) -> Iterator[Chart]:
    yield from _some([distribution(table, column, bins, rows)])


def _grouped(table: str, column: ColumnProfile, measures: Sequence[ColumnProfile], rows: Rows) -> Iterator[Chart]:
    yield from _by_dimension(table, column, measures, groups_of(rows, 1, len(measures)))


def _by_dimension(table: str, column: ColumnProfile, measures: Sequence[ColumnProfile], groups: Sequence[Group]) -> Iterator[Chart]:
    for place in _most_explained(measures, groups):
        yield from _some([comparison(table, column, measures[place], place, groups)])
    additive = [place for place, measure in enumerate(measures) if measure.default_aggregation == "sum"]
    yield from _some([total_shares(table, column, measures[place], place, groups) for place in additive[:1]])


def _stepped(table: str, column: ColumnProfile, measures: Sequence[ColumnProfile], rows: Rows) -> Iterator[Chart]:
    groups = [group for group in groups_of(rows, 1, len(measures)) if group.key[0] is not None]
    for place in _most_explained(measures, groups):
        yield from _some([by_step(table, column.semantic_type, column.name, measures[place], place, groups, derived=False)])


def _crossed(table: str, dimensions: Sequence[ColumnProfile], measures: Sequence[ColumnProfile], rows: Rows) -> Iterator[Chart]:
    groups = groups_of(rows, len(dimensions), len(measures))
    for place, dimension in enumerate(dimensions):
        yield from _by_dimension(table, dimension, measures, collapsed(groups, place))
    for a, b in combinations(range(len(dimensions)), 2):
        down, across = (a, b) if dimensions[a].distinct >= dimensions[b].distinct else (b, a)
        cells = crossed(groups, down, across)
        yield from _some([association(table, dimensions[across], dimensions[down], cells)])
        if dimensions[across].distinct == 2:
            for place in _most_explained(measures, collapsed(groups, across)):
                yield from _some([two_groups(table, dimensions[down], dimensions[across], measures[place], place, cells)])


def _over_time(table: str, time: TimeAxis, measures: Sequence[ColumnProfile], covered: frozenset[str], rows: Rows) -> Iterator[Chart]:
    base = finest(time)
    period = shown(time, len(rows))
    if period is not None:
        periods = regrouped(rows, len(measures), period)
        series = [Series(time, period, None, 0, is_total=True)]
        series += [
            Series(time, period, measure, place, is_total=measure.default_aggregation == "sum")
            for place, measure in enumerate(measures[:LINES])
        ]
        yield from _some([trend(table, one, periods) for one in series])
    if base is None or not rows or not measures:
        return
    starts = [row[0] for row in rows if row[0] is not None]
    if not starts:
        return
    for part in parts_of(time, min(starts), max(starts), covered):
        groups = by_part(rows, len(measures), PARTS[part])
        for place in _most_explained(measures, groups):
            yield from _some([by_step(table, part, time.column, measures[place], place, groups, derived=True)])


def _most_explained(measures: Sequence[ColumnProfile], groups: Sequence[Group]) -> list[int]:
    """The two measures that the grouping explains best; those that it decides come last."""
    eta2 = [round(explained(groups, place, measure), 6) for place, measure in enumerate(measures)]
    ranked = sorted(
        (place for place, share in enumerate(eta2) if share > 0), key=lambda place: (eta2[place] >= DECIDED, -eta2[place], place)
    )
    return ranked[:PER_GROUPING]


def _some(charts: Sequence[Chart | None]) -> Iterator[Chart]:
    yield from (chart for chart in charts if chart is not None)
