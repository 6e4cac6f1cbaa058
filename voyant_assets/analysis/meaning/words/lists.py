"""How word tables are written down: blocks of words separated by blanks, or phrases separated by bars."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def phrases(text: str) -> frozenset[str]:
    return frozenset(phrase for part in text.split("|") if (phrase := " ".join(part.split())))
