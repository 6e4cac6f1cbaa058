"""Identifiers: what names one thing. By the name first, by the values where the name is silent."""

from __future__ import annotations

from voyant_assets.analysis.meaning.draft import Draft, heads
from voyant_assets.analysis.meaning.facts import Facts
from voyant_assets.analysis.meaning.words.kinds import ENTITIES, GROUPS, IDENTITY
from voyant_assets.analysis.meaning.words.lists import word_set
from voyant_assets.analysis.meaning.words.quantities import QUANTITIES

_GROUPING_CODES = word_set("code codes symbol ticker iata icao fips symbol currency ein ric")
_ROW_WORDS = word_set(
    "row rows index idx nr no obs observation unnamed column column0 seq sequence line record rowid rownum serial # number id"
)
_PLACES = frozenset({"country", "region", "city", "postal_code", "gender", "currency_code", "language"})
_FIGURES = word_set("total average maximum minimum max min sum count median net gross")
_SHORT_NUMBER = frozenset({"no", "nr", "nbr", "#", "num"})
_FEW = 40
_MANY = 1000
_MANY_ROWS_EACH = 10.0


def _groups(facts: Facts) -> bool:
    """Few values with many rows each: a key used like a category."""
    return facts.distinct <= _FEW and facts.rows_per_value >= _MANY_ROWS_EACH


def key_or_group(facts: Facts, word: str, kind: str) -> Draft:
    """An identifier word of the name as identifier, or as a dimension where its values repeat a lot."""
    grouping = word in _GROUPING_CODES
    if (grouping and facts.distinct_share < 0.5 and facts.distinct <= _MANY) or _groups(facts):
        place = next((GROUPS[w] for w in heads(facts.name) if GROUPS.get(w) in _PLACES), None)
        if place == "postal_code" or (place in _PLACES and facts.kind == "string"):
            return Draft(
                "dimension", place, f"named a code of a {place.replace('_', ' ')}" if place != "postal_code" else "named a postal code"
            )
        return Draft("dimension", "code", f"a code ('{word}') that many rows share")
    return Draft("identifier", kind, f"named '{word}'")


def _is_a_thing(word: str) -> bool:
    """`unit number`, `seat number` name a thing; `orders number`, `income number` do not."""
    quantity = QUANTITIES.get(word)
    return quantity is None or (quantity.semantic_type == "count" and not word.endswith("s"))


def identifier_number(facts: Facts) -> Draft | None:
    """A number whose name says key, code or number of something."""
    if not facts.is_whole:
        return None
    name = facts.name
    words = list(heads(name))
    if not words:
        return None
    first = next(iter(name.words), words[0])  # `0#` has no word
    if facts.is_row_number and (words[0] in _ROW_WORDS or set(words) <= _ROW_WORDS):
        return Draft("identifier", "id", "numbers the rows")
    if words[0] == "number" and len(words) > 1 and first != "number" and _is_a_thing(words[1]):
        return key_or_group(facts, "number", "code")
    if name.raw.lower().strip(" .") in _SHORT_NUMBER:
        return key_or_group(facts, "number", "id")
    kind = IDENTITY.get(words[0])
    if kind is None and first in {"id", "code", "pk", "fk", "key"}:
        kind, words = IDENTITY[first], [first]
    if kind == "phone" or kind in {"id", "code"}:
        if words[0] in {"card", "reference", "ref", "tail", "cell"} and facts.low < 0:
            return None
        return key_or_group(facts, words[0], kind)
    if words[0] not in QUANTITIES and any(word in {"id", "uuid", "guid"} for word in words):
        return key_or_group(facts, "id", "id")
    return None


def entity_number(facts: Facts, word: str) -> Draft | None:
    """A whole number named like a thing: `flight`, `store`."""
    if word not in ENTITIES or not facts.is_whole or facts.low < 0 or facts.name.has(*_FIGURES):
        return None
    if _groups(facts):
        return Draft("dimension", "code", f"a number of the {word} that many rows share")
    return Draft("identifier", "id" if facts.is_unique else "code", f"a number of the {word}")


def unnamed_key(facts: Facts) -> Draft | None:
    """A key by its values alone: 1, 2, 3 …, or whole numbers of one width that never repeat."""
    if not facts.is_whole or not facts.is_unique:
        return None
    if facts.is_row_number and facts.rows >= 5 and facts.distinct >= 5:
        return Draft("identifier", "id", "counts the rows up without gap or repetition", is_guess=True)
    if facts.is_consecutive and facts.distinct >= 20:
        return Draft("identifier", "id", "whole numbers without gap or repetition", is_guess=True)
    widths = {len(str(int(n))) for n in facts.numbers} | {len(str(int(facts.high)))}
    if facts.low >= 10_000 and len(widths) == 1 and facts.distinct >= 30 and facts.skew < 1:
        return Draft("identifier", "id", "whole numbers of one width that never repeat", is_guess=True)
    if facts.low > 1e11:
        return Draft("identifier", "id", "large whole numbers that never repeat", is_guess=True)
    return None
