"""Suggests what single values may be: bounds that follow from the meaning, spellings of one category, blanks, placeholders, sentinels."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence

from voyant_assets.analysis.quality.known import is_listed
from voyant_assets.analysis.quality.rules import Suggestion, rule
from voyant_assets.analysis.quality.spelling import odd_spellings
from voyant_core.model.profile import ColumnProfile, TableProfile
from voyant_core.model.quality import Dimension, Severity

BELIEVED = 0.95
PARTS_BELIEVED = 0.99
"""Rates of change are percentages too, and fall below 0 or exceed 100 now and then."""
BOUNDS: dict[str, tuple[float, float, Severity]] = {
    "latitude": (-90, 90, "high"),
    "longitude": (-180, 180, "high"),
    "percentage": (0, 100, "medium"),
    "share": (0, 1, "medium"),
    "quarter": (1, 4, "medium"),
    "month": (1, 12, "medium"),
    "weekday": (0, 7, "medium"),
    "day": (1, 31, "medium"),
    "hour": (0, 23, "medium"),
    "age": (0, 130, "medium"),
}
PLACES = {"lat": "latitude", "latitude": "latitude", "lon": "longitude", "lng": "longitude", "longitude": "longitude"}
PLACEHOLDERS = frozenset(
    {"?", "-", "--", "---", ".", "n/a", "#n/a", "null", "nan", "undefined", "missing", "unknown", "not available", "not known", "tbd"}
)
EARLIEST, LATEST = "1901-01-02", "2099-12-31"
SHAPES = {
    "email": r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    "url": r"^(?i:[a-z][a-z0-9+.-]*://|www\.)\S+$",
    "ip": r"^(\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)$",
}


def validity(profile: TableProfile) -> Iterator[Suggestion]:
    for column in profile.ordered():
        if not column.count or column.role == "constant":
            continue
        if column.kind == "number":
            yield from _number(column)
        elif column.kind == "string":
            yield from _string(column)
        elif column.kind == "temporal":
            yield from _sentinel_dates(column)


def _number(column: ColumnProfile) -> Iterator[Suggestion]:
    if column.non_finite:
        yield Suggestion(
            rule(
                "between",
                [column.name],
                # not the extremes of the profile: these are rounded, and the largest value may lie above its own
                arguments={"min": -sys.float_info.max, "max": sys.float_info.max},
                dimension=Dimension.VALIDITY,
                description=f"{column.name} is a finite number",
                why="NaN and infinities spoil every sum and mean that meets them.",
            )
        )
    elif is_clock(column):
        why = "2400 and minutes from 60 up are no times: midnight belongs to the next day as 0000."
        yield Suggestion(rule("clock_time", [column.name], why=why), believed_from=BELIEVED)
    elif (meaning := _bounded_meaning(column)) is not None:
        yield _bounded(column, meaning)
    if column.semantic_type == "count" and column.integers is False:
        why = "Things are counted in whole numbers: a fraction is an average, an estimate or a wrong column."
        yield Suggestion(rule("whole", [column.name], severity="low", why=why), believed_from=BELIEVED)


def is_clock(column: ColumnProfile) -> bool:
    """Is it a time of day written as hhmm (1745), and not minutes or hours alone?"""
    if column.semantic_type != "time_of_day" or column.kind != "number" or column.integers is False:
        return False
    return isinstance(column.max, int | float) and 100 < column.max < 10_000


def _bounded_meaning(column: ColumnProfile) -> str | None:
    """The meaning that bounds the column. A wrong value hides a place from the profile, so its name counts too."""
    if column.role == "identifier":
        return None
    if column.semantic_type in BOUNDS:
        return column.semantic_type
    return PLACES.get(re.split(r"[\W_]+", column.name.lower())[-1])


def _bounded(column: ColumnProfile, meaning: str) -> Suggestion:
    low, high, severity = BOUNDS[meaning]
    if meaning == "longitude" and isinstance(column.max, int | float) and 180 < column.max <= 360:
        low, high = 0, 360
    why = f"A {meaning} outside these bounds does not exist: the value, the unit or the column is wrong."
    return Suggestion(
        rule(
            "between",
            [column.name],
            arguments={"min": low, "max": high},
            severity=severity,
            dimension=Dimension.VALIDITY,
            why=why,
        ),
        believed_from=PARTS_BELIEVED if meaning in ("percentage", "share") else BELIEVED,
    )


def _string(column: ColumnProfile) -> Iterator[Suggestion]:
    placeholders = _placeholders(column)
    if placeholders or column.empty or column.padded:
        yield from _not_blank(column, placeholders)
    if column.semantic_type in SHAPES and column.distinct > 1:
        yield Suggestion(
            rule(
                "matches",
                [column.name],
                arguments={"regex": SHAPES[column.semantic_type]},
                dimension=Dimension.VALIDITY,
                description=f"{column.name} is written as {'an' if column.semantic_type != 'url' else 'a'} {column.semantic_type}",
                why="A value of another form cannot be reached.",
            ),
            believed_from=0.9,
        )
    if is_listed(column) and column.role == "dimension":
        yield from spelled(column, [(str(top.value), top.count) for top in column.top])


def spelled(column: ColumnProfile, counts: Sequence[tuple[str, int]]) -> Iterator[Suggestion]:
    """A rule that names the right spellings, where some values are odd spellings of others. `counts` must be all values."""
    odd = odd_spellings(counts)
    if odd:
        yield Suggestion(
            rule(
                "in_set",
                [column.name],
                arguments={"values": [value for value, _ in counts if value not in odd]},
                description=f"{column.name} is spelled one way per category",
                why="Groups split by case or blanks are counted apart: merge the spellings.",
            )
        )


def _placeholders(column: ColumnProfile) -> list[str]:
    found = {str(top.value).strip().lower() for top in column.top if isinstance(top.value, str)}
    return sorted(found & PLACEHOLDERS)


def _not_blank(column: ColumnProfile, placeholders: list[str]) -> Iterator[Suggestion]:
    if placeholders:
        shown = ", ".join(f"“{word}”" for word in placeholders)
        yield Suggestion(
            rule(
                "not_blank",
                [column.name],
                arguments={"placeholders": placeholders},
                severity="low",
                description=f"{column.name} says something, not {shown}",
                why="It stands for a missing value and is counted as a group of its own.",
            )
        )
    elif column.empty or (column.padded and column.lengths is not None and column.lengths.min <= 1):
        yield Suggestion(
            rule("not_blank", [column.name], severity="low", why="A blank is a missing value that counts as filled."), believed_from=0.2
        )


def _sentinel_dates(column: ColumnProfile) -> Iterator[Suggestion]:
    """1900-01-01 and 9999-12-31 stand for no date, where nearly all others are dates of a plausible time."""
    if column.quantiles is None or not isinstance(column.min, str) or not isinstance(column.max, str):
        return
    low, high = str(column.quantiles.p01), str(column.quantiles.p99)
    if ":" in column.min[:3] or not ((column.min < EARLIEST < low) or (high < LATEST < column.max)):
        return
    yield Suggestion(
        rule(
            "between",
            [column.name],
            arguments={"min": EARLIEST if low > EARLIEST else None, "max": LATEST if high < LATEST else None},
            dimension=Dimension.VALIDITY,
            why="A date so far from the others stands for a missing one: durations and series over it are wrong.",
        )
    )
