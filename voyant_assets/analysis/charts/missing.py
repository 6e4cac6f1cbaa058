"""Which columns are empty together: the patterns of missing values."""

from __future__ import annotations

from voyant_assets.analysis.charts.evidence import Evidence, colour_key, slug_of
from voyant_assets.analysis.wording import numbers
from voyant_assets.charting.forms import Missingness, NullRow
from voyant_core.model.chart import Chart, Code, DataTable, Text
from voyant_core.model.profile import NullPattern, TableProfile

PATTERNS, COLUMNS, NAMED = 5, 12, 2


def missing_together(table: str, profile: TableProfile) -> Chart | None:
    """The matrix of the most frequent patterns; None when fewer than two columns are ever empty."""
    found = [(place, _sometimes_filled(pattern, profile)) for place, pattern in enumerate(profile.missingness.patterns)]
    places, patterns = (
        [place for place, pattern in found if pattern.columns],
        [pattern for _, pattern in found if pattern.columns][:PATTERNS],
    )
    involved = {name for pattern in patterns for name in pattern.columns}
    if len(involved) < 2 or not profile.rows:
        return None
    worst = sorted((profile.columns[name] for name in involved), key=lambda column: (-column.nulls, column.position))
    names = [column.name for column in worst[:COLUMNS]]
    evidence = Evidence(table, slug_of("missing_together"))
    cut = len(worst) - len(names)
    return Chart(
        slug=evidence.slug,
        kind="missing",
        salience=round(min(0.75, 0.3 + 0.3 * worst[0].null_share + (0.1 if len(patterns[0].columns) > 1 else 0.0)), 4),
        form="missingness",
        title=_title(patterns[0], places[0], evidence),
        subtitle="Columns that are empty in the same rows, by share of all rows",
        consequence=["A figure over these columns leaves out the same rows, not rows at random."] if len(patterns[0].columns) > 1 else [],
        note=f"{numbers.integer(cut)} more columns are left out." if cut else "",
        facts=evidence.facts,
        columns=names,
        arguments=Missingness(
            columns=names,
            patterns=[
                NullRow(
                    text=numbers.pct(pattern.rows / profile.rows), missing=[names.index(name) for name in pattern.columns if name in names]
                )
                for pattern in patterns
            ],
        ).model_dump(),
        table=DataTable(
            headers=["Empty columns", "Rows", "Share of all rows"],
            rows=[[", ".join(p.columns), numbers.integer(p.rows), numbers.pct(p.rows / profile.rows)] for p in patterns],
        ),
        key=colour_key(("series-2", "empty"), ("rule-2", "filled (small mark)")),
    )


def _sometimes_filled(pattern: NullPattern, profile: TableProfile) -> NullPattern:
    """The pattern without columns that are always empty: those are empty together with everything."""
    names = [name for name in pattern.columns if name in profile.columns and profile.columns[name].count > 0]
    return NullPattern(columns=names, rows=pattern.rows)


def _title(pattern: NullPattern, place: int, evidence: Evidence) -> Text:
    rows = evidence.profile(pattern.rows, numbers.integer(pattern.rows), "missingness", "patterns", place, "rows")
    named = pattern.columns[: NAMED if len(pattern.columns) > NAMED + 1 else NAMED + 1]
    more = len(pattern.columns) - len(named)
    text: Text = [rows, " rows lack "]
    for i, name in enumerate(named):
        is_last = i == len(named) - 1 and not more
        text += [*([" and " if is_last else ", "] if i else []), Code(code=name)]
    if more:
        text += [f" and {more} more columns"]
    return [*text, " together"] if len(pattern.columns) > 1 else [*text, " and nothing else"]
