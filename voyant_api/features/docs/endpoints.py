"""`/docs`: the OpenAPI document for people. `/` leads there."""

from __future__ import annotations

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse

from voyant_api.features.docs.page import rendered


def routes() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def docs(request: Request) -> HTMLResponse:
        page = await run_sync(rendered, request.app.openapi(), str(request.base_url).rstrip("/"))
        return HTMLResponse(page.html, headers={"Content-Security-Policy": page.policy})

    @router.get("/")
    async def start() -> RedirectResponse:
        return RedirectResponse("/docs", status_code=307)

    return router
