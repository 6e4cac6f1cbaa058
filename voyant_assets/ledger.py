"""What a run writes down about one table: stage states, artifacts, inputs and lineage, each stage in one transaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from resources.metadata.artifacts import Computed, Link, NewStage
from resources.metadata.database import repeatable
from resources.metadata.store import MetadataStore
from voyant_core.keys import TABLE_STAGE, TableAddress
from voyant_core.model.artifact import Artifact, ManifestInput
from voyant_core.model.job import Job, PlannedTable, StageRun, StageState
from voyant_core.model.lineage import LineageEdge
from voyant_core.model.table import TableSnapshot
from voyant_core.stage import CheckOutcome, StageResult


@dataclass(frozen=True, slots=True)
class ComputedStage:
    """A stage's artifacts under the key by which they can be reused.

    `told` is what Dagit shows of it (`shown`, `as_told`); `feeds` are the stages whose results it read.
    """

    name: str
    code_version: str
    key: str
    files: list[Computed]
    told: dict[str, Any]
    feeds: Sequence[str]


def as_told(result: StageResult) -> dict[str, Any]:
    """Metadata, preview and checks of a result as JSON, so that a reused stage shows what the computed one did."""
    return {"metadata": dict(result.metadata), "preview": result.preview, "checks": [dataclasses.asdict(check) for check in result.checks]}


def shown(told: dict[str, Any]) -> StageResult:
    """The inverse of `as_told`; a model and outputs it has not."""
    checks = tuple(CheckOutcome(**check) for check in told["checks"])
    return StageResult(model=None, metadata=told["metadata"], preview=told["preview"], checks=checks)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The record of one table of one job."""

    store: MetadataStore
    job: Job
    table: PlannedTable
    run_id: str
    engine: str

    @property
    def address(self) -> TableAddress:
        return TableAddress(self.job.tenant, self.table.source, self.table.name)

    @repeatable
    def started(self, stage: StageRun) -> None:
        jobs = self.store.jobs(self.job.tenant)
        with self.store.database.write() as connection:
            jobs.lock(connection, self.job.id)
            jobs.record_stage(connection, self.job.id, stage)

    @repeatable
    def ended(self, stage: StageRun, snapshot: TableSnapshot | None, computed: ComputedStage | None) -> list[Artifact]:
        """Record how a stage ended, with what it made; the artifacts as this job names them."""
        jobs, artifacts = self.store.jobs(self.job.tenant), self.store.artifacts(self.job.tenant)
        linked: list[Artifact] = []
        with self.store.database.write() as connection:
            jobs.lock(connection, self.job.id)
            if stage.state.is_done and snapshot is not None:
                if stage.name == TABLE_STAGE:
                    jobs.record_input(connection, self.job.id, self.table.label, self._input(snapshot))
                    artifacts.add_lineage(connection, [self._edge(self._source_urn, self._table_urn, "ingest")])
                if computed is not None:
                    new = NewStage(computed.files, computed.told, snapshot.content_version, computed.code_version)
                    artifacts.add(connection, computed.key, new)
                    reused = stage.state is StageState.REUSED
                    link = Link(self.job.id, self.table.label, self.address.asset_key(stage.name), self.run_id, reused)
                    linked = artifacts.link(connection, computed.key, link)
                    artifacts.add_lineage(connection, list(self._edges(computed, linked)))
            jobs.record_stage(connection, self.job.id, stage)
        return linked

    def _input(self, snapshot: TableSnapshot) -> ManifestInput:
        part = self.table.found.landing
        is_part = part is not None and part.sha256 == snapshot.landing_sha256
        return ManifestInput(
            source_id=self.table.source_id,
            table=str(self.address),
            snapshot_id=snapshot.snapshot_id,
            content_version=snapshot.content_version,
            rows=snapshot.rows,
            landing_sha256=self.table.landing.sha256 if is_part else snapshot.landing_sha256,
            part_sha256=snapshot.landing_sha256 if is_part else None,
            engine=self.engine,
            engine_reason=f"{snapshot.size_bytes / 1e6:.3g} MB of Parquet: fits the run's memory",
        )

    def _edges(self, computed: ComputedStage, linked: list[Artifact]) -> Generator[LineageEdge]:
        stage = self._stage_urn(computed.name)
        for feed in computed.feeds:
            yield self._edge(self._table_urn if feed == TABLE_STAGE else self._stage_urn(feed), stage, "compute")
        for artifact in linked:
            yield self._edge(stage, f"urn:voyant:{self.job.tenant}:artifact:{artifact.sha256}", "produce")

    def _edge(self, upstream: str, downstream: str, kind: str) -> LineageEdge:
        return LineageEdge.model_validate({"upstream": upstream, "downstream": downstream, "kind": kind, "job_id": self.job.id})

    @property
    def _source_urn(self) -> str:
        return f"urn:voyant:{self.job.tenant}:source:{self.table.source}"

    @property
    def _table_urn(self) -> str:
        return f"urn:voyant:{self.job.tenant}:table:{self.address}"

    def _stage_urn(self, name: str) -> str:
        return f"urn:voyant:{self.job.tenant}:stage:{self.address}.{name}"
