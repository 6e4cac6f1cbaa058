"""`voyant serve`."""

from __future__ import annotations

import sys

import typer

from voyant_api.binding import checked_host
from voyant_core.settings import Server, settings

ROLES = ("api", "dagit", "worker", "daemon")


def run(host: str | None, port: int | None, roles: str) -> int:
    """Serve until a signal comes."""
    wanted = [role.strip() for role in roles.split(",") if role.strip()]
    unknown = [role for role in wanted if role not in ROLES]
    if unknown or not wanted:
        raise typer.BadParameter(f"--roles takes some of {','.join(ROLES)}, not {roles[:60]!r}")
    chosen = settings()
    server = Server(host=checked_host(host or chosen.server.host), port=chosen.server.port if port is None else port)
    from voyant_assets.runtime.store_check import check_stores
    from voyant_assets.runtime.supervisor import serve

    check_stores(chosen)

    sys.stderr.write(f"Starting {', '.join(wanted)} on {chosen.layout.root} ...\n")
    return serve(chosen.model_copy(update={"server": server}), wanted, _ready)


def _ready(url: str) -> None:
    sys.stderr.write(f"Ready at {url} (REST {url}/v1, MCP {url}/mcp, Dagit {url}/dagit). Stop it with Ctrl-C.\n")
    sys.stderr.flush()
