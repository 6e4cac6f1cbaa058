"""The column that names the thing measured: a key of its own, or with the time axis the key of a panel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voyant_core.model.profile import ColumnProfile

ALMOST = 0.99
MOSTLY = 0.5
DENSE = 0.3
_CALENDAR = {"year", "quarter", "month", "weekday", "day", "hour", "boolean"}


def _names_things(column: ColumnProfile) -> bool:
    if column.semantic_type in _CALENDAR or column.semantic_type == "free_text":
        return False
    return column.role == "identifier" or (column.role in ("dimension", "text") and column.kind == "string")


def _is_row_number(column: ColumnProfile) -> bool:
    return column.kind == "number" and column.min in (0, 1) and column.max == column.distinct - 1 + int(column.min or 0)


def key_column(columns: Sequence[ColumnProfile], rows: int) -> str | None:
    """The column that names every row by itself: names before codes, texts before numbers, anything before a running number.

    A name may repeat itself now and then.
    """

    def is_key(column: ColumnProfile) -> bool:
        if column.nulls or not column.distinct_exact or not _names_things(column):
            return False
        return column.distinct == rows or (column.semantic_type == "name" and rows >= 100 and column.distinct >= ALMOST * rows)

    def rank(column: ColumnProfile) -> tuple[bool, bool, bool, int]:
        return (_is_row_number(column), column.kind == "number", column.semantic_type != "name", column.position)

    found = [column for column in columns if is_key(column)] if rows > 1 else []
    return min(found, key=rank).name if found else None


def naming_column(columns: Sequence[ColumnProfile], rows: int) -> str | None:
    """A name that most rows have to themselves: models of cars over the years, athletes with one or two medals."""
    for column in columns:
        if column.role == "identifier" and column.semantic_type == "name" and not column.nulls and column.distinct >= MOSTLY * rows > 1:
            return column.name
    return None


def panel_candidates(columns: Sequence[ColumnProfile], time: ColumnProfile, rows: int) -> Iterator[str]:
    """Columns that could name every row together with `time`: the counts alone rule the others out."""
    busiest_time = time.top[0].count if time.top else 1
    if busiest_time == 1:
        return  # one row per time is a series of one thing
    for column in columns:
        if column.name == time.name or column.nulls or column.distinct < 2 or not _names_things(column):
            continue
        busiest = column.top[0].count if column.top else 1
        fits = ALMOST * busiest <= time.distinct and ALMOST * busiest_time <= column.distinct
        if fits and DENSE <= rows / (column.distinct * time.distinct) <= 1 / ALMOST:
            yield column.name


def is_panel(pairs: int, rows: int) -> bool:
    return pairs >= ALMOST * rows
