"""How the values of a measure lie: the profile's histogram, median and 95th percentile marked, far tails in one open bar each."""

from __future__ import annotations

from typing import Any

from voyant_assets.analysis.charts.evidence import Evidence, in_unit, number, quantity, slug_of
from voyant_assets.analysis.wording import numbers
from voyant_assets.charting.forms import Bin, Histogram, Marker
from voyant_core.model.chart import Chart, Code, DataTable, Text
from voyant_core.model.profile import ColumnProfile

FEWEST_BARS = 3
SKEWED = 1.0


def bars_of(column: ColumnProfile) -> list[Bin]:
    """The profile's histogram as bars of equal width, outer ones that reach on to far extremes marked as open; empty without a spread.

    Whole numbers that have a bar each stand in the middle of it.
    """
    bins = column.histogram
    if len(bins) < FEWEST_BARS:
        return []
    step = min(bin_.high - bin_.low for bin_ in bins[1:-1])
    shift = 0.5 if column.integers and step == 1 else 0.0
    inner = bins[1].low - shift
    last = len(bins) - 1
    return [
        Bin(
            low=round(inner + (i - 1) * step, 10),
            high=round(inner + i * step, 10),
            count=bin_.count,
            open=i in {0, last} and bin_.high - bin_.low > 1.01 * step,
        )
        for i, bin_ in enumerate(bins)
    ]


def distribution(table: str, column: ColumnProfile) -> Chart | None:
    """The chart of one measure; None where its profile holds too little."""
    shown, quantiles = bars_of(column), column.quantiles
    median, p95 = (None, None) if quantiles is None else (number(quantiles.p50), number(quantiles.p95))
    if not shown or median is None or p95 is None:
        return None
    step = shown[0].high - shown[0].low
    evidence = Evidence(table, slug_of("distribution", column.name))
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
        subtitle=f"Rows by {column.name}{in_unit(column)}, bins of {quantity(column, step)}",
        consequence=_consequence(column, evidence),
        note=_note(column),
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

    if quantiles.p95 == column.min:
        return ["At least nineteen in twenty values of ", Code(code=column.name), " are ", cite("p95", quantiles.p95)]
    if is_skewed and quantiles.p50 == column.min:
        return [
            *("At least half of the values of ", Code(code=column.name), " are ", cite("p50", quantiles.p50)),
            *(", one in twenty lies above ", cite("p95", quantiles.p95)),
        ]
    if is_skewed and (column.skewness or 0) > 0:
        return [
            "Half of the values of ",
            Code(code=column.name),
            " lie below ",
            cite("p50", quantiles.p50),
            ", one in twenty above ",
            cite("p95", quantiles.p95),
        ]
    if is_skewed:
        return [
            "Half of the values of ",
            Code(code=column.name),
            " lie above ",
            cite("p50", quantiles.p50),
            ", one in twenty below ",
            cite("p05", quantiles.p05),
        ]
    return [
        "Nine in ten values of ", Code(code=column.name), " lie between ", cite("p05", quantiles.p05), " and ", cite("p95", quantiles.p95),
        ", the median is ", cite("p50", quantiles.p50),
    ]  # fmt: skip


def _consequence(column: ColumnProfile, evidence: Evidence) -> Text:
    median = number(column.quantiles.p50) if column.quantiles else None
    if column.mean is None or median is None or not column.std or abs(column.mean - median) < 0.1 * column.std:
        return []
    mean = evidence.profile(column.mean, quantity(column, column.mean), "columns", column.name, "mean")
    return ["Report the median and a tail share: the mean, ", mean, ", is drawn by the few extreme values."]


def _note(column: ColumnProfile) -> str:
    bins = column.histogram
    step = min(bin_.high - bin_.low for bin_ in bins[1:-1])
    parts: list[str] = []
    for side, bin_, low, high in (("left", bins[0], column.min, bins[0].high), ("right", bins[-1], bins[-1].low, column.max)):
        if bin_.high - bin_.low > 1.01 * step:
            share, ends = numbers.pct(bin_.count / column.count), [quantity(column, number(end)) for end in (low, high)]
            parts.append(f"The grey bar at the {side} holds all {numbers.integer(bin_.count)} rows ({share}) from {ends[0]} to {ends[1]}.")
    if column.nulls:
        parts.append(f"{numbers.integer(column.nulls)} rows without a value are left out.")
    if column.sampled_rows and column.quantiles_error is not None:
        sampled, off = numbers.integer(column.sampled_rows), numbers.with_unit(column.quantiles_error, column.unit)
        parts.append(
            f"The bars count all rows; median and percentiles come from a sample of {sampled}, at most {off} off (99 % confidence)."
        )
    return " ".join(parts)
