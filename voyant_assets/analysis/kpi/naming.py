"""Names and labels of key figures: `Median dep delay`, `median_dep_delay`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from voyant_core.keys import slugify

LONGEST = 80
TITLES = {
    "sum": "Total", "mean": "Mean", "median": "Median", "max": "Highest", "min": "Lowest", "last": "Latest", "count_distinct": "Distinct",
    "share": "Share of",
}  # fmt: skip


def words(name: str) -> str:
    """A column's name as words: `dep_delay`, `DepDelay` and `depDelay` become `dep delay`; capitals of their own stay (`GDP`)."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    text = re.sub(r"[\s_\-\x00-\x1f]+", " ", text).strip() or name
    found = " ".join(word if _is_acronym(word) else word.lower() for word in text.split(" "))
    return found if len(found) <= LONGEST else found[: LONGEST - 1] + "…"


def label(aggregation: str, column: str) -> str:
    """`Median dep delay`; a column that says so itself is not told twice (`Total bill`)."""
    prefix, text = TITLES[aggregation], words(column)
    return title(text) if text.lower().startswith(f"{prefix.lower()} ") else f"{prefix} {text}"


def title(name: str) -> str:
    """The label of a KPI that was asked for by name."""
    text = words(name)
    return text[:1].upper() + text[1:]


def unique_slugs(names: Iterable[str]) -> list[str]:
    """A slug per name, in order; a repeated one gets a number behind."""
    taken: set[str] = set()
    found: list[str] = []
    for name in names:
        slug = base = slugify(name, "kpi")
        number = 2
        while slug in taken:
            slug, number = f"{base[:55].rstrip('_')}_{number}", number + 1
        taken.add(slug)
        found.append(slug)
    return found


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and sum(character.isupper() for character in word) > 1 and not re.fullmatch(r"[A-Z]{5,}", word)
