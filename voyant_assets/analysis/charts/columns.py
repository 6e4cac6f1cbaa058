"""Which columns of a table can carry a chart, and as what: measures, groups, steps of the calendar, and the time axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voyant_core.model.profile import ColumnProfile, Scalar, TableProfile, TimeAxis

MOST_MEASURES, MOST_GROUPINGS, MOST_LEVELS = 8, 8, 200
LARGEST = 1e100
ALMOST_EMPTY = 0.95
LONG_CODE, SPARSE = 1000, 3
SMALL = 12
"""Levels that fit into one chart without `Other`."""

_SPANS: Mapping[str, tuple[int, int]] = {"hour": (0, 23), "weekday": (0, 7), "month": (1, 12), "quarter": (1, 4)}
_GROUPING_TYPES = frozenset(
    ("category", "ordinal", "boolean", "country", "region", "city", "gender", "currency_code", "language", "name", "code", "postal_code")
)


@dataclass(frozen=True, slots=True)
class Columns:
    """`steps` are columns that hold hours, weekdays, months or quarters; `groups` all other dimensions with few enough levels."""

    measures: Sequence[ColumnProfile]
    groups: Sequence[ColumnProfile]
    steps: Sequence[ColumnProfile]
    time: TimeAxis | None

    @property
    def crossed(self) -> Sequence[ColumnProfile]:
        """At most three dimensions of few levels, looked at together."""
        return [column for column in self.groups if column.distinct <= SMALL][:3]


def chartable(profile: TableProfile, telling: frozenset[str] = frozenset()) -> Columns:
    """Choose by role, levels and emptiness; columns in `telling` (those that key figures use) come first among equals."""
    ordered = profile.ordered()
    measures = [column for column in ordered if _measures(column)]
    measures.sort(key=lambda column: (column.null_share > 0.5, column.name not in telling, column.position))
    steps = [column for column in ordered if is_step(column)]
    groups = [column for column in ordered if _groups(column, profile.rows) and column not in steps]
    groups.sort(key=lambda column: (column.null_share > 0.5, column.distinct > SMALL, column.name not in telling, column.position))
    room = max(0, MOST_GROUPINGS - len(steps[:4]))
    return Columns(measures[:MOST_MEASURES], groups[:room], steps[:4], profile.time)


def _measures(column: ColumnProfile) -> bool:
    """A quantity with at least two values, of a size whose squares are still numbers."""
    ends = [value for value in (column.min, column.max) if isinstance(value, int | float)]
    is_quantity = column.role == "measure" and column.kind == "number" and column.distinct >= 2
    return is_quantity and column.null_share < ALMOST_EMPTY and len(ends) == 2 and all(abs(value) < LARGEST for value in ends)


def is_step(column: ColumnProfile) -> bool:
    """Whole numbers within the span of a part of the calendar, at least two of them."""
    span = _SPANS.get(column.semantic_type)
    if span is None or column.kind != "number" or column.role not in {"time", "dimension"} or column.distinct < 2:
        return False
    low, high = column.min, column.max
    is_within = isinstance(low, int | float) and isinstance(high, int | float) and span[0] <= low and high <= span[1]
    return is_within and column.integers is not False


def _groups(column: ColumnProfile, rows: int) -> bool:
    return (
        column.role == "dimension"
        and column.null_share < ALMOST_EMPTY
        and column.kind in {"string", "boolean", "number"}
        and (column.semantic_type in _GROUPING_TYPES or column.kind != "number")
        and 2 <= column.distinct <= MOST_LEVELS
        and column.distinct * 2 <= max(rows, 1)
        and not _holds_bare_codes(column)
    )


def _holds_bare_codes(column: ColumnProfile) -> bool:
    """Numbers that only a register can read (19393, 20304 ...): long, far apart, and no scale. A bar by such a number tells nothing."""
    ends = [_whole(value) for value in (column.min, column.max)]
    values = [value for value in (*ends, *(_whole(top.value) for top in column.top)) if value is not None]
    if column.semantic_type == "ordinal" or len(values) < 2 + len(column.top):
        return False
    return max(values) >= LONG_CODE and max(values) - min(values) + 1 > SPARSE * column.distinct


def _whole(value: Scalar) -> int | None:
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return int(text) if text.isascii() and text.isdigit() else None
