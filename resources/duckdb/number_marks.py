"""Numbers as people write them: decimal commas, marks between thousands, negative ones in parentheses. Pure functions over text.

Currency and percent signs are left as text: what they mean for a sum is the reader's business.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from voyant_core.model.source import TextForm

SPACES = " \u00a0\u202f\u2009"
APOSTROPHES = "'\u2019"
# (decimal, characters between thousands), in the order in which they are tried
_STYLES = ((".", ","), (",", "."), (".", SPACES), (",", SPACES), (".", APOSTROPHES), (",", APOSTROPHES), (",", ""), (".", ""))
_MONEY = re.compile(r"[+-]?\s*(?:[$€£¥₹]|[A-Z]{3}\s)\s*-?[\d.,' ]*\d|[+-]?[\d.,' \u00a0\u202f]*\d\s*(?:[$€£¥₹]|[A-Z]{3})")
_PERCENT = re.compile(r"[+-]?[\d.,]*\d\s*[%‰]")


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a column's numbers are written. `proved` is False when `1,234` could be the one or the other."""

    form: TextForm
    fractions: bool
    proved: bool = True


def pattern(form: TextForm) -> str:
    """The regular expression (RE2 and Python) of one number in this form, without parentheses."""
    decimal = re.escape(form.decimal)
    exponent = "(?:[eE][+-]?[0-9]+)?"
    plain = f"[+-]?(?:[0-9]+(?:{decimal}[0-9]*)?|{decimal}[0-9]+){exponent}"
    if not form.thousands:
        return plain
    marks = "".join(re.escape(mark) for mark in form.thousands)
    return f"[+-]?[0-9]{{1,3}}(?:[{marks}][0-9]{{3}})+(?:{decimal}[0-9]*)?|{plain}"


def numbers(values: Collection[str], comma_is_decimal: bool | None = None) -> Numbers | None:
    """The form that makes numbers of all the values, or None. `comma_is_decimal`: what the rest of the file says, None if nothing."""
    items = [value.strip() for value in values]
    parentheses = any(item.startswith("(") for item in items)
    bare = [item[1:-1].strip() if parentheses and item.startswith("(") and item.endswith(")") else item for item in items]
    if not bare or any(item[:1] not in "+-0123456789.," for item in bare):
        return None
    if any(re.fullmatch(r"[+-]?0[0-9]+", item) for item in bare):
        return None
    fitting: list[TextForm] = []
    for decimal, thousands in _STYLES:
        form = TextForm(decimal=decimal, thousands=thousands, parentheses=parentheses)
        if (thousands or decimal == "," or parentheses) and _all_match(form, bare):
            used = "".join(mark for mark in thousands if any(mark in item for item in bare))
            fitting.append(form.model_copy(update={"thousands": used}))
    if not fitting:
        return None
    commas = {form.decimal == "," for form in fitting if "," in form.thousands or form.decimal == ","}
    ambiguous = len(commas) == 2 and any("," in item for item in bare)
    chosen = next((form for form in fitting if comma_is_decimal and form.decimal == ","), fitting[0]) if ambiguous else fitting[0]
    fractions = any(chosen.decimal in item or "e" in item.lower() for item in bare)
    return Numbers(chosen, fractions, not ambiguous)


def points_are_thousands(values: Collection[str]) -> bool:
    """Whether all points of these plain numbers could stand between thousands: `1.234`, `12.000`, `7`."""
    return any("." in value for value in values) and all(
        re.fullmatch(r"[+-]?(?:[1-9]\d{0,2}(?:\.\d{3})+|\d{1,3})", value.strip()) for value in values
    )


def affix(values: Collection[str]) -> str | None:
    """`amounts of money` or `percentages`, when all the values are such."""
    items = [value.strip() for value in values]
    for what, form in (("percentages", _PERCENT), ("amounts of money", _MONEY)):
        if (
            items
            and any(not item[-1:].isdigit() or not item[:1].isdigit() for item in items)
            and all(form.fullmatch(item) for item in items)
        ):
            return what
    return None


def _all_match(form: TextForm, items: Collection[str]) -> bool:
    matches = re.compile(pattern(form)).fullmatch
    return all(map(matches, items))
