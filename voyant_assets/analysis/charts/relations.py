"""Measures with measures: Pearson correlations as a triangle of at most eight columns."""

from __future__ import annotations

from voyant_assets.analysis.charts.evidence import Evidence, colour_key, slug_of
from voyant_assets.analysis.wording import numbers
from voyant_assets.charting.forms import HeatMap
from voyant_core.model.chart import Chart, Code, DataTable, Text
from voyant_core.model.profile import Correlation, TableProfile

MOST, FEWEST = 8, 3
STRONG, WEAK, SAME = 0.7, 0.3, 0.98
CLASSES = [round(-1 + 2 * (i + 1) / 7, 4) for i in range(7)]


def correlations(table: str, profile: TableProfile) -> Chart | None:
    """The triangle of the strongest pairs' columns; None with fewer than three of them."""
    pairs = profile.correlations
    names = list(dict.fromkeys(name for pair in pairs for name in (pair.a, pair.b)))[:MOST]
    names.sort(key=lambda name: profile.columns[name].position if name in profile.columns else 0)
    if len(names) < FEWEST:
        return None
    by_pair = {frozenset((pair.a, pair.b)): pair.r for pair in pairs}
    values = [[by_pair.get(frozenset((a, b))) if j < i else None for j, b in enumerate(names[:-1])] for i, a in enumerate(names)]
    evidence = Evidence(table, slug_of("correlations"))
    shown = [pair for pair in pairs if pair.a in names and pair.b in names]
    return Chart(
        slug=evidence.slug,
        kind="correlation",
        salience=_salience(pairs[0]),
        form="heat_map",
        title=_title(pairs[0], evidence),
        subtitle="Pearson’s r of each pair of measures, over the rows where both are filled",
        consequence=_consequence(pairs[0]),
        note="The numbers across are those of the columns down.",
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


def _salience(strongest: Correlation) -> float:
    size = abs(strongest.r)
    return round(0.22 + 0.4 * min(size, 0.95) - (0.1 if size >= SAME else 0.0), 4)


def _title(strongest: Correlation, evidence: Evidence) -> Text:
    r = evidence.profile(strongest.r, numbers.r2(strongest.r), "correlations", 0, "r")
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
