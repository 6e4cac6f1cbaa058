"""How the values of a measure lie: a histogram with round bins, median and 95th percentile marked, a long tail cut honestly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from voyant_assets.analysis.charts.evidence import Evidence, in_unit, number, quantity, slug_of
from voyant_assets.analysis.wording import numbers
from voyant_assets.charting.axis import nice_step
from voyant_assets.charting.forms import Bin, Histogram, Marker
from voyant_core.model.chart import Chart, Code, DataTable, Text
from voyant_core.model.profile import ColumnProfile

BINS = 30
FEW = 24
TAIL = 0.3
"""How far the axis may run beyond the 1st and 99th percentile, as a share of their distance, before it is cut."""
SKEWED = 1.0


@dataclass(frozen=True, slots=True)
class Bins:
    """`count` bins of width `step` from `low`."""

    low: float
    step: float
    count: int

    @property
    def high(self) -> float:
        return self.low + self.step * self.count


def bins_for(column: ColumnProfile) -> Bins | None:
    """Round bins over what is worth seeing; None when the column has no spread."""
    if column.quantiles is None:
        return None
    p01, p99, low, high = (number(value) for value in (column.quantiles.p01, column.quantiles.p99, column.min, column.max))
    if p01 is None or p99 is None or low is None or high is None or high <= low:
        return None
    reach = TAIL * (p99 - p01)
    start = low if p01 - low <= reach else p01
    end = high if high - p99 <= reach else p99
    if end <= start:
        start, end = low, high
    if column.integers and end - start <= FEW:
        return Bins(start - 0.5, 1.0, round(end - start) + 1)
    step = nice_step(end - start, BINS)
    step = max(1.0, round(step)) if column.integers else step
    first = float(f"{(start // step) * step:.10g}")
    return Bins(first, step, max(1, int((end - first) // step) + 1))


def distribution(table: str, column: ColumnProfile, bins: Bins, rows: Sequence[Sequence[Any]]) -> Chart | None:
    """The chart of one measure from the answer of `queries.histogram`."""
    counts = {int(place): int(count) for place, count in rows}
    filled = sum(counts.values())
    quantiles = column.quantiles
    median, p95 = (None, None) if quantiles is None else (number(quantiles.p50), number(quantiles.p95))
    if not filled or median is None or p95 is None:
        return None
    evidence = Evidence(table, slug_of("distribution", column.name))
    shown = [
        Bin(low=float(f"{bins.low + i * bins.step:.10g}"), high=float(f"{bins.low + (i + 1) * bins.step:.10g}"), count=counts.get(i, 0))
        for i in range(bins.count)
    ]
    markers = [
        Marker(value=median, text=f"median: {quantity(column, median)}"),
        Marker(value=p95, text=f"95th pct: {quantity(column, p95)}"),
    ]
    is_skewed = abs(column.skewness or 0) >= SKEWED
    return Chart(
        slug=evidence.slug,
        kind="skew" if is_skewed else "distribution",
        salience=round(min(0.75, 0.3 + 0.09 * abs(column.skewness or 0)), 4),
        form="histogram",
        title=_title(column, evidence, is_skewed=is_skewed),
        subtitle=f"Rows by {column.name}{in_unit(column)}, bins of {quantity(column, bins.step)}",
        consequence=_consequence(column, evidence),
        note=_note(column, counts, bins, filled),
        facts=evidence.facts,
        columns=[column.name],
        arguments=Histogram(bins=shown, markers=markers).model_dump(),
        table=DataTable(
            headers=["From", "To", "Rows"],
            rows=[[numbers.sig(b.low, 6), numbers.sig(b.high, 6), numbers.integer(b.count)] for b in shown],
        ),
    )


def _title(column: ColumnProfile, evidence: Evidence, *, is_skewed: bool) -> Text:
    quantiles = column.quantiles
    if quantiles is None:
        return [Code(code=column.name)]

    def cite(level: str, value: Any) -> Any:
        return evidence.profile(value, quantity(column, number(value)), "columns", column.name, "quantiles", level)

    if is_skewed and (column.skewness or 0) > 0:
        return [
            "Half of ",
            Code(code=column.name),
            " lies below ",
            cite("p50", quantiles.p50),
            ", one in twenty above ",
            cite("p95", quantiles.p95),
        ]
    if is_skewed:
        return [
            "Half of ",
            Code(code=column.name),
            " lies above ",
            cite("p50", quantiles.p50),
            ", one in twenty below ",
            cite("p05", quantiles.p05),
        ]
    return [
        "Nine in ten ", Code(code=column.name), " lie between ", cite("p05", quantiles.p05), " and ", cite("p95", quantiles.p95),
        ", the median is ", cite("p50", quantiles.p50),
    ]  # fmt: skip


def _consequence(column: ColumnProfile, evidence: Evidence) -> Text:
    median = number(column.quantiles.p50) if column.quantiles else None
    if column.mean is None or median is None or not column.std or abs(column.mean - median) < 0.1 * column.std:
        return []
    mean = evidence.profile(column.mean, quantity(column, column.mean), "columns", column.name, "mean")
    return ["Report the median and a tail share: the mean, ", mean, ", is drawn by the few extreme values."]


def _note(column: ColumnProfile, counts: dict[int, int], bins: Bins, filled: int) -> str:
    parts: list[str] = []
    ends = (("below", "lowest", counts.get(-1, 0), column.min), ("beyond", "highest", counts.get(bins.count, 0), column.max))
    for side, extreme, rows, value in ends:
        if rows:
            share, text = numbers.pct(rows / filled), quantity(column, number(value))
            parts.append(f"{numbers.integer(rows)} rows ({share}) lie {side} the axis, the {extreme} at {text}.")
    if column.nulls:
        parts.append(f"{numbers.integer(column.nulls)} rows without a value are left out.")
    return " ".join(parts)
