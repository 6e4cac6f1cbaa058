"""`/v1/sources`."""

from __future__ import annotations

from anyio.to_thread import run_sync
from fastapi import APIRouter, Response

from voyant_api.errors import problems
from voyant_api.features.sources.schemas import SourceBody, SourcePage
from voyant_api.features.sources.service import SourceService
from voyant_api.identity import Caller
from voyant_api.openapi import headers
from voyant_api.paging import Cursor, Limit
from voyant_core import errors
from voyant_core.model.source import SourceRecord

_REFUSALS = (
    errors.UNSUPPORTED_SOURCE,
    errors.PATH_NOT_ALLOWED,
    errors.URL_NOT_ALLOWED,
    errors.FILE_NOT_FOUND,
    errors.SOURCE_NOT_FOUND,
    errors.INVALID_REQUEST,
    errors.UNREADABLE_FILE,
    errors.EMPTY_FILE,
    errors.SOURCE_UNREACHABLE,
    errors.CONCURRENT_QUOTA,
    errors.WORKER_AWAY,
    errors.SOURCE_BEING_READ,
)


def routes(service: SourceService) -> APIRouter:
    router = APIRouter(prefix="/v1/sources", tags=["sources"])

    @router.post("/discover", responses=problems(*_REFUSALS), summary="Tables, columns and reading of a source, keeping nothing")
    async def discover_source(body: SourceBody, call: Caller) -> SourceRecord:
        return await service.discover(body.source, call, body.wait_s)

    @router.post(
        "",
        status_code=201,
        responses={201: {"description": "The source, with what was found in it.", "headers": headers("Location")}, **problems(*_REFUSALS)},
        summary="Connect a source",
    )
    async def connect_source(body: SourceBody, call: Caller, response: Response) -> SourceRecord:
        record = await service.connect(body.source, call, body.wait_s)
        response.headers["Location"] = f"/v1/sources/{record.id}"
        return record

    @router.get("", responses=problems(errors.BAD_REQUEST, errors.INVALID_REQUEST), summary="List sources")
    async def list_sources(call: Caller, limit: Limit = 50, cursor: Cursor = None) -> SourcePage:
        return await run_sync(service.page, call, limit, cursor)

    @router.get("/{source_id}", responses=problems(errors.SOURCE_NOT_FOUND), summary="One source")
    async def get_source(source_id: str, call: Caller) -> SourceRecord:
        return await run_sync(service.get, call, source_id)

    @router.delete(
        "/{source_id}",
        status_code=204,
        response_class=Response,
        responses=problems(errors.SOURCE_NOT_FOUND, errors.STATE_CONFLICT),
        summary="Forget a source",
    )
    async def forget_source(source_id: str, call: Caller) -> Response:
        await run_sync(service.forget, source_id, call)
        return Response(status_code=204)

    return router
