"""Where the server may listen. Without an identity provider everybody who reaches the port is trusted, so only this host may."""

from __future__ import annotations

import ipaddress

from voyant_core import errors
from voyant_core.errors import VoyantError


def checked_host(host: str) -> str:
    """`host` if it is a loopback address or `localhost`, else VYNT-3005."""
    if host == "localhost":
        return host
    try:
        if ipaddress.ip_address(host.strip("[]")).is_loopback:
            return host
    except ValueError:
        pass
    raise VoyantError(
        errors.BIND_REFUSED,
        f"Listening on {host[:100]!r} is refused: there is no identity provider, so every caller would be trusted.",
        hint="Listen on 127.0.0.1 and put an authenticating proxy or an SSH tunnel in front.",
    )
