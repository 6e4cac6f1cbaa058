"""One call from a source to its analysis: submit, follow, answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from resources.telemetry.logs import bind_ids
from resources.telemetry.tracing import span
from voyant_api.features.jobs.schemas import JobAnswer
from voyant_api.features.jobs.service import JobService, OnChange
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


MOST_AT_ONCE = 100


class AnalyzeService:
    """A request takes a thread while its source is probed; these threads are their own, so that answers to others need not wait."""

    def __init__(self, launch: Launch, jobs: JobService) -> None:
        self.launch = launch
        self.jobs = jobs
        self._threads = CapacityLimiter(MOST_AT_ONCE)

    async def analyze(
        self,
        request: AnalyzeRequest,
        call: CallContext,
        *,
        wait_s: float,
        idempotency_key: str | None = None,
        on_change: OnChange | None = None,
    ) -> JobAnswer:
        """Submit and wait at most `wait_s`; the job goes on whatever happens to this call."""
        check_supported(request)
        with span("submit", tenant=call.tenant):
            job = await run_sync(self.launch.analyze, request, call, idempotency_key, limiter=self._threads)
        bind_ids(job_id=job.id)
        return await self.jobs.follow(call, job.id, wait_s, on_change)
