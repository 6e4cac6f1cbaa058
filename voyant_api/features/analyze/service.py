"""One call from a source to its analysis: submit, follow, answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from anyio.to_thread import run_sync

from resources.telemetry.logs import bind_ids
from resources.telemetry.tracing import span
from voyant_api.features.jobs.schemas import JobAnswer
from voyant_api.features.jobs.service import JobService, OnChange
from voyant_api.features.sources.service import SourceService
from voyant_core import errors
from voyant_core.errors import Flaw, VoyantError
from voyant_core.model.job import AnalyzeRequest
from voyant_core.tenancy import CallContext

if TYPE_CHECKING:
    from voyant_assets.launch import Launch


def check_supported(request: AnalyzeRequest) -> None:
    """Refuse what names something that cannot exist yet: no preset and no baseline is stored anywhere. Never ignored."""
    if request.preset is not None:
        raise VoyantError(
            errors.PRESET_NOT_FOUND,
            f"There is no preset {request.preset[:80]!r}.",
            hint="Leave `preset` out; name `stages` and `kpis` instead.",
            errors=[Flaw("/preset", "unknown preset")],
        )
    if request.baseline is not None:
        raise VoyantError(
            errors.BASELINE_NOT_FOUND,
            f"There is no baseline {request.baseline[:80]!r}.",
            hint="Leave `baseline` out.",
            errors=[Flaw("/baseline", "unknown baseline")],
        )


class AnalyzeService:
    def __init__(self, launch: Launch, jobs: JobService, sources: SourceService) -> None:
        self.launch = launch
        self.jobs = jobs
        self.sources = sources

    async def analyze(
        self,
        request: AnalyzeRequest,
        call: CallContext,
        *,
        wait_s: float,
        idempotency_key: str | None = None,
        on_change: OnChange | None = None,
    ) -> JobAnswer:
        """Read the source, submit, and wait for the end, all within `wait_s`; reading and job go on whatever happens to this call."""
        check_supported(request)
        give_up = time.monotonic() + wait_s
        with span("submit", tenant=call.tenant):
            job = await run_sync(self.launch.replayed, request, call, idempotency_key)
            if job is None:
                seen = await self.sources.look(request.source, call, wait_s)
                job = await run_sync(self.launch.analyze, request, call, idempotency_key, seen)
        bind_ids(job_id=job.id)
        return await self.jobs.follow(call, job.id, max(give_up - time.monotonic(), 0.0), on_change)
