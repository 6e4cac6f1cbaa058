"""`/livez`, `/readyz`, `/metrics`, `/version`."""

from __future__ import annotations

from anyio.to_thread import run_sync
from fastapi import APIRouter, Response

from voyant_api.features.service.schemas import Liveness, Readiness, Version
from voyant_api.features.service.service import ServiceService, version
from voyant_api.metrics import CONTENT_TYPE, Metrics


def routes(service: ServiceService, metrics: Metrics) -> APIRouter:
    router = APIRouter(tags=["service"])

    @router.get("/livez", summary="The process answers")
    async def livez() -> Liveness:
        return Liveness()

    @router.get(
        "/readyz", summary="Every component answers", responses={503: {"model": Readiness, "description": "A component does not answer."}}
    )
    async def readyz(response: Response) -> Readiness:
        readiness = await run_sync(service.ready)
        response.status_code = 200 if readiness.ready else 503
        return readiness

    @router.get(
        "/metrics",
        summary="Metrics for Prometheus",
        response_class=Response,
        responses={200: {"description": "Text format 0.0.4.", "content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def get_metrics() -> Response:
        return Response(await run_sync(lambda: metrics.render(service.job_states())), headers={"Content-Type": CONTENT_TYPE})

    @router.get("/version", summary="Versions")
    async def get_version() -> Version:
        return version()

    return router
