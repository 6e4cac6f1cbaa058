"""What the rows, or the total of a measure that adds up, are made of: shares by the groups of one dimension."""

from __future__ import annotations

from collections.abc import Sequence

from voyant_assets.analysis.charts.columns import SMALL
from voyant_assets.analysis.charts.evidence import Evidence, quantity, slug_of
from voyant_assets.analysis.charts.groups import Group, lumped
from voyant_assets.analysis.wording import numbers
from voyant_assets.charting.forms import Bar, Bars
from voyant_core.model.chart import Chart, Citation, Code, DataTable, Text
from voyant_core.model.profile import ColumnProfile

LEADING = 3
EVEN = 0.02
"""Excess of the largest share over an equal one, below which the groups count as even."""


def row_shares(table: str, dimension: ColumnProfile) -> Chart | None:
    """How the rows spread over the groups, from the profile's most frequent values."""
    top = dimension.top
    if len(top) < 2 or dimension.count == 0:
        return None
    rest = dimension.count - sum(value.count for value in top)
    bars = [(numbers.scalar(value.value), value.count) for value in top]
    if rest > 0:
        bars.append((f"Other ({numbers.integer(max(1, dimension.distinct - len(top)))})", rest))
    evidence = Evidence(table, slug_of("rows", "by", dimension.name))
    share = evidence.profile(top[0].share, numbers.pct(top[0].share), "columns", dimension.name, "top", 0, "share")
    leading = _leading(evidence, [value.share for value in top], dimension.distinct)
    return _chart(evidence, dimension, bars, dimension.count, share, leading, "rows", [numbers.integer(count) for _, count in bars])


def total_shares(table: str, dimension: ColumnProfile, measure: ColumnProfile, place: int, groups: Sequence[Group]) -> Chart | None:
    """How the total of an additive measure spreads over the groups; None where a part is negative."""
    named = [group for group in groups if group.key[0] is not None and group.filled[place]]
    total = sum(group.sums[place] for group in named)
    if len(named) < 2 or total <= 0 or any(group.sums[place] < 0 for group in named):
        return None
    kept, other, _ = lumped(named, SMALL, order=place)
    shown = [*kept, *([other] if other else [])]
    bars = [(group.label, group.sums[place]) for group in shown]
    evidence = Evidence(table, slug_of(measure.name, "total by", dimension.name))
    first = evidence.fact("share", bars[0][1] / total, numbers.pct(bars[0][1] / total))
    leading = _leading(evidence, [group.sums[place] / total for group in kept], len(named))
    texts = [quantity(measure, value) for _, value in bars]
    return _chart(evidence, dimension, bars, total, first, leading, measure, texts)


def _leading(evidence: Evidence, shares: Sequence[float], levels: int) -> Citation | None:
    """The share of the three largest, where that is more than the first and less than all."""
    if levels <= LEADING + 1 or len(shares) < LEADING:
        return None
    share = sum(shares[:LEADING])
    return evidence.fact("leading_share", share, numbers.pct(share))


def _chart(
    evidence: Evidence,
    dimension: ColumnProfile,
    bars: Sequence[tuple[str, float]],
    total: float,
    first: Citation,
    leading: Citation | None,
    what: ColumnProfile | str,
    texts: Sequence[str],
) -> Chart:
    of: Text = ["the rows"] if isinstance(what, str) else ["all ", Code(code=what.name)]
    share = bars[0][1] / total
    levels = max(dimension.distinct, len(bars))
    excess = (share - 1 / levels) / (1 - 1 / levels) if levels > 1 else 0.0
    strong = LEADING if leading else 1
    shown = [
        Bar(label=label, value=value, text=f"{text} · {numbers.pct(value / total)}", strong=i < strong)
        for i, ((label, value), text) in enumerate(zip(bars, texts, strict=True))
    ]
    tail = [", the three largest ", leading] if leading else []
    is_even = excess < EVEN
    title: Text = [Code(code=dimension.name), " ", Code(code=bars[0][0]), " holds ", first, " of ", *of, *tail]
    if is_even:
        title = [Code(code=dimension.name), " divides ", *of, " almost evenly: no group holds more than ", first]
    measured = "Rows" if isinstance(what, str) else f"Total {what.name}"
    unit = "" if isinstance(what, str) or not what.unit else f" in {what.unit}"
    return Chart(
        slug=evidence.slug,
        kind="composition",
        salience=0.2
        if is_even
        else round((0.24 if isinstance(what, str) else 0.4) + 0.3 * max(0.0, excess) + (0.05 if levels > 2 else 0.0), 4),
        form="bars",
        title=title,
        subtitle=f"{measured}{unit} by {dimension.name}, and share of all with a value",
        consequence=["Averages over all rows speak mostly of this group."] if share >= 0.5 else [],
        note=f"{numbers.integer(dimension.nulls)} rows without {dimension.name} are left out." if dimension.nulls else "",
        facts=evidence.facts,
        columns=[dimension.name] if isinstance(what, str) else [what.name, dimension.name],
        arguments=Bars(rows=shown).model_dump(),
        table=DataTable(
            headers=[dimension.name, measured, "Share"],
            rows=[[label, text, numbers.pct(value / total)] for (label, value), text in zip(bars, texts, strict=True)],
        ),
    )
