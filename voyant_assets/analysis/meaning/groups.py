"""Dimensions among number columns: coded categories, scales, flags. By the name, and by few values with many rows each."""

from __future__ import annotations

from voyant_assets.analysis.meaning.draft import Draft
from voyant_assets.analysis.meaning.facts import Facts
from voyant_assets.analysis.meaning.words.kinds import GROUPS
from voyant_assets.analysis.meaning.words.lists import word_set

_CODED = frozenset({"country", "region", "city", "postal_code", "currency_code", "language"})
_FLAG_STARTS = word_set("is has was can should did does any ever")


def is_coded(facts: Facts, most: int = 12, rows_each: float = 5.0) -> bool:
    """Few small whole numbers, each in many rows."""
    return facts.is_whole and facts.distinct <= most and facts.rows_per_value >= rows_each and facts.within(-10, 20)


def is_grid(facts: Facts) -> bool:
    """A handful of values, not small whole numbers, each in very many rows: 70, 80, 90, 100 or 0, 0.5, 1."""
    return facts.distinct <= (7 if facts.is_whole else 5) and facts.rows_per_value >= 20


def group_number(facts: Facts, word: str) -> Draft | None:
    """A number whose name says group, scale or place."""
    kind = GROUPS.get(word)
    if kind is None:
        return None
    if kind == "postal_code":
        return Draft("dimension", kind, f"named '{word}'") if facts.is_whole else None
    if kind in _CODED:
        return Draft("dimension", "code", f"a {kind} written as a number") if facts.is_whole and facts.low >= 0 else None
    if kind == "gender":
        return Draft("dimension", kind, f"named '{word}'") if facts.distinct <= 5 else None
    few = (facts.is_whole and facts.distinct <= 60 and facts.within(-10, 100)) or (facts.distinct <= 12 and facts.rows_per_value >= 5)
    if kind == "ordinal" and few:
        return Draft("dimension", kind, f"named '{word}', {facts.distinct} steps")
    if kind == "category" and facts.name.has("age", "income", "size", "price") and few:
        return Draft("dimension", "ordinal", f"steps of a '{word}'")
    repeats = facts.rows_per_value >= 1.5 or facts.within(0, 100)
    if kind in {"category", "boolean"} and facts.is_whole and facts.distinct <= 60 and repeats:
        return Draft("dimension", "boolean" if facts.distinct == 2 else "category", f"a coded '{word}'")
    return None


def flag_number(facts: Facts) -> Draft | None:
    """Only 0 and 1, or a name that starts like a question and few answers."""
    if facts.distinct <= 4 and facts.name.has("gender", "sex") and facts.is_whole:
        return Draft("dimension", "gender", "named gender, few values")
    if facts.is_binary:
        return Draft("dimension", "boolean", "only 0 and 1")
    if facts.name.words and facts.name.words[0] in _FLAG_STARTS and facts.distinct <= 5:
        return Draft("dimension", "ordinal", "named like a question, few answers")
    return None


def two_valued(facts: Facts) -> Draft | None:
    """1 and 2, -1 and 1."""
    if facts.is_whole and facts.distinct == 2 and facts.within(-1, 2) and facts.rows_per_value >= 3:
        return Draft("dimension", "boolean", f"only {facts.low:g} and {facts.high:g}")
    return None


def coded_number(facts: Facts) -> Draft | None:
    """Few values and no word that says what they are."""
    if is_coded(facts):
        if facts.low == 0 and facts.distinct >= 6 and facts.skew > 1:
            return Draft("measure", "count", "small whole numbers from 0 that thin out", "level", is_guess=True)
        return Draft("dimension", "ordinal", f"{facts.distinct} small whole numbers, each in many rows", is_guess=True)
    if is_grid(facts) and facts.is_whole and facts.high > 100:
        return Draft("dimension", "code", f"only {facts.distinct} numbers, each in many rows", is_guess=True)
    if is_grid(facts):
        return Draft("dimension", "ordinal", f"only {facts.distinct} values, each in many rows", is_guess=True)
    return None
