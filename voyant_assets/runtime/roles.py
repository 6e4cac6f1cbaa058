"""What `voyant serve` runs for each role: commands, environments, and the order in which to stop. Pure; `supervisor.py` acts."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from voyant_assets.runtime.hooks import PRODUCT
from voyant_core.settings import Settings

ROLES = ("api", "dagit", "worker", "daemon")
CODE = "code"
LOCATION = "voyant"
CALM = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
API_STOP_S = 12.0
DAEMON_STOP_S = 5.0
STATELESS_STOP_S = 2.0  # Dagit and the code server hold nothing, and take their time to say goodbye


@dataclass(frozen=True, slots=True)
class Programs:
    """The modules behind the roles; tests put others in their place."""

    api: str = "voyant_api.server"
    definitions: str = "voyant_assets.definitions"
    hooks: str = PRODUCT


@dataclass(frozen=True, slots=True)
class Places:
    """Where the processes of one server meet."""

    host: str
    port: int
    dagit_port: int
    code_socket: Path
    workspace: Path

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def dagit_url(self) -> str:
        return f"http://127.0.0.1:{self.dagit_port}/dagit"


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the server. Parts of a lower `stop_phase` are stopped first; `after` is a file that must be there before it starts.

    A background part gets the time that requests and runs leave.
    """

    name: str
    command: tuple[str, ...]
    stop_phase: int
    stop_s: float
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    after: Path | None = None
    outlives_supervisor: bool = False
    is_background: bool = False


def parts_of(roles: Sequence[str], settings: Settings, places: Places, programs: Programs) -> list[Part]:
    """The processes that `roles` need, in the order of starting. Dagit and the daemon share one code server."""
    layout = settings.layout
    home = {"VOYANT_HOME": str(layout.root), "DAGSTER_HOME": str(layout.dagster), "DAGSTER_DISABLE_TELEMETRY": "1"}
    dagster = {**home, **CALM, "PYTHONWARNINGS": "ignore"}
    parts: list[Part] = []
    if "worker" in roles:
        parts.append(
            Part(
                "worker",
                _module("voyant_assets.runtime.worker", "--home", str(layout.root), "--hooks", programs.hooks),
                stop_phase=1,
                stop_s=settings.runs.drain_s + 5.0,
                environment=home,
                outlives_supervisor=True,
            )
        )
    if "api" in roles:
        door = {"VOYANT_DAGIT_URL": places.dagit_url} if "dagit" in roles else {}
        command = _module(programs.api, "--host", places.host, "--port", str(places.port))
        parts.append(Part("api", command, stop_phase=0, stop_s=API_STOP_S, environment={**home, **door}))
    if "dagit" in roles or "daemon" in roles:
        command = _module("dagster", "code-server", "start", "-m", programs.definitions, "--socket", str(places.code_socket))
        command += ("--location-name", LOCATION, "--log-format", "json", "--log-level", "warning")
        parts.append(Part(CODE, command, stop_phase=2, stop_s=STATELESS_STOP_S, environment=dagster, is_background=True))
    workspace = ("--workspace", str(places.workspace), "--log-format", "json")
    if "dagit" in roles:
        command = _module(
            "dagster_webserver", "--host", "127.0.0.1", "--port", str(places.dagit_port), "--path-prefix", "/dagit", *workspace
        )
        parts.append(Part("dagit", command, stop_phase=1, stop_s=STATELESS_STOP_S, environment=dagster, after=places.code_socket))
    if "daemon" in roles:
        command = _module("dagster._daemon", "run", *workspace)
        waits = places.code_socket
        parts.append(Part("daemon", command, stop_phase=1, stop_s=DAEMON_STOP_S, environment=dagster, after=waits, is_background=True))
    return parts


def workspace_yaml(places: Places) -> str:
    """For Dagit and the daemon: the code server of this home."""
    return f"load_from:\n  - grpc_server:\n      socket: {_quoted(places.code_socket)}\n      location_name: {LOCATION}\n"


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)
