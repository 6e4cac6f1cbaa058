"""How a chart under construction collects its figures and cites them: its own facts, or the profile."""

from __future__ import annotations

from typing import Any

from voyant_assets.analysis.wording import numbers
from voyant_core.canonical import plain
from voyant_core.keys import slugify
from voyant_core.model.chart import Citation, KeyEntry
from voyant_core.model.profile import ColumnProfile, Scalar

PROFILE_FILE = "profile.json"


def pointer(*parts: str | int) -> str:
    """An RFC 6901 pointer."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def chart_file(slug: str) -> str:
    return f"chart_{slug}.vl.json"


class Evidence:
    """The facts of one chart of `table`. Citations carry the value as the artifact's JSON will hold it."""

    def __init__(self, table: str, slug: str) -> None:
        self.slug, self.facts = slug, dict[str, Scalar]()
        self._table = table

    def fact(self, key: str, value: float | int | str, text: str) -> Citation:
        """Keep `value` as a fact of the chart, and cite it."""
        self.facts[key] = kept = plain(value)
        return Citation(
            text=text, value=kept, artifact=f"{self._table}/{chart_file(self.slug)}", pointer=pointer("usermeta", "voyant", "facts", key)
        )

    def profile(self, value: Any, text: str, *parts: str | int) -> Citation:
        """Cite what stands in `profile.json` at `parts`."""
        return Citation(text=text, value=plain(value), artifact=f"{self._table}/{PROFILE_FILE}", pointer=pointer(*parts))


def slug_of(*names: str) -> str:
    """A chart's slug; `choose` keeps slugs apart."""
    return slugify("_".join(names), "chart")


def quantity(column: ColumnProfile, value: float | None) -> str:
    """A value of a measure, with its unit."""
    if column.semantic_type == "share":
        return numbers.pct(value)
    unit = "%" if column.semantic_type == "percentage" and not column.unit else column.unit
    return numbers.with_unit(value, unit)


def in_unit(column: ColumnProfile) -> str:
    """` in minutes`, or nothing."""
    return f" in {column.unit}" if column.unit else ""


def colour_key(*entries: tuple[str, str]) -> list[KeyEntry]:
    """Lines of a colour key from pairs of token and text."""
    return [KeyEntry(token=token, text=text) for token, text in entries]


def number(value: Scalar) -> float | None:
    """A statistic as a number; None where it is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
