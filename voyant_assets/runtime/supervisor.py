"""`voyant serve`: starts the processes of a home, restarts those that die, and stops all of them in order.

One thread. It imports neither Dagster nor a web framework: it lives as long as the server and should cost little.
"""

from __future__ import annotations

import argparse
import logging
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from resources.telemetry.log_files import LogFiles
from voyant_assets.runtime.answering import answers
from voyant_assets.runtime.child import Child
from voyant_assets.runtime.home import HomeLock
from voyant_assets.runtime.instance import write_dagster_yaml
from voyant_assets.runtime.leftovers import end_leftovers
from voyant_assets.runtime.reload import Debounce, ReloadRequest, stamp_of
from voyant_assets.runtime.roles import CODE, ROLES, Places, Programs, parts_of, workspace_yaml
from voyant_assets.runtime.wire import LONGEST_ADDRESS
from voyant_core import errors
from voyant_core.settings import HomeLayout, Server, Settings, settings

TICK_S = 0.1
REFUSED = 3  # a child's exit code for "what I was told is wrong": another try would fare no better
log = logging.getLogger(__name__)


class Supervisor:
    def __init__(self, children: list[Child], places: Places, layout: HomeLayout, logs: LogFiles, on_ready: Callable[[str], None]) -> None:
        self._children = children
        self._places = places
        self._layout = layout
        self._logs = logs
        self._on_ready = on_ready
        self._is_ready = False
        self._signals = 0
        self._registry = Debounce(stamp_of(layout.registry))
        self._reload: ReloadRequest | None = None

    def run(self) -> int:
        """Until a signal comes or a part refuses to start; the exit code."""
        wake = self._catch_signals()
        code = 0
        while not self._signals and not code:
            now = time.monotonic()
            for child in self._children:
                child.start_if_due(now)
                if child.reap(now):
                    code = code or self._ended(child)
            if not self._is_ready:
                self._look_whether_ready()
            self._watch_registry(now)
            self._logs.look(now)
            select.select([wake], [], [], TICK_S)
        self._stop_all()
        return code

    def _catch_signals(self) -> int:
        read_end, write_end = os.pipe()
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._signaled)
        return read_end

    def _signaled(self, *_signal: object) -> None:
        self._signals += 1

    def _ended(self, child: Child) -> int:
        log.error("%s ended with exit code %s", child.part.name, child.exit_code)
        if child.exit_code != REFUSED or self._is_ready:
            return 0
        for line in child.last_lines():
            sys.stderr.write(f"{child.part.name}: {line}\n")
        return REFUSED

    def _look_whether_ready(self) -> None:
        names = {child.part.name for child in self._children}
        if "api" not in names or answers(self._places.host, self._places.port, "/readyz", timeout_s=1):
            self._is_ready = True
            log.info("Ready at %s", self._places.url)
            self._on_ready(self._places.url)

    # registry

    def _watch_registry(self, now: float) -> None:
        if self._reload is not None:
            if self._reload.is_over(now):
                self._reload = None
        elif self._registry.is_due(stamp_of(self._layout.registry), now):
            self._registry.acted()
            self._reload_code(now)

    def _reload_code(self, now: float) -> None:
        by_name = {child.part.name: child for child in self._children}
        if "dagit" in by_name:
            try:
                self._reload = ReloadRequest(self._places.dagit_port, now)
            except OSError as error:
                log.warning("Dagit could not be asked to reload the registry: %s", error)  # it loads it when it starts
        elif CODE in by_name:
            by_name[CODE].restart_now()

    # the end

    def _stop_all(self) -> None:
        """Phase by phase, each part with its time; a second signal ends everything at once."""
        signals = self._signals
        for phase in sorted({child.part.stop_phase for child in self._children}):
            ending = [child for child in self._children if child.part.stop_phase == phase and child.is_running]
            for child in ending:
                child.terminate()
            started = time.monotonic()
            while any(child.is_running for child in ending):
                now = time.monotonic()
                for child in ending:
                    if now - started > child.part.stop_s or self._signals > max(signals, 1):
                        child.kill()
                    child.reap(now)
                time.sleep(TICK_S / 4)
        log.info("Stopped")


def serve(
    chosen: Settings, roles: Sequence[str] = ROLES, on_ready: Callable[[str], None] | None = None, programs: Programs | None = None
) -> int:
    """Runs `roles` on the home of `chosen` until SIGTERM or SIGINT; the exit code. Call it in the main thread.

    `on_ready` is called once with the server's URL, when `/readyz` answers. VYNT-5005 when the home is in use, VYNT-3005 when the port is.
    """
    from resources.telemetry.logs import configure_logging

    layout = chosen.layout
    with errors.of_disk(f"Preparing the home {layout.root}"):
        for folder in layout.folders:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = HomeLock(layout)
    port = chosen.server.port or _free_port(chosen.server.host, 0)
    code_socket, short = _code_socket(layout)
    places = Places(chosen.server.host, port, _free_port("127.0.0.1", 0), code_socket, layout.run / "workspace.yaml")
    try:
        with lock.held(places.url if "api" in roles else None):
            _free_port(places.host, port)
            with errors.of_disk(f"Preparing the home {layout.root}"):
                configure_logging("server", chosen.telemetry.log_level, file=layout.logs / "server.log")
                code_socket.unlink(missing_ok=True)
                write_dagster_yaml(layout, chosen)
                places.workspace.write_text(workspace_yaml(places))
            end_leftovers(layout.root)
            children = [Child(part, layout.logs) for part in parts_of(roles, chosen, places, programs or Programs())]
            logs = LogFiles(layout.logs, chosen.telemetry.log_bytes)
            return Supervisor(children, places, layout, logs, on_ready or (lambda _url: None)).run()
    finally:
        if short is not None:
            shutil.rmtree(short, ignore_errors=True)


def _code_socket(layout: HomeLayout) -> tuple[Path, Path | None]:
    """The code server's socket, and the folder made for it where the home lies too deep for a socket address (gRPC binds it by name)."""
    path = layout.run / "code.sock"
    if len(os.fsencode(path)) <= LONGEST_ADDRESS:
        return path, None
    folder = Path(tempfile.mkdtemp(prefix="voyant-"))
    return folder / "code.sock", folder


def _free_port(host: str, port: int) -> int:
    """`port`, or any free one for 0. VYNT-3005 when it is taken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise errors.VoyantError(
                errors.BIND_REFUSED,
                f"Cannot listen on {host}, port {port}: {error.strerror}.",
                hint="Choose another port (--port; 0 takes any).",
            ) from error
        return probe.getsockname()[1]


def main() -> None:
    """For tests and images: `voyant serve` without the command line."""
    parser = argparse.ArgumentParser(prog="python -m voyant_assets.runtime.supervisor")
    parser.add_argument("--host", default=settings().server.host)
    parser.add_argument("--port", type=int, default=settings().server.port)
    parser.add_argument("--roles", default=",".join(ROLES))
    parser.add_argument("--api", help="module of the API process")
    parser.add_argument("--definitions", help="module with the Dagster definitions")
    parser.add_argument("--hooks", help="module with what the product supplies to runs")
    arguments = parser.parse_args()
    chosen = settings().model_copy(update={"server": Server(host=arguments.host, port=arguments.port)})
    programs = Programs(**{name: value for name in ("api", "definitions", "hooks") if (value := getattr(arguments, name))})
    try:
        code = serve(chosen, arguments.roles.split(","), lambda url: print(f"ready {url}", flush=True), programs)  # noqa: T201 - for scripts
    except errors.VoyantError as error:
        sys.exit(error.to_text())
    sys.exit(code)


if __name__ == "__main__":
    main()
