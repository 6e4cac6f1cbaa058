"""Findings on key figures: trends, an unusual last period, gaps between groups, groups that lose what others earn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from voyant_assets.analysis.narrative.evidence import Show
from voyant_assets.analysis.narrative.material import Material, finding
from voyant_assets.analysis.narrative.periods import SEASON, period_name
from voyant_assets.analysis.narrative.phrases import marked, say
from voyant_assets.analysis.wording import numbers
from voyant_core.model.chart import Code, Text
from voyant_core.model.kpi import Kpi, Part, Point
from voyant_core.model.narrative import Finding

POINTS = 6
STEPS = 8
CLEAR = 0.6
GROUP_ROWS = 30


def kpi_findings(material: Material) -> Iterator[Finding]:
    for place, kpi in enumerate(material.kpis.kpis if material.kpis is not None else []):
        yield from _trend(material, place, kpi)
        yield from _last_period(material, place, kpi)
        yield from _lossmaker(material, place, kpi)
        yield from _group_gap(material, place, kpi)


def figure_format(kpi: Kpi) -> Show:
    """How values of the figure are written."""
    return numbers.pct if kpi.is_share else lambda value: numbers.with_unit(value, kpi.unit)


def whole_periods(kpi: Kpi) -> list[tuple[int, Point, float]]:
    """(place in the series, point, value) of the periods that are complete and have a value."""
    return [(place, point, point.value) for place, point in enumerate(kpi.series) if point.complete and point.value is not None]


def tendency(values: list[float]) -> float:
    """Kendall's tau-a of the values against their order: 1 always rising, -1 always falling."""
    pairs = [(earlier, later) for place, earlier in enumerate(values) for later in values[place + 1 :]]
    return sum((later > earlier) - (later < earlier) for earlier, later in pairs) / len(pairs) if pairs else 0.0


def is_additive(kpi: Kpi) -> bool:
    """Do the parts add up to the whole, as sums and counts do?"""
    values = [part.value for part in kpi.parts]
    if isinstance(kpi.value, bool) or not isinstance(kpi.value, int | float) or not values or None in values:
        return False
    return abs(sum(value or 0.0 for value in values) - kpi.value) <= 1e-6 * abs(kpi.value)


def spread(material: Material, kpi: Kpi) -> float:
    """The interquartile range of the measure behind the figure, 0 where there is none: a gap that is small beside it is no news."""
    columns = [material.profile.columns[name] for name in kpi.source_columns if name in material.profile.columns]
    quantiles = next((column.quantiles for column in columns if column.role == "measure" and column.quantiles is not None), None)
    if kpi.is_share or quantiles is None or not isinstance(quantiles.p25, int | float) or not isinstance(quantiles.p75, int | float):
        return 0.0
    return float(quantiles.p75 - quantiles.p25)


def _trend(material: Material, place: int, kpi: Kpi) -> Iterator[Finding]:
    points = whole_periods(kpi)
    season = SEASON.get(kpi.period or "", 1)
    if len(points) < POINTS or (season > 1 and len(points) < 2 * season):
        return
    points = points[(len(points) - 1) % season :] if season > 1 else points
    step = max(1, len(points) // 200)
    strength = tendency([value for _, _, value in points][::step])
    (first_place, _, start), (last_place, _, end) = points[0], points[-1]
    moved = abs(end - start) / abs(start) if start else 1.0
    if abs(strength) < CLEAR or (end > start) != (strength > 0) or moved < (0.1 if not kpi.is_share else 0.05):
        return
    show = figure_format(kpi)
    text = say(
        f"{{}} {'rises' if strength > 0 else 'falls'} from {{}} in {{}} to {{}} in {{}}.",
        marked(kpi.label, list(material.profile.columns)),
        material.kpi_figure(show, "kpis", place, "series", first_place, "value"),
        material.kpi_figure(lambda at: period_name(at, kpi.period), "kpis", place, "series", first_place, "at"),
        material.kpi_figure(show, "kpis", place, "series", last_place, "value"),
        material.kpi_figure(lambda at: period_name(at, kpi.period), "kpis", place, "series", last_place, "at"),
    )
    consequence = say("An average over the whole period describes neither its start nor its end.")
    weight = 0.3 + 0.3 * abs(strength) + min(0.4, moved / 5)
    yield finding("trend", "medium", weight, text, consequence, columns=kpi.source_columns, section="kpis", key=kpi.name)


def _last_period(material: Material, place: int, kpi: Kpi) -> Iterator[Finding]:
    points = whole_periods(kpi)
    if len(points) < STEPS + 2:
        return
    steps = [abs(later[2] - earlier[2]) for earlier, later in pairwise(points)]
    (before_place, _, old), (last_place, _, new) = points[-2], points[-1]
    smaller = sum(step < steps[-1] for step in steps[:-1]) / len(steps[:-1])
    if smaller < 0.9 or steps[-1] < max(0.05 * max(abs(old), abs(new)), 0.1 * spread(material, kpi)):
        return
    show = figure_format(kpi)
    text = say(
        "{}: {} in {} after {} in {}.",
        marked(kpi.label, list(material.profile.columns)),
        material.kpi_figure(show, "kpis", place, "series", last_place, "value"),
        material.kpi_figure(lambda at: period_name(at, kpi.period), "kpis", place, "series", last_place, "at"),
        material.kpi_figure(show, "kpis", place, "series", before_place, "value"),
        material.kpi_figure(lambda at: period_name(at, kpi.period), "kpis", place, "series", before_place, "at"),
    )
    one_season = len(points) < 2 * SEASON.get(kpi.period or "", 1)
    consequence = say(
        "A larger step than nearly all before it"
        + (
            ", but with less than two seasons in the table it cannot be told from the season."
            if one_season
            else "; one period makes no trend."
        )
    )
    yield finding("last_period", "medium", 0.2 + 0.3 * smaller, text, consequence, columns=kpi.source_columns, section="kpis", key=kpi.name)


def _lossmaker(material: Material, place: int, kpi: Kpi) -> Iterator[Finding]:
    if not is_additive(kpi) or not isinstance(kpi.value, int | float) or kpi.value <= 0:
        return
    worst = min(enumerate(kpi.parts), key=lambda entry: (entry[1].value or 0.0, entry[0]))
    best = max(enumerate(kpi.parts), key=lambda entry: (entry[1].value or 0.0, -entry[0]))
    if (worst[1].value or 0.0) >= 0:
        return
    show = figure_format(kpi)
    text = say(
        "{} is negative for {}: {}, against {} for {} and {} in all.",
        marked(kpi.label, list(material.profile.columns)),
        Code(code=worst[1].label),
        material.kpi_figure(show, "kpis", place, "parts", worst[0], "value"),
        material.kpi_figure(show, "kpis", place, "parts", best[0], "value"),
        Code(code=best[1].label),
        material.kpi_figure(show, "kpis", place, "value"),
    )
    consequence = say("The total hides it: groups that earn pay for groups that lose.")
    yield finding(
        "negative_part",
        "high",
        0.4 + abs(worst[1].value or 0.0) / kpi.value,
        text,
        consequence,
        columns=_columns(kpi),
        section="kpis",
        key=kpi.name,
    )


def _group_gap(material: Material, place: int, kpi: Kpi) -> Iterator[Finding]:
    parts = [(index, part, part.value) for index, part in enumerate(kpi.parts) if part.value is not None and part.rows >= GROUP_ROWS]
    if len(parts) < 2 or is_additive(kpi) or isinstance(kpi.value, bool) or not isinstance(kpi.value, int | float) or not kpi.value:
        return
    low = min(parts, key=lambda entry: (entry[2], entry[0]))
    high = max(parts, key=lambda entry: (entry[2], -entry[0]))
    gap = (high[2] - low[2]) / max(abs(kpi.value), spread(material, kpi))
    if gap < 0.25:
        return
    show = figure_format(kpi)
    text = say(
        "{} is {} for {} and {} for {}, {} over all rows.",
        marked(kpi.label, list(material.profile.columns)),
        material.kpi_figure(show, "kpis", place, "parts", high[0], "value"),
        _group(kpi, high[1]),
        material.kpi_figure(show, "kpis", place, "parts", low[0], "value"),
        _group(kpi, low[1]),
        material.kpi_figure(show, "kpis", place, "value"),
    )
    consequence = say("The overall figure describes no group: compare like with like.")
    yield finding(
        "group_gap",
        "medium",
        0.15 + min(0.35, gap / 8),
        text,
        consequence,
        columns=_columns(kpi),
        section="kpis",
        key=f"{kpi.name} {kpi.by}",
    )


def _columns(kpi: Kpi) -> list[str]:
    found = [*kpi.source_columns, kpi.by] if kpi.by else kpi.source_columns
    return list(dict.fromkeys(found))


def _group(kpi: Kpi, part: Part) -> Text:
    """The group's name; a number alone says nothing: `month 7`, but `Dinner`."""
    bare = part.label.replace(".", "").replace("-", "").isdigit()
    return [Code(code=kpi.by), "\u00a0", Code(code=part.label)] if bare and kpi.by else [Code(code=part.label)]
