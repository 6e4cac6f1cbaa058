"""What the other columns say: whether rows are moments of a series, what adds up to a total, prices of a market, codes of a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from voyant_assets.analysis.meaning.draft import Draft, heads
from voyant_assets.analysis.meaning.facts import Facts
from voyant_assets.analysis.meaning.names import read_name
from voyant_assets.analysis.meaning.words.lists import word_set
from voyant_assets.analysis.meaning.words.places import MONTHS
from voyant_assets.analysis.meaning.words.quantities import QUANTITIES, Nature, Quantity

_TOLERANCE = 1e-9
_PLAIN = word_set("value values figure measurement reading obs data y number")
_MONTHS_IN_COLUMNS = 6
_MARKET: dict[str, Nature] = {"open": "level", "high": "max", "low": "min", "close": "last"}


@dataclass(frozen=True, slots=True)
class Context:
    """`is_series`: one row per moment, or per moment and thing. `about`: a quantity in the table's name."""

    is_series: bool
    about: Quantity | None


def read_context(table: str, columns: Sequence[Facts], drafts: Mapping[str, Draft]) -> Context:
    """Look for a time column that is a key by itself or together with one dimension."""
    about = next((QUANTITIES[word] for word in heads(read_name(table)) if word in QUANTITIES), None)
    moments = [f for f in columns if drafts[f.stats.name].role == "time" and drafts[f.stats.name].semantic_type != "time_of_day"]
    things = {f.distinct for f in columns if drafts[f.stats.name].role in {"dimension", "identifier"} and 1 < f.distinct < f.filled}
    rows = max((f.rows for f in columns), default=0)
    events = any(f.is_unique and drafts[f.stats.name].role == "identifier" and not drafts[f.stats.name].is_guess for f in columns)
    if rows and not events and any(moment.distinct >= 0.95 * rows for moment in moments):
        return Context(True, about)
    for moment in moments:
        if moment.distinct < 2 or moment.rows_per_value < 1.5:
            continue
        if any(0.75 * moment.distinct * number <= rows <= 1.02 * moment.distinct * number for number in things):
            return Context(True, about)
    return Context(False, about)


def refine(table: str, columns: Sequence[Facts], drafts: Mapping[str, Draft]) -> tuple[dict[str, Draft], Context]:
    """The drafts after a look at the whole table, and what was seen."""
    known = dict(drafts)
    for step in (_parts_of_a_total, _market_prices, _codes_of_a_sibling, _month_columns):
        known.update(step(columns, known))
    context = read_context(table, columns, known)
    known.update(_not_keys_after_all(columns, known))
    known.update(_plain_values(columns, known, context.about))
    known.update(_wide_table(columns, known, context.about))
    return known, context


def _measures(columns: Sequence[Facts], drafts: Mapping[str, Draft]) -> list[Facts]:
    return [f for f in columns if f.kind == "number" and drafts[f.stats.name].role == "measure"]


def _parts_of_a_total(columns: Sequence[Facts], drafts: Mapping[str, Draft]) -> dict[str, Draft]:
    """Whole numbers whose sums add up to that of a column named total: counts that add up."""
    found: dict[str, Draft] = {}
    measures = [f for f in _measures(columns, drafts) if f.is_whole]
    everything = sum(f.stats.sum or 0.0 for f in measures)
    for total in measures:
        wanted = total.stats.sum or 0.0
        if not total.name.has("total", "all", "sum", "count") or len(measures) < 3 or not wanted:
            continue
        if abs(everything - 2 * wanted) <= _TOLERANCE * abs(wanted):
            for member in measures:
                draft = drafts[member.stats.name]
                if draft.is_guess:
                    found[member.stats.name] = replace(
                        draft, semantic_type="count", nature="flow", reason=f"adds up to '{total.stats.name}'"
                    )
    return found


def _market_prices(columns: Sequence[Facts], drafts: Mapping[str, Draft]) -> dict[str, Draft]:
    """Open, high, low and close are prices only where three of them stand together; a volume beside them counts."""
    measures = _measures(columns, drafts)
    sides = {f.stats.name: side for f in measures for side in _MARKET if f.name.last == side}
    found: dict[str, Draft] = {}
    if len(set(sides.values())) >= 3:
        for name, side in sides.items():
            found[name] = replace(
                drafts[name], semantic_type="amount", nature=_MARKET[side], reason=f"'{side}' of a market price", is_guess=False
            )
        for f in measures:
            if f.name.last == "volume" and f.is_whole:
                found[f.stats.name] = replace(drafts[f.stats.name], semantic_type="count", nature="flow", reason="volume traded")
        return found
    for name, side in sides.items():
        if side in {"high", "low"}:
            found[name] = replace(drafts[name], semantic_type="number", nature="level", reason=f"named '{side}'", is_guess=True)
    return found


def _not_keys_after_all(columns: Sequence[Facts], drafts: Mapping[str, Draft]) -> dict[str, Draft]:
    """Whole numbers that never repeat are quantities where a moment is the key already, or where several columns look alike."""
    moments = any(f.is_unique and drafts[f.stats.name].role == "time" for f in columns)
    keys = [f for f in columns if drafts[f.stats.name].role == "identifier" and drafts[f.stats.name].is_guess and f.kind == "number"]
    loose = [f for f in keys if not f.is_row_number]
    if not moments and len(loose) < 3:
        return {}
    return {f.stats.name: Draft("measure", "number", "numbers beside another key", "level", is_guess=True) for f in loose}


def _codes_of_a_sibling(columns: Sequence[Facts], drafts: Mapping[str, Draft]) -> dict[str, Draft]:
    """`state_ic` beside `state`: unknown whole numbers that share the first word and the number of values with a text column."""
    texts = {
        (f.name.words[0], f.distinct)
        for f in columns
        if f.kind == "string" and f.name.words and f.rows_per_value > 1.5 and drafts[f.stats.name].role in {"dimension", "identifier"}
    }
    found: dict[str, Draft] = {}
    for f in _measures(columns, drafts):
        if drafts[f.stats.name].is_guess and f.is_whole and f.name.words and (f.name.words[0], f.distinct) in texts:
            found[f.stats.name] = Draft("dimension", "code", "as many values as the text column of that name", is_guess=True)
    return found


def _month_columns(columns: Sequence[Facts], drafts: Mapping[str, Draft]) -> dict[str, Draft]:
    """One column per month: the name is a moment and says nothing about the quantity (`Apr` is no interest rate)."""
    months = [f for f in _measures(columns, drafts) if f.stats.name.strip().casefold() in MONTHS]
    if len(months) < _MONTHS_IN_COLUMNS:
        return {}
    return {f.stats.name: Draft("measure", "number", "one column per month", "level", is_guess=True) for f in months}


def _plain_values(columns: Sequence[Facts], drafts: Mapping[str, Draft], about: Quantity | None) -> dict[str, Draft]:
    """A column that is only named `value` holds what the table is named after."""
    if about is None or about.semantic_type == "number":
        return {}
    found: dict[str, Draft] = {}
    for f in _measures(columns, drafts):
        draft = drafts[f.stats.name]
        if draft.semantic_type == "number" and f.name.words and set(f.name.words) <= _PLAIN:
            unit = draft.unit or about.unit
            found[f.stats.name] = replace(
                draft, semantic_type=about.semantic_type, nature="flow", unit=unit, reason="what the table is named after"
            )
    return found


def _wide_table(columns: Sequence[Facts], drafts: Mapping[str, Draft], about: Quantity | None) -> dict[str, Draft]:
    """Many number columns without a telling name hold what the table is named after: `employment` by branch."""
    measures = _measures(columns, drafts)
    silent = [f for f in measures if drafts[f.stats.name].is_guess]
    if about is None or about.semantic_type == "number" or len(silent) < 5 or len(silent) < 0.7 * len(measures):
        return {}
    if about.semantic_type == "count" and not all(f.low >= 0 for f in silent):
        return {}
    return {
        f.stats.name: replace(
            drafts[f.stats.name],
            semantic_type=about.semantic_type,
            nature=about.nature,
            unit=about.unit,
            reason="what the table is named after",
        )
        for f in silent
    }
