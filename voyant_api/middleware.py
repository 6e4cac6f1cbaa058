"""What happens to every HTTP request before and after its route: ids, log line, span, metrics, headers, host and size checks.

Pure ASGI: streams pass through untouched. The order is fixed in `app.py`: Envelope, SecurityHeaders, LocalOnly, BodyLimit.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resources.telemetry.logs import bound_ids
from resources.telemetry.tracing import current_traceparent, remote_context, span
from voyant_api.errors import problem_response
from voyant_api.identity import REQUEST, checked_request_id
from voyant_api.metrics import Metrics
from voyant_core import errors
from voyant_core.errors import VoyantError

_log = logging.getLogger("voyant.api")
_MOUNTS = ("/mcp-flat", "/mcp", "/dagit")
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")


class Envelope:
    """Request id, trace, log line, metrics, and the boundary where an unexpected exception becomes VYNT-5001."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = checked_request_id(headers.get(REQUEST))
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0
        started = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        with bound_ids(request_id=request_id), remote_context(headers.get("traceparent")):
            with span(f"{scope['method']} request", request_id=request_id) as current:
                scope["state"]["traceparent"] = current_traceparent()
                try:
                    await self.app(scope, receive, send_with_id)
                except Exception:  # noqa: BLE001 - the HTTP boundary: logged here, the caller learns the request id only
                    _log.exception("The request failed")
                    if not status:
                        error = VoyantError(
                            errors.INTERNAL, "The request failed inside Voyant.", hint="Give the request id to the operator."
                        )
                        await problem_response(error, instance=scope["path"], request_id=request_id)(scope, receive, send_with_id)
                route = route_of(scope)
                if current is not None:
                    current.update_name(f"{scope['method']} {route}")
                    current.set_attributes(
                        {"http.request.method": scope["method"], "http.route": route, "http.response.status_code": status}
                    )
            self._account(scope["method"], route, status, time.perf_counter() - started)

    def _account(self, method: str, route: str, status: int, seconds: float) -> None:
        self.metrics.requests.labels(method, route, str(status)).inc()
        self.metrics.latency.labels(route).observe(seconds)
        level = logging.DEBUG if route in ("/livez", "/readyz", "/metrics") else logging.INFO
        _log.log(level, "request", extra={"method": method, "route": route, "status": status, "duration_ms": round(seconds * 1000, 1)})


def route_of(scope: Scope) -> str:
    """The route's template, so that metrics and spans do not multiply with ids; `other` for what no route took."""
    template = getattr(scope.get("route"), "path", None)
    if isinstance(template, str):
        return template
    path: str = scope["path"]
    return next((mount for mount in _MOUNTS if path == mount or path.startswith(f"{mount}/")), "other")


class SecurityHeaders:
    """Headers that no answer goes without. A route that sets its own keeps it; Dagit brings its own content policy."""

    HEADERS = {  # noqa: RUF012
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
    }

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/dagit"):
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class LocalOnly:
    """Against DNS rebinding and other sites' pages: only loopback names as host, only loopback pages as origin.

    Holds for WebSockets too, which browsers open across origins without asking.
    """

    def __init__(self, app: ASGIApp, hosts: Sequence[str] = LOOPBACK_HOSTS) -> None:
        self.app = app
        self.hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(headers.get("host", ""), headers.get("origin"))
        if refusal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            state = scope.get("state", {})
            await problem_response(refusal, instance=scope["path"], request_id=state.get("request_id"))(scope, receive, send)

    def _refusal(self, host: str, origin: str | None) -> VoyantError | None:
        if host_name(host) not in self.hosts:
            return VoyantError(
                errors.HOST_NOT_SERVED,
                f"The host {host[:100]!r} is not served here.",
                hint="Without an identity provider only 127.0.0.1 and localhost are.",
            )
        if origin is not None and host_name(urlsplit(origin).netloc) not in self.hosts:
            return VoyantError(
                errors.ORIGIN_NOT_ALLOWED, f"Pages of {origin[:100]!r} may not call this server.", hint="Call it without a browser."
            )
        return None


def host_name(authority: str) -> str:
    """The name in `name:port`, in lower case; the brackets of an IPv6 address stay."""
    head, colon, tail = authority.rpartition(":")
    return (head if colon and tail.isdigit() else authority).lower()


class BodyLimit:
    """Refuses bodies over the limit before a route sees them. Uploads count their own bytes; MCP has a limit in its transport."""

    EXEMPT = ("/v1/uploads", *_MOUNTS)

    def __init__(self, app: ASGIApp, max_bytes: int = 2**20) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS") or scope["path"].startswith(self.EXEMPT):
            await self.app(scope, receive, send)
            return
        declared = Headers(scope=scope).get("content-length", "0")
        body = None if declared.isdigit() and int(declared) > self.max_bytes else await self._read(receive)
        if body is None:
            error = VoyantError(
                errors.TOO_LARGE,
                f"The body is larger than {self.max_bytes:,} bytes.",
                hint="Send data through POST /v1/uploads and name the upload as the source.",
            )
            response = problem_response(
                error, instance=scope["path"], request_id=scope.get("state", {}).get("request_id"), headers={"Connection": "close"}
            )
            await response(scope, receive, send)
            return
        pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return pending.pop() if pending else await receive()

        await self.app(scope, replay, send)

    async def _read(self, receive: Receive) -> bytes | None:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return b""
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self.max_bytes:
                return None
            if not message.get("more_body", False):
                return b"".join(parts)
