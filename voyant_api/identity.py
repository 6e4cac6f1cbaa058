"""Who calls: headers in, `CallContext` out. Shared by REST and MCP.

There is no identity provider yet, which is why the server binds to loopback only and believes `X-Tenant-ID`.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends, Header, Request

from resources.telemetry.logs import bind_ids
from resources.telemetry.tracing import current_traceparent
from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.ids import new_request_id
from voyant_core.keys import LONGEST, SLUG
from voyant_core.tenancy import DEFAULT_TENANT, CallContext, checked_tenant

TENANT, USER, SESSION, REQUEST, LOCAL = "x-tenant-id", "x-user-id", "x-soma-session-id", "x-request-id", "x-voyant-local"
_OPAQUE = re.compile(r"[\x21-\x7e]{1,128}")
_ID_SCHEMA: dict[str, Any] = {"pattern": f"^{_OPAQUE.pattern}$"}
_TENANT_SCHEMA: dict[str, Any] = {"pattern": f"^{SLUG.pattern}$", "maxLength": LONGEST}

TokenSource = Callable[[], str | None]


def checked_request_id(text: str | None) -> str:
    """The caller's request id if it is 1 to 128 printable characters, else a new one."""
    return text if text is not None and _OPAQUE.fullmatch(text) else new_request_id()


def call_from_headers(headers: Mapping[str, str], *, origin: str, request_id: str, local_token: TokenSource) -> CallContext:
    """Header names in lower case. VYNT-3006 for a bad tenant, VYNT-1014 for a bad id, VYNT-3003 for a wrong local token.

    An empty tenant is refused: it is a gateway's mistake, not a wish for the default.
    """
    token = headers.get(LOCAL)
    trusted = token is not None and _is_owner(token, local_token())
    call = CallContext(
        tenant=checked_tenant(headers.get(TENANT, DEFAULT_TENANT)),
        origin="cli" if trusted and origin == "rest" else origin,
        request_id=request_id,
        traceparent=current_traceparent(),
        user_id=_opaque(headers, USER),
        session_id=_opaque(headers, SESSION),
        may_read_any_file=trusted,
    )
    bind_ids(tenant=call.tenant, user_id=call.user_id, session_id=call.session_id)
    return call


def _is_owner(token: str, expected: str | None) -> bool:
    if expected and hmac.compare_digest(token.encode("utf-8", "replace"), expected.encode()):
        return True
    raise VoyantError(errors.PERMISSION_DENIED, "The local token is not this server's.", hint="Leave X-Voyant-Local out.")


def _opaque(headers: Mapping[str, str], name: str) -> str | None:
    value = headers.get(name)
    if value is not None and not _OPAQUE.fullmatch(value):
        raise VoyantError(
            errors.BAD_REQUEST, f"The header {name} must be 1 to 128 printable ASCII characters without blanks.", hint="Or leave it out."
        )
    return value


async def call_context(
    request: Request,
    x_tenant_id: Annotated[  # noqa: ARG001
        str | None, Header(description="Tenant; `default` unless given.", examples=["acme"], json_schema_extra=_TENANT_SCHEMA)
    ] = None,
    x_user_id: Annotated[str | None, Header(description="Who the caller acts for.", json_schema_extra=_ID_SCHEMA)] = None,  # noqa: ARG001
    x_soma_session_id: Annotated[  # noqa: ARG001
        str | None, Header(description="Session of the calling agent.", json_schema_extra=_ID_SCHEMA)
    ] = None,
    x_request_id: Annotated[str | None, Header(description="Echoed; made when absent.")] = None,  # noqa: ARG001
) -> CallContext:
    """The dependency of every `/v1` route. The parameters are there for the OpenAPI document; `call_from_headers` does the checking.

    A coroutine, so that the ids it binds reach the route's own log lines.
    """
    state = request.scope["state"]
    return call_from_headers(request.headers, origin="rest", request_id=state["request_id"], local_token=request.app.state.local_token)


Caller = Annotated[CallContext, Depends(call_context)]
