"""A client that calls an application in process. The lifespan is left out: REST needs none, and MCP's may run only once per application."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from typing import Any

import httpx

BASE = "http://127.0.0.1:8790"


@contextlib.asynccontextmanager
async def browser(app: Any) -> AsyncGenerator[httpx.AsyncClient]:
    # exceptions must be answered, not raised into the client
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield client
