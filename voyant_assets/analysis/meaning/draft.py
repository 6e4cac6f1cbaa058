"""A rule's verdict on one column, before the table around it has been looked at; and the walk over a name's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voyant_assets.analysis.meaning.names import Name
from voyant_assets.analysis.meaning.words.quantities import Nature
from voyant_assets.analysis.meaning.words.spelling import JOINERS, TURNERS
from voyant_core.model.profile import Role


@dataclass(frozen=True, slots=True)
class Draft:
    """`is_guess`: only the shape of the values spoke for it, so that the table may know better."""

    role: Role
    semantic_type: str
    reason: str
    nature: Nature | None = None
    unit: str | None = None
    is_guess: bool = False


def heads(name: Name) -> Iterator[str]:
    """Words from the most to the least telling: the last first, but what stands before `of` before what follows it."""
    words = name.words
    turn = next((i for i, word in enumerate(words) if word in TURNERS and 0 < i < len(words) - 1), None)
    ordered = words[::-1] if turn is None else (*words[:turn][::-1], *words[turn + 1 :][::-1])
    for word in ordered:
        if word not in JOINERS and not word.isdigit():
            yield word
