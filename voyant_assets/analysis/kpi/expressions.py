"""Key figures as SQL: the expression of a figure, and the queries that split figures by period and group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from voyant_assets.analysis import sums
from voyant_assets.analysis.kpi.choose import Figure
from voyant_assets.analysis.kpi.periods import Axis
from voyant_core.model.profile import ColumnProfile

HOLISTIC = frozenset({"median", "max", "min", "last", "count_distinct"})
"""Aggregations that cannot be put together from sums and counts of parts."""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("\x00", "").replace("'", "''") + "'"


def value(figure: Figure, axis: Axis | None = None) -> str:
    """The figure over the table's columns, as a person would write it."""
    if figure.column is None:
        return "count(*)"
    name = quoted(figure.column.name)
    finite = f" FILTER (WHERE isfinite({name}))" if figure.column.non_finite else ""
    match figure.aggregation:
        case "share":
            return f"count_if({name} = {literal(figure.truth)}) / count({name})"
        case "count_distinct":
            return f"count(DISTINCT {name})"
        case "last" if axis is not None:
            return f"arg_max({name}, {quoted(axis.columns[0]) if len(axis.columns) == 1 else axis.sql}){finite}"
        case "mean":
            return f"avg({name}){finite}"
        case _:
            return f"{figure.aggregation}({name}){finite}"


def statement(figure: Figure, view: str, axis: Axis | None) -> str:
    return f"SELECT {value(figure, axis)} FROM {quoted(view)}"


def totals(figures: Sequence[Figure], view: str, axis: Axis | None) -> str:
    return f"SELECT {', '.join(value(figure, axis) for figure in figures)} FROM {quoted(view)}"


def per_period(figures: Sequence[Figure], axis: Axis, period: str, view: str) -> str:
    """The course in time: period, rows, first and last moment, one column per figure."""
    # of a single column the profile has them
    moments = "min(t), max(t)" if len(axis.columns) > 1 else "NULL, NULL"
    answers = _listed(["p", "count(*)", moments, *_inner_values(figures)])
    return f"SELECT {answers} FROM ({_picked(figures, (), axis, period, view)}) GROUP BY p"


def cells(figures: Sequence[Figure], dimensions: Sequence[ColumnProfile], view: str) -> str:
    """One column per dimension, rows, then sum and count of every figure's column, per combination of groups.

    Counts that are the rows for want of nulls are not counted again.
    """
    keys = [f"d{place}" for place in range(len(dimensions))]
    sums = [answer for place, figure in enumerate(figures) for answer in _sum_and_count(place, figure)]
    return f"SELECT {_listed([*keys, 'count(*)', *sums])} FROM ({_picked(figures, dimensions, None, None, view)}) GROUP BY ALL"


def per_group(figures: Sequence[Figure], dimension: ColumnProfile, view: str) -> str:
    """The group, then one column per figure. One query per dimension is half as dear as one with grouping sets."""
    answers = _listed(["d0", *_inner_values(figures)])
    return f"SELECT {answers} FROM ({_picked(figures, (dimension,), None, None, view)}) GROUP BY d0"


def _listed(parts: Sequence[str]) -> str:
    return ", ".join(parts)


def _sum_and_count(place: int, figure: Figure) -> tuple[str, str]:
    column = figure.column
    if column is None or figure.aggregation == "count_distinct":
        return "NULL", "NULL"
    added = f"sum(x{place})" if figure.aggregation == "share" else sums.total(f"x{place}", column)
    return added, f"count(x{place})" if column.nulls or column.non_finite else "count(*)"


def _inner_values(figures: Sequence[Figure]) -> list[str]:
    return [_inner_value(figure, place) for place, figure in enumerate(figures)]


def _inner_value(figure: Figure, place: int) -> str:
    match figure.aggregation:
        case "rows":
            return "count(*)"
        case "count_distinct":
            return f"count(DISTINCT x{place})"
        case "last":
            return f"arg_max(x{place}, t)"
        case "mean" if figure.column is not None:
            return sums.mean(f"x{place}", figure.column)
        case "sum" if figure.column is not None:
            return sums.total(f"x{place}", figure.column)
        case "share":
            return f"avg(x{place})"
        case _:
            return f"{figure.aggregation}(x{place})"


def _picked(figures: Sequence[Figure], dimensions: Sequence[ColumnProfile], axis: Axis | None, period: str | None, view: str) -> str:
    """The columns that the split queries need, under short names: p, t, d0 ..., x0 ..."""
    wanted = [f"date_trunc('{period}', {axis.sql}) AS p", f"{axis.sql} AS t"] if axis is not None and period is not None else []
    wanted += [f"{_group(column)} AS d{place}" for place, column in enumerate(dimensions)]
    wanted += [f"{_number(figure)} AS x{place}" for place, figure in enumerate(figures)]
    return f"SELECT {', '.join(wanted)} FROM {quoted(view)}"


def _group(column: ColumnProfile) -> str:
    return quoted(column.name) if column.kind in ("number", "boolean") else f"CAST({quoted(column.name)} AS VARCHAR)"


def _number(figure: Figure) -> str:
    if figure.column is None:
        return "1"
    name = quoted(figure.column.name)
    if figure.aggregation == "share":
        return f"CASE WHEN {name} = {literal(figure.truth)} THEN 1 WHEN {name} IS NOT NULL THEN 0 END"
    return f"CASE WHEN isfinite({name}) THEN {name} END" if figure.column.non_finite else name
