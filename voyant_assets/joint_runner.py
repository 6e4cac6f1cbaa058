"""The stages over several tables of one job, inside one Dagster op that runs when the tables' ops have ended.

What the tables' stages made is taken up from the store, not from memory: the tables may have been run by an earlier job.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from voyant_assets.catalogue import Catalogue
from voyant_assets.ledger import Ledger, Reading, input_of, stage_urn, table_urn
from voyant_assets.runner import TableRun
from voyant_assets.runtime.environment import Environment
from voyant_assets.walk import Outcome, StageWalk, Work, as_shown
from voyant_core.canonical import digest
from voyant_core.joint_stage import JointContext, JointStage, JointTable
from voyant_core.keys import JOINT, TABLE_STAGE, JointAddress
from voyant_core.model.artifact import Artifact
from voyant_core.model.job import Job, StageRun
from voyant_core.model.source import SourceRecord


@dataclass(slots=True)
class JointRun:
    """The joint stages of one job; `tables` are the runs of its tables, not taken up yet. `selected` are the stages to run."""

    environment: Environment
    catalogue: Catalogue[JointStage]
    job: Job
    address: JointAddress
    source: SourceRecord
    tables: Sequence[TableRun]
    run_id: str
    selected: frozenset[str]
    walk: StageWalk = field(init=False)
    _seen: tuple[JointTable, ...] = ()

    def __post_init__(self) -> None:
        ledger = Ledger(self.environment.store, self.job, JOINT, self.address, self.run_id)
        self.walk = StageWalk(self.environment, ledger, self._reading)

    def outcomes(self) -> Iterator[Outcome]:
        """Runs everything that is selected, yielding each stage as it ends."""
        self._take_up()
        for name, stage in self.catalogue.stages.items():
            if name in self.selected:
                yield self.walk.attempted(name, functools.partial(self._stage, stage))
            elif all(self.walk.has(need) for need in stage.needs):
                self.walk.find(stage, self._reuse_key(stage), self._feeds(stage))

    def _take_up(self) -> None:
        jobs = self.environment.store.jobs(self.job.tenant)
        used = jobs.inputs(self.job.id)
        ended: dict[str, dict[str, StageRun]] = {}
        for stage in jobs.get(self.job.id).stages:
            ended.setdefault(stage.table, {})[stage.name] = stage
        for run in self.tables:
            known = ended.get(run.table.label, {})
            snapshot_id = used[run.table.label].snapshot_id if run.table.label in used else None
            if snapshot_id is not None or TABLE_STAGE not in known:  # a table that this job could not ingest has no rows to read
                run.resume(snapshot_id, known)
            else:
                run.walk.progress += known.values()
        self._seen = tuple(_seen(run) for run in self.tables)

    def _reading(self) -> Reading | None:
        engine = self.environment.engine.dialect
        used = {run.table.label: input_of(run.table, run.snapshot, engine) for run in self.tables if run.snapshot is not None}
        versions = sorted([item.table, item.content_version] for item in used.values())
        return Reading(digest(versions).removeprefix("sha256:")[:32], used)

    # -- stages -----------------------------------------------------------------------------------------------------------

    def _stage(self, stage: JointStage, started: StageRun, held: ExitStack) -> Outcome:
        self.walk.refuse_without(stage.needs)
        work = Work(stage, self._reuse_key(stage), self._feeds(stage), lambda: stage.run(self._context(stage)))
        return self.walk.perform(work, started, held)

    def _feeds(self, stage: JointStage) -> list[str]:
        urns = [stage_urn(self.address, name) for name in (*stage.needs, *stage.wants) if self.walk.has(name)]
        for run in self.tables:
            if run.snapshot is not None:
                urns += [table_urn(run.address), *(stage_urn(run.address, name) for name in stage.reads if run.walk.has(name))]
        return urns

    def _reuse_key(self, stage: JointStage) -> str:
        return digest(
            {
                "stage": f"{JOINT}.{stage.name}",
                "code": stage.code_version,
                "engine": self.environment.engine.version,
                "tables": [_depends(run, stage) for run in self.tables],
                "source": self.source.title,
                "kpis": [kpi.model_dump() for kpi in self.job.plan.kpis_of(JOINT)] if "kpi" in stage.produces else [],
                "upstream": self.walk.digests((*stage.needs, *stage.wants)),
                "progress": self.walk.states() if stage.wants else [],
            }
        )

    def _context(self, stage: JointStage) -> JointContext:
        return JointContext(
            tenant=self.job.tenant,
            plan=self.job.plan,
            source_title=self.source.title,
            tables=self._seen,
            parameters=stage.parameters(),
            engine=self.environment.engine,
            guarded=self.environment.guarded,
            results=self.walk.results((*stage.needs, *stage.wants)),
            artifacts=tuple(self.walk.artifacts),
            progress=tuple(self.walk.shown_progress()),
        )


def _depends(run: TableRun, stage: JointStage) -> list[object]:
    """What a joint stage knows of one table; equal lists give equal artifacts."""
    version = run.snapshot.content_version if run.snapshot is not None else None
    return [run.table.label, str(run.address), version, run.table.found.title, run.walk.digests(stage.reads), run.walk.states()]


def _seen(run: TableRun) -> JointTable:
    names = [name for name in run.catalogue.stages if run.walk.has(name)]
    files = [file for name in names for file in run.walk.files(name)]
    return JointTable(
        label=run.table.label,
        title=run.table.found.title,
        address=run.address,
        found=run.pinned.found if run.pinned is not None else run.table.found,
        landing=run.landing(),
        snapshot=run.snapshot,
        results=run.walk.results(names),
        artifacts=tuple(
            Artifact(
                name=f"{run.table.label}/{file.file}",
                kind=file.kind,
                media_type=file.media_type,
                size_bytes=file.size_bytes,
                sha256=file.sha256,
            )
            for file in files
        ),
        progress=tuple(as_shown(shown) for shown in run.walk.progress),
    )
