"""Meaning of number columns: flags, calendar, places, keys, groups and quantities in that order, by name and values together."""

from __future__ import annotations

from voyant_assets.analysis.meaning.calendar import calendar_number, year_run
from voyant_assets.analysis.meaning.draft import Draft, heads
from voyant_assets.analysis.meaning.facts import Facts
from voyant_assets.analysis.meaning.groups import coded_number, flag_number, group_number, is_coded, two_valued
from voyant_assets.analysis.meaning.keys import entity_number, identifier_number, unnamed_key
from voyant_assets.analysis.meaning.quantities import (
    compound_quantity,
    is_bracket,
    loose_quantity,
    named_quantity,
    time_step,
    told_quantity,
    unit_only,
)
from voyant_assets.analysis.meaning.units import named_unit
from voyant_assets.analysis.meaning.words.kinds import LOCATION
from voyant_assets.analysis.meaning.words.quantities import QUANTITIES

_EDGES = frozenset({"start", "end", "begin", "first", "last"})
_VAGUE = frozenset({"number", "index", "rate"})


def _location(facts: Facts) -> Draft | None:
    for word in facts.name.words[-1:] + facts.name.words[:1]:
        kind = LOCATION.get(word)
        if word == "long" and word != facts.name.last:
            continue
        bound = 90 if kind == "latitude" else 180
        if kind and facts.within(-bound, bound) and (not facts.is_whole or facts.distinct > 5):
            return Draft("location", kind, f"named '{word}', within ±{bound}", unit="°")
    return None


def _quantity(facts: Facts, word: str) -> Draft | None:
    """The quantity a word names, unless it is a vague word over a coded scale."""
    found = named_quantity(facts, word)
    if found is None:
        return None
    if word == "area" and facts.is_whole and facts.distinct <= 100 and facts.rows_per_value >= 10 and named_unit(facts.name) is None:
        return Draft("dimension", "code", "numbered areas")
    if word == "size" and facts.is_whole and facts.within(1, 20):
        return Draft("measure", "count", "a small whole size", "each")
    if QUANTITIES[word].semantic_type in _VAGUE and is_coded(facts, most=10, rows_each=10) and named_unit(facts.name) is None:
        return Draft("dimension", "ordinal", f"'{word}' in {facts.distinct} steps")
    return found


def number_meaning(facts: Facts) -> Draft:
    """Role, semantic type, nature and unit of a number column."""
    found = flag_number(facts) or calendar_number(facts) or _location(facts) or told_quantity(facts)
    found = found or identifier_number(facts) or two_valued(facts) or compound_quantity(facts)
    if found:
        return found
    coded = is_coded(facts)
    telling = [word for word in heads(facts.name) if word not in _EDGES]
    for place, word in enumerate(telling[:4]):
        group = group_number(facts, word) if place == 0 or coded else None
        found = (_quantity(facts, word) or group) if word in QUANTITIES and not coded else (group or _quantity(facts, word))
        found = found or (entity_number(facts, word) if place == 0 else None)
        if found:
            return found
    if any(is_bracket(facts, word) for word in facts.name.words):
        return Draft("dimension", "ordinal", f"{facts.distinct} numbered brackets")
    found = unit_only(facts) or year_run(facts) or time_step(facts) or unnamed_key(facts) or coded_number(facts) or loose_quantity(facts)
    if found:
        return found
    return Draft("measure", "number", "numbers of many values", "level", is_guess=True)
