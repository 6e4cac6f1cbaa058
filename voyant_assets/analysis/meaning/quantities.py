"""Measures: which quantity a number column holds."""

from __future__ import annotations

from voyant_assets.analysis.meaning.draft import Draft, heads
from voyant_assets.analysis.meaning.facts import Facts
from voyant_assets.analysis.meaning.units import named_unit
from voyant_assets.analysis.meaning.words.kinds import ENTITIES
from voyant_assets.analysis.meaning.words.quantities import COMPOUNDS, QUANTITIES, Nature, Quantity
from voyant_assets.analysis.meaning.words.units import LONG

_AVERAGES = frozenset({"average", "median", "percentile"})
_COUNTERS = frozenset({"number", "n", "count", "nb", "cnt"})
_BRACKETED = frozenset({"income", "incomes", "salary", "wage", "earnings", "wealth", "rent"})
_SPANS = frozenset({"days", "weeks", "months", "years", "hours", "minutes", "seconds", "yrs", "hrs", "mins", "secs"})


def _per(facts: Facts) -> Draft | None:
    """`X_per_Y`: a rate or a ratio, or an average price."""
    words = facts.name.words
    if words[-1:] in {("percap",), ("percapita",)} and len(words) > 1:
        words = (*words[:-1], "per", "capita")
    if "per" not in words[1:-1]:
        return None
    at = words.index("per", 1)
    over = " ".join(words[at + 1 :])
    top = next((QUANTITIES[w] for w in reversed(words[:at]) if w in QUANTITIES), None)
    if top and top.semantic_type == "amount":
        return Draft("measure", "amount", f"an amount per {over}", "level")
    kind = "rate" if words[at + 1].isdigit() or words[at + 1] in {"capita", "thousand", "million", "hundred"} else "ratio"
    unit = f"per {over}" if kind == "rate" else " ".join(words[max(0, at - 1) :])
    return Draft("measure", kind, f"named a figure per {over}", "level", unit)


def _fits(facts: Facts, quantity: Quantity) -> bool:
    """Whether the values can be such a quantity."""
    match quantity.semantic_type:
        case "share":
            return facts.within(-1.0001, 1.0001)
        case "percentage":
            return facts.within(-1000, 1000)
        case "age":
            return facts.within(0, 130)
        case "count":
            return facts.is_whole or facts.low >= 0
        case _:
            return True


def _adjust(facts: Facts, quantity: Quantity) -> Quantity:
    """Settle shares against percentages and plain sizes against counts by the values."""
    kind, nature, unit = quantity
    inside = facts.within(0, 1.0001)
    if kind == "percentage" and inside and not facts.is_whole and facts.high > 0:
        return Quantity("share", nature, None)
    if kind == "share" and not facts.within(-1.0001, 1.0001):
        return Quantity("percentage" if facts.within(-100, 100) else "amount", nature, "%" if facts.within(-100, 100) else None)
    if kind == "age" and not facts.within(0, 130):
        return Quantity("duration", "level", None)
    return Quantity(kind, nature, unit)


def is_bracket(facts: Facts, word: str) -> bool:
    """`income` 1, 2 … 24: numbered brackets, not money."""
    if word not in _BRACKETED or not facts.is_whole or facts.low not in {0, 1}:
        return False
    return facts.high <= 30 and facts.distinct >= 0.9 * (facts.high - facts.low + 1) and facts.rows_per_value >= 5


def _counted(facts: Facts) -> Draft | None:
    """`num_orders`, `n_rooms`, `number of seats`, `total employee`."""
    words = facts.name.words
    if words[:1] == ("total",) and words[-1] in ENTITIES and facts.low >= 0:
        return Draft("measure", "count", "named a total of things", "stock")
    if len(words) > 1 and words[0] in _COUNTERS and facts.low >= 0 and words[-1] not in {"id", "code"}:
        rest = next((QUANTITIES[w] for w in heads(facts.name) if w in QUANTITIES and w not in _COUNTERS), None)
        nature: Nature = rest.nature if rest and rest.semantic_type == "count" else "flow"
        return Draft("measure", "count", "named a number of things", nature)
    return None


def named_quantity(facts: Facts, word: str) -> Draft | None:
    """What `word` says the column measures, if the values can be that."""
    quantity = QUANTITIES.get(word)
    if quantity is None or (word == "n" and len(facts.name.words) > 1) or is_bracket(facts, word):
        return None
    quantity = _adjust(facts, quantity)
    if not _fits(facts, quantity):
        return None
    kind, nature, unit = quantity
    if facts.name.has(*_AVERAGES, "maximum", "max", "minimum", "min") and nature in {"flow", "stock", "each"}:
        nature = "level"
    if kind == "amount" and facts.name.has("unit"):
        nature = "level"
    if facts.name.has("cumulative", "cum", "cumul", "ytd") and nature == "flow":
        nature = "stock"
    if nature in {"max", "min", "last"} and kind == "amount" and facts.name.words != (word,) and facts.name.last != word:
        return None
    stated = named_unit(facts.name)
    if stated and word not in {"number", "count"}:
        unit = stated.unit
        if kind == "number":
            kind = stated.semantic_type
        elif stated.semantic_type == "percentage":
            kind, nature = ("share" if facts.within(0, 1.0001) and not facts.is_whole else "percentage"), "level"
        elif stated.semantic_type not in {kind, "number"}:
            kind = stated.semantic_type
            nature = "level" if kind not in {"amount", "duration"} else nature
    return Draft("measure", kind, f"named '{word}'", nature, unit)


def compound_quantity(facts: Facts) -> Draft | None:
    """Two or three neighbouring words that mean something together: `labor_force`, `heart_rate`."""
    words = facts.name.words
    for size in (3, 2):
        for start in range(len(words) - size, -1, -1):
            quantity = COMPOUNDS.get(words[start : start + size])
            if quantity and _fits(facts, quantity):
                kind, nature, unit = _adjust(facts, quantity)
                stated = named_unit(facts.name)
                return Draft("measure", kind, f"named '{' '.join(words[start : start + size])}'", nature, stated.unit if stated else unit)
    return None


def time_step(facts: Facts) -> Draft | None:
    """`time` 1, 2, 3 …: the axis of a series, to be neither summed nor averaged."""
    if facts.name.words[-1:] in {("time",), ("t",), ("step",), ("period",)} and facts.is_consecutive:
        return Draft("dimension", "ordinal", "steps of time without gap", is_guess=True)
    return None


def loose_quantity(facts: Facts) -> Draft | None:
    """Last resort by the name: `time` that is no clock time, a bare `total`, a count that thins out."""
    name = facts.name
    if "time" in name.words:
        stated = named_unit(name)
        return Draft("measure", "duration", "named a time, but no clock time", "level", stated.unit if stated else None, is_guess=True)
    if name.words[:1] in {("real",), ("nominal",)} and facts.low >= 0:
        return Draft("measure", "amount", f"named a {name.words[0]} figure", "stock", is_guess=True)
    if name.last == "total":
        return Draft("measure", "count" if facts.is_whole else "amount", "named a total", "flow", is_guess=True)
    if facts.is_whole and 0 <= facts.low <= 5 and facts.skew > 1 and facts.high > 20:
        return Draft("measure", "count", "whole numbers from nearly 0 with a long tail", "level", is_guess=True)
    return None


def told_quantity(facts: Facts) -> Draft | None:
    """Forms of the whole name that beat its single words: per, number of, percentage, a unit."""
    found = _per(facts) or _counted(facts)
    if found:
        return found
    words = facts.name.words
    if words and words[0] in _SPANS and not facts.within(1000, 2300):
        return Draft("measure", "duration", f"a number of {words[0]}", "level", LONG[words[0]].unit if words[0] in LONG else words[0])
    if words and (words[0] in {"pct", "percentage", "percent"} or facts.name.has("%", "pct", "percent", "percentage")):
        kind = "share" if facts.within(0, 1.0001) and not facts.is_whole else "percentage"
        return Draft("measure", kind, "named a percentage", "level", "%" if kind == "percentage" else None)
    return None


def unit_only(facts: Facts) -> Draft | None:
    """A name whose only known part is the unit: `hearing_db`, `range_km`."""
    stated = named_unit(facts.name)
    if stated is None:
        return None
    return Draft("measure", stated.semantic_type, f"in {stated.unit}", "level", stated.unit)
