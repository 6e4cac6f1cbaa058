"""`voyant mcp`: MCP on standard input and output, for clients that start their servers.

Lists are answered at once; calls go to the server that holds the home. When none does, one is started on a free port and ends with us: so
a job survives its call here as everywhere, and there is one implementation of the tools.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import subprocess
import sys
import time
import urllib.parse
from collections.abc import AsyncGenerator
from typing import Any

import anyio
from anyio.to_thread import run_sync
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, TextResourceContents

from resources.telemetry.logs import configure_logging
from voyant_api.agent.server import VoyantServer, registered
from voyant_api.agent.tools import tools
from voyant_api.wiring import Services
from voyant_assets.runtime.answering import answers
from voyant_assets.runtime.home import HomeLock
from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.settings import Settings, settings
from voyant_core.tenancy import checked_tenant

_START_S = 60.0
_STOP_S = 35.0


class ServerOfHome:
    """The server of the home: found, or started and then stopped with us."""

    def __init__(self, chosen: Settings, tenant: str) -> None:
        self._settings = chosen
        self._tenant = tenant
        self._child: subprocess.Popen[bytes] | None = None
        self._starting = anyio.Lock()

    async def call_tool(self, name: str, arguments: dict[str, Any], context: Context[Any, Any]) -> CallToolResult:
        async with self._client() as client:
            return await client.call_tool(name, arguments, progress_callback=context.report_progress)

    async def read_resource(self, uri: str) -> list[ReadResourceContents]:
        try:
            async with self._client() as client:
                found = await client.read_resource(uri)
        except MCPError as error:
            raise ResourceNotFoundError(str(error)) from error
        return [
            ReadResourceContents(
                content.text if isinstance(content, TextResourceContents) else base64.b64decode(content.blob), content.mime_type
            )
            for content in found.contents
        ]

    @contextlib.asynccontextmanager
    async def _client(self) -> AsyncGenerator[Client]:
        """A connection per call: a server that was restarted meanwhile is found again."""
        import httpx2

        url, token = await self._address()
        headers = {"X-Tenant-ID": self._tenant} | ({"X-Voyant-Local": token} if token else {})
        timeout = httpx2.Timeout(10.0, read=120.0)
        async with (
            httpx2.AsyncClient(headers=headers, timeout=timeout, trust_env=False) as http,
            Client(streamable_http_client(f"{url}/mcp-flat", http_client=http)) as client,
        ):
            yield client

    async def _address(self) -> tuple[str, str | None]:
        async with self._starting:
            deadline = time.monotonic() + _START_S
            while True:
                holder = await run_sync(HomeLock(self._settings.layout).held_by)
                if holder is not None and holder.url and await run_sync(_is_alive, holder.url):
                    return holder.url, holder.token
                if holder is None and (self._child is None or self._child.poll() is not None):
                    self._child = _start()
                if time.monotonic() > deadline:
                    raise VoyantError(
                        errors.WORKER_AWAY, "The server of this home does not answer.", hint="Run `voyant doctor`, or start `voyant serve`."
                    )
                await asyncio.sleep(0.1)

    def stop(self) -> None:
        if self._child is None or self._child.poll() is not None:
            return
        self._child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(_STOP_S)
            return
        self._child.kill()
        self._child.wait()


def _start() -> subprocess.Popen[bytes]:
    # stdout is the protocol's: the server must not write there
    return subprocess.Popen(
        [sys.executable, "-m", "voyant_api.cli.entry", "serve", "--port", "0", "--roles", "api,worker,daemon"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=None,
    )


def _is_alive(url: str) -> bool:
    parts = urllib.parse.urlsplit(url)
    return answers(parts.hostname or "127.0.0.1", parts.port, "/livez", timeout_s=2)


def _no_services() -> Services:
    raise VoyantError(errors.INTERNAL, "This process lists tools only.")


def run(tenant: str) -> int:
    """Speak until the client closes our standard input."""
    chosen = settings()
    configure_logging("mcp", chosen.telemetry.log_level)  # stderr; before the SDK sets up its own
    home = ServerOfHome(chosen, checked_tenant(tenant))
    try:
        VoyantServer(registered(tools(_no_services, lambda: None)), "_", upstream=home).run("stdio")
    finally:
        home.stop()
    return 0
