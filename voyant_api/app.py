"""The HTTP application: REST under `/v1`, MCP at `/mcp` and `/mcp-flat`, Dagit under `/dagit`. Assembly only."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator

from fastapi import FastAPI
from fastapi.routing import APIRoute

from voyant_api import dagit_proxy, errors
from voyant_api.agent.http import AgentDoors
from voyant_api.features.analyze import endpoints as analyze
from voyant_api.features.artifacts import endpoints as artifacts
from voyant_api.features.docs import endpoints as docs
from voyant_api.features.jobs import endpoints as jobs
from voyant_api.features.service import endpoints as service
from voyant_api.features.service.service import version
from voyant_api.features.sources import endpoints as sources
from voyant_api.features.tables import endpoints as tables
from voyant_api.features.uploads import endpoints as uploads
from voyant_api.identity import TokenSource
from voyant_api.metrics import Metrics
from voyant_api.middleware import BodyLimit, Envelope, LocalOnly, SecurityHeaders
from voyant_api.openapi import complete
from voyant_api.wiring import Backend, wire
from voyant_core.settings import Settings


def create_app(backend: Backend, settings: Settings, *, local_token: TokenSource = lambda: None, dagit_url: str | None = None) -> FastAPI:
    """The application around one backend. `local_token` tells the secret that lets the owner's shell name any file."""
    services = wire(backend, settings)
    metrics = Metrics()
    agents = AgentDoors(services, metrics, local_token)
    dagit = dagit_proxy.DagitProxy(dagit_url)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        async with agents.running(), dagit.running():
            yield

    app = FastAPI(
        title="Voyant",
        version=version().version,
        summary="One call from a file to a hashed manifest.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # middleware.Envelope does all three
        generate_unique_id_function=_operation_id,
        docs_url=None,
        redoc_url=None,
    )
    app.state.local_token = local_token
    errors.install(app)
    for router in (
        analyze.routes(services.analyze),
        jobs.routes(services.jobs),
        artifacts.routes(services.artifacts),
        sources.routes(services.sources),
        tables.routes(services.tables),
        uploads.routes(services.uploads),
        service.routes(services.service, metrics),
        docs.routes(),
    ):
        app.include_router(router)
    app.router.routes.extend([*agents.routes(), *dagit.routes()])
    complete(app)
    # the last one added is the outermost
    app.add_middleware(BodyLimit)
    app.add_middleware(LocalOnly)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Envelope, metrics=metrics)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name
