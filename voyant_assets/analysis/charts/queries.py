"""SQL for what the profile does not hold: counts and sums by group and by period.

Column names are quoted; nothing else comes from outside.
"""

from __future__ import annotations

from collections.abc import Sequence

from voyant_assets.analysis import sums
from voyant_core.model.profile import ColumnProfile


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def finite(column: ColumnProfile) -> str:
    """The column without NaN and infinities (`x - x` is 0 only for finite x)."""
    name = quoted(column.name)
    return f"CASE WHEN {name} - {name} = 0 THEN {name} END" if column.non_finite else name


def by_groups(view: str, sets: Sequence[Sequence[ColumnProfile]], measures: Sequence[ColumnProfile]) -> str:
    """One scan for all sets of grouping columns. A row: the set's number, values as text, rows, then filled rows and sum by measure.

    Columns that are not in the row's set are NULL; `keys_of` tells which columns stand where.
    """
    names = [quoted(name) for name in keys_of(sets)]
    place = " ".join(f"WHEN {_mask(sets, one)} THEN {i}" for i, one in enumerate(sets))
    grouped = ", ".join(f"({', '.join(quoted(column.name) for column in one)})" for one in sets)
    texts = ", ".join(f"CAST({name} AS VARCHAR)" for name in names)
    order = ", ".join(str(i + 1) for i in range(len(names) + 1))
    return (
        f"SELECT CASE grouping({', '.join(names)}) {place} END, {texts}, count(*){_sums(measures)} FROM {quoted(view)}"
        f" GROUP BY GROUPING SETS ({grouped}) ORDER BY {order}"
    )


def keys_of(sets: Sequence[Sequence[ColumnProfile]]) -> list[str]:
    """The names of all grouping columns, each once, in order."""
    return list(dict.fromkeys(column.name for one in sets for column in one))


def _mask(sets: Sequence[Sequence[ColumnProfile]], one: Sequence[ColumnProfile]) -> int:
    """What `grouping` gives for a set: a bit per column that is not in it, the first column highest."""
    names, inside = keys_of(sets), {column.name for column in one}
    return sum(1 << (len(names) - 1 - i) for i, name in enumerate(names) if name not in inside)


def by_period(view: str, time: ColumnProfile, seconds: int, measures: Sequence[ColumnProfile]) -> str:
    """One row per stretch of so many seconds that has rows: its number since 1970 (UTC), rows, then filled rows and sum of each measure."""
    moment, length = f"epoch_us({as_moment(time)})", f"{seconds}000000"
    # `//` cuts towards 0: a moment before 1970 that does not begin a stretch belongs to the one before
    return (
        f"SELECT {moment} // {length} - CAST({moment} % {length} < 0 AS BIGINT), count(*){_sums(measures)} FROM {quoted(view)}"
        f" WHERE {as_moment(time)} IS NOT NULL GROUP BY 1 ORDER BY 1"
    )


def as_moment(time: ColumnProfile) -> str:
    """The time column as a moment: `1949`, `1949-01`, `194901` and `19490131` too, number or text. What can't be read is NULL."""
    name = quoted(time.name)
    if time.kind == "temporal":
        return name
    text = f"CAST({name} AS VARCHAR)" if time.kind != "number" else f"CAST(CAST({name} AS BIGINT) AS VARCHAR)"
    year, month, day = f"substr({text}, 1, 4)", f"substr({text}, 5, 2)", f"substr({text}, 7, 2)"
    return (
        f"TRY_CAST(CASE length({text}) WHEN 4 THEN {text} || '-01-01' WHEN 6 THEN {year} || '-' || {month} || '-01'"
        f" WHEN 7 THEN {text} || '-01' WHEN 8 THEN {year} || '-' || {month} || '-' || {day} ELSE {text} END AS TIMESTAMP)"
    )


def _sums(measures: Sequence[ColumnProfile]) -> str:
    return "".join(f", {_filled(measure)}, {sums.total(finite(measure), measure)}" for measure in measures)


def _filled(measure: ColumnProfile) -> str:
    """Rows that hold a number; where all do, the count of the rows, which is there anyway."""
    return f"count({finite(measure)})" if measure.nulls or measure.non_finite else "count(*)"
