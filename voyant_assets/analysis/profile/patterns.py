"""The shapes of strings: `N14228` is an `A99999`. Letters of every script that knows case, digits of every script."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voyant_core.model.profile import Pattern

LISTED = 5
LONGEST = 50
COMMON = 0.01
"""A column whose commonest shape is rarer than this has no shapes worth telling: prose, names, addresses."""


class _Shapes(dict[int, str]):
    """A table for `str.translate` that fills itself."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        shape = "A" if character.isupper() else "a" if character.islower() else "9" if character.isdecimal() else character
        self[code] = shape
        return shape


_TABLE = _Shapes()
_RUN = re.compile(r"(?s:(.)\1*)")


def shape_of(text: str) -> str:
    """`A` for an upper-case letter, `a` lower-case, `9` digit, others as they are; cut after 50 characters."""
    shape = text[:LONGEST].translate(_TABLE)
    return shape + "…" if len(text) > LONGEST else shape


def shapes(values: Sequence[str], counts: Sequence[int], total: int) -> list[Pattern]:
    """At most 5 shapes, most frequent first, ties by shape; none when even the first covers less than a hundredth."""
    found: dict[str, int] = {}
    for value, count in zip(values, counts, strict=True):
        shape = shape_of(value)
        found[shape] = found.get(shape, 0) + count
    return ranked(list(found.items()), total)


def expression(shape: str) -> tuple[str, int | None]:
    """A regular expression (RE2, whole value) for the texts of this shape, and their length where all have the same."""
    classes = {"A": r"\p{Lu}", "a": r"\p{Ll}", "9": r"\p{Nd}"}
    runs = [found.group() for found in _RUN.finditer(shape[:LONGEST])]
    parts = [classes.get(run[0]) or re.escape(run[0]) for run in runs]
    lengths = [len(run) for run in runs]
    joined = "".join(part + (f"{{{length}}}" if length > 1 else "") for part, length in zip(parts, lengths, strict=True))
    return (joined + ".+", None) if len(shape) > LONGEST else (joined, len(shape))


def ranked(found: Sequence[tuple[str, int]], total: int) -> list[Pattern]:
    best = sorted(found, key=lambda item: (-item[1], item[0]))[:LISTED]
    if not best or best[0][1] < COMMON * total:
        return []
    return [Pattern(pattern=shape, count=count, share=count / total) for shape, count in best]
