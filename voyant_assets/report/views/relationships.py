"""Relationships: the strongest pairs, and a triangle of at most eight columns as a table that needs no drawing."""

from __future__ import annotations

from dataclasses import dataclass

from voyant_assets.analysis.narrative.relations import remark
from voyant_assets.analysis.wording import numbers
from voyant_assets.report.inputs import ReportInputs
from voyant_core.model.profile import Correlation

SHOWN = 12
TRIANGLE = 8
CLASSES = 7
WEAK = 0.05
STRONG = 0.7


@dataclass(frozen=True, slots=True)
class PairView:
    a: str
    b: str
    r: float
    text: str
    left: float
    width: float
    note: str


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    shade: int


@dataclass(frozen=True, slots=True)
class RelationsView:
    pairs: list[PairView]
    total: str
    measures: int
    heads: list[str]
    triangle: list[tuple[str, list[Cell]]]
    key: list[tuple[int, str]]


def relations_view(inputs: ReportInputs) -> RelationsView:
    pairs = inputs.profile.correlations
    listed = [pair for place, pair in enumerate(pairs[:SHOWN]) if abs(pair.r) >= WEAK or place < 5]
    names = list(dict.fromkeys(name for pair in pairs for name in (pair.a, pair.b)))[:TRIANGLE]
    names.sort(key=lambda name: inputs.profile.columns[name].position)
    return RelationsView(
        pairs=[_pair(inputs, pair) for pair in listed],
        total=numbers.integer(len(pairs)),
        measures=sum(column.role == "measure" for column in inputs.profile.columns.values()),
        heads=names[:-1],
        triangle=_triangle(names, pairs) if len(names) > 2 and not inputs.shows("correlation") else [],
        key=[(shade, _span(shade)) for shade in range(CLASSES)],
    )


def _pair(inputs: ReportInputs, pair: Correlation) -> PairView:
    note = remark(inputs.profile, pair.a, pair.b) if abs(pair.r) >= STRONG else ""
    return PairView(pair.a, pair.b, pair.r, numbers.r2(pair.r), 50 + 50 * min(0.0, pair.r), 50 * abs(pair.r), note)


def _triangle(names: list[str], pairs: list[Correlation]) -> list[tuple[str, list[Cell]]]:
    known = {frozenset((pair.a, pair.b)): pair.r for pair in pairs}
    return [(a, [_cell(known.get(frozenset((a, b)))) for b in names[:row]]) for row, a in enumerate(names)]


def _cell(r: float | None) -> Cell:
    return Cell("", -1) if r is None else Cell(numbers.r2(r), min(CLASSES - 1, int((r + 1) / 2 * CLASSES)))


def _span(shade: int) -> str:
    low, high = (2 * edge / CLASSES - 1 for edge in (shade, shade + 1))
    return f"{numbers.r2(low)[:-1]} to {numbers.r2(high)[:-1]}"
