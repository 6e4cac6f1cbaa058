"""What is asked of the table beside the profile, and which charts could follow from each answer. Asking is the stage's business."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

from voyant_assets.analysis.charts import queries
from voyant_assets.analysis.charts.calendar import by_step, parts_of
from voyant_assets.analysis.charts.columns import Columns, is_step
from voyant_assets.analysis.charts.comparison import DECIDED, comparison
from voyant_assets.analysis.charts.composition import row_shares, total_shares
from voyant_assets.analysis.charts.crossing import association, crossed, two_groups
from voyant_assets.analysis.charts.distribution import distribution
from voyant_assets.analysis.charts.groups import Group, collapsed, explained, groups_of
from voyant_assets.analysis.charts.missing import missing_together
from voyant_assets.analysis.charts.periods import by_part, is_regular, period_for, periods_of, stretch, stretches
from voyant_assets.analysis.charts.recurrence import recurs
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
    by_skew = sorted(columns.measures, key=lambda column: (-abs(column.skewness or 0), column.position))
    found = [
        *(distribution(table, column) for column in by_skew[:HISTOGRAMS]),
        correlations(table, profile),
        missing_together(table, profile),
        *(row_shares(table, group) for group in columns.groups),
    ]
    yield from (chart for chart in found if chart is not None)


def questions(table: str, view: str, profile: TableProfile, columns: Columns) -> Iterator[Question]:
    """One query for all groupings in one scan, and one for the time axis."""
    measures = independent(columns.measures, profile)
    sets = _sets(columns, measures)
    if sets:
        yield Question(queries.by_groups(view, sets, measures), partial(_grouped, table, sets, measures))
    time, covered = columns.time, frozenset(column.semantic_type for column in columns.steps)
    if time is not None and time.column in profile.columns and (length := stretch(time, covered)):
        sql = queries.by_period(view, profile.columns[time.column], length, measures)
        yield Question(sql, partial(_over_time, table, time, length, measures, covered))


def independent(measures: Sequence[ColumnProfile], profile: TableProfile) -> list[ColumnProfile]:
    """The measures without those that hold nearly the same numbers as one with fewer gaps (or, among equals, an earlier one)."""
    kept: list[ColumnProfile] = []
    related = related_measures(profile)
    for measure in sorted(measures, key=lambda column: (column.null_share, column.position)):
        if not any(frozenset((measure.name, other.name)) in related for other in kept):
            kept.append(measure)
    return [measure for measure in measures if measure in kept]


def _sets(columns: Columns, measures: Sequence[ColumnProfile]) -> list[list[ColumnProfile]]:
    """The small dimensions together, every other one and every calendar column alone."""
    small = list(columns.crossed)
    together = [small] if len(small) > 1 else []
    alone = [[column] for column in columns.groups if not together or column not in small] + [[column] for column in columns.steps]
    return together + (alone if measures else [])


def related_measures(profile: TableProfile) -> list[frozenset[str]]:
    """Pairs of measures that hold nearly the same numbers."""
    return [frozenset((pair.a, pair.b)) for pair in profile.correlations if abs(pair.r) >= RELATED]


def _grouped(table: str, sets: Sequence[Sequence[ColumnProfile]], measures: Sequence[ColumnProfile], rows: Rows) -> Iterator[Chart]:
    places = {name: i for i, name in enumerate(queries.keys_of(sets))}
    by_set: dict[int, list[Sequence[Any]]] = {}
    for row in rows:
        by_set.setdefault(int(row[0]), []).append(row[1:])
    for number, one in enumerate(sets):
        inside = [places[column.name] for column in one]
        answer = [[*(row[place] for place in inside), *row[len(places) :]] for row in by_set.get(number, [])]
        groups = groups_of(answer, len(one), len(measures))
        if len(one) > 1:
            yield from _crossed(table, one, measures, groups)
        elif is_step(one[0]):
            yield from _stepped(table, one[0], measures, groups)
        else:
            yield from _by_dimension(table, one[0], measures, groups)


def _by_dimension(table: str, column: ColumnProfile, measures: Sequence[ColumnProfile], groups: Sequence[Group]) -> Iterator[Chart]:
    for place in _most_explained(measures, groups):
        yield from _some([comparison(table, column, measures[place], place, groups)])
    additive = [place for place, measure in enumerate(measures) if measure.default_aggregation == "sum"]
    yield from _some([total_shares(table, column, measures[place], place, groups) for place in additive[:1]])


def _stepped(table: str, column: ColumnProfile, measures: Sequence[ColumnProfile], groups: Sequence[Group]) -> Iterator[Chart]:
    known = [group for group in groups if group.key[0] is not None]
    for place in _most_explained(measures, known):
        yield from _some([by_step(table, column.semantic_type, column.name, measures[place], place, known, derived=False)])


def _crossed(
    table: str, dimensions: Sequence[ColumnProfile], measures: Sequence[ColumnProfile], groups: Sequence[Group]
) -> Iterator[Chart]:
    for place, dimension in enumerate(dimensions):
        yield from _by_dimension(table, dimension, measures, collapsed(groups, place))
    for a, b in combinations(range(len(dimensions)), 2):
        down, across = (a, b) if dimensions[a].distinct >= dimensions[b].distinct else (b, a)
        cells = crossed(groups, down, across)
        yield from _some([association(table, dimensions[across], dimensions[down], cells)])
        if dimensions[across].distinct == 2:
            for place in _most_explained(measures, collapsed(groups, across)):
                yield from _some([two_groups(table, dimensions[down], dimensions[across], measures[place], place, cells)])


def _over_time(
    table: str, time: TimeAxis, length: int, measures: Sequence[ColumnProfile], covered: frozenset[str], rows: Rows
) -> Iterator[Chart]:
    data = stretches(rows, len(measures), length)
    if data is None:
        return
    period = period_for(time, length, len(rows), int(data.rows.sum()))
    if period is not None:
        periods = periods_of(data, period)
        series = [] if is_regular(time, int(data.rows.sum())) else [Series(time, period, None, 0, is_total=True)]
        for place, measure in enumerate(measures[:LINES]):
            series.append(Series(time, period, measure, place, is_total=measure.default_aggregation == "sum"))
        yield from _some([trend(table, one, periods) for one in series])
    for part in parts_of(time, length, covered):
        groups = by_part(data, part)
        for place in _most_explained(measures, groups):
            if recurs(data, part, place):
                yield from _some([by_step(table, part, time.column, measures[place], place, groups, derived=True)])


def _most_explained(measures: Sequence[ColumnProfile], groups: Sequence[Group]) -> list[int]:
    """The two measures that the grouping explains best, and those that it decides (which `choose` must know of)."""
    eta2 = [round(explained(groups, place, measure), 6) for place, measure in enumerate(measures)]
    ranked = sorted((place for place, share in enumerate(eta2) if share > 0), key=lambda place: (-eta2[place], place))
    decided = [place for place in ranked if eta2[place] >= DECIDED]
    return [place for place in ranked if place not in decided][:PER_GROUPING] + decided


def _some(charts: Sequence[Chart | None]) -> Iterator[Chart]:
    yield from (chart for chart in charts if chart is not None)
