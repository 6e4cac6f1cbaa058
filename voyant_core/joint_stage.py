"""The contract of a stage over several tables: it runs once, when the stages of each table have ended.

A joint stage is one `JointStage` object in `voyant_assets/joint_stages/` (module attribute `STAGE`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voyant_core.keys import TableAddress
from voyant_core.model.artifact import Artifact
from voyant_core.model.job import Plan, StageRun
from voyant_core.model.source import FoundTable, Landing
from voyant_core.model.table import TableSnapshot
from voyant_core.ports import GuardedQuery, QueryEngine
from voyant_core.stage import StageDeclaration, StageResult


@dataclass(frozen=True, slots=True)
class JointTable:
    """One table as joint stages see it.

    `label` is also the view under which `engine` reads it. `snapshot` is None when the table was not ingested; `progress` then tells why.
    `results` holds the models of the table's stages that were computed, by name; `artifacts` are theirs (names start with `<label>/`).
    """

    label: str
    title: str
    address: TableAddress
    found: FoundTable
    landing: Landing
    snapshot: TableSnapshot | None
    results: Mapping[str, Any]
    artifacts: tuple[Artifact, ...]
    progress: tuple[StageRun, ...]


@dataclass(frozen=True, slots=True)
class JointContext:
    """What a joint stage gets: the tables in the plan's order, and the results, artifacts and states of the joint stages so far."""

    tenant: str
    plan: Plan
    source_title: str
    tables: tuple[JointTable, ...]
    parameters: Any
    engine: QueryEngine
    guarded: GuardedQuery
    results: Mapping[str, Any]
    artifacts: tuple[Artifact, ...]
    progress: tuple[StageRun, ...]

    @property
    def ingested(self) -> tuple[JointTable, ...]:
        return tuple(table for table in self.tables if table.snapshot is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class JointStage(StageDeclaration):
    """A stage over several tables. `needs` and `wants` name other joint stages; `reads` the tables' stages whose models it looks at."""

    run: Callable[[JointContext], StageResult]
    reads: tuple[str, ...] = ()
