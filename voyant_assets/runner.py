"""The stage runner: walks the plan of one table in dependency order, inside one Dagster op.

A stage that cannot apply is skipped with its reason, a transient error is tried again, a failed stage does not stop the others, and what
was computed before for the same inputs is reused. State, artifacts and lineage of a stage appear in the metadata store in one transaction.
Dagster is not imported here: `voyant_assets.graph` turns outcomes into events.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from resources.metadata.artifacts import Computed
from resources.telemetry.tracing import span
from voyant_assets.catalogue import Catalogue
from voyant_assets.ledger import ComputedStage, Ledger, as_told, shown
from voyant_assets.runtime.environment import Environment
from voyant_core import clock, errors
from voyant_core.canonical import digest, sha256
from voyant_core.keys import TABLE_STAGE, TableAddress
from voyant_core.model.artifact import Artifact
from voyant_core.model.job import Job, PlannedTable, StageRun, StageState
from voyant_core.model.source import FoundTable, Landing, SourceRecord
from voyant_core.model.table import TableSnapshot
from voyant_core.stage import Stage, StageContext, StageResult, StageSkipped

ATTEMPTS = 3
LEASE_WAIT_S = 3600.0
"""A wait for another run's work. Its owner proves with a heartbeat that it lives, so this is only the end of all patience."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one stage ended. `result` is None for ingest and for what made nothing; of a reused stage it is what the computed one told."""

    stage: StageRun
    snapshot: TableSnapshot | None
    artifacts: tuple[Artifact, ...] = ()
    result: StageResult | None = None
    found: FoundTable | None = None


@dataclass(slots=True)
class _Done:
    """What later stages know of an earlier one."""

    stage: Stage
    computed: ComputedStage
    model: Any = None
    is_loaded: bool = False


@dataclass(frozen=True, slots=True)
class _Pinned:
    """The table at the snapshot that this run reads."""

    snapshot: TableSnapshot
    found: FoundTable


@dataclass(slots=True)
class TableRun:
    """One table of one job. `selected` are the stages to run; others are only looked up."""

    environment: Environment
    catalogue: Catalogue
    job: Job
    table: PlannedTable
    source: SourceRecord
    run_id: str
    selected: frozenset[str]
    _pinned: _Pinned | None = None
    _done: dict[str, _Done] = field(default_factory=dict[str, "_Done"])
    _progress: list[StageRun] = field(default_factory=list[StageRun])
    _artifacts: list[Artifact] = field(default_factory=list[Artifact])

    @property
    def address(self) -> TableAddress:
        return self._ledger.address

    @property
    def _ledger(self) -> Ledger:
        return Ledger(self.environment.store, self.job, self.table, self.run_id, self.environment.engine.dialect)

    @property
    def snapshot(self) -> TableSnapshot | None:
        return self._pinned.snapshot if self._pinned is not None else None

    def _need_table(self) -> _Pinned:
        if self._pinned is None:
            raise StageSkipped(errors.STAGE_FAILED, f"needs the table {self.address}, which was not ingested")
        return self._pinned

    def outcomes(self) -> Iterator[Outcome]:
        """Runs everything that is selected, yielding each stage as it ends."""
        if TABLE_STAGE in self.selected:
            yield self._attempted(TABLE_STAGE, self._ingest)
        else:
            self._pin_current()
        for name, stage in self.catalogue.stages.items():
            if name in self.selected:
                yield self._attempted(name, functools.partial(self._stage, stage))
            else:
                self._look_up(stage)

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
        ended = started.model_copy(update={"state": state, "rows": ingested.snapshot.rows})
        return Outcome(ended, ingested.snapshot, found=ingested.found)

    def _pin_current(self) -> None:
        """A run without ingest reads the newest version that was ingested."""
        snapshot = self.environment.lake.snapshot(self.address)
        if snapshot is None:
            return
        sources = self.environment.store.sources(self.job.tenant)
        found = sources.version_found(self.source.id, self.table.name, snapshot.snapshot_id)
        self._pin(snapshot, found or self.table.found)

    def _pin(self, snapshot: TableSnapshot, found: FoundTable) -> None:
        self._pinned = _Pinned(snapshot, found.model_copy(update={"name": self.table.label}))
        self.environment.engine.attach(self.table.label, snapshot)

    # -- stages -----------------------------------------------------------------------------------------------------------

    def _stage(self, stage: Stage, started: StageRun, held: ExitStack) -> Outcome:
        self._refuse_without_needs(stage)
        key = self._reuse_key(stage)
        if (told := self._found_in_time(stage, key, held)) is not None:
            return Outcome(started.model_copy(update={"state": StageState.REUSED}), self.snapshot, result=shown(told))
        result = stage.run(self._context(stage))
        files = [Computed(output.file, output.kind, output.media_type, len(output.data), sha256(output.data)) for output in result.outputs]
        for output in result.outputs:
            self.environment.objects.put(self.job.tenant, output.data)
        self._done[stage.name] = _Done(stage, self._computed(stage, key, files, as_told(result)), result.model, is_loaded=True)
        return Outcome(started.model_copy(update={"state": StageState.SUCCEEDED}), self.snapshot, result=result)

    def _found_in_time(self, stage: Stage, key: str, held: ExitStack) -> dict[str, Any] | None:
        """What an equal stage run told, be it one that is at work now. None: this run computes, and equal ones wait for its end."""
        if (told := self._find(stage, key)) is not None:
            return told
        leases, artifacts = self.environment.store.leases, self.environment.store.artifacts(self.job.tenant)
        name = f"stage:{self.job.tenant}:{key}"
        held.enter_context(leases.alone(name, self.run_id, LEASE_WAIT_S, lambda: artifacts.told(key) is not None))
        return self._find(stage, key)

    def _refuse_without_needs(self, stage: Stage) -> None:
        states = {run.name: run.state for run in self._progress}
        for need in stage.needs:
            if (need == TABLE_STAGE and self.snapshot is not None) or need in self._done:
                continue
            how = f"which {states[need]}" if need in states else "which was never computed for this version: materialize it as well"
            raise StageSkipped(errors.STAGE_FAILED, f"needs {need}, {how}")

    def _look_up(self, stage: Stage) -> None:
        """A stage outside the selection: its artifacts of the same version feed the others, if they exist."""
        if self.snapshot is None or any(need != TABLE_STAGE and need not in self._done for need in stage.needs):
            return
        self._find(stage, self._reuse_key(stage))

    def _find(self, stage: Stage, key: str) -> dict[str, Any] | None:
        """What an equal stage run told, if there was one; it then counts as done."""
        artifacts = self.environment.store.artifacts(self.job.tenant)
        told = artifacts.told(key)
        if told is not None:
            self._done[stage.name] = _Done(stage, self._computed(stage, key, artifacts.computed(key), told))
        return told

    def _computed(self, stage: Stage, key: str, files: list[Computed], told: dict[str, Any]) -> ComputedStage:
        feeds = [name for name in (*stage.needs, *stage.wants) if name == TABLE_STAGE or name in self._done]
        return ComputedStage(stage.name, stage.code_version, key, files, told, feeds)

    def _reuse_key(self, stage: Stage) -> str:
        pinned = self._need_table()
        feeds = [name for name in (*stage.needs, *stage.wants) if name in self._done]
        return digest(
            {
                "stage": stage.name,
                "code": stage.code_version,
                "engine": self.environment.engine.version,
                "content": pinned.snapshot.content_version,
                "table": [self.table.label, pinned.found.title, self.source.title, pinned.found.read.model_dump(mode="json")],
                "parameters": self._parameters(stage).model_dump(mode="json"),
                # the plan's KPIs reach later stages through the digests of what they made
                "kpis": [kpi.model_dump() for kpi in self.job.plan.kpis] if "kpi" in stage.produces else [],
                "upstream": [[name, sorted([file.file, file.sha256] for file in self._done[name].computed.files)] for name in feeds],
                "progress": [[run.name, run.state, run.code, run.reason] for run in self._shown_progress()] if stage.wants else [],
            }
        )

    def _parameters(self, stage: Stage) -> Any:
        return stage.parameters.model_validate(self.job.plan.params.get(stage.name, {}))

    def _shown_progress(self) -> list[StageRun]:
        """Progress as an artifact may show it: without times, and a reused stage is one that succeeded."""
        return [
            StageRun(
                table=run.table,
                name=run.name,
                state=StageState.SUCCEEDED if run.state.is_done else run.state,
                code=run.code,
                reason=run.reason,
                rows=run.rows,
            )
            for run in self._progress
        ]

    def _context(self, stage: Stage) -> StageContext:
        pinned, environment = self._need_table(), self.environment
        return StageContext(
            tenant=self.job.tenant,
            plan=self.job.plan,
            source_title=self.source.title,
            found=pinned.found,
            landing=self._landing(pinned),
            snapshot=pinned.snapshot,
            view=self.table.label,
            parameters=self._parameters(stage),
            engine=environment.engine,
            guarded=environment.guarded,
            results=_Results(self, (*stage.needs, *stage.wants)),
            artifacts=tuple(self._artifacts),
            progress=tuple(self._shown_progress()),
        )

    def _landing(self, pinned: _Pinned) -> Landing:
        """The bytes behind the pinned snapshot; a run without ingest may have been planned for others."""
        landed, sha = self.table.readable, pinned.snapshot.landing_sha256
        return landed if landed.sha256 == sha else Landing(sha256=sha, size_bytes=0, file_name=pinned.found.title)

    def has(self, name: str) -> bool:
        return name in self._done

    def model(self, name: str) -> Any:
        """What the stage `name` handed on, from memory or from its artifacts."""
        done = self._done[name]
        if not done.is_loaded:
            objects = self.environment.objects
            done.model = done.stage.load({file.file: objects.get(self.job.tenant, file.sha256) for file in done.computed.files})
            done.is_loaded = True
        return done.model

    # -- attempts and records ---------------------------------------------------------------------------------------------

    def _attempted(self, name: str, work: Callable[[StageRun, ExitStack], Outcome]) -> Outcome:
        """Runs a stage and records it; what it holds (its lease) is let go only when others can see what it made."""
        with ExitStack() as held:
            return self._recorded(name, work, held)

    def _recorded(self, name: str, work: Callable[[StageRun, ExitStack], Outcome], held: ExitStack) -> Outcome:
        started = StageRun(table=self.table.label, name=name, state=StageState.RUNNING, started_at=clock.now())
        self._ledger.started(started)
        clock_start = time.perf_counter()
        with span(f"stage {name}", **{"voyant.table": str(self.address), "voyant.job": self.job.id}):
            outcome = self._with_retries(started, work, held)
        ended = outcome.stage.model_copy(update={"duration_s": round(time.perf_counter() - clock_start, 4)})
        artifacts = self._ledger.ended(ended, self.snapshot, self._done[name].computed if name in self._done else None)
        self._progress.append(ended)
        self._artifacts += artifacts
        log.info("stage ended", extra={"stage": name, "state": str(ended.state), "duration_s": ended.duration_s, "reason": ended.reason})
        return Outcome(ended, self.snapshot, tuple(artifacts), outcome.result, self._pinned.found if self._pinned is not None else None)

    def _with_retries(self, started: StageRun, work: Callable[[StageRun, ExitStack], Outcome], held: ExitStack) -> Outcome:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return work(started, held)
            except StageSkipped as skip:
                return self._ended(started, StageState.SKIPPED, skip.code.code, skip.reason)
            except errors.VoyantError as error:
                if error.retryable and attempt < ATTEMPTS:
                    held.close()
                    time.sleep(0.2 * 2**attempt)
                    continue
                reason = error.detail + (f" {error.hint}" if error.hint else "")
                return self._ended(started, StageState.FAILED, error.code.code, reason)
            except Exception as error:  # the boundary of a stage, which may be a plugin: one bad stage must not end the others
                log.exception("stage %s broke", started.name)
                return self._ended(
                    started, StageState.FAILED, errors.INTERNAL.code, f"unexpected {type(error).__name__}; the log tells more"
                )
        raise AssertionError("unreachable")

    def _ended(self, started: StageRun, state: StageState, code: str, reason: str) -> Outcome:
        return Outcome(started.model_copy(update={"state": state, "code": code, "reason": reason}), self.snapshot)


class _Results(Mapping[str, Any]):
    """The models of earlier stages by name, loaded when first asked for."""

    def __init__(self, run: TableRun, names: tuple[str, ...]) -> None:
        self._run = run
        self._names = [name for name in names if run.has(name)]

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        return self._run.model(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
