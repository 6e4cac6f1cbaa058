"""`finish(job)`: the manifest and the final state, written once.

The run process, the worker's reaper and a sensor all call it, whoever comes first; the others find it done.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from resources.metadata.store import MetadataStore
from resources.object_store.local import LocalObjectStore
from voyant_core import errors
from voyant_core.canonical import dumps
from voyant_core.model.artifact import Manifest, ManifestArtifact, ManifestInput, ManifestRequest, ManifestStage
from voyant_core.model.job import Job, JobState, Problem, StageRun, StageState

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun

    from voyant_assets.runtime.environment import Environment

FINAL = {"SUCCESS": JobState.SUCCEEDED, "FAILURE": JobState.FAILED, "CANCELED": JobState.CANCELED}
"""How a Dagster run's final status ends its job, as long as its stages say nothing else."""

log = logging.getLogger(__name__)


def finish(store: MetadataStore, objects: LocalObjectStore, tenant: str, job_id: str, ended: JobState, reason: str | None = None) -> Job:
    """Give the job its final state. `ended` is how its run ended; `reason` says why where the stages do not."""
    jobs = store.jobs(tenant)
    job = jobs.get(job_id)
    if job.state.is_final:
        return job
    artifacts = store.artifacts(tenant).of_job(job_id)
    inputs = list(jobs.inputs(job_id).values())
    stages = final_stages(job, ended)
    state, problem = verdict(job, stages, ended, reason)
    manifest = make_manifest(job, state, stages, inputs, artifacts)
    sha = objects.put(tenant, dumps(manifest.model_dump(mode="json")))
    changed = [stage for stage, before in zip(stages, job.stages, strict=True) if stage != before]
    if jobs.close(job_id, state, changed, problem, sha):
        log.info("job ended", extra={"job_id": job_id, "tenant": tenant, "state": str(state), "code": problem.code if problem else None})
    return jobs.get(job_id)


def end_lost_jobs(environment: Environment, instance: DagsterInstance) -> list[str]:
    """Finish the jobs whose run has ended without them; their ids. Cancels that reached nobody are asked for again.

    Jobs without a run are the affair of `recovery`.
    """
    ended: list[str] = []
    for job in environment.store.open_jobs():
        run = instance.get_run_by_id(job.run_id) if job.run_id else None
        if run is not None and not run.is_finished and job.cancel_requested:
            run = ask_to_end(instance, run.run_id)
        if run is not None and run.is_finished:
            finish(environment.store, environment.objects, job.tenant, job.job_id, FINAL[run.status.value])
            ended.append(job.job_id)
    return ended


def ask_to_end(instance: DagsterInstance, run_id: str) -> DagsterRun | None:
    """Cancel a run; the run after that. A worker that is away is no obstacle: who sees the run next obeys the job's `cancel_requested`."""
    try:
        instance.run_coordinator.cancel_run(run_id)
    except errors.VoyantError as error:
        if error.code is not errors.WORKER_AWAY:
            raise
        log.warning("the worker is away; run %s ends when somebody sees it", run_id)
    return instance.get_run_by_id(run_id)


def final_stages(job: Job, ended: JobState) -> list[StageRun]:
    """The job's stages with an end for those that have none."""
    why = "the job was canceled" if ended is JobState.CANCELED else "the run ended before this stage did"
    return [
        stage
        if stage.state not in (StageState.PENDING, StageState.RUNNING)
        else stage.model_copy(
            update={
                "state": StageState.SKIPPED if stage.state is StageState.PENDING else StageState.FAILED,
                "code": errors.RUN_LOST.code if ended is not JobState.CANCELED else None,
                "reason": why,
            }
        )
        for stage in job.stages
    ]


def verdict(job: Job, stages: list[StageRun], ended: JobState, reason: str | None) -> tuple[JobState, Problem | None]:
    """The job's state and, unless it succeeded, why: the required stages that failed, in whatever table, else how the run ended."""
    if ended is JobState.CANCELED:
        return JobState.CANCELED, None
    lost = [stage for stage in stages if job.plan.misses(stage)]
    failed = [stage for stage in lost if stage.state is StageState.FAILED] or lost
    if failed and failed[0].code != errors.RUN_LOST.code:
        return JobState.FAILED, _problem(job, failed)
    if ended is JobState.FAILED:
        told = reason or "The run ended before its time."
        return JobState.FAILED, Problem(code=errors.RUN_LOST.code, detail=told, hint="Ask for it again.", retryable=True)
    return JobState.SUCCEEDED, None


def _problem(job: Job, failed: list[StageRun]) -> Problem:
    """The first failure, and of several tables how many it met: what was made of the others stands."""
    first = failed[0]
    code = first.code or errors.STAGE_FAILED.code
    known = errors.CATALOGUE.get(int(code.removeprefix("VYNT-")), errors.STAGE_FAILED)
    detail, hint = f"{first.name} of {first.table}: {first.reason}", None
    tables = [table.label for table in job.plan.tables]
    met = {stage.table for stage in failed}
    whole = sum(label not in met for label in tables)
    if len(tables) > 1:
        others = f" {len(met) - 1} more of the tables failed as well." if len(met) > 1 else ""
        detail = f"{detail.rstrip('.')}.{others} {whole} of {len(tables)} tables are complete."
        hint = (
            "The results of the complete tables stand. Leave the others out with `tables`, or mend them and ask again." if whole else None
        )
    return Problem(code=code, detail=detail, hint=hint, retryable=known.retryable)


def make_manifest(
    job: Job, state: JobState, stages: list[StageRun], inputs: list[ManifestInput], artifacts: list[ManifestArtifact]
) -> Manifest:
    return Manifest(
        job_id=job.id,
        tenant=job.tenant,
        state=str(state),
        retry_of=job.retry_of,
        request=ManifestRequest(digest=job.plan.request_digest, preset=job.request.preset),
        created_at=job.created_at,
        inputs=inputs,
        artifacts=artifacts,
        stages=[
            ManifestStage(table=s.table, name=s.name, state=str(s.state), code=s.code, reason=s.reason, duration_s=s.duration_s)
            for s in stages
        ],
        content_digest=Manifest.digest_of(artifacts),
    )
