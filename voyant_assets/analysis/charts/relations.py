"""Measures with measures: Pearson correlations as a triangle of at most eight columns."""

from __future__ import annotations

import math

from voyant_assets.analysis.charts.evidence import Evidence, colour_key, slug_of
from voyant_assets.analysis.wording import numbers
from voyant_assets.charting.forms import HeatMap
from voyant_core.model.chart import Chart, Code, DataTable, Text
from voyant_core.model.profile import Correlation, TableProfile

MOST, FEWEST = 8, 3
STRONG, WEAK, SAME = 0.7, 0.3, 0.98
FEWEST_ROWS, LARGE_PART = 10, 0.5
FEW_FILL = " A stronger r rests on few rows and does not lead (see the table)."
CLASSES = [round(-1 + 2 * (i + 1) / 7, 4) for i in range(7)]


def correlations(table: str, profile: TableProfile) -> Chart | None:
    """The triangle of the strongest pairs' columns; None with fewer than three of them."""
    ranked = sorted(enumerate(profile.correlations), key=lambda known: (-_worth(known[1], profile.rows), known[0]))
    pairs = [pair for _, pair in ranked]
    names = list(dict.fromkeys(name for pair in pairs for name in (pair.a, pair.b)))[:MOST]
    names.sort(key=lambda name: profile.columns[name].position if name in profile.columns else 0)
    if len(names) < FEWEST:
        return None
    by_pair = {frozenset((pair.a, pair.b)): pair.r for pair in pairs}
    values = [[by_pair.get(frozenset((a, b))) if j < i else None for j, b in enumerate(names[:-1])] for i, a in enumerate(names)]
    evidence = Evidence(table, slug_of("correlations"))
    place, lead = ranked[0]
    shown = [pair for pair in pairs if pair.a in names and pair.b in names]
    is_outdone = any(abs(pair.r) > abs(lead.r) for pair in shown)
    return Chart(
        slug=evidence.slug,
        kind="correlation",
        salience=_salience(lead, profile.rows),
        form="heat_map",
        title=_title(lead, place, evidence),
        subtitle="Pearson’s r of each pair of measures, over the rows where both are filled",
        consequence=_consequence(lead),
        note="The numbers across are those of the columns down." + (FEW_FILL if is_outdone else ""),
        facts=evidence.facts,
        columns=names,
        arguments=HeatMap(
            xs=[str(i + 1) for i in range(len(names) - 1)],
            ys=[f"{i + 1}  {name}" for i, name in enumerate(names)],
            values=values,
            texts=[["" if r is None else numbers.r2(r) for r in line] for line in values],
            classes=CLASSES,
            diverging=True,
        ).model_dump(),
        table=DataTable(
            headers=["Column", "Column", "r", "Rows"],
            rows=[[pair.a, pair.b, numbers.r2(pair.r), numbers.integer(pair.n)] for pair in shown],
        ),
        key=colour_key(("div-0", "−1 to −0.71"), ("div-3", "−0.14 to 0.14"), ("div-6", "0.71 to 1")),
    )


def _worth(pair: Correlation, rows: int) -> float:
    """What the pair tells: the lower bound of |r| (95 %, Fisher's z), less where it rests on a small share of the rows."""
    if pair.n <= FEWEST_ROWS or not rows:
        return 0.0
    bound = math.tanh(max(0.0, math.atanh(min(abs(pair.r), 0.999999)) - 1.96 / math.sqrt(pair.n - 3)))
    return round(bound * _weight(pair, rows), 9)


def _weight(pair: Correlation, rows: int) -> float:
    """1 from half of the rows on."""
    return min(1.0, math.sqrt(pair.n / (LARGE_PART * rows))) if rows else 0.0


def _salience(strongest: Correlation, rows: int) -> float:
    size = abs(strongest.r) * _weight(strongest, rows)
    return round(0.22 + 0.4 * min(size, 0.95) - (0.1 if size >= SAME else 0.0), 4)


def _title(strongest: Correlation, place: int, evidence: Evidence) -> Text:
    r = evidence.profile(strongest.r, numbers.r2(strongest.r), "correlations", place, "r")
    a, b = Code(code=strongest.a), Code(code=strongest.b)
    if abs(strongest.r) < WEAK:
        return ["No two measures move together: the strongest pair, ", a, " and ", b, ", has r = ", r]
    if strongest.r > 0:
        return [a, " and ", b, " move together, r = ", r]
    return [a, " falls where ", b, " rises, r = ", r]


def _consequence(strongest: Correlation) -> Text:
    if abs(strongest.r) >= SAME:
        return ["The two say nearly the same: a model or a comparison needs only one of them."]
    if abs(strongest.r) >= STRONG:
        return ["A gap in one is likely to show in the other; neither is shown to cause it."]
    return []
