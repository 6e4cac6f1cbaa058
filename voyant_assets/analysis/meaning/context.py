"""What the other columns say: whether rows are moments of a series, and which columns add up to a total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from voyant_assets.analysis.meaning.draft import Draft, heads
from voyant_assets.analysis.meaning.facts import Facts
from voyant_assets.analysis.meaning.names import read_name
from voyant_assets.analysis.meaning.words.quantities import QUANTITIES, Quantity

_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Context:
    """`is_series`: one row per moment, or per moment and thing. `about`: a quantity in the table's name."""

    is_series: bool
    about: Quantity | None


def read_context(table: str, columns: Sequence[Facts], drafts: Mapping[str, Draft]) -> Context:
    """Look for a time column that is a key by itself or together with one dimension."""
    about = next((QUANTITIES[word] for word in heads(read_name(table)) if word in QUANTITIES), None)
    moments = [f for f in columns if drafts[f.stats.name].role == "time" and f.filled]
    things = [f for f in columns if drafts[f.stats.name].role in {"dimension", "identifier"} and 1 < f.distinct < f.filled]
    rows = max((f.rows for f in columns), default=0)
    for moment in moments:
        if rows and moment.distinct >= 0.95 * rows:
            return Context(drafts[moment.stats.name].semantic_type != "time_of_day", about)
    for moment in moments:
        if moment.distinct < 2 or moment.rows_per_value < 1.5:
            continue
        if any(0.5 * moment.distinct * thing.distinct <= rows <= 1.02 * moment.distinct * thing.distinct for thing in things):
            return Context(True, about)
    return Context(False, about)


def parts_of_a_total(columns: Sequence[Facts], drafts: Mapping[str, Draft]) -> dict[str, Draft]:
    """Guessed measures whose sums add up to that of a column named `total`: counts that add up as well."""
    totals = [f for f in columns if f.kind == "number" and f.name.has("total", "all", "sum") and f.stats.sum]
    found: dict[str, Draft] = {}
    for total in totals:
        parts = [f for f in columns if f is not total and f.kind == "number" and drafts[f.stats.name].role == "measure" and f.is_whole]
        wanted = total.stats.sum or 0.0
        if total.is_whole and len(parts) >= 2 and abs(sum(p.stats.sum or 0.0 for p in parts) - wanted) <= _TOLERANCE * abs(wanted):
            for member in (*parts, total):
                draft = drafts[member.stats.name]
                if draft.is_guess:
                    found[member.stats.name] = replace(
                        draft, semantic_type="count", nature="flow", reason=f"adds up to '{total.stats.name}'"
                    )
    return found
