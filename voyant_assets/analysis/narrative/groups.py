"""Findings on categories: one value that holds most of the rows."""

from __future__ import annotations

from collections.abc import Iterator

from voyant_assets.analysis.narrative.material import Material, finding
from voyant_assets.analysis.narrative.phrases import say
from voyant_assets.analysis.wording import numbers
from voyant_core.model.chart import Code
from voyant_core.model.narrative import Finding

ENOUGH = 50
CONCENTRATED = 0.5
LOPSIDED = 0.95


def group_findings(material: Material) -> Iterator[Finding]:
    for column in material.columns:
        top = column.top[0] if column.top else None
        if column.role not in {"dimension", "location"} or top is None or column.count < ENOUGH or column.distinct < 2:
            continue
        if top.share < (CONCENTRATED if column.distinct >= 5 else LOPSIDED) or top.share == 1:
            continue
        text = say(
            "{} is {} in {} of the filled rows ({} of {}).",
            Code(code=column.name),
            Code(code=numbers.scalar(top.value)),
            material.column_figure(numbers.pct, column.name, "top", 0, "share"),
            material.column_figure(numbers.integer, column.name, "top", 0, "count"),
            material.column_figure(numbers.integer, column.name, "count"),
        )
        consequence = say("Figures over all rows speak mostly of this group: look at the others on their own.")
        weight = 0.2 + 0.6 * top.share if column.distinct >= 5 else 0.3
        yield finding("concentration", "low", weight, text, consequence, columns=[column.name])
