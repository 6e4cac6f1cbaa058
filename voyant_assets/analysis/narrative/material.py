"""What the detectors read: the models of one table, each with the name of its artifact, and how a finding is made from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from voyant_assets.analysis.narrative.evidence import Evidence, Show, Step
from voyant_assets.analysis.narrative.phrases import say
from voyant_assets.analysis.wording import numbers
from voyant_core.keys import slugify
from voyant_core.model.chart import ChartSet, Citation, Text
from voyant_core.model.kpi import KpiReport
from voyant_core.model.narrative import Finding
from voyant_core.model.profile import ColumnProfile, TableProfile
from voyant_core.model.quality import QualityReport, Severity

Section = Literal["charts", "kpis", "quality", "columns", "relationships", "missing"]

FLOOR: dict[Severity, float] = {"high": 0.7, "medium": 0.4, "low": 0.1}
"""Where a severity's salience begins: a finding that would mislead a decision always stands before one that would not."""
SPAN = 0.3


@dataclass(frozen=True, slots=True)
class Material:
    """The results of one table's stages; what is None was not made."""

    table: str
    title: str
    profile: TableProfile
    quality: QualityReport | None = None
    kpis: KpiReport | None = None
    charts: ChartSet | None = None

    @property
    def rows(self) -> int:
        return self.profile.rows

    @property
    def columns(self) -> list[ColumnProfile]:
        return self.profile.ordered()

    def profile_figure(self, show: Show, *path: Step) -> Citation:
        return Evidence(f"{self.table}/profile.json", self.profile).cite(show, *path)

    def column_figure(self, show: Show, column: str, *path: Step) -> Citation:
        return self.profile_figure(show, "columns", column, *path)

    def basis(self, column: ColumnProfile) -> Text:
        """What a sentence must add that rests on the column's quantiles: nothing, or that they are estimates, and how good."""
        if column.sampled_rows is None or column.quantiles_error is None:
            return []
        return say(
            " The percentiles come from a sample of {} rows: with {} confidence they are at most {} off.",
            self.column_figure(numbers.integer, column.name, "sampled_rows"),
            self.profile_figure(numbers.pct, "sampling", "confidence"),
            self.column_figure(in_unit(column), column.name, "quantiles_error"),
        )

    def quality_figure(self, show: Show, *path: Step) -> Citation:
        if self.quality is None:
            raise ValueError("there is no quality report to cite")
        return Evidence(f"{self.table}/quality.json", self.quality).cite(show, *path)

    def kpi_figure(self, show: Show, *path: Step) -> Citation:
        if self.kpis is None:
            raise ValueError("there are no key figures to cite")
        return Evidence(f"{self.table}/kpis.json", self.kpis).cite(show, *path)


def finding(
    kind: str,
    severity: Severity,
    weight: float,
    text: Text,
    consequence: Text,
    *,
    columns: Sequence[str] = (),
    section: Section = "columns",
    key: str | None = None,
    chart: str | None = None,
) -> Finding:
    """A finding; `weight` (0..1) ranks it among those of its severity. `key` keeps two of one kind on the same columns apart."""
    return Finding(
        id=f"{kind}:{slugify(key if key is not None else ' '.join(columns), 'table')}",
        kind=kind,
        severity=severity,
        salience=round(FLOOR[severity] + SPAN * min(1.0, max(0.0, weight)), 4),
        text=text,
        consequence=consequence,
        columns=list(columns),
        section=section,
        chart=chart,
    )


def in_unit(column: ColumnProfile) -> Show:
    """Writes a value of the column: with its unit, a date as a date."""
    return lambda value: numbers.date(value) if isinstance(value, str) else numbers.with_unit(value, column.unit)
