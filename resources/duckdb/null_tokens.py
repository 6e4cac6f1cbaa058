"""Texts that stand for a missing value. They are nulls only where they hide numbers or times; -999 and the like never are."""

from __future__ import annotations

from collections.abc import Collection, Sequence

NULL_TOKENS = (
    "NA", "N/A", "n/a", "N/a", "na", "n.a.", "NaN", "nan", "NAN", "NaT", "null", "NULL", "Null", "(null)", "<NA>", "#N/A", "#NA", "#VALUE!",
    "#DIV/0!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "\\N", "None", "none", "nil", "-", "--", "---", "?", ".", "..", "...", "*", "missing",
    "Missing", "(blank)", "0000-00-00", "0000-00-00 00:00:00",
)  # fmt: skip


def kept_tokens(tokens: Sequence[str], values: Sequence[Collection[str]], types: Sequence[str]) -> tuple[list[str], list[str]]:
    """The tokens that stand in columns which are numbers or times once they are nulls; and those that only stand in text.

    A column of nothing but tokens and blanks counts as the former. `values` and `types` are by column.
    """
    useful: set[str] = set()
    seen: set[str] = set()
    for distinct, kind in zip(values, types, strict=True):
        here = {token for token in tokens if token in distinct}
        seen |= here
        if here and (kind != "VARCHAR" or not {value.strip() for value in distinct}.difference(tokens, {""})):
            useful |= here
    return [token for token in tokens if token in useful], [token for token in tokens if token in seen - useful]
