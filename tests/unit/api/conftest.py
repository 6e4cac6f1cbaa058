"""The application over a fake launch door, called in process: no socket."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from tests.unit.api.fake_launch import FakeLaunch
from voyant_api.app import create_app
from voyant_core.settings import Files, Settings

TOKEN = "local-token"
BASE = "http://127.0.0.1:8790"


@pytest.fixture
def launch(tmp_path: Path) -> FakeLaunch:
    return FakeLaunch(tmp_path)


@pytest.fixture
def app(launch: FakeLaunch, tmp_path: Path) -> Any:
    return create_app(launch, Settings(home=tmp_path, files=Files(max_bytes=100_000)), local_token=lambda: TOKEN)


@pytest.fixture
def ask(app: Any) -> Callable[..., httpx.Response]:
    """`ask("GET", "/v1/jobs", ...)`: one request, the whole answer."""

    def send(method: str, path: str, **arguments: Any) -> httpx.Response:
        async def run() -> httpx.Response:
            async with browser(app) as client:
                return await client.request(method, path, **arguments)

        return anyio.run(run)

    return send


@contextlib.asynccontextmanager
async def browser(app: Any) -> AsyncGenerator[httpx.AsyncClient]:
    # exceptions must be answered, not raised into the client
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield client
