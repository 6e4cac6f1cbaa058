"""`/docs`: the OpenAPI document for people. `/` leads there."""

from __future__ import annotations

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse

from voyant_api.features.docs.page import Page, rendered


def routes() -> APIRouter:
    router = APIRouter(include_in_schema=False)
    made: list[Page] = []

    @router.get("/docs")
    async def docs(request: Request) -> HTMLResponse:
        if not made:
            made.append(await run_sync(rendered, request.app.openapi()))
        return HTMLResponse(made[0].html, headers={"Content-Security-Policy": made[0].policy})

    @router.get("/")
    async def start() -> RedirectResponse:
        return RedirectResponse("/docs", status_code=307)

    return router
