"""The API process: `python -m voyant_api.server --host H --port P`. One process; the supervisor of `voyant serve` starts it."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys

from resources.telemetry.logs import configure_logging
from resources.telemetry.tracing import configure_tracing, shutdown_tracing
from voyant_api.binding import checked_host
from voyant_core.errors import VoyantError
from voyant_core.settings import Settings, settings

_log = logging.getLogger("voyant.api")
DAGIT_URL = "VOYANT_DAGIT_URL"
DRAIN_S = 10


def main(arguments: list[str] | None = None) -> int:
    chosen = settings()
    parser = argparse.ArgumentParser(prog="voyant_api.server", description="The API process of Voyant.")
    parser.add_argument("--host", default=chosen.server.host)
    parser.add_argument("--port", type=int, default=chosen.server.port)
    parsed = parser.parse_args(arguments)
    configure_logging("api", chosen.telemetry.log_level)
    try:
        serve(chosen, checked_host(parsed.host), parsed.port)
    except VoyantError as error:
        _log.error("refused: %s", error.to_text())
        return 3
    except Exception:  # noqa: BLE001 - the boundary of the process: into the log as one line
        _log.exception("the API process failed")
        return 1
    finally:
        shutdown_tracing()
    return 0


def serve(chosen: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT, then let open requests end."""
    import uvicorn

    from voyant_api.app import create_app
    from voyant_assets.runtime.environment import environment
    from voyant_assets.serving import Server

    configure_tracing("voyant-api", chosen)
    dagit_url = os.environ.get(DAGIT_URL)
    server = Server(environment())
    app = create_app(server, chosen, local_token=lambda: _token(chosen), dagit_url=dagit_url)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="websockets-sansio",
        timeout_graceful_shutdown=DRAIN_S,
    )
    server.start()
    try:
        asyncio.run(uvicorn.Server(config).serve())
    finally:
        server.close()


def _token(chosen: Settings) -> str | None:
    """The secret in the lock file, which only the owner of the home can read. Read each time: the file may be younger than this process."""
    from voyant_assets.runtime.home import HomeLock

    holder = HomeLock(chosen.layout).held_by()
    return holder.token if holder else None


if __name__ == "__main__":
    sys.exit(main())
