"""A measure by the groups of a dimension: means (or totals, where the measure adds up) as sorted bars."""

from __future__ import annotations

import math
from collections.abc import Sequence

from voyant_assets.analysis.charts.columns import SMALL
from voyant_assets.analysis.charts.evidence import Evidence, in_unit, quantity, slug_of
from voyant_assets.analysis.charts.groups import OTHER, Group, adjusted, explained, merged
from voyant_assets.analysis.wording import numbers
from voyant_assets.charting.forms import Bar, Bars, Marker
from voyant_core.model.chart import Chart, Code, DataTable, Text
from voyant_core.model.profile import ColumnProfile

FEWEST, SOLID = 5, 0.001
"""A group must hold so many values, and this share of all, to be called the highest or the lowest."""
HIGHEST, LOWEST = 6, 5
DECIDED = 0.95
"""From this share of variance on the dimension nearly decides the measure: a fact about keys, seldom news."""


def comparison(table: str, dimension: ColumnProfile, measure: ColumnProfile, place: int, groups: Sequence[Group]) -> Chart | None:
    """The bars of `measure` (at `place` in the groups) by `dimension`; None when fewer than two groups hold enough rows."""
    named = [group for group in groups if group.key[0] is not None and group.filled[place] > 0]
    total = merged(named, ("all",)) if named else None
    if total is None:
        return None
    fewest = max(FEWEST, round(SOLID * total.filled[place]))
    ranked = sorted(named, key=lambda group: (-_mean(group, place), group.label))
    solid = [group for group in ranked if group.filled[place] >= fewest]
    if len(solid) < 2:
        return None
    kept = ranked if len(ranked) <= SMALL else [*solid[:HIGHEST], *solid[HIGHEST:][-LOWEST:]]
    rest = [group for group in named if group not in kept]
    other = merged(rest, (f"{OTHER} ({len(rest)})",)) if rest else None
    evidence = Evidence(table, slug_of(measure.name, "by", dimension.name))
    high, low, overall = solid[0], solid[-1], _mean(total, place)
    eta2 = explained(named, place, measure)
    shown = [*kept, *([other] if other else [])]
    return Chart(
        slug=evidence.slug,
        kind="group_gap",
        salience=_salience(adjusted(eta2, len(named), total.filled[place]), len(named)),
        form="bars",
        title=_title(evidence, measure, dimension, (high, low), place),
        subtitle=f"Mean {measure.name}{in_unit(measure)} by {dimension.name}; the thin line is the mean of all rows",
        consequence=_consequence(evidence, measure, dimension, eta2),
        note=_note(dimension, len(rest), fewest, sum(group.rows for group in groups if group.key[0] is None)),
        facts=evidence.facts,
        columns=[measure.name, dimension.name],
        arguments=Bars(
            rows=[
                Bar(
                    label=group.label,
                    value=_mean(group, place),
                    text=quantity(measure, _mean(group, place)),
                    strong=group is high or group is low,
                )
                for group in shown
            ],
            reference=Marker(value=overall, text=f"all rows: {quantity(measure, overall)}"),
        ).model_dump(),
        table=DataTable(
            headers=[dimension.name, "Rows", f"Mean {measure.name}"],
            rows=[[group.label, numbers.integer(group.rows), quantity(measure, _mean(group, place))] for group in shown],
        ),
    )


def _mean(group: Group, place: int) -> float:
    return group.mean(place) or 0.0


def _salience(epsilon2: float, groups: int) -> float:
    """Grows with the correlation ratio; a dimension that decides the measure, or has very many groups, tells less."""
    if epsilon2 <= 0:
        return 0.0
    base = 0.3 + 0.55 * math.sqrt(epsilon2)
    return round(max(0.0, base - (0.35 if epsilon2 >= DECIDED else 0) - (0.12 if groups > 3 * SMALL else 0)), 4)


def _title(evidence: Evidence, measure: ColumnProfile, dimension: ColumnProfile, ends: tuple[Group, Group], place: int) -> Text:
    high, low = (
        evidence.fact(key, _mean(group, place), quantity(measure, _mean(group, place)))
        for key, group in zip(("high", "low"), ends, strict=True)
    )
    evidence.facts |= {"high_group": ends[0].label, "low_group": ends[1].label}
    return [
        "Mean ", Code(code=measure.name), " runs from ", low, " for ", Code(code=dimension.name), " ", Code(code=ends[1].label),
        " to ", high, " for ", Code(code=ends[0].label),
    ]  # fmt: skip


def _consequence(evidence: Evidence, measure: ColumnProfile, dimension: ColumnProfile, eta2: float) -> Text:
    share = evidence.fact("eta_squared", eta2, numbers.pct(eta2))
    advice = ": compare like with like." if eta2 >= 0.25 else "; most of it lies within groups."
    return [Code(code=dimension.name), " accounts for ", share, " of the variance of ", Code(code=measure.name), advice]


def _note(dimension: ColumnProfile, lumps: int, fewest: int, empty: int) -> str:
    parts: list[str] = []
    if lumps:
        parts.append(f"Groups between the extremes, or with fewer than {numbers.integer(fewest)} values, are one bar.")
    if empty:
        parts.append(f"{numbers.integer(empty)} rows without {dimension.name} are left out.")
    return " ".join(parts)
