"""Findings on the table as a whole: empty and constant columns, repeated rows, keys that are not quite unique."""

from __future__ import annotations

import math
from collections.abc import Iterator

from voyant_assets.analysis.narrative.material import Material, finding
from voyant_assets.analysis.narrative.phrases import counted, names, say
from voyant_assets.analysis.wording import numbers
from voyant_core.model.chart import Code, Segment
from voyant_core.model.narrative import Finding
from voyant_core.model.profile import ColumnProfile

FEW_ROWS = 20
ALMOST_A_KEY = 0.95


def shape_findings(material: Material) -> Iterator[Finding]:
    if material.rows:
        yield from _empty_columns(material)
        yield from _constant_columns(material)
        yield from _repeated_rows(material)
        yield from _broken_keys(material)


def _empty_columns(material: Material) -> Iterator[Finding]:
    empty = [column.name for column in material.columns if column.count == 0]
    if empty:
        verb = "holds" if len(empty) == 1 else "hold"
        text = say(f"{{}} {verb} no value in any of the {{}} rows.", names(empty), material.profile_figure(numbers.integer, "rows"))
        consequence = say("Nothing can be said from them; check whether the export left them out.")
        if len(empty) == 1:
            consequence = say("Nothing can be said from it; check whether the export left it out.")
        weight = 0.4 + 0.6 * len(empty) / len(material.columns)
        yield finding("empty", "medium", weight, text, consequence, columns=empty)


def _constant_columns(material: Material) -> Iterator[Finding]:
    constant = [column for column in material.columns if column.distinct == 1 and column.count > 1 and column.top]
    if not constant or material.rows < FEW_ROWS:
        return
    first = constant[0]
    rest = [column.name for column in constant[1:]]
    text = say("{} is always {}", Code(code=first.name), _value_of(material, first))
    text = say("{}; {} never change either.", text, names(rest)) if len(rest) > 1 else text
    text = say("{}; {} never changes either.", text, names(rest)) if len(rest) == 1 else text
    consequence = say("A column without variation compares nothing and explains nothing.")
    weight = 0.2 + 0.8 * len(constant) / len(material.columns)
    yield finding(
        "constant", "low", weight, say("{}.", text) if not rest else text, consequence, columns=[column.name for column in constant]
    )


def _value_of(material: Material, column: ColumnProfile) -> Segment:
    value = column.top[0].value
    if isinstance(value, str):
        return Code(code=value)
    return material.column_figure(numbers.scalar, column.name, "top", 0, "value")


def _repeated_rows(material: Material) -> Iterator[Finding]:
    repeated = material.profile.duplicate_rows.count
    if not repeated or _must_repeat(material):
        return
    text = say(
        "{} of {} {} another row in every column.",
        material.profile_figure(numbers.integer, "duplicate_rows", "count"),
        material.profile_figure(numbers.integer, "rows"),
        "rows repeat" if repeated > 1 else "rows repeats",
    )
    share = repeated / material.rows
    consequence = say("Counts and sums take them more than once: remove them, or confirm that they are meant.")
    severity = "high" if share >= 0.05 else "medium" if share >= 0.001 else "low"
    yield finding("duplicates", severity, 0.5 + share, text, consequence, section="quality")


def _must_repeat(material: Material) -> bool:
    """Fewer possible rows than rows: a table of a few categories repeats itself by nature."""
    return sum(math.log(max(1, column.distinct) + bool(column.nulls)) for column in material.columns) < math.log(4 * material.rows)


def _broken_keys(material: Material) -> Iterator[Finding]:
    for column in material.columns:
        if column.role != "identifier" or column.semantic_type == "name" or not column.distinct_exact or column.count < FEW_ROWS:
            continue
        if ALMOST_A_KEY * column.count <= column.distinct < column.count:
            text = say(
                "{} is not quite unique: {} values stand in {}.",
                Code(code=column.name),
                material.column_figure(numbers.integer, column.name, "distinct"),
                counted(material.column_figure(numbers.integer, column.name, "count"), "filled row", "filled rows"),
            )
            consequence = say("A join on it multiplies the repeated rows.")
            yield finding("key", "high", 0.4, text, consequence, columns=[column.name], section="quality")
