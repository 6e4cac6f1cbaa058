"""Key figures: cards for single numbers, with their course or their parts; tables for answers of more than one."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from voyant_assets.analysis.narrative.evidence import Evidence
from voyant_assets.analysis.narrative.kpis import figure_format, whole_periods
from voyant_assets.analysis.narrative.periods import period_name, short_period_name
from voyant_assets.analysis.narrative.phrases import marked
from voyant_assets.analysis.wording import numbers
from voyant_assets.report.graphics import sparkline
from voyant_assets.report.inputs import ReportInputs
from voyant_assets.report.markup import cited, clipped, rich
from voyant_core.model.kpi import Kpi, KpiReport
from voyant_core.model.profile import Scalar

CARDS = 12
PARTS = 5
ROWS = 10


@dataclass(frozen=True, slots=True)
class Change:
    text: str
    arrow: str
    now: Markup
    now_name: str
    before: Markup
    before_name: str


@dataclass(frozen=True, slots=True)
class PartView:
    label: str
    width: float
    negative: bool
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    label: Markup
    note: str
    value: Markup
    change: Change | None
    spark: Markup
    ends: tuple[str, str] | None
    by: str
    parts: list[PartView]
    more_parts: int


@dataclass(frozen=True, slots=True)
class TableView:
    label: Markup
    headers: list[str]
    numeric: list[bool]
    rows: list[list[str]]
    total: str
    is_cut: bool


@dataclass(frozen=True, slots=True)
class KeyFigures:
    cards: list[Card]
    tables: list[TableView]
    sources: list[tuple[Markup, str]]
    more: int


def key_figures_view(inputs: ReportInputs) -> KeyFigures | None:
    if inputs.kpis is None:
        return None
    return figures_of(inputs.kpis, inputs.evidence("kpis.json"), list(inputs.profile.columns))


def figures_of(report: KpiReport, evidence: Evidence, known: list[str]) -> KeyFigures:
    """`known` are names of columns, which labels show as code."""
    single = [(place, kpi) for place, kpi in enumerate(report.kpis) if not kpi.data]
    return KeyFigures(
        cards=[_card(evidence, place, kpi, known) for place, kpi in single[:CARDS]],
        tables=[_table(kpi, known) for kpi in report.kpis if kpi.data],
        sources=[(rich(marked(kpi.label, known)), kpi.sql) for kpi in report.kpis],
        more=max(0, len(single) - CARDS),
    )


def _card(evidence: Evidence, place: int, kpi: Kpi, known: list[str]) -> Card:
    show = figure_format(kpi)
    numeric = isinstance(kpi.value, int | float) and not isinstance(kpi.value, bool)
    value = cited(evidence, show if numeric else numbers.scalar, "kpis", place, "value")
    points = whole_periods(kpi)
    spark, ends = _course(kpi, points[0][0], points[-1][0]) if len(points) > 2 else (Markup(""), None)
    parts = _parts(kpi)
    return Card(
        label=rich(marked(kpi.label, known)),
        note="asked for in the request" if kpi.origin == "request" else "",
        value=value,
        change=_change(evidence, place, kpi) if spark else None,
        spark=spark,
        ends=ends,
        by=clipped(kpi.by or "", 40),
        parts=parts,
        more_parts=max(0, len(kpi.parts) - len(parts)),
    )


def _change(evidence: Evidence, place: int, kpi: Kpi) -> Change | None:
    """The last whole period against the one before; the direction is not judged, since nothing tells which one is good."""
    (before_place, before, old), (now_place, now, new) = whole_periods(kpi)[-2:]
    if kpi.is_share:
        text = numbers.pp(new - old)
    elif old > 0 and new > 0:
        text = numbers.change(new, old)
    else:
        text = numbers.signed(new - old, kpi.unit)
    show = figure_format(kpi)
    return Change(
        text=text,
        arrow="flat" if new == old else "up" if new > old else "down",
        now=cited(evidence, show, "kpis", place, "series", now_place, "value"),
        now_name=period_name(now.at, kpi.period),
        before=cited(evidence, show, "kpis", place, "series", before_place, "value"),
        before_name=period_name(before.at, kpi.period),
    )


def _course(kpi: Kpi, first: int, last: int) -> tuple[Markup, tuple[str, str]]:
    """Incomplete periods at the ends are left out: they look like a fall."""
    points = kpi.series[first : last + 1]
    values = [point.value if point.complete else None for point in points]
    filled = [value for value in values if value is not None]
    show = figure_format(kpi)
    names = [period_name(point.at, kpi.period) for point in (points[0], points[-1])]
    label = (
        f"{kpi.label} by {kpi.period}: {show(filled[0])} in {names[0]}, {show(filled[-1])} in {names[1]};"
        f" lowest {show(min(filled))}, highest {show(max(filled))}"
    )
    one_year = points[0].at[:4] == points[-1].at[:4]
    ends = [short_period_name(point.at, kpi.period) for point in (points[0], points[-1])] if one_year else names
    return sparkline(values, label), (ends[0], ends[1])


def _parts(kpi: Kpi) -> list[PartView]:
    show = figure_format(kpi)
    filled = [part for part in kpi.parts if part.value is not None][:PARTS]
    top = max((abs(part.value or 0.0) for part in filled), default=0.0) or 1.0
    return [
        PartView(clipped(part.label, 40), 100 * abs(part.value or 0.0) / top, (part.value or 0.0) < 0, show(part.value)) for part in filled
    ]


def _table(kpi: Kpi, known: list[str]) -> TableView:
    shown = kpi.data[:ROWS]
    numeric = [all(isinstance(row[place], int | float | None) for row in kpi.data) for place in range(len(kpi.columns))]
    return TableView(
        label=rich(marked(kpi.label, known)),
        headers=[clipped(name) for name in kpi.columns],
        numeric=numeric,
        rows=[[_cell(value) for value in row] for row in shown],
        total=numbers.integer(max(kpi.total, len(kpi.data))),
        is_cut=kpi.truncated or len(kpi.data) > len(shown),
    )


def _cell(value: Scalar) -> str:
    return "" if value is None else clipped(numbers.scalar(value), 80)
