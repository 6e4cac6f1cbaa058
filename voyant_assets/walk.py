"""How stages run one after another, over one table or over several: attempts, reuse, records.

A stage that cannot apply is skipped with its reason, a transient error is tried again, a failed stage does not stop the others, and what
was computed before for the same inputs is reused. State, artifacts and lineage of a stage appear in the metadata store in one transaction.
What a stage gets, and what its reuse depends on, is for `runner` and `joint_runner` to say.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from resources.metadata.artifacts import Computed
from resources.telemetry.tracing import span
from voyant_assets.ledger import ComputedStage, Ledger, Reading, as_told, shown
from voyant_assets.runtime.environment import Environment
from voyant_core import clock, errors
from voyant_core.canonical import sha256
from voyant_core.model.artifact import Artifact
from voyant_core.model.job import StageRun, StageState
from voyant_core.model.source import FoundTable
from voyant_core.model.table import TableSnapshot
from voyant_core.stage import StageDeclaration, StageResult, StageSkipped

ATTEMPTS = 3
LEASE_WAIT_S = 3600.0
"""A wait for another run's work. Its owner proves with a heartbeat that it lives, so this is only the end of all patience."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one stage ended. `result` is None for ingest and for what made nothing; of a reused stage it is what the computed one told.

    `snapshot` and `found` are the table's; a stage over several tables has neither.
    """

    stage: StageRun
    artifacts: tuple[Artifact, ...] = ()
    result: StageResult | None = None
    snapshot: TableSnapshot | None = None
    found: FoundTable | None = None


Attempt = Callable[[StageRun, ExitStack], Outcome]


@dataclass(slots=True)
class _Done:
    """What later stages know of an earlier one."""

    stage: StageDeclaration
    computed: ComputedStage
    model: Any = None
    is_loaded: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """A stage ready to run: `feeds` are the URNs of what it reads, `run` computes it."""

    stage: StageDeclaration
    key: str
    feeds: Sequence[str]
    run: Callable[[], StageResult]


@dataclass(slots=True)
class StageWalk:
    """The stages of one ledger. `reading` tells what they read: it is asked when a stage ends."""

    environment: Environment
    ledger: Ledger
    reading: Callable[[], Reading | None]
    progress: list[StageRun] = field(default_factory=list[StageRun])
    artifacts: list[Artifact] = field(default_factory=list[Artifact])
    _done: dict[str, _Done] = field(default_factory=dict[str, "_Done"])

    @property
    def tenant(self) -> str:
        return self.ledger.job.tenant

    def has(self, name: str) -> bool:
        return name in self._done

    def results(self, names: Sequence[str]) -> Mapping[str, Any]:
        """The models of earlier stages by name, loaded when first asked for."""
        return _Results(self, names)

    def model(self, name: str) -> Any:
        """What the stage `name` handed on, from memory or from its artifacts."""
        done = self._done[name]
        if not done.is_loaded:
            objects = self.environment.objects
            done.model = done.stage.load({file.file: objects.get(self.tenant, file.sha256) for file in done.computed.files})
            done.is_loaded = True
        return done.model

    def files(self, name: str) -> list[Computed]:
        return self._done[name].computed.files

    def digests(self, names: Sequence[str]) -> list[list[Any]]:
        """What a stage that reads these depends on."""
        return [[name, sorted([file.file, file.sha256] for file in self.files(name))] for name in names if name in self._done]

    def shown_progress(self) -> list[StageRun]:
        """Progress as an artifact may show it: without times, and a reused stage is one that succeeded."""
        return [as_shown(run) for run in self.progress]

    def states(self) -> list[object]:
        """The shown progress as part of a reuse key."""
        return [[run.name, run.state, run.code, run.reason] for run in self.shown_progress()]

    def refuse_without(self, needs: Sequence[str]) -> None:
        states = {run.name: run.state for run in self.progress}
        for need in needs:
            if need not in self._done:
                how = f"which {states[need]}" if need in states else "which was never computed for this version: materialize it as well"
                raise StageSkipped(errors.STAGE_FAILED, f"needs {need}, {how}")

    # -- one stage --------------------------------------------------------------------------------------------------------

    def perform(self, work: Work, started: StageRun, held: ExitStack) -> Outcome:
        """Reuse what an equal stage run made, else run it and store what it makes."""
        if (told := self._found_in_time(work, held)) is not None:
            return Outcome(started.model_copy(update={"state": StageState.REUSED}), result=shown(told))
        result = work.run()
        files = [Computed(output.file, output.kind, output.media_type, len(output.data), sha256(output.data)) for output in result.outputs]
        for output in result.outputs:
            self.environment.objects.put(self.tenant, output.data)
        computed = ComputedStage(work.stage.name, work.stage.code_version, work.key, files, as_told(result), work.feeds)
        self._done[work.stage.name] = _Done(work.stage, computed, result.model, is_loaded=True)
        return Outcome(started.model_copy(update={"state": StageState.SUCCEEDED}), result=result)

    def _found_in_time(self, work: Work, held: ExitStack) -> dict[str, Any] | None:
        """What an equal stage run told, be it one that is at work now. None: this run computes, and equal ones wait for its end."""
        if (told := self.find(work.stage, work.key, work.feeds)) is not None:
            return told
        leases, artifacts = self.environment.store.leases, self.environment.store.artifacts(self.tenant)
        name = f"stage:{self.tenant}:{work.key}"
        held.enter_context(leases.alone(name, self.ledger.run_id, LEASE_WAIT_S, lambda: artifacts.told(work.key) is not None))
        return self.find(work.stage, work.key, work.feeds)

    def find(self, stage: StageDeclaration, key: str, feeds: Sequence[str]) -> dict[str, Any] | None:
        """What an equal stage run told, if there was one; it then counts as done."""
        artifacts = self.environment.store.artifacts(self.tenant)
        told = artifacts.told(key)
        if told is not None:
            computed = ComputedStage(stage.name, stage.code_version, key, artifacts.computed(key), told, feeds)
            self._done[stage.name] = _Done(stage, computed)
        return told

    def attempted(self, name: str, work: Attempt) -> Outcome:
        """Run one stage, whatever becomes of it, and write down how it ended.

        What it holds (its lease) is let go only when others can see what it made.
        """
        with ExitStack() as held:
            return self._recorded(name, work, held)

    def _recorded(self, name: str, work: Attempt, held: ExitStack) -> Outcome:
        started = StageRun(table=self.ledger.label, name=name, state=StageState.RUNNING, started_at=clock.now())
        self.ledger.started(started)
        clock_start = time.perf_counter()
        with span(f"stage {name}", **{"voyant.table": str(self.ledger.address), "voyant.job": self.ledger.job.id}):
            outcome = _with_retries(started, work, held)
        ended = outcome.stage.model_copy(update={"duration_s": round(time.perf_counter() - clock_start, 4)})
        artifacts = self.ledger.ended(ended, self.reading(), self._done[name].computed if name in self._done else None)
        self.progress.append(ended)
        self.artifacts += artifacts
        log.info("stage ended", extra={"stage": name, "state": str(ended.state), "duration_s": ended.duration_s, "reason": ended.reason})
        return Outcome(ended, tuple(artifacts), outcome.result)


def as_shown(run: StageRun) -> StageRun:
    state = StageState.SUCCEEDED if run.state.is_done else run.state
    return StageRun(table=run.table, name=run.name, state=state, code=run.code, reason=run.reason, rows=run.rows)


def _with_retries(started: StageRun, work: Attempt, held: ExitStack) -> Outcome:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return work(started, held)
        except StageSkipped as skip:
            return _ended(started, StageState.SKIPPED, skip.code.code, skip.reason)
        except errors.VoyantError as error:
            if error.retryable and attempt < ATTEMPTS:
                held.close()
                time.sleep(0.2 * 2**attempt)
                continue
            reason = error.detail + (f" {error.hint}" if error.hint else "")
            return _ended(started, StageState.FAILED, error.code.code, reason)
        except Exception as error:  # the boundary of a stage, which may be a plugin: one bad stage must not end the others
            log.exception("stage %s broke", started.name)
            return _ended(started, StageState.FAILED, errors.INTERNAL.code, f"unexpected {type(error).__name__}; the log tells more")
    raise AssertionError("unreachable")


def _ended(started: StageRun, state: StageState, code: str, reason: str) -> Outcome:
    return Outcome(started.model_copy(update={"state": state, "code": code, "reason": reason}))


class _Results(Mapping[str, Any]):
    """Models by name, loaded when first asked for."""

    def __init__(self, walk: StageWalk, names: Sequence[str]) -> None:
        self._walk = walk
        self._names = [name for name in names if walk.has(name)]

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        return self._walk.model(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
