"""`POST /v1/analyze`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response

from voyant_api.errors import problems
from voyant_api.features.analyze.schemas import KEY_PATTERN, AnalyzeBody
from voyant_api.features.analyze.service import AnalyzeService
from voyant_api.features.jobs.schemas import JobAnswer
from voyant_api.identity import Caller
from voyant_api.openapi import headers
from voyant_core import errors
from voyant_core.errors import Flaw, VoyantError

_REFUSALS = (
    errors.MISSING_PARAMETER,
    errors.UNKNOWN_STAGE,
    errors.UNKNOWN_COLUMN,
    errors.INVALID_SQL,
    errors.SQL_NOT_A_READ,
    errors.UNSUPPORTED_SOURCE,
    errors.PATH_NOT_ALLOWED,
    errors.URL_NOT_ALLOWED,
    errors.SOURCE_NOT_FOUND,
    errors.TABLE_NOT_FOUND,
    errors.FILE_NOT_FOUND,
    errors.PRESET_NOT_FOUND,
    errors.BASELINE_NOT_FOUND,
    errors.IDEMPOTENCY_CONFLICT,
    errors.TOO_LARGE,
    errors.UNSUPPORTED_MEDIA_TYPE,
    errors.INVALID_REQUEST,
    errors.UNREADABLE_FILE,
    errors.EMPTY_FILE,
    errors.CONCURRENT_QUOTA,
    errors.SOURCE_UNREACHABLE,
    errors.WORKER_AWAY,
    errors.SOURCE_BEING_READ,
)


def routes(service: AnalyzeService) -> APIRouter:
    router = APIRouter(tags=["analyze"])

    @router.post(
        "/v1/analyze",
        summary="Analyze a file, URL or source",
        responses={
            200: {"description": "The job has ended.", "headers": headers("Location")},
            202: {"model": JobAnswer, "description": "Not finished yet; see `Location`.", "headers": headers("Location")},
            **problems(*_REFUSALS),
        },
    )
    async def analyze(
        body: AnalyzeBody,
        call: Caller,
        response: Response,
        idempotency_key: Annotated[str | None, Header(pattern=KEY_PATTERN, description="Same key and body: same job.")] = None,
    ) -> JobAnswer:
        """From one call to profile, quality, KPIs, charts, narrative, report and a manifest with the sha256 of each.

        Waits at most `wait_s`; a job that has not ended by then goes on, and `GET /v1/jobs/{job_id}` tells more. A job that failed is
        answered with 200, `state` failed and `problem`; a request that cannot become a job is refused with a problem document. A source
        that takes longer to read than the call may wait (at least 5 s) is answered with VYNT-5011: the same call again takes it up.
        """
        if idempotency_key is not None and body.idempotency_key not in (None, idempotency_key):
            flaw = Flaw("/idempotency_key", "differs from the header Idempotency-Key")
            raise VoyantError(errors.INVALID_REQUEST, "Two different idempotency keys were given.", hint="Give one of them.", errors=[flaw])
        answer = await service.analyze(body.request(), call, wait_s=body.wait_s, idempotency_key=idempotency_key or body.idempotency_key)
        response.headers["Location"] = answer.links.this
        response.status_code = 200 if answer.state.is_final else 202
        return answer

    return router
