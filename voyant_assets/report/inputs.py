"""What a report page is made of. No clock, no id, no path: the same inputs give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voyant_assets.analysis.narrative.evidence import Evidence
from voyant_core.model.artifact import Artifact
from voyant_core.model.chart import Chart
from voyant_core.model.job import StageRun, StageState
from voyant_core.model.kpi import KpiReport
from voyant_core.model.narrative import Narrative
from voyant_core.model.profile import TableProfile
from voyant_core.model.quality import QualityReport
from voyant_core.model.source import Landing, Origin, ReadOptions


@dataclass(frozen=True, slots=True)
class DrawnChart:
    """A chart and its two drawings as safe inline SVG: for the page and for a phone."""

    chart: Chart
    wide: str
    narrow: str


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """`charts` None: the stage made none, as quality and kpis."""

    table: str
    source: str
    narrative: Narrative
    profile: TableProfile
    quality: QualityReport | None
    kpis: KpiReport | None
    charts: tuple[DrawnChart, ...] | None
    progress: tuple[StageRun, ...]
    artifacts: tuple[Artifact, ...]
    landing: Landing
    read: ReadOptions
    engine: str
    code_versions: Mapping[str, str]
    origin: Origin | None = None

    @property
    def figures(self) -> list[DrawnChart]:
        """The charts in the order of the page: as they came, but a half page is not left beside a hole while another could fill it."""
        rest, placed = list(self.charts or ()), list[DrawnChart]()
        while rest:
            alone = sum(drawn.chart.size == "half" for drawn in placed) % 2 == 1
            fits = [drawn for drawn in rest if drawn.chart.size == "half"] if alone else []
            placed.append((fits or rest)[0])
            rest.remove(placed[-1])
        return placed

    def shows(self, kind: str) -> bool:
        """Is there a chart of this kind?"""
        return any(drawn.chart.kind == kind for drawn in self.charts or ())

    def evidence(self, file: str) -> Evidence:
        """The artifact `<table>/<file>` of one of the models here."""
        models = {"profile.json": self.profile, "quality.json": self.quality, "kpis.json": self.kpis}
        model = models[file]
        if model is None:
            raise ValueError(f"{file} was not made")
        return Evidence(f"{self.table}/{file}", model)


@dataclass(frozen=True, slots=True)
class Absence:
    """Why a section has no content: shown where the content would be."""

    state: str
    code: str
    reason: str


def absence(inputs: ReportInputs, stage: str) -> Absence:
    run = next((run for run in inputs.progress if run.name == stage), None)
    if run is None or run.state not in {StageState.SKIPPED, StageState.FAILED}:
        return Absence("not made", "", "This stage was not part of the request.")
    return Absence(str(run.state), run.code or "", run.reason or "")
