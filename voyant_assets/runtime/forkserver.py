"""The preloaded process from which run processes are forked. Started and owned by the worker.

It imports everything and never starts a thread or opens a database: what it holds is shared by all children, and a thread,
socket or lock copied by fork() is broken in the child. What children do is in `spare.py`.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import logging
import os
import signal
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from resources.telemetry.logs import configure_logging
from voyant_assets.runtime.dagster_run import rehearse
from voyant_assets.runtime.hooks import Hooks, load_hooks
from voyant_assets.runtime.priority import BACKGROUND, threads
from voyant_assets.runtime.spare import live_and_exit
from voyant_assets.runtime.wire import receive, send
from voyant_core.settings import settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

# what a run imports whatever it does; the last are the classes that dagster.yaml names
RUN_PATH = (
    "dagster._core.executor.in_process",
    "dagster._grpc.impl",
    "voyant_assets.runtime.coordinator",
    "voyant_assets.runtime.launcher",
)


def storage_module() -> str:
    return f"voyant_assets.runtime.{'storage' if settings().postgres.for_dagster is None else 'postgres_storage'}"


class InstanceOpener:
    """Opens the home's instance in a child. The reading and checking of dagster.yaml happens once, here in the parent."""

    def __init__(self, folder: Path) -> None:
        from dagster._core.instance.ref import InstanceRef

        self._ref = InstanceRef.from_dir(str(folder))

    def __call__(self) -> DagsterInstance:
        from dagster import DagsterInstance

        instance = DagsterInstance.from_ref(self._ref)
        instance.get_run_by_id("none")  # connects
        return instance


def thread_names() -> list[str]:
    return [Path(f"/proc/self/task/{thread}/comm").read_text().strip() for thread in threads(os.getpid())]


def preload(hooks: Hooks) -> None:
    for module in (*RUN_PATH, storage_module()):
        importlib.import_module(module)
    hooks.preload()
    job = hooks.rehearsal_job()
    if job is not None:
        rehearse(job)


def serve(control: socket.socket, hooks: Hooks, opener: InstanceOpener) -> None:
    """A message in, with one end of a socket pair, is one process out. Ends when the worker is gone."""
    worker = os.getppid()
    while True:
        request, fds = receive(control, fds=1)
        if request is None:
            return
        first = os.fork()
        if first == 0:
            # forked twice: the child's parent becomes the worker (a "child subreaper"), which can then wait for it
            if os.fork():
                os._exit(0)
            control.close()
            live_and_exit(socket.socket(fileno=fds[0]), hooks, opener, nice=bool(request.get("nice")), worker=worker)
        os.close(fds[0])
        os.waitpid(first, 0)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--control-fd", type=int, required=True)
    parser.add_argument("--hooks", required=True)
    parser.add_argument("--unhurried", action="store_true", help="import at low priority: another fork server serves meanwhile")
    options = parser.parse_args()
    configure_logging("run", settings().telemetry.log_level)
    control = socket.socket(fileno=options.control_fd)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal reaches the whole group; the worker decides
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    started = time.perf_counter()
    if options.unhurried:
        os.setpriority(os.PRIO_PROCESS, 0, BACKGROUND)
    hooks = load_hooks(options.hooks)
    preload(hooks)
    opener = InstanceOpener(settings().layout.dagster)
    gc.collect()
    gc.freeze()  # the collector never touches these objects again, so their pages stay shared
    names = thread_names()
    if len(names) > 1:
        logging.getLogger(__name__).warning("The fork server has threads %s; a run may hang in a lock that one of them held", names)
    if options.unhurried:
        os.setpriority(os.PRIO_PROCESS, 0, 0)  # children inherit it
    send(control, {"pid": os.getpid(), "seconds": round(time.perf_counter() - started, 2), "threads": names})
    serve(control, hooks, opener)
    os._exit(0)  # without DuckDB's complaints about objects that live until the end


if __name__ == "__main__":
    main()
