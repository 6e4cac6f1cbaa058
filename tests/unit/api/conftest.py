"""The application over a fake launch door, called in process: no socket."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from asgi_client import browser
from fake_launch import FakeLaunch

from voyant_api.app import create_app
from voyant_core.settings import Files, Settings

TOKEN = "local-token"


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
