"""Which of the possible charts are shown: the most telling first, no kind and no column too often, slugs kept apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from voyant_assets.analysis.charts.comparison import DECIDED
from voyant_assets.analysis.charts.evidence import chart_file
from voyant_core.canonical import plain
from voyant_core.model.chart import Chart, Citation, Text, plain_text

MOST, AIM = 10, 8
WEAK = 0.3
"""Below this salience a chart fills the page only while there are fewer than FEW."""
FEW, DULL = 4, 0.12
PER_KIND = {"skew": 2, "distribution": 2, "trend": 2, "group_gap": 3, "calendar": 2, "composition": 3, "correlation": 1, "missing": 1}
REPEATED, ALIKE = 0.12, 0.25
"""What a chart loses for each chosen one that tells of the same measure or groups in the same kind, and more for one more picture alone."""
PROPERTY = 0.5
"""What is left of the salience of a measure that a dimension decides."""


def choose(candidates: Iterable[Chart], related: Sequence[frozenset[str]] = ()) -> list[Chart]:
    """At most ten charts, best first. Measures in one set of `related` (nearly the same numbers) count as the same column."""
    named = apart(candidates)
    decided = {chart.columns[0] for chart in named if chart.kind == "group_gap" and _explains(chart) >= DECIDED}
    rest = sorted((_weighed(chart, decided) for chart in named if chart.salience >= DULL), key=lambda chart: (-chart.salience, chart.slug))
    chosen: list[Chart] = []
    kinds: Counter[str] = Counter()
    while rest and len(chosen) < MOST:
        worth = {chart.slug: chart.salience - _loss(chart, chosen, related) for chart in rest}
        best = min(rest, key=lambda chart: (-round(worth[chart.slug], 6), chart.slug))
        if (len(chosen) >= FEW and worth[best.slug] < WEAK) or (len(chosen) >= AIM and worth[best.slug] < 2 * WEAK):
            break
        rest = [chart for chart in rest if chart is not best]
        if kinds[_kind(best)] < PER_KIND.get(_kind(best), 2):
            chosen.append(best)
            kinds[_kind(best)] += 1
    chosen.sort(key=lambda chart: (-chart.salience, chart.slug))
    return [as_stored(chart) for chart in chosen]


def as_stored(chart: Chart) -> Chart:
    """The chart as it reads back from its artifact, so that a reused stage hands on the same as a fresh one."""
    return Chart.model_validate(plain(chart))


def apart(charts: Iterable[Chart]) -> list[Chart]:
    """The charts with slugs that differ: columns `a b` and `a_b` have the same slug, and the later chart gets a number."""
    taken: set[str] = set()
    kept: list[Chart] = []
    for chart in charts:
        slug, n = chart.slug, 2
        while slug in taken:
            slug, n = f"{chart.slug}_{n}", n + 1
        taken.add(slug)
        kept.append(chart if slug == chart.slug else _renamed(chart, slug))
    return kept


def _renamed(chart: Chart, slug: str) -> Chart:
    def moved(text: Text) -> Text:
        return [
            part.model_copy(update={"artifact": part.artifact.replace(chart_file(chart.slug), chart_file(slug))})
            if isinstance(part, Citation)
            else part
            for part in text
        ]

    return chart.model_copy(update={"slug": slug, "title": moved(chart.title), "consequence": moved(chart.consequence)})


def markdown(charts: Sequence[Chart]) -> str:
    """The titles as a list, for a preview."""
    return "\n".join(f"{i}. {_escaped(plain_text(chart.title))}" for i, chart in enumerate(charts, 1))


def _escaped(text: str) -> str:
    return "".join(f"\\{character}" if character in "\\`*_{}[]<>()#+-!|&" else character for character in text.replace("\n", " "))


def _explains(chart: Chart) -> float:
    share = chart.facts.get("eta_squared")
    return share if isinstance(share, float) else 0.0


def _weighed(chart: Chart, decided: set[str]) -> Chart:
    """A measure that some dimension decides is a property of that dimension: how it differs elsewhere follows from the mixture."""
    if chart.columns[:1] and chart.columns[0] in decided and chart.kind in {"group_gap", "calendar", "trend"}:
        return chart.model_copy(update={"salience": round(chart.salience * PROPERTY, 4)})
    return chart


def _kind(chart: Chart) -> str:
    return "distribution" if chart.kind == "skew" else chart.kind


def _loss(chart: Chart, chosen: Sequence[Chart], related: Sequence[frozenset[str]]) -> float:
    """What `chart` loses beside those already chosen: most for the same kind of picture of (nearly) the same measure."""
    mine = _widened(chart.columns[:1], related)
    same = sum(1 for other in chosen if _kind(other) == _kind(chart) and mine & set(other.columns[:1]))
    alike = 0.0 if _kind(chart) in {"group_gap", "calendar", "trend"} else ALIKE
    by_same = sum(1 for other in chosen if _kind(other) == _kind(chart) == "group_gap" and set(chart.columns[1:]) & set(other.columns[1:]))
    twins = sum(
        1 for other in chosen if _kind(other) == _kind(chart) and chart.columns[:1] == other.columns[:1] and _same_groups(chart, other)
    )
    return (REPEATED + alike) * same + REPEATED * by_same + ALIKE * twins


def _same_groups(chart: Chart, other: Chart) -> bool:
    """Two dimensions that explain a measure equally are, as a rule, two names of one."""
    return _explains(chart) > 0 and abs(_explains(chart) - _explains(other)) < 1e-3 * _explains(chart)


def _widened(columns: Sequence[str], related: Sequence[frozenset[str]]) -> set[str]:
    return {name for column in columns for group in (frozenset([column]), *(g for g in related if column in g)) for name in group}
