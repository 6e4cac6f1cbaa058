"""The unit a column's name states: at its end, in brackets, or as its first word."""

from __future__ import annotations

from voyant_assets.analysis.meaning.names import Name
from voyant_assets.analysis.meaning.words.quantities import QUANTITIES
from voyant_assets.analysis.meaning.words.units import LONG, SHORT, Unit

_NOT_ALONE = frozenset({"meter", "foot", "pound", "bar", "in", "us", "gr", "ton"})


def named_unit(name: Name) -> Unit | None:
    """The unit in brackets or at the end of the name; short ones only where the rest of the name asks for them."""
    if name.bracket:
        inside = name.bracket.strip().lower()
        found = LONG.get(inside) or LONG.get(inside.split("/")[0].strip())
        if found:
            return found if inside in LONG else Unit(name.bracket, "number")
        short = SHORT.get(inside)
        if short:
            return short[0]
        return Unit(name.bracket, "number") if len(inside) <= 8 and any(c in inside for c in "/²³°µ") else None
    words = [word for word in name.words if not word.isdigit()]
    if not words:
        return None
    last = words[-1]
    if "".join(words[-2:]) in LONG and len(words) > 2:
        return LONG["".join(words[-2:])]
    if last in LONG and (len(words) > 1 or (last not in _NOT_ALONE and len(last) > 2)):
        return LONG[last]
    if len(words) > 1 and last in SHORT:
        asked = {QUANTITIES[word].semantic_type for word in words[:-1] if word in QUANTITIES}
        return next((unit for unit in SHORT[last] if unit.semantic_type in asked), SHORT[last][0] if asked & {"number"} else None)
    first = words[0]
    return (
        LONG[first]
        if first in LONG and first in {"usd", "eur", "gbp", "pct", "days", "years", "hours", "minutes", "months", "weeks"}
        else None
    )
