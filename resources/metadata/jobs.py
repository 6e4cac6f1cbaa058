"""Jobs of one tenant, their stages and their history. State changes and the events that tell of them share a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from resources.metadata.database import repeatable
from resources.metadata.schema import idempotency_key, job, job_input, outbox, stage_run
from resources.metadata.scope import TenantScope
from voyant_core import clock, errors
from voyant_core.hints import Hint
from voyant_core.model.artifact import ManifestInput
from voyant_core.model.job import Job, JobEvent, JobState, Problem, StageRun, StageState

_COURSE = ("state", "code", "reason", "started_at", "duration_s", "rows")
"""What changes of a stage while its job goes on."""
OPEN = [str(state) for state in JobState if not state.is_final]


class JobRepository(TenantScope):
    @repeatable
    def create(self, new: Job, idempotency: tuple[str, str, str] | None = None) -> Job:
        """Store an accepted job with its stages and first event.

        `idempotency` is (route, key, body digest): the job that an equal earlier request made is given back instead; VYNT-2009 when the key
        was used for another body.
        """
        with self.database.write() as connection:
            if idempotency is not None:
                earlier = self._claimed(connection, new, *idempotency)
                if earlier is not None:
                    return self._load(connection, earlier)
            connection.execute(self.insert(job, **_job_values(new)))
            for position, stage in enumerate(new.stages):
                connection.execute(self.insert(stage_run, job_id=new.id, position=position, **_stage_values(stage)))
            self._tell(connection, new.id, "job.accepted", {"origin": new.origin, "source_id": new.source_id})
        return new

    def _claimed(self, connection: sa.Connection, new: Job, route: str, key: str, body_digest: str) -> str | None:
        """Makes the key the new job's, or finds the job whose it is. A transaction that is about to claim it is waited for."""
        values = {"route": route, "key": key, "body_digest": body_digest, "job_id": new.id, "created_at": new.created_at}
        if self.insert_once(connection, idempotency_key, **values):
            return None
        return self._replayed(connection, route, key, body_digest)

    def replayed(self, route: str, key: str, body_digest: str) -> Job | None:
        with self.database.read() as connection:
            earlier = self._replayed(connection, route, key, body_digest)
            return None if earlier is None else self._load(connection, earlier)

    def _replayed(self, connection: sa.Connection, route: str, key: str, body_digest: str) -> str | None:
        row = connection.execute(self.select(idempotency_key).filter_by(route=route, key=key)).mappings().first()
        if row is None:
            return None
        if row["body_digest"] != body_digest:
            raise errors.VoyantError(
                errors.IDEMPOTENCY_CONFLICT,
                f"The idempotency key {key[:80]!r} was used before with another request.",
                hint="Use a new key for a new request.",
            )
        return row["job_id"]

    @repeatable
    def get(self, job_id: str) -> Job:
        with self.database.read() as connection:
            return self._load(connection, job_id)

    def _load(self, connection: sa.Connection, job_id: str) -> Job:
        row = connection.execute(self.select(job).where(job.c.id == job_id)).mappings().first()
        if row is None:
            raise errors.VoyantError(errors.JOB_NOT_FOUND, f"There is no job {job_id[:80]!r}.", hint=Hint.JOBS)
        stages = connection.execute(self.select(stage_run).where(stage_run.c.job_id == job_id).order_by(stage_run.c.position)).mappings()
        return _job_record(row, [_stage_record(stage) for stage in stages])

    def page(self, state: JobState | None, source_id: str | None, limit: int, cursor: str | None) -> tuple[list[Job], str | None]:
        """Newest first; stages included."""
        query = self.select(job)
        if state is not None:
            query = query.where(job.c.state == str(state))
        if source_id is not None:
            query = query.where(job.c.source_id == source_id)
        with self.database.read() as connection:
            rows, following = self.newest(connection, query, job.c.id, limit, cursor)
            stages: dict[str, list[StageRun]] = {row["id"]: [] for row in rows}
            chosen = self.select(stage_run).where(stage_run.c.job_id.in_(stages)).order_by(stage_run.c.job_id, stage_run.c.position)
            for stage in connection.execute(chosen).mappings():
                stages[stage["job_id"]].append(_stage_record(stage))
        return [_job_record(row, stages[row["id"]]) for row in rows], following

    @repeatable
    def set_run(self, job_id: str, run_id: str) -> None:
        with self.database.write() as connection:
            connection.execute(self.update(job).where(job.c.id == job_id).values(run_id=run_id))

    @repeatable
    def start(self, job_id: str) -> bool:
        """queued -> running. False when it was not queued any more."""
        with self.database.write() as connection:
            change = self.update(job).where(job.c.id == job_id, job.c.state == str(JobState.QUEUED))
            started = connection.execute(change.values(state=str(JobState.RUNNING), started_at=clock.now())).rowcount == 1
            if started:
                self._tell(connection, job_id, "job.started", {})
        return started

    @repeatable
    def request_cancel(self, job_id: str) -> None:
        with self.database.write() as connection:
            connection.execute(self.update(job).where(job.c.id == job_id, job.c.state.in_(OPEN)).values(cancel_requested=True))

    def count_queued(self) -> int:
        query = self.select(job, sa.func.count()).where(job.c.state == str(JobState.QUEUED))
        with self.database.read() as connection:
            return connection.execute(query).scalar_one()

    def is_cancel_requested(self, job_id: str) -> bool:
        query = self.select(job, job.c.cancel_requested).where(job.c.id == job_id)
        with self.database.read() as connection:
            return bool(connection.execute(query).scalar())

    def lock(self, connection: sa.Connection, job_id: str) -> None:
        """One transaction at a time writes about a job: the events of a job are seen in the order of their numbers, and none late.

        First thing in a transaction that records stages, inputs or artifacts.
        """
        connection.execute(self.select(job, job.c.id).where(job.c.id == job_id).with_for_update())

    def record_stage(self, connection: sa.Connection, job_id: str, stage: StageRun) -> None:
        """Within the caller's transaction, so that a stage's state appears together with its artifacts."""
        change = self.update(stage_run).filter_by(job_id=job_id, table_name=stage.table, name=stage.name)
        connection.execute(change.values(stage.model_dump(mode="json", include=set(_COURSE))))
        kind = "stage.started" if stage.state is StageState.RUNNING else "stage.finished"
        self._tell(connection, job_id, kind, stage.model_dump(mode="json", exclude_none=True))

    def record_input(self, connection: sa.Connection, job_id: str, label: str, used: ManifestInput) -> None:
        self.insert_once(connection, job_input, job_id=job_id, table_name=label, document=used.model_dump(mode="json"))

    def inputs(self, job_id: str) -> dict[str, ManifestInput]:
        with self.database.read() as connection:
            rows = connection.execute(
                self.select(job_input).where(job_input.c.job_id == job_id).order_by(job_input.c.table_name)
            ).mappings()
            return {row["table_name"]: ManifestInput.model_validate(row["document"]) for row in rows}

    @repeatable
    def close(self, job_id: str, state: JobState, stages: Sequence[StageRun], problem: Problem | None, manifest_sha256: str) -> bool:
        """Write the final state, once: False when somebody else did before."""
        with self.database.write() as connection:
            change = self.update(job).where(job.c.id == job_id, job.c.state.in_(OPEN))
            values: dict[str, Any] = {"state": str(state), "finished_at": clock.now(), "manifest_sha256": manifest_sha256}
            values["problem"] = None if problem is None else problem.model_dump(mode="json")
            if connection.execute(change.values(**values)).rowcount != 1:
                return False
            for stage in stages:
                self.record_stage(connection, job_id, stage)
            self._tell(connection, job_id, "job.finished", {"state": str(state), "manifest_sha256": manifest_sha256})
        return True

    @repeatable
    def events(self, job_id: str, after: int) -> list[JobEvent]:
        query = self.select(outbox).where(outbox.c.job_id == job_id, outbox.c.sequence > after).order_by(outbox.c.sequence)
        with self.database.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [JobEvent(sequence=row["sequence"], job_id=row["job_id"], type=row["type"], at=row["at"], data=row["data"]) for row in rows]

    @repeatable
    def newest_event(self, job_id: str) -> int:
        query = self.select(outbox, outbox.c.sequence).where(outbox.c.job_id == job_id).order_by(outbox.c.sequence.desc()).limit(1)
        with self.database.read() as connection:
            return connection.execute(query).scalar() or 0

    def _tell(self, connection: sa.Connection, job_id: str, kind: str, data: dict[str, Any]) -> None:
        """The transaction holds the job's row (`lock`, or by changing it)."""
        connection.execute(self.insert(outbox, job_id=job_id, type=kind, at=clock.now(), data=data))


def _job_values(new: Job) -> dict[str, Any]:
    document = new.model_dump(mode="json")
    return {column.name: document[column.name] for column in job.c if column.name != "tenant"}


def _stage_values(stage: StageRun) -> dict[str, Any]:
    document = stage.model_dump(mode="json")
    return {"table_name": document.pop("table"), **document}


def _stage_record(row: sa.RowMapping) -> StageRun:
    return StageRun.model_validate({"table": row["table_name"], "name": row["name"], **{key: row[key] for key in _COURSE}})


def _job_record(row: sa.RowMapping, stages: list[StageRun]) -> Job:
    return Job.model_validate({**{column.name: row[column.name] for column in job.c}, "stages": stages})
