"""SQL for what the profile does not hold: counts and sums by group and by period, and histograms with round bins.

Portable text: count, sum, GROUP BY, floor, CAST, date_trunc and extract only. Column names are quoted; nothing else comes from outside.
"""

from __future__ import annotations

from collections.abc import Sequence

from voyant_core.model.profile import ColumnProfile


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def as_number(column: ColumnProfile) -> str:
    """The column as DOUBLE, without NaN and infinities (`x - x` is 0 only for finite x)."""
    value = f"CAST({quoted(column.name)} AS DOUBLE)"
    return f"CASE WHEN {value} - {value} = 0 THEN {value} END" if column.non_finite else value


def by_groups(view: str, groups: Sequence[ColumnProfile], measures: Sequence[ColumnProfile]) -> str:
    """One row per combination: the groups' values as text, rows, then filled rows and sum of each measure."""
    names = ", ".join(f"CAST({quoted(group.name)} AS VARCHAR)" for group in groups)
    places = ", ".join(str(i + 1) for i in range(len(groups)))
    return f"SELECT {names}, count(*){_sums(measures)} FROM {quoted(view)} GROUP BY {places} ORDER BY {places}"


def by_period(view: str, time: ColumnProfile, period: str, measures: Sequence[ColumnProfile]) -> str:
    """One row per period that has rows: its start as timestamp, rows, then filled rows and sum of each measure."""
    moment = f"date_trunc('{period}', {as_moment(time)})"
    return f"SELECT {moment}, count(*){_sums(measures)} FROM {quoted(view)} WHERE {quoted(time.name)} IS NOT NULL GROUP BY 1 ORDER BY 1"


def as_moment(time: ColumnProfile) -> str:
    """The time column as TIMESTAMP (UTC); years and text like `1949-01` are read as dates, what can't be read is NULL."""
    name = quoted(time.name)
    if time.kind == "temporal":
        return f"CAST({name} AS TIMESTAMP)"
    if time.kind == "number":
        return f"CAST(CAST(CAST({name} AS INTEGER) AS VARCHAR) || '-01-01' AS TIMESTAMP)"
    return f"TRY_CAST(CASE WHEN length({name}) = 7 THEN {name} || '-01' ELSE {name} END AS TIMESTAMP)"


def histogram(view: str, column: ColumnProfile, low: float, step: float, bins: int) -> str:
    """Rows per bin index; -1 is below, `bins` beyond."""
    place = f"floor(({as_number(column)} - ({low!r})) / {step!r})"
    capped = f"CASE WHEN {place} < 0 THEN -1 WHEN {place} >= {bins} THEN {bins} ELSE {place} END"
    return f"SELECT CAST({capped} AS INTEGER), count(*) FROM {quoted(view)} WHERE {as_number(column)} IS NOT NULL GROUP BY 1 ORDER BY 1"


def _sums(measures: Sequence[ColumnProfile]) -> str:
    return "".join(f", count({as_number(measure)}), sum({as_number(measure)})" for measure in measures)
