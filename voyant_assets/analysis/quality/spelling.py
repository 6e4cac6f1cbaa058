"""Finds odd spellings among the values of a category: `male` beside `Male`, `New York ` beside `New York`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voyant_core.model.profile import ColumnProfile

RARE = 0.2
MOST_VALUES = 200
_GAPS = re.compile(r"[\s_\-]+")


def normalised(text: str) -> str:
    return _GAPS.sub(" ", text).strip().rstrip(".").strip().casefold()


def odd_spellings(counts: Sequence[tuple[str, int]]) -> set[str]:
    """Values that are another value but for case, blanks, underscores, hyphens or a final dot, and much rarer or only padded.

    A pair of equally frequent spellings that differ in case stays: `CO` and `Co` may be two things.
    """
    by_word: dict[str, list[tuple[str, int]]] = {}
    for value, count in counts:
        by_word.setdefault(normalised(value), []).append((value, count))
    odd: set[str] = set()
    for spellings in by_word.values():
        best, most = min(spellings, key=lambda spelling: (spelling[0] != spelling[0].strip(), -spelling[1], spelling[0]))
        odd |= {value for value, count in spellings if value != best and (count <= RARE * most or value.strip() == best)}
    return odd


def may_vary(column: ColumnProfile) -> bool:
    """Can the column hold two spellings of one value at all? Codes in capitals without blanks cannot."""
    if column.kind != "string" or column.role != "dimension" or not column.distinct_exact:
        return False
    if not len(column.top) < column.distinct <= MOST_VALUES:
        return False
    shapes = [pattern.pattern for pattern in column.patterns]
    if column.padded or sum(pattern.count for pattern in column.patterns) < column.count:
        return True
    letters = "".join(shapes)
    return ("A" in letters and "a" in letters) or bool(re.search(r"[\s_\-.]", letters))
