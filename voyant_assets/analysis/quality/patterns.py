"""Suggests the form of strings: the one shape that nearly all codes have, numbers written as text, no blanks at the ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from voyant_assets.analysis.quality.rules import Suggestion, rule
from voyant_core.model.profile import ColumnProfile, TableProfile
from voyant_core.model.quality import Dimension

DOMINANT = 0.98
ENOUGH = 50
CODES = frozenset({"id", "code", "postal_code", "phone", "ip", "currency_code", "country", "language"})
CLASSES = {"A": r"\p{Lu}", "a": r"\p{Ll}", "9": r"\p{Nd}"}
NUMBER = r"^\s*[-+]?(\d+([.,]\d+)*|\.\d+)([eE][-+]?\d+)?\s*$"
TRIMMED = r"^\S(.*\S)?$"


def patterns(profile: TableProfile, taken: frozenset[str] = frozenset()) -> Iterator[Suggestion]:
    """At most one rule per string column. `taken` are columns whose form or spelling is settled already."""
    for column in profile.ordered():
        if column.kind == "string" and column.count and column.role != "constant" and column.name not in taken:
            yield from _one(column)


def shape_regex(shape: str) -> str:
    r"""The expression of a shape: `A99999` becomes `^\p{Lu}\p{Nd}{5}$`."""
    parts: list[str] = []
    for sign, run in groupby(shape):
        length = len(list(run))
        one = CLASSES.get(sign) or re.escape(sign)
        parts.append(one if length == 1 else f"{one}{{{length}}}")
    return "^" + "".join(parts) + "$"


def _one(column: ColumnProfile) -> Iterator[Suggestion]:
    best = column.patterns[0] if column.patterns else None
    if best is not None and _is_form(column) and DOMINANT <= best.share < 1 and "…" not in best.pattern and column.count >= ENOUGH:
        yield Suggestion(
            rule(
                "matches",
                [column.name],
                arguments={"regex": shape_regex(best.pattern)},
                severity="medium" if column.role == "identifier" else "low",
                description=f"{column.name} has the form {best.pattern}",
                why="Values of another form are mistyped, cut, or come from elsewhere: they will not join.",
            )
        )
    elif _numbers_as_text(column):
        yield Suggestion(
            rule(
                "matches",
                [column.name],
                arguments={"regex": NUMBER},
                dimension=Dimension.VALIDITY,
                description=f"{column.name} is a number",
                why="A few values that are no numbers keep the whole column text: it can be neither summed nor compared.",
            ),
            believed_from=0.9,
        )
    elif column.padded:
        yield Suggestion(
            rule(
                "matches",
                [column.name],
                arguments={"regex": f"(?s){TRIMMED}"},
                severity="low",
                dimension=Dimension.VALIDITY,
                description=f"{column.name} has no blanks at its ends",
                why="Values that differ only in blanks do not join and are counted apart.",
            )
        )


def _is_form(column: ColumnProfile) -> bool:
    return (column.role == "identifier" or column.semantic_type in CODES) and column.semantic_type != "name" and column.distinct >= 10


def _numbers_as_text(column: ColumnProfile) -> bool:
    if column.role == "identifier" or column.semantic_type in CODES or column.distinct < 10:
        return False
    shapes = [pattern for pattern in column.patterns if re.fullmatch(r"[-+]?[9.,]*9[9.,]*", pattern.pattern)]
    share = sum(pattern.share for pattern in shapes)
    return 0.9 <= share < 1 and len(shapes) < len(column.patterns)
