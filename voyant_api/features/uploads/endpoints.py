"""`POST /v1/uploads`: the file as the body, or as a part of multipart/form-data."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from email.message import Message
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.requests import ClientDisconnect

from voyant_api.errors import problems
from voyant_api.features.uploads.multipart import first_file
from voyant_api.features.uploads.schemas import Upload
from voyant_api.features.uploads.service import UploadService, checked_file_name
from voyant_api.identity import Caller
from voyant_core import errors
from voyant_core.errors import VoyantError

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary", "minLength": 1}},
            "text/csv": {"schema": {"type": "string", "format": "binary", "minLength": 1}},
            "multipart/form-data": {
                "schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
            },
        },
    }
}


def routes(service: UploadService) -> APIRouter:
    router = APIRouter(tags=["uploads"])

    @router.post(
        "/v1/uploads",
        status_code=201,
        openapi_extra=_BODY,
        responses=problems(errors.BAD_REQUEST, errors.TOO_LARGE, errors.EMPTY_FILE, errors.STORAGE_FULL),
        summary="Upload a file, to be named as a source",
    )
    async def upload(
        request: Request,
        call: Caller,
        file_name: Annotated[str | None, Query(max_length=1000, description="Name of the file when it is the whole body.")] = None,
    ) -> Upload:
        service.check_declared(request.headers.get("content-length"))
        return await service.accept(_pieces(request, file_name), call)

    return router


async def _pieces(request: Request, file_name: str | None) -> AsyncGenerator[tuple[str, bytes]]:
    media_type = Message()
    media_type["content-type"] = request.headers.get("content-type", "application/octet-stream")
    try:
        if media_type.get_content_type() == "multipart/form-data":
            boundary = media_type.get_param("boundary")
            if not isinstance(boundary, str) or not 0 < len(boundary) <= 200:
                raise VoyantError(
                    errors.BAD_REQUEST,
                    "The multipart body names no boundary in its Content-Type.",
                    hint="Let the HTTP client write the header.",
                )
            async for name, data in first_file(request.stream(), boundary):
                yield checked_file_name(file_name or name), data
            return
        name = checked_file_name(file_name or "upload")
        async for data in request.stream():
            yield name, data
    except ClientDisconnect as error:
        raise VoyantError(errors.BAD_REQUEST, "The connection ended before the upload was complete.", hint="Send it again.") from error
