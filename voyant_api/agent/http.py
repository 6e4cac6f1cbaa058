"""MCP over streamable HTTP: dotted names at `/mcp`, underscored at `/mcp-flat`, both protocol eras, no sessions to lose."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Sequence

from mcp.server.transport_security import TransportSecuritySettings
from starlette.routing import BaseRoute

from voyant_api.agent.server import VoyantServer, registered
from voyant_api.agent.tools import tools
from voyant_api.identity import TokenSource
from voyant_api.metrics import Metrics
from voyant_api.middleware import LOOPBACK_HOSTS
from voyant_api.wiring import Services


class AgentDoors:
    """The routes of both servers. `running` must be entered once, for as long as requests come."""

    def __init__(self, services: Services, metrics: Metrics, local_token: TokenSource) -> None:
        known = registered(tools(lambda: services, local_token))
        self.dotted = VoyantServer(known, ".", services=services, local_token=local_token, metrics=metrics)
        self.flat = VoyantServer(known, "_", services=services, local_token=local_token, metrics=metrics)

    def routes(self) -> Sequence[BaseRoute]:
        # the routes themselves instead of a mounted application: its lifespan would never run, and Mount("/") would catch everything
        found: list[BaseRoute] = []
        for path, server in (("/mcp", self.dotted), ("/mcp-flat", self.flat)):
            found += server.streamable_http_app(streamable_http_path=path, stateless_http=True, transport_security=_security()).routes
        return found

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        async with self.dotted.session_manager.run(), self.flat.session_manager.run():
            yield


def _security() -> TransportSecuritySettings:
    hosts = [name for host in LOOPBACK_HOSTS for name in (host, f"{host}:*")]
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=[f"http://{host}" for host in hosts])
