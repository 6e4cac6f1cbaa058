"""What a run writes down about one table, or about several together: stage states, artifacts, inputs and lineage.

Each stage is one transaction.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resources.metadata.artifacts import Computed, Link, NewStage
from resources.metadata.database import repeatable
from resources.metadata.store import MetadataStore
from voyant_core.keys import TABLE_STAGE, JointAddress, TableAddress
from voyant_core.model.artifact import Artifact, ManifestInput
from voyant_core.model.job import Job, PlannedTable, StageRun, StageState
from voyant_core.model.lineage import LineageEdge
from voyant_core.model.table import TableSnapshot
from voyant_core.stage import CheckOutcome, StageResult


@dataclass(frozen=True, slots=True)
class ComputedStage:
    """A stage's artifacts under the key by which they can be reused.

    `told` is what Dagit shows of it (`shown`, `as_told`); `feeds` are the URNs of what it read.
    """

    name: str
    code_version: str
    key: str
    files: list[Computed]
    told: dict[str, Any]
    feeds: Sequence[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the stages of a ledger read: the tables by label, and the version that stands for all of them."""

    content_version: str
    inputs: Mapping[str, ManifestInput]


def as_told(result: StageResult) -> dict[str, Any]:
    """Metadata, preview and checks of a result as JSON, so that a reused stage shows what the computed one did."""
    return {"metadata": dict(result.metadata), "preview": result.preview, "checks": [dataclasses.asdict(check) for check in result.checks]}


def shown(told: dict[str, Any]) -> StageResult:
    """The inverse of `as_told`; a model and outputs it has not."""
    checks = tuple(CheckOutcome(**check) for check in told["checks"])
    return StageResult(model=None, metadata=told["metadata"], preview=told["preview"], checks=checks)


def input_of(table: PlannedTable, snapshot: TableSnapshot, engine: str) -> ManifestInput:
    part = table.found.landing
    is_part = part is not None and part.sha256 == snapshot.landing_sha256
    return ManifestInput(
        source_id=table.source_id,
        table=str(snapshot.address),
        snapshot_id=snapshot.snapshot_id,
        content_version=snapshot.content_version,
        rows=snapshot.rows,
        landing_sha256=table.landing.sha256 if is_part else snapshot.landing_sha256,
        part_sha256=snapshot.landing_sha256 if is_part else None,
        engine=engine,
        engine_reason=f"{snapshot.size_bytes / 1e6:.3g} MB of Parquet: fits the run's memory",
    )


def table_urn(address: TableAddress) -> str:
    return f"urn:voyant:{address.tenant}:table:{address}"


def stage_urn(address: TableAddress | JointAddress, stage: str) -> str:
    return f"urn:voyant:{address.tenant}:stage:{address}.{stage}"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The record of one job about what `address` names; `label` stands before the names of its artifacts."""

    store: MetadataStore
    job: Job
    label: str
    address: TableAddress | JointAddress
    run_id: str

    @repeatable
    def started(self, stage: StageRun) -> None:
        jobs = self.store.jobs(self.job.tenant)
        with self.store.database.write() as connection:
            jobs.lock(connection, self.job.id)
            jobs.record_stage(connection, self.job.id, stage)

    @repeatable
    def ended(self, stage: StageRun, reading: Reading | None, computed: ComputedStage | None) -> list[Artifact]:
        """Record how a stage ended, with what it read and made; the artifacts as this job names them."""
        jobs, artifacts = self.store.jobs(self.job.tenant), self.store.artifacts(self.job.tenant)
        linked: list[Artifact] = []
        with self.store.database.write() as connection:
            jobs.lock(connection, self.job.id)
            if stage.state.is_done and reading is not None:
                for label, used in reading.inputs.items():
                    jobs.record_input(connection, self.job.id, label, used)
                if stage.name == TABLE_STAGE and isinstance(self.address, TableAddress):
                    source = f"urn:voyant:{self.job.tenant}:source:{self.address.source}"
                    artifacts.add_lineage(connection, [self._edge(source, table_urn(self.address), "ingest")])
                if computed is not None:
                    new = NewStage(computed.files, computed.told, reading.content_version, computed.code_version)
                    artifacts.add(connection, computed.key, new)
                    reused = stage.state is StageState.REUSED
                    link = Link(self.job.id, self.label, self.address.asset_key(stage.name), self.run_id, reused)
                    linked = artifacts.link(connection, computed.key, link)
                    artifacts.add_lineage(connection, list(self._edges(computed, linked)))
            jobs.record_stage(connection, self.job.id, stage)
        return linked

    def _edges(self, computed: ComputedStage, linked: list[Artifact]) -> Generator[LineageEdge]:
        stage = stage_urn(self.address, computed.name)
        for feed in computed.feeds:
            yield self._edge(feed, stage, "compute")
        for artifact in linked:
            yield self._edge(stage, f"urn:voyant:{self.job.tenant}:artifact:{artifact.sha256}", "produce")

    def _edge(self, upstream: str, downstream: str, kind: str) -> LineageEdge:
        return LineageEdge.model_validate({"upstream": upstream, "downstream": downstream, "kind": kind, "job_id": self.job.id})
