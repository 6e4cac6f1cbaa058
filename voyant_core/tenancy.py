"""Who is calling: the tenant and the identifiers that travel with a request through job, run, logs and spans."""

from __future__ import annotations

from dataclasses import dataclass, field

from voyant_core import errors
from voyant_core.ids import new_request_id
from voyant_core.keys import is_slug

DEFAULT_TENANT = "default"


@dataclass(frozen=True, slots=True)
class CallContext:
    """One call. `origin` is `rest`, `mcp`, `cli` or `dagit`; `may_read_any_file` only for the owner of the home at a shell."""

    tenant: str = DEFAULT_TENANT
    origin: str = "rest"
    request_id: str = field(default_factory=new_request_id)
    traceparent: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    may_read_any_file: bool = False


def checked_tenant(name: str) -> str:
    """`name` if it is a tenant's name, else VYNT-3006."""
    if not is_slug(name):
        raise errors.VoyantError(
            errors.INVALID_TENANT,
            f"{name[:80]!r} is not a tenant name.",
            hint="Use lower-case letters, digits and single underscores, at most 60 characters.",
        )
    return name
