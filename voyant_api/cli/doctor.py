"""`voyant doctor`: what is configured, reachable or missing, and how to mend it. Changes nothing."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import socket
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from voyant_api.cli.terminal import bold, clean, is_rich, shown, size, wrapped
from voyant_core.errors import VoyantError
from voyant_core.settings import Settings, settings

State = Literal["ok", "off", "problem"]
_LIBRARIES = ("dagster", "dagster-webserver", "duckdb", "pyarrow", "pyiceberg", "sqlalchemy", "fastapi", "mcp")
_LITTLE_SPACE = 2 * 10**9


@dataclass(frozen=True, slots=True)
class Check:
    """`off`: not configured, so absent. `mend` says what to do about a problem."""

    name: str
    state: State
    detail: str
    mend: str = ""


def run(*, as_json: bool) -> int:
    """0 when nothing is wrong, 1 otherwise."""
    try:
        chosen = settings()
    except VoyantError as error:
        found = [Check("settings", "problem", error.detail, error.hint or "")]
    else:
        found = [check for part in _PARTS for check in part(chosen)]
    healthy = all(check.state != "problem" for check in found)
    if as_json:
        sys.stdout.write(json.dumps({"healthy": healthy, "checks": [asdict(check) for check in found]}) + "\n")
    else:
        sys.stdout.write(shown(_lines(found, is_rich(sys.stdout)), sys.stdout))
    return 0 if healthy else 1


def _lines(found: list[Check], rich: bool) -> list[str]:
    lines: list[str] = []
    for check in found:
        lines += wrapped(check.detail, indent=" " * 24, first=f"{check.state:<8} {check.name:<14} ")
        lines += wrapped(check.mend, indent=" " * 24, first=" " * 21 + "-> ") if check.mend else []
    problems = sum(check.state == "problem" for check in found)
    return [*lines, "", bold("Nothing is wrong." if not problems else f"{problems} to mend.", rich)]


def _python(_: Settings) -> Iterator[Check]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    fits = sys.version_info[:2] == (3, 11)
    yield Check("python", "ok" if fits else "problem", f"{version} at {sys.executable}", "" if fits else "Use Python 3.11.")
    if not sys.platform.startswith("linux"):
        yield Check("platform", "problem", f"{sys.platform}: the run worker needs Linux.", "Run Voyant on Linux.")


def _libraries(_: Settings) -> Iterator[Check]:
    missing = [name for name in _LIBRARIES if not _is_installed(name)]
    if missing:
        yield Check("libraries", "problem", f"missing: {', '.join(missing)}", "Install with `pip install voyant`.")
    else:
        yield Check("libraries", "ok", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _LIBRARIES))


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _home(chosen: Settings) -> Iterator[Check]:
    root = chosen.layout.root
    place = root
    while not place.exists():
        place = place.parent
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        yield Check("home", "problem", f"{root} cannot be written.", "Set VOYANT_HOME to a folder of yours.")
        return
    yield Check("home", "ok", f"{root}" + ("" if root.exists() else " (made on first use)"))
    free = shutil.disk_usage(place).free
    low = free < _LITTLE_SPACE
    yield Check("disk", "problem" if low else "ok", f"{size(free)} free", "Make room, or move VOYANT_HOME." if low else "")


def _roots(chosen: Settings) -> Iterator[Check]:
    shown = [str(root) for root in (*chosen.files.roots, chosen.layout.inbox)]
    yield Check("file roots", "ok", f"REST and MCP may read {', '.join(shown)}; the command line any file of yours.")
    for root in chosen.files.roots:
        if not root.expanduser().is_dir():
            yield Check("file roots", "problem", f"{root} is not a folder.", "Correct VOYANT_FILES__ROOTS.")


def _stores(chosen: Settings) -> Iterator[Check]:
    from voyant_assets.runtime.store_check import store_states

    for state in store_states(chosen):
        problem = state.problem
        if problem is None:
            yield Check(state.name, "ok", clean(state.where))
        else:
            yield Check(state.name, "problem", f"{clean(state.where)}: {problem.detail}", problem.hint or "")


def _server(chosen: Settings) -> Iterator[Check]:
    from voyant_assets.runtime.home import HomeLock

    holder = HomeLock(chosen.layout).held_by() if chosen.layout.root.exists() else None
    if holder is not None and holder.url:
        yield from _running_server(holder.url)
        return
    yield Check("server", "off", "none runs; commands work in their own process.", "Start `voyant serve` for REST, MCP and Dagit.")
    try:
        from voyant_api.binding import checked_host

        host = checked_host(chosen.server.host)
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.bind((host, chosen.server.port))
    except VoyantError as error:
        yield Check("address", "problem", error.detail, error.hint or "")
    except OSError:
        yield Check(
            "address",
            "problem",
            f"{chosen.server.host}:{chosen.server.port} is taken.",
            "Set VOYANT_SERVER__PORT, or give `voyant serve --port`.",
        )


def _running_server(url: str) -> Iterator[Check]:
    import http.client

    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        document = json.loads(connection.getresponse().read())
        yield Check("server", "ok", f"runs at {url}; Dagit at {url}/dagit")
        for name, state in document["components"].items():
            yield Check(
                name,
                "ok" if state == "ok" else "problem",
                clean(str(state)),
                "" if state == "ok" else "Restart `voyant serve`; see its log.",
            )
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        yield Check("server", "problem", f"{url} holds the home and does not answer.", "Stop that process and start `voyant serve` again.")
    finally:
        connection.close()


def _telemetry(chosen: Settings) -> Iterator[Check]:
    endpoint = chosen.telemetry.otlp_endpoint
    if not endpoint:
        yield Check("traces", "off", "VOYANT_TELEMETRY__OTLP_ENDPOINT is not set; spans are not exported.")
        return
    parts = urllib.parse.urlsplit(endpoint)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with socket.create_connection((parts.hostname or "", port), timeout=3):
            yield Check("traces", "ok", f"exported to {parts.scheme}://{parts.hostname}:{port}")
    except (OSError, ValueError):
        yield Check(
            "traces", "problem", f"{parts.hostname}:{parts.port} does not answer.", "Correct or unset VOYANT_TELEMETRY__OTLP_ENDPOINT."
        )


_PARTS: tuple[Callable[[Settings], Iterator[Check]], ...] = (_python, _libraries, _home, _roots, _stores, _server, _telemetry)
