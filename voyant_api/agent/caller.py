"""Who calls a tool, from the HTTP request behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mcp.server.mcpserver import Context
from starlette.requests import Request

from voyant_api.features.analyze.schemas import MOST_WAIT_S
from voyant_api.identity import TokenSource, call_from_headers
from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.tenancy import CallContext


@dataclass(frozen=True, slots=True)
class AgentCall:
    """`base_url` makes links absolute, `most_wait_s` is what `?wait_s=` on the MCP URL allows."""

    call: CallContext
    base_url: str
    most_wait_s: float


def agent_call(context: Context[Any, Any], local_token: TokenSource) -> AgentCall:
    request = context.request_context.request
    if not isinstance(request, Request):
        raise VoyantError(errors.INTERNAL, "The tool was called without an HTTP request.")
    call = call_from_headers(request.headers, origin="mcp", request_id=request_state(context)["request_id"], local_token=local_token)
    return AgentCall(call, f"{request.url.scheme}://{request.headers['host']}", _most_wait_s(request.query_params.get("wait_s")))


def request_state(context: Context[Any, Any]) -> dict[str, Any]:
    """What `middleware.Envelope` left on the request: `request_id` and `traceparent`."""
    request = context.request_context.request
    return request.scope.get("state", {}) if isinstance(request, Request) else {}


def _most_wait_s(text: str | None) -> float:
    if text is None:
        return MOST_WAIT_S
    try:
        wait_s = float(text)
    except ValueError:
        wait_s = -1.0
    if not 0 <= wait_s <= MOST_WAIT_S:
        raise VoyantError(
            errors.INVALID_REQUEST, f"wait_s on the MCP URL must be a number from 0 to {MOST_WAIT_S:g}.", hint="Mend the URL."
        )
    return wait_s
