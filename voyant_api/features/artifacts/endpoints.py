"""`/v1/artifacts`."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request, Response

from voyant_api.errors import problems
from voyant_api.features.artifacts.delivery import bytes_response, file_response
from voyant_api.features.artifacts.schemas import ArtifactList
from voyant_api.features.artifacts.service import ArtifactService
from voyant_api.identity import Caller
from voyant_api.openapi import headers
from voyant_core import errors
from voyant_core.model.artifact import Manifest

_MEDIA_TYPES = (
    "application/json",
    "application/vnd.vegalite.v5+json",
    "image/svg+xml",
    "text/html",
    "text/markdown",
    "application/octet-stream",
)
_BODY: dict[str, Any] = {media_type: {} for media_type in _MEDIA_TYPES}
_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The bytes named in If-None-Match are current.", "headers": headers("ETag")}
}
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The bytes; ETag is their sha256.", "content": _BODY, "headers": headers("ETag", "X-Voyant-Sha256")},
    206: {"description": "The range asked for.", "content": _BODY, "headers": headers("ETag", "X-Voyant-Sha256")},
    **_NOT_MODIFIED,
}


def routes(service: ArtifactService) -> APIRouter:
    router = APIRouter(prefix="/v1/artifacts", tags=["artifacts"])

    @router.get(
        "/{job_id}/manifest",
        response_model=Manifest,
        responses={
            200: {"description": "The manifest as it was stored.", "headers": headers("ETag")},
            **_NOT_MODIFIED,
            **problems(errors.JOB_NOT_FOUND, errors.STATE_CONFLICT),
        },
        summary="The manifest of a finished job",
    )
    async def get_manifest(job_id: str, call: Caller, request: Request) -> Response:
        data = await run_sync(service.manifest, call, job_id)
        return bytes_response(request, data, hashlib.sha256(data).hexdigest(), "application/json")

    @router.get("/{job_id}", responses=problems(errors.JOB_NOT_FOUND), summary="The artifacts that a job has so far")
    async def list_artifacts(job_id: str, call: Caller) -> ArtifactList:
        return ArtifactList(job_id=job_id, items=await run_sync(service.all, call, job_id))

    async def get_artifact(
        job_id: str,
        name: str,
        call: Caller,
        request: Request,
        download: Annotated[bool, Query(description="Answer as an attachment.")] = False,
    ) -> Response:
        artifact, path = await run_sync(service.find, call, job_id, name)
        return file_response(request, artifact, path, download=download)

    router.add_api_route(
        "/{job_id}/{name:path}",
        get_artifact,
        methods=["GET"],
        response_class=Response,
        responses={**_BYTES, **problems(errors.ARTIFACT_NOT_FOUND, errors.JOB_NOT_FOUND, errors.RANGE_NOT_SATISFIABLE)},
        summary="The bytes of an artifact",
    )
    router.add_api_route("/{job_id}/{name:path}", get_artifact, methods=["HEAD"], include_in_schema=False)
    return router
