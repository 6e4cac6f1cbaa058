"""`finish(job)`: the manifest and the final state, written once.

The run process, the worker's reaper and the run-status sensor all call it, whoever comes first; the others find it done.
"""

from __future__ import annotations

import logging

from resources.metadata.store import MetadataStore
from resources.object_store.local import LocalObjectStore
from voyant_core import errors
from voyant_core.canonical import dumps
from voyant_core.model.artifact import Manifest, ManifestArtifact, ManifestInput, ManifestRequest, ManifestStage
from voyant_core.model.job import Job, JobState, Problem, StageRun, StageState

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
    """The job's state and, unless it succeeded, why: the first required stage that failed, else how the run ended."""
    if ended is JobState.CANCELED:
        return JobState.CANCELED, None
    failed = next((s for s in stages if s.name in job.plan.required and s.state is StageState.FAILED), None)
    if failed is not None and failed.code != errors.RUN_LOST.code:
        code = failed.code or errors.STAGE_FAILED.code
        known = errors.CATALOGUE.get(int(code.removeprefix("VYNT-")), errors.STAGE_FAILED)
        return JobState.FAILED, Problem(code=code, detail=f"{failed.name} of {failed.table}: {failed.reason}", retryable=known.retryable)
    if ended is JobState.FAILED:
        lost = reason or "The run ended before its time."
        return JobState.FAILED, Problem(code=errors.RUN_LOST.code, detail=lost, hint="Ask for it again.", retryable=True)
    return JobState.SUCCEEDED, None


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
