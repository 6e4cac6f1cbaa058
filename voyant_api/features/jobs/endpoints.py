"""`/v1/jobs`."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Query, Response
from starlette.responses import StreamingResponse

from voyant_api.errors import problems
from voyant_api.features.jobs.schemas import JobAnswer, JobPage
from voyant_api.features.jobs.service import JobService, last_event_id
from voyant_api.identity import Caller
from voyant_api.paging import Cursor, Limit
from voyant_core import errors
from voyant_core.model.job import JobState

_WAIT = Query(ge=0, le=45, description="Seconds to wait for the job's end before answering.")
# no schema: OpenAPI 3.1 has none for the events of a stream
_STREAM = (
    'id: 7\nevent: stage.finished\ndata: {"sequence":7,"job_id":"job_01JD5Z3W8K9N2M4P6Q7R8S9T0V","type":"stage.finished",'
    '"at":"2026-11-22T14:45:05.015Z","data":{"table":"orders","stage":"profile","state":"succeeded"}}\n\n'
    'event: end\ndata: {"job_id":"job_01JD5Z3W8K9N2M4P6Q7R8S9T0V","state":"succeeded"}\n\n'
)


def routes(service: JobService) -> APIRouter:
    router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

    @router.get("", responses=problems(errors.BAD_REQUEST, errors.INVALID_REQUEST), summary="List jobs, newest first")
    async def list_jobs(
        call: Caller,
        state: JobState | None = None,
        source_id: str | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JobPage:
        return await run_sync(lambda: service.page(call, state=state, source_id=source_id, limit=limit, cursor=cursor))

    @router.get("/{job_id}", responses=problems(errors.JOB_NOT_FOUND), summary="State, summary, findings and manifest of a job")
    async def get_job(job_id: str, call: Caller, wait_s: Annotated[float, _WAIT] = 0.0) -> JobAnswer:
        return await service.follow(call, job_id, wait_s)

    @router.post(
        "/{job_id}/cancel",
        status_code=202,
        responses={
            200: {"model": JobAnswer, "description": "The job has ended."},
            202: {"description": "The job is about to end."},
            **problems(errors.JOB_NOT_FOUND, errors.STATE_CONFLICT),
        },
        summary="Cancel a job",
    )
    async def cancel_job(job_id: str, call: Caller, response: Response, wait_s: Annotated[float, _WAIT] = 0.0) -> JobAnswer:
        answer = await service.cancel(call, job_id, wait_s)
        response.status_code = 200 if answer.state.is_final else 202
        return answer

    @router.get(
        "/{job_id}/events",
        response_class=StreamingResponse,
        responses={
            200: {
                "description": "Server-sent events: `id` is the sequence number, `data` a JobEvent as JSON; the last one is `end`.",
                "content": {"text/event-stream": {"examples": {"events": {"value": _STREAM}}}},
            },
            **problems(errors.JOB_NOT_FOUND, errors.BAD_REQUEST),
        },
        summary="Follow a job as server-sent events",
    )
    async def job_events(
        job_id: str,
        call: Caller,
        last_event: Annotated[
            str | None,
            Header(alias="Last-Event-ID", description="Replay starts behind this event.", json_schema_extra={"pattern": r"^\d{0,18}$"}),
        ] = None,
    ) -> StreamingResponse:
        after = last_event_id(last_event)
        await run_sync(service.launch.job, call.tenant, job_id)  # a 404 must come before the stream starts
        return StreamingResponse(service.events(call, job_id, after), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    return router
