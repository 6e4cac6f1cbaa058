"""Columns with one value or none: nothing to compare, but the name may still tell what they would hold."""

from __future__ import annotations

from voyant_assets.analysis.meaning.draft import Draft, heads
from voyant_assets.analysis.meaning.facts import Facts
from voyant_assets.analysis.meaning.words.kinds import CALENDAR, GROUPS, IDENTITY, LOCATION, PROSE
from voyant_assets.analysis.meaning.words.quantities import QUANTITIES


def _kind(facts: Facts) -> str:
    if facts.kind == "boolean":
        return "boolean"
    if facts.kind == "temporal":
        return "date" if facts.stats.type.upper().startswith("DATE") else "datetime"
    told = list(heads(facts.name))
    if told and told[0] in {"code", "name"}:
        told = [*(word for word in told if word in GROUPS), *told]
    for word in told:
        if word in CALENDAR:
            return {"minute": "time_of_day", "second": "time_of_day"}.get(CALENDAR[word], CALENDAR[word])
        for table in (LOCATION, GROUPS, IDENTITY):
            if word in table:
                return table[word]
        if word in QUANTITIES and facts.kind != "string":
            return QUANTITIES[word].semantic_type
        if word in PROSE:
            return "free_text"
    if facts.kind == "number":
        return "boolean" if facts.low in {0, 1} else "number"
    return "category"


def constant_meaning(facts: Facts) -> Draft:
    return Draft("constant", _kind(facts), "one value in every row" if facts.filled else "nothing filled")
