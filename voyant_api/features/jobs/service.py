"""Jobs as callers see them: read, followed, cancelled, told as events. Every door uses this one service."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

import anyio
from anyio.to_thread import run_sync

from voyant_api.features.jobs.schemas import EndEvent, JobAnswer, JobLine, JobPage
from voyant_api.features.jobs.telling import job_answer
from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.model.job import Job, JobState
from voyant_core.tenancy import CallContext

if TYPE_CHECKING:
    from voyant_assets.launch import Launch

OnChange = Callable[[Job], Awaitable[None]]

_QUICKEST_POLL_S = 0.015
_SLOWEST_POLL_S = 0.25
_POLL_SHARE = 0.02  # of what was waited for already: an answer comes at most so much late
_PING_S = 15.0


class JobService:
    """Blocking calls of the launch door run in threads; work never lives in the request, so a dropped connection cancels nothing."""

    def __init__(self, launch: Launch) -> None:
        self.launch = launch

    async def follow(self, call: CallContext, job_id: str, wait_s: float, on_change: OnChange | None = None) -> JobAnswer:
        """Wait until the job is final or `wait_s` are over, whichever is first."""
        started = time.monotonic()
        while True:
            seen = await run_sync(self.launch.newest_event, call.tenant, job_id)
            job = await run_sync(self.launch.job, call.tenant, job_id)
            if on_change is not None:
                await on_change(job)
            if job.state.is_final or time.monotonic() - started >= wait_s:
                return await run_sync(self.answer, job)
            await self._change(call, job_id, seen, started, wait_s)

    async def _change(self, call: CallContext, job_id: str, seen: int, started: float, wait_s: float) -> None:
        """Return when the job has an event after `seen`, or `wait_s` are over. Asks one number, so that it may ask often."""
        while (waited := time.monotonic() - started) < wait_s:
            await anyio.sleep(min(_pause(waited), wait_s - waited))
            if await run_sync(self.launch.newest_event, call.tenant, job_id) != seen:
                return

    def get(self, call: CallContext, job_id: str) -> JobAnswer:
        return self.answer(self.launch.job(call.tenant, job_id))

    def answer(self, job: Job) -> JobAnswer:
        """The job with what its artifacts tell, once it is final."""
        if not job.state.is_final:
            return job_answer(job, None, [])
        kpis = self.launch.kpi_reports(job.tenant, job.id) if job.request.kpis else {}
        return job_answer(job, self.launch.manifest(job.tenant, job.id), self.launch.narratives(job.tenant, job.id), kpis)

    def page(self, call: CallContext, *, state: JobState | None, source_id: str | None, limit: int, cursor: str | None) -> JobPage:
        jobs, following = self.launch.jobs(call.tenant, state=state, source_id=source_id, limit=limit, cursor=cursor)
        return JobPage(items=[_line(job) for job in jobs], next_cursor=following)

    async def cancel(self, call: CallContext, job_id: str, wait_s: float = 0.0) -> JobAnswer:
        """Ask for the end of the job. VYNT-2010 when it is final already."""
        job = await run_sync(self.launch.cancel, job_id, call)
        return await self.follow(call, job.id, wait_s) if wait_s else await run_sync(self.answer, job)

    async def events(self, call: CallContext, job_id: str, after: int) -> AsyncGenerator[bytes]:
        """Server-sent events after sequence number `after`, as bytes; ends with the event `end` once the job is final."""
        quiet_since = last_sent = time.monotonic()
        while True:
            job = await run_sync(self.launch.job, call.tenant, job_id)
            # read after the job: when that was final, its last event is among these
            for event in await run_sync(partial(self.launch.events, call.tenant, job_id, after)):
                after, quiet_since = event.sequence, time.monotonic()
                last_sent = quiet_since
                yield f"id: {event.sequence}\nevent: {event.type}\ndata: {event.model_dump_json()}\n\n".encode()
            if job.state.is_final:
                yield f"event: end\ndata: {EndEvent(job_id=job.id, state=job.state).model_dump_json()}\n\n".encode()
                return
            if time.monotonic() - last_sent > _PING_S:
                last_sent = time.monotonic()
                yield b": still running\n\n"
            await anyio.sleep(_pause(time.monotonic() - quiet_since))


def _pause(waited_s: float) -> float:
    return min(max(_QUICKEST_POLL_S, waited_s * _POLL_SHARE), _SLOWEST_POLL_S)


def last_event_id(text: str | None) -> int:
    """The number in a Last-Event-ID header; 0 without one."""
    if text is None or text == "":
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise VoyantError(errors.BAD_REQUEST, "Last-Event-ID must be the `id` of an earlier event.", hint="Leave it out to get them all.")
    return int(text)


def _line(job: Job) -> JobLine:
    return JobLine(
        job_id=job.id,
        state=job.state,
        origin=job.origin,
        source_id=job.source_id,
        tables=[table.label for table in job.plan.tables],
        problem=job.problem,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )
