"""What the report over several tables is made of. No clock, no id, no path: the same inputs give the same bytes."""

from __future__ import annotations

from dataclasses import dataclass

from voyant_core.model.artifact import Artifact
from voyant_core.model.job import StageRun
from voyant_core.model.kpi import KpiReport
from voyant_core.model.narrative import Narrative
from voyant_core.model.profile import TableProfile
from voyant_core.model.quality import QualityReport
from voyant_core.model.relationship import RelationshipReport


@dataclass(frozen=True, slots=True)
class TableInputs:
    """One table of the request. What was not made is None; `progress` tells why."""

    label: str
    title: str
    profile: TableProfile | None
    quality: QualityReport | None
    narrative: Narrative | None
    has_report: bool
    progress: tuple[StageRun, ...]


@dataclass(frozen=True, slots=True)
class JointInputs:
    source: str
    narrative: Narrative
    tables: tuple[TableInputs, ...]
    relationships: RelationshipReport | None
    kpis: KpiReport | None
    progress: tuple[StageRun, ...]
    artifacts: tuple[Artifact, ...]
    engine: str
