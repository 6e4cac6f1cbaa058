"""Dagit under `/dagit` on the same port: a streaming reverse proxy for HTTP and WebSockets.

Dagit runs with `--path-prefix /dagit` on a loopback port of its own, so paths pass unchanged. Host and origin were checked before.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, Any

import anyio
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from voyant_core import errors
from voyant_core.errors import VoyantError

if TYPE_CHECKING:
    import httpx
    from websockets.asyncio.client import ClientConnection

_log = logging.getLogger("voyant.dagit")
_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "host")
)
_NOT_FORWARDED = _HOP_BY_HOP | {"content-length", "origin", "x-voyant-local"}
_METHODS = ["GET", "HEAD", "POST", "OPTIONS"]


class DagitProxy:
    """`url` is Dagit's own address; without one every call is refused with VYNT-5008."""

    def __init__(self, url: str | None) -> None:
        self.url = url.rstrip("/").removesuffix("/dagit") if url else None
        self._client: httpx.AsyncClient | None = None

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/dagit", self._forward, methods=_METHODS, include_in_schema=False),
            Route("/dagit/{path:path}", self._forward, methods=_METHODS, include_in_schema=False),
            WebSocketRoute("/dagit/{path:path}", self._bridge),
        ]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        if self.url is None:
            yield
            return
        import httpx

        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=httpx.Timeout(None, connect=5.0)) as client:
            self._client = client
            try:
                yield
            finally:
                self._client = None

    async def _forward(self, request: Request) -> Response:
        if self._client is None:
            raise _away()
        import httpx

        headers = [(name, value) for name, value in request.headers.items() if name not in _NOT_FORWARDED]
        length = request.headers.get("content-length")
        headers += [("content-length", length)] if length else []
        target = httpx.URL(path=request.url.path, query=request.url.query.encode())
        outgoing = self._client.build_request(request.method, target, headers=headers, content=request.stream() if length else None)
        try:
            answer = await self._client.send(outgoing, stream=True)
        except httpx.TransportError as error:
            raise _away() from error
        response = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose))
        response.raw_headers = [
            (name.lower(), self._local(name, value)) for name, value in answer.headers.raw if name.lower().decode() not in _HOP_BY_HOP
        ]
        return response

    def _local(self, name: bytes, value: bytes) -> bytes:
        """A redirect to Dagit's own port would leave our door."""
        return value.removeprefix((self.url or "").encode()) if name.lower() == b"location" else value

    async def _bridge(self, browser: WebSocket) -> None:
        if self.url is None:
            await browser.close(1013)
            return
        from websockets.asyncio.client import connect
        from websockets.exceptions import WebSocketException
        from websockets.typing import Subprotocol

        query = f"?{browser.url.query}" if browser.url.query else ""
        target = f"ws{self.url.removeprefix('http')}{browser.url.path}{query}"
        wanted: list[Any] = [Subprotocol(name) for name in browser.scope.get("subprotocols", [])]
        try:
            async with connect(target, subprotocols=wanted or None, max_size=2**24, proxy=None, open_timeout=5) as dagit:
                await browser.accept(subprotocol=dagit.subprotocol)
                await _pump(browser, dagit)
        except (OSError, TimeoutError, WebSocketException) as error:
            _log.info("there is no connection to Dagit: %s", type(error).__name__)
            if browser.client_state is not WebSocketState.DISCONNECTED:
                await browser.close(1013)


async def _pump(browser: WebSocket, dagit: ClientConnection) -> None:
    """Messages both ways until one side ends, however it ends; the browser is told the code that Dagit closed with."""
    from websockets.exceptions import ConnectionClosed

    ended = (ConnectionClosed, WebSocketDisconnect)
    async with anyio.create_task_group() as group:

        async def to_dagit() -> None:
            with contextlib.suppress(*ended):
                while (message := await browser.receive())["type"] != "websocket.disconnect":
                    await dagit.send(message["text"] if message.get("text") is not None else message.get("bytes", b""))
            group.cancel_scope.cancel()

        async def to_browser() -> None:
            with contextlib.suppress(*ended):
                async for message in dagit:
                    await (browser.send_text(message) if isinstance(message, str) else browser.send_bytes(message))
            group.cancel_scope.cancel()

        group.start_soon(to_dagit)
        group.start_soon(to_browser)
    # not inside the group: its scope is canceled by then
    if browser.client_state is WebSocketState.CONNECTED:
        await browser.close(_sendable(dagit.close_code))


def _sendable(code: int | None) -> int:
    """Codes that only tell of a lost connection (RFC 6455, 7.4.1) must not be sent; 1011 tells it instead."""
    return code if code is not None and code not in (1005, 1006, 1015) else 1011


def _away() -> VoyantError:
    return VoyantError(errors.DAGIT_AWAY, "Dagit does not answer.", hint="Start it with `voyant serve --roles api,dagit,worker,daemon`.")
