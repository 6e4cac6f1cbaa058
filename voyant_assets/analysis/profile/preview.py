"""The profile as a Markdown table, for the analyst who looks at the asset in Dagit. Names and values from the data never become markup."""

from __future__ import annotations

import re

from voyant_assets.analysis.wording.numbers import integer, pct, scalar, with_unit
from voyant_core.model.profile import ColumnProfile, Scalar, TableProfile

MOST_ROWS = 100
LONGEST = 60
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#|~&!+-])")
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def markdown(profile: TableProfile) -> str:
    """One row per column, at most 100; then duplicates, complete rows and notes."""
    columns = profile.ordered()
    lines = [
        "| Column | Type | Meaning | Filled | Distinct | Min | Median | Max | Most frequent |",
        "|---|---|---|--:|--:|--:|--:|--:|---|",
    ]
    lines += [_row(column) for column in columns[:MOST_ROWS]]
    if len(columns) > MOST_ROWS:
        lines.append(f"\n{integer(len(columns) - MOST_ROWS)} more columns stand in profile.json.")
    lines.append("\n" + " · ".join(_facts(profile)))
    return "\n".join([*lines, *(f"\n{note}" for note in profile.notes)]) + "\n"


def _facts(profile: TableProfile) -> list[str]:
    facts = [f"{integer(profile.rows)} rows", f"{integer(profile.missingness.complete_rows)} complete"]
    if profile.duplicate_rows.count is not None:
        facts.append(f"{integer(profile.duplicate_rows.count)} duplicates")
    if profile.time:
        facts.append(f"by {profile.time.frequency} in {_escaped(profile.time.column)}")
    return facts


def _row(column: ColumnProfile) -> str:
    meaning = f"{column.role}, {_escaped(column.semantic_type)}" + (f", {_escaped(column.unit)}" if column.unit else "")
    distinct = ("" if column.distinct_exact else "about ") + integer(column.distinct)
    median = column.quantiles.p50 if column.quantiles else None
    top = f"{_value(column.top[0].value, None)} ({pct(column.top[0].share)})" if column.top and column.top[0].count > 1 else ""
    unit = column.unit if column.kind == "number" else None
    cells = [
        _escaped(column.name),
        _escaped(column.type),
        meaning,
        pct(1 - column.null_share),
        distinct,
        *(_value(value, unit) for value in (column.min, median, column.max)),
        top,
    ]
    return f"| {' | '.join(cells)} |"


def _value(value: Scalar, unit: str | None) -> str:
    match value:
        case None:
            return ""
        case bool() | str():
            return _escaped(scalar(value))
        case _:
            return with_unit(value, unit and _escaped(unit))


def _escaped(text: str) -> str:
    """One line, cut after 60 characters, every character of Markdown and HTML disarmed."""
    line = _BREAKS.sub(" ", text).strip()
    return _SPECIAL.sub(r"\\\1", line if len(line) <= LONGEST else line[: LONGEST - 1] + "…")
