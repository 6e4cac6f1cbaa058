"""Key figures that nobody asked for but everybody looks at first, each with its course in time and its split by the dimension that matters.

Pure but for `ask`, which runs a query: one for the course in time, one for sums per combination of groups, one for medians and the like per
group, one for totals that the profile does not hold exactly.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from voyant_assets.analysis.kpi import expressions, naming
from voyant_assets.analysis.kpi.choose import Figure, dimensions, figures
from voyant_assets.analysis.kpi.effect import strength
from voyant_assets.analysis.kpi.periods import Axis, axis, granularity, points
from voyant_core import canonical
from voyant_core.model.kpi import Kpi, Part
from voyant_core.model.profile import ColumnProfile, Scalar, TableProfile

Ask = Callable[[str], Sequence[tuple[Any, ...]]]
MOST_CELLS = 20_000
MOST_PARTS = 12
MOST_ROWS_DISTINCT = 100_000
MISSING = "missing"
COUNTING = frozenset({"rows", "count_distinct"})
"""Figures that say nothing when they are the same everywhere, as in a table with one row per period."""


@dataclass(slots=True)
class Cell:
    """What is known of one figure in one group. `value` is set where it does not follow from sum and count."""

    rows: int = 0
    total: float = 0.0
    count: int = 0
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """The figures by period: one dictionary per figure."""

    axis: Axis
    period: str
    values: list[dict[dt.datetime, float | None]]


@dataclass(frozen=True, slots=True)
class Split:
    """The figures by group: per dimension, one dictionary of cells per figure."""

    dimensions: tuple[ColumnProfile, ...]
    cells: list[list[dict[Any, Cell]]]


def derive(profile: TableProfile, view: str, ask: Ask) -> list[Kpi]:
    """The figures in the order of `choose.figures`; names are unique among themselves."""
    if profile.rows == 0:
        return []
    chosen = figures(profile)
    found = axis(profile)
    values = _totals(chosen, profile, view, found, ask)
    course = _course(chosen, profile, found, view, ask)
    split = _split(chosen, profile, view, ask)
    best = [_best_dimension(place, figure, split) for place, figure in enumerate(chosen)]
    best[0] = _commonest(best[1:], len(split.dimensions))
    _add_holistic(chosen, best, split, view, ask)
    slugs = naming.unique_slugs(_name(figure) for figure in chosen)
    return [
        Kpi(
            name=slugs[place],
            label="Rows" if figure.column is None else naming.label(figure.aggregation, figure.column.name),
            sql=expressions.statement(figure, view, found),
            origin="derived",
            value=values[place],
            unit=_unit(figure),
            is_share=_is_share(figure),
            total=1,
            source_columns=[figure.column.name] if figure.column is not None else [],
            **_series(place, figure, course),
            **_parts(place, figure, best[place], split),
        )
        for place, figure in enumerate(chosen)
    ]


def _name(figure: Figure) -> str:
    return "rows" if figure.column is None else f"{figure.aggregation} {figure.column.name}"


def _unit(figure: Figure) -> str | None:
    if figure.column is None or figure.aggregation in ("share", "count_distinct"):
        return None
    return figure.column.unit


def _is_share(figure: Figure) -> bool:
    column = figure.column
    return figure.aggregation == "share" or (
        column is not None and column.semantic_type == "share" and figure.aggregation != "sum" and not column.unit
    )


def _totals(chosen: Sequence[Figure], profile: TableProfile, view: str, found: Axis | None, ask: Ask) -> list[Scalar]:
    values = [_whole(_known(figure, profile), figure) for figure in chosen]
    open_places = [place for place, value in enumerate(values) if value is None]
    if open_places:
        answer = ask(expressions.totals([chosen[place] for place in open_places], view, found))[0]
        for place, value in zip(open_places, answer, strict=True):
            values[place] = _scalar(_whole(value, chosen[place]))
    return values


def _whole(value: Any, figure: Figure) -> Any:
    """A whole figure as int, which no rounding shortens."""
    return int(value) if isinstance(value, float) and _is_whole(figure) and value.is_integer() and abs(value) < 2**53 else value


def _is_whole(figure: Figure) -> bool:
    return figure.aggregation in ("rows", "count_distinct") or (
        figure.aggregation in ("sum", "max", "min", "last") and bool(figure.column and figure.column.integers)
    )


def _known(figure: Figure, profile: TableProfile) -> Scalar:
    """The figure as the profile has it exactly; None when it does not: floats of an artifact are rounded, whole ones too."""
    value = _held(figure, profile)
    return None if isinstance(value, float) and _is_whole(figure) and abs(value) >= canonical.EXACT_WHOLE else value


def _held(figure: Figure, profile: TableProfile) -> Scalar:
    column = figure.column
    if column is None:
        return profile.rows
    match figure.aggregation:
        case "sum":
            return column.sum
        case "mean":
            return column.mean
        case "median" if column.quantiles_error is None and column.quantiles is not None:
            return column.quantiles.p50
        case "max":
            return column.max
        case "min":
            return column.min
        case "count_distinct" if column.distinct_exact:
            return column.distinct
        case "share":
            return sum(top.count for top in column.top if top.value == figure.truth) / column.count
        case _:
            return None


def _course(chosen: Sequence[Figure], profile: TableProfile, found: Axis | None, view: str, ask: Ask) -> Course | None:
    period = granularity(found) if found is not None else None
    if found is None or period is None:
        return None
    shown = [place for place, figure in enumerate(chosen) if figure.aggregation != "count_distinct" or profile.rows <= MOST_ROWS_DISTINCT]
    values: list[dict[dt.datetime, float | None]] = [{} for _ in chosen]
    moments: list[dt.datetime] = []
    for row in ask(expressions.per_period([chosen[place] for place in shown], found, period, view)):
        start = _moment(row[0])
        if start is None:
            continue
        moments += [moment for moment in map(_moment, row[2:4]) if moment is not None]
        for place, value in zip(shown, row[4:], strict=True):
            values[place][start] = None if value is None else float(value)
    if moments:
        found = replace(found, first=min(moments), last=max(moments))
    return Course(found, period, values)


def _split(chosen: Sequence[Figure], profile: TableProfile, view: str, ask: Ask) -> Split:
    kept: list[ColumnProfile] = []
    for column in dimensions(profile):
        if math.prod(other.distinct + 1 for other in [*kept, column]) <= MOST_CELLS:
            kept.append(column)
    split = Split(tuple(kept), [[{} for _ in chosen] for _ in kept])
    if not kept:
        return split
    width = len(kept)
    rows = ask(expressions.cells(chosen, kept, view))
    for row in sorted(rows, key=lambda row: tuple(str(key) for key in row[:width])):
        for place in range(len(chosen)):
            total, count = row[width + 1 + 2 * place : width + 3 + 2 * place]
            for number in range(width):
                cell = split.cells[number][place].setdefault(row[number], Cell())
                cell.rows += int(row[width])
                cell.total += float(total or 0)
                cell.count += int(count or 0)
    return split


def _best_dimension(place: int, figure: Figure, split: Split) -> int | None:
    """The dimension that explains most of the figure's variation."""
    if figure.column is None or not split.dimensions or figure.aggregation in ("count_distinct", "last"):
        return None
    strengths = {
        number: round(strength([(cell.count, cell.total) for cell in split.cells[number][place].values()], figure), 6)
        for number, dimension in enumerate(split.dimensions)
        if dimension.name != figure.column.name
    }
    return max(strengths, key=lambda number: (strengths[number], -number), default=None)


def _commonest(best: Sequence[int | None], dimensions_: int) -> int | None:
    """For the row count: the dimension that splits most figures, else the first."""
    found = [place for place in best if place is not None]
    return max(sorted(set(found)), key=found.count) if found else 0 if dimensions_ else None


def _add_holistic(chosen: Sequence[Figure], best: Sequence[int | None], split: Split, view: str, ask: Ask) -> None:
    """Medians and the like per group of the dimension that splits them best."""
    places = [place for place, figure in enumerate(chosen) if figure.aggregation in expressions.HOLISTIC and best[place] is not None]
    for dimension in sorted({number for place in places if (number := best[place]) is not None}):
        split_by_it = [place for place in places if best[place] == dimension]
        rows = ask(expressions.per_group([chosen[place] for place in split_by_it], split.dimensions[dimension], view))
        for row in rows:
            for place, value in zip(split_by_it, row[1:], strict=True):
                cell = split.cells[dimension][place].get(row[0])
                if cell is not None and value is not None:
                    cell.value = float(value)


def _figure_of(cell: Cell, figure: Figure) -> float | None:
    match figure.aggregation:
        case "rows":
            return cell.rows
        case "sum":
            return cell.total if cell.count else None
        case "mean" | "share":
            return cell.total / cell.count if cell.count else None
        case _:
            return cell.value


def _series(place: int, figure: Figure, course: Course | None) -> Mapping[str, Any]:
    if course is None or not course.values[place]:
        return {}
    found = points(course.axis, course.period, course.values[place], absent=0 if figure.aggregation == "rows" else None)
    shown = {point.value for point in found if point.complete and point.value is not None}
    is_same = figure.aggregation in COUNTING and len(shown) < 2
    return {"period": course.period, "series": found} if shown and not is_same else {}


def _parts(place: int, figure: Figure, dimension: int | None, split: Split) -> Mapping[str, Any]:
    if dimension is None:
        return {}
    groups = [(_label(key), _figure_of(cell, figure), cell.rows) for key, cell in split.cells[dimension][place].items()]
    is_additive = figure.aggregation in ("rows", "sum")
    groups.sort(key=lambda group: (-(abs(group[1] or 0) if is_additive else group[2]), group[0]))
    shown = sorted(groups[:MOST_PARTS], key=lambda group: (group[1] is None, -(group[1] or 0), group[0]))
    values = {value for _, value, _ in shown if value is not None}
    if not values or (figure.aggregation == "rows" and len(values) == 1):
        return {}
    return {"by": split.dimensions[dimension].name, "parts": [Part(label=label, value=value, rows=rows) for label, value, rows in shown]}


def _label(key: Any) -> str:
    if key is None:
        return MISSING
    plain = canonical.plain(key)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, float) and plain.is_integer():
        return str(int(plain))
    return str(plain)


def _moment(value: Any) -> dt.datetime | None:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    return dt.datetime(value.year, value.month, value.day) if isinstance(value, dt.date) else None  # noqa: DTZ001


def _scalar(value: Any) -> Scalar:
    plain = canonical.plain(value)
    return plain if isinstance(plain, bool | int | float | str) or plain is None else str(plain)
