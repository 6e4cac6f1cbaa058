"""The stages of one table, inside one Dagster op: ingest pins a snapshot, the others read it.

Dagster is not imported here: `voyant_assets.graph` turns outcomes into events.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from voyant_assets.catalogue import Catalogue
from voyant_assets.ledger import Ledger, Reading, input_of, stage_urn, table_urn
from voyant_assets.runtime.environment import Environment
from voyant_assets.walk import LEASE_WAIT_S, Attempt, Outcome, StageWalk, Work
from voyant_core import errors
from voyant_core.canonical import digest
from voyant_core.keys import TABLE_STAGE, TableAddress
from voyant_core.model.job import Job, PlannedTable, StageRun, StageState
from voyant_core.model.source import FoundTable, Landing, SourceRecord
from voyant_core.model.table import TableSnapshot
from voyant_core.stage import Stage, StageContext, StageSkipped


@dataclass(frozen=True, slots=True)
class Pinned:
    """The table at the snapshot that this run reads."""

    snapshot: TableSnapshot
    found: FoundTable


@dataclass(slots=True)
class TableRun:
    """One table of one job. `selected` are the stages to run; others are only looked up."""

    environment: Environment
    catalogue: Catalogue[Stage]
    job: Job
    table: PlannedTable
    source: SourceRecord
    run_id: str
    selected: frozenset[str]
    pinned: Pinned | None = None
    walk: StageWalk = field(init=False)

    def __post_init__(self) -> None:
        ledger = Ledger(self.environment.store, self.job, self.table.label, self.address, self.run_id)
        self.walk = StageWalk(self.environment, ledger, self._reading)

    @property
    def address(self) -> TableAddress:
        return TableAddress(self.job.tenant, self.table.source, self.table.name)

    @property
    def snapshot(self) -> TableSnapshot | None:
        return self.pinned.snapshot if self.pinned is not None else None

    def outcomes(self) -> Iterator[Outcome]:
        """Runs everything that is selected, yielding each stage as it ends."""
        if TABLE_STAGE in self.selected:
            yield self._attempted(TABLE_STAGE, self._ingest)
        else:
            self._take_up(None, {})
        for name, stage in self.catalogue.stages.items():
            if name in self.selected:
                yield self._attempted(name, functools.partial(self._stage, stage))
            else:
                self._look_up(stage, {})

    def resume(self, snapshot_id: str | None, known: Mapping[str, StageRun]) -> None:
        """Take up what was computed for the snapshot (None: the current one) without running anything.

        `known` are the stages that this job has run, by name: their ends, in their order, are part of what later ones depended on.
        """
        self._take_up(snapshot_id, known)
        for stage in self.catalogue.stages.values():
            self._look_up(stage, known)

    def _take_up(self, snapshot_id: str | None, known: Mapping[str, StageRun]) -> None:
        self._pin_at(snapshot_id)
        if TABLE_STAGE in known or self.pinned is not None:
            self.walk.progress.append(known.get(TABLE_STAGE) or self._succeeded(TABLE_STAGE))

    def _succeeded(self, name: str) -> StageRun:
        """The end of a stage that an earlier job ran: what hangs on it must be found under the same key."""
        rows = self.snapshot.rows if name == TABLE_STAGE and self.snapshot is not None else None
        return StageRun(table=self.table.label, name=name, state=StageState.SUCCEEDED, rows=rows)

    def _attempted(self, name: str, work: Attempt) -> Outcome:
        outcome = self.walk.attempted(name, work)
        found = self.pinned.found if self.pinned is not None else None
        return dataclasses.replace(outcome, snapshot=self.snapshot, found=found)

    def _reading(self) -> Reading | None:
        snapshot = self.snapshot
        if snapshot is None:
            return None
        used = input_of(self.table, snapshot, self.environment.engine.dialect)
        return Reading(snapshot.content_version, {self.table.label: used})

    def _need_table(self) -> Pinned:
        if self.pinned is None:
            raise StageSkipped(errors.STAGE_FAILED, f"needs the table {self.address}, which was not ingested")
        return self.pinned

    # -- ingest -----------------------------------------------------------------------------------------------------------

    def _ingest(self, started: StageRun, held: ExitStack) -> Outcome:
        from voyant_assets.stages import ingest

        environment, store = self.environment, self.environment.store
        found, landing = self.table.found, self.table.readable
        held.enter_context(store.leases.held(f"ingest:{self.address}", self.run_id, LEASE_WAIT_S))
        path = environment.landings.path(landing.sha256)
        ingested = ingest.ingest(self.address, found, landing, path, environment.lake, environment.engine)
        store.sources(self.job.tenant).add_version(self.source.id, ingested.snapshot, ingested.found)
        self._pin(ingested.snapshot, ingested.found)
        state = StageState.REUSED if ingested.reused else StageState.SUCCEEDED
        return Outcome(started.model_copy(update={"state": state, "rows": ingested.snapshot.rows}))

    def _pin_at(self, snapshot_id: str | None) -> None:
        """A run without ingest reads the newest version that was ingested."""
        snapshot = self.environment.lake.snapshot(self.address, snapshot_id)
        if snapshot is None:
            return
        sources = self.environment.store.sources(self.job.tenant)
        found = sources.version_found(self.source.id, self.table.name, snapshot.snapshot_id)
        self._pin(snapshot, found or self.table.found)

    def _pin(self, snapshot: TableSnapshot, found: FoundTable) -> None:
        self.pinned = Pinned(snapshot, found.model_copy(update={"name": self.table.label}))
        self.environment.engine.attach(self.table.label, snapshot)

    # -- stages -----------------------------------------------------------------------------------------------------------

    def _stage(self, stage: Stage, started: StageRun, held: ExitStack) -> Outcome:
        self.walk.refuse_without([need for need in stage.needs if need != TABLE_STAGE or self.snapshot is None])
        work = Work(stage, self._reuse_key(stage), self._feeds(stage), lambda: stage.run(self._context(stage)))
        return self.walk.perform(work, started, held)

    def _look_up(self, stage: Stage, known: Mapping[str, StageRun]) -> None:
        """A stage that is not run now: its artifacts of the same version feed the others, if they exist."""
        if self.snapshot is not None and all(need == TABLE_STAGE or self.walk.has(need) for need in stage.needs):
            self.walk.find(stage, self._reuse_key(stage), self._feeds(stage))
        if stage.name in known or self.walk.has(stage.name):
            self.walk.progress.append(known.get(stage.name) or self._succeeded(stage.name))

    def _feeds(self, stage: Stage) -> list[str]:
        names = [name for name in (*stage.needs, *stage.wants) if name == TABLE_STAGE or self.walk.has(name)]
        return [table_urn(self.address) if name == TABLE_STAGE else stage_urn(self.address, name) for name in names]

    def _reuse_key(self, stage: Stage) -> str:
        pinned = self._need_table()
        # the plan's KPIs reach later stages through the digests of what they made
        kpis = self.job.plan.kpis_of(self.table.label) if "kpi" in stage.produces else []
        return digest(
            {
                "stage": stage.name,
                "code": stage.code_version,
                "engine": self.environment.engine.version,
                "content": pinned.snapshot.content_version,
                "table": [
                    self.table.label,
                    pinned.found.title,
                    self.source.title,
                    pinned.found.read.model_dump(mode="json"),
                    pinned.found.origin and pinned.found.origin.model_dump(mode="json"),
                ],
                "parameters": self._parameters(stage).model_dump(mode="json"),
                "kpis": [kpi.model_dump() for kpi in kpis],
                "upstream": self.walk.digests((*stage.needs, *stage.wants)),
                "progress": self.walk.states() if stage.wants else [],
            }
        )

    def _parameters(self, stage: Stage) -> Any:
        return stage.parameters.model_validate(self.job.plan.params.get(stage.name, {}))

    def _context(self, stage: Stage) -> StageContext:
        pinned, environment = self._need_table(), self.environment
        return StageContext(
            tenant=self.job.tenant,
            plan=self.job.plan,
            source_title=self.source.title,
            found=pinned.found,
            landing=self.landing(),
            snapshot=pinned.snapshot,
            view=self.table.label,
            parameters=self._parameters(stage),
            engine=environment.engine,
            guarded=environment.guarded,
            results=self.walk.results((*stage.needs, *stage.wants)),
            artifacts=tuple(self.walk.artifacts),
            progress=tuple(self.walk.shown_progress()),
        )

    def landing(self) -> Landing:
        """The bytes behind the pinned snapshot; a run without ingest may have been planned for others."""
        landed = self.table.readable
        if self.pinned is None or landed.sha256 == self.pinned.snapshot.landing_sha256:
            return landed
        return Landing(sha256=self.pinned.snapshot.landing_sha256, size_bytes=0, file_name=self.pinned.found.title)
