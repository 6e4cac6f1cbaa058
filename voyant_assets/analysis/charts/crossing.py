"""Two dimensions at once: how their groups go together, and whether two groups differ everywhere in a measure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from voyant_assets.analysis.charts.evidence import Evidence, colour_key, in_unit, quantity, slug_of
from voyant_assets.analysis.charts.groups import Group, collapsed
from voyant_assets.analysis.wording import numbers
from voyant_assets.charting.forms import Dumbbell, HeatMap, Pair
from voyant_core.model.chart import Chart, Code, DataTable, Text
from voyant_core.model.profile import ColumnProfile

FEWEST_ROWS, FEWEST_FILLED = 20, 5
ASSOCIATED, SAME = 0.15, 0.97
CLASSES = [round((i + 1) / 6, 4) for i in range(6)]


def crossed(groups: Sequence[Group], a: int, b: int) -> list[Group]:
    """Groups by the values at places `a` and `b` only, without those where one is null."""
    found: list[Group] = []
    for value in sorted({group.key[a] for group in groups if group.key[a] is not None}, key=str):
        same = [group for group in groups if group.key[a] == value and group.key[b] is not None]
        found += [Group((value, *group.key), group.rows, group.filled, group.sums) for group in collapsed(same, b)]
    return found


def cramers_v(cells: Sequence[Group]) -> float:
    """Cramér's V of a table of two dimensions, with the bias correction of Bergsma (2013)."""
    rows = {group.key[0] for group in cells}
    columns = {group.key[1] for group in cells}
    total = sum(group.rows for group in cells)
    if len(rows) < 2 or len(columns) < 2 or total < FEWEST_ROWS:
        return 0.0
    by_row = {value: sum(g.rows for g in cells if g.key[0] == value) for value in rows}
    by_column = {value: sum(g.rows for g in cells if g.key[1] == value) for value in columns}
    phi2 = sum(g.rows**2 / (by_row[g.key[0]] * by_column[g.key[1]]) for g in cells) - 1
    r, k = len(rows), len(columns)
    corrected = max(0.0, phi2 - (r - 1) * (k - 1) / (total - 1))
    r_corrected, k_corrected = r - (r - 1) ** 2 / (total - 1), k - (k - 1) ** 2 / (total - 1)
    smaller = min(r_corrected, k_corrected) - 1
    return math.sqrt(min(1.0, corrected / smaller)) if smaller > 0 else 0.0


def association(table: str, across: ColumnProfile, down: ColumnProfile, cells: Sequence[Group]) -> Chart | None:
    """How the rows of each group of `down` (first in the keys) spread over `across`; None where they hardly depend, or say the same."""
    v = cramers_v(cells)
    if not ASSOCIATED <= v < SAME:
        return None
    count = {(group.key[0] or "", group.key[1] or ""): group.rows for group in cells}
    ys, xs = (
        sorted({key[i] for key in count}, key=lambda value, i=i: (-sum(n for k, n in count.items() if k[i] == value), value))
        for i in (0, 1)
    )
    total = sum(count.values())
    of_y = {y: sum(count.get((y, x), 0) for x in xs) for y in ys}
    overall = {x: sum(count.get((y, x), 0) for y in ys) / total for x in xs}
    share = {(y, x): count.get((y, x), 0) / of_y[y] for y in ys for x in xs}
    large = [y for y in ys if of_y[y] >= FEWEST_ROWS]
    if not large:
        return None
    y, x = max(((y, x) for y in large for x in xs), key=lambda at: (round(share[at] - overall[at[1]], 9), at))
    evidence = Evidence(table, slug_of(down.name, "with", across.name))
    cited = evidence.fact("share", share[y, x], numbers.pct(share[y, x]))
    usual = evidence.fact("usual_share", overall[x], numbers.pct(overall[x]))
    evidence.facts |= {"group": y, "value": x}
    strength = evidence.fact("cramers_v", v, numbers.r2(v))
    shares = [[share[y, x] if of_y[y] >= FEWEST_ROWS else None for x in xs] for y in ys]
    listed = [[y, *("" if s is None else numbers.pct(s) for s in line)] for y, line in zip(ys, shares, strict=True)]
    cell: Text = [Code(code=down.name), " ", Code(code=y), " is ", Code(code=across.name), " ", Code(code=x)]
    return Chart(
        slug=evidence.slug,
        kind="composition",
        salience=round(max(0.0, 0.26 + 0.4 * v), 4),
        form="heat_map",
        size="full" if len(xs) > 5 else "half",
        title=[cited, " of ", *cell, ", against ", usual, " of all rows"],
        subtitle=f"Share of the rows of each {down.name} by {across.name}",
        consequence=["The two dimensions go together (Cramér’s V ", strength, "): a gap in one may come from the other."],
        note=f"Groups with fewer than {FEWEST_ROWS} rows are left empty." if len(large) < len(ys) else "",
        facts=evidence.facts,
        columns=[down.name, across.name],
        arguments=HeatMap(
            xs=xs, ys=ys, values=shares, texts=[["" if s is None else numbers.pct(s, 0) for s in line] for line in shares], classes=CLASSES
        ).model_dump(),
        table=DataTable(headers=[down.name, *xs], rows=listed),
        key=colour_key(("seq-1", "to 16.7%"), ("seq-3", "to 50%"), ("seq-6", "to 100%")),
    )


def two_groups(
    table: str, dimension: ColumnProfile, pair: ColumnProfile, measure: ColumnProfile, place: int, cells: Sequence[Group]
) -> Chart | None:
    """`measure` by `dimension` for the two groups of `pair` (second in the keys); None unless at least two rows of the chart are solid."""
    names = sorted({group.key[1] or "" for group in cells})
    if len(names) != 2:
        return None
    by_key = {(group.key[0] or "", group.key[1] or ""): group for group in cells if group.filled[place] >= FEWEST_FILLED}
    labels = [label for label in sorted({key[0] for key in by_key}) if all((label, name) in by_key for name in names)]
    if len(labels) < 2 or not measure.std:
        return None
    means = {key: group.mean(place) or 0.0 for key, group in by_key.items()}
    gaps = {label: means[label, names[1]] - means[label, names[0]] for label in labels}
    labels.sort(key=lambda label: (-abs(gaps[label]), label))
    widest = labels[0]
    higher, lower = (names[1], names[0]) if gaps[widest] > 0 else (names[0], names[1])
    same_way = sum(1 for gap in gaps.values() if gap * gaps[widest] > 0)
    evidence = Evidence(table, slug_of(measure.name, "by", dimension.name, "and", pair.name))
    cited = [
        evidence.fact(key, means[widest, name], quantity(measure, means[widest, name])) for key, name in (("high", higher), ("low", lower))
    ]
    evidence.facts |= {"group": widest, "high_group": higher, "low_group": lower}
    agreeing = evidence.fact("agreeing", same_way, numbers.integer(same_way))
    effect = sum(abs(gap) for gap in gaps.values()) / len(gaps) / measure.std
    left_out = len(labels) < len({group.key[0] for group in cells})
    where: Text = [" in ", agreeing, f" of {len(labels)} ", Code(code=dimension.name), " groups: "]
    rows = [_pair(label, means[label, names[0]], means[label, names[1]], measure) for label in labels]
    return Chart(
        slug=evidence.slug,
        kind="group_gap",
        salience=round(min(0.8, 0.2 + 0.3 * effect), 4),
        form="dumbbell",
        title=[
            *(Code(code=pair.name), " ", Code(code=higher), " has the higher mean ", Code(code=measure.name), *where),
            *(cited[0], " against ", cited[1], " in ", Code(code=widest)),
        ],
        subtitle=f"Mean {measure.name}{in_unit(measure)} by {dimension.name}, {names[0]} against {names[1]}",
        note=f"Groups with fewer than {FEWEST_FILLED} values are left out." if left_out else "",
        facts=evidence.facts,
        columns=[measure.name, dimension.name, pair.name],
        arguments=Dumbbell(rows=rows, a_name=names[0], b_name=names[1]).model_dump(),
        table=DataTable(headers=[dimension.name, *names], rows=[[row.label, row.a_text, row.b_text] for row in rows]),
    )


def _pair(label: str, a: float, b: float, measure: ColumnProfile) -> Pair:
    return Pair(label=label, a=a, b=b, a_text=quantity(measure, a), b_text=quantity(measure, b))
