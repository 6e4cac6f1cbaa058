"""Processes of a killed server that nobody ends: what its parts had started goes on after them.

Runs are not among them: they live on for the next worker. What is meant is Dagster's code process, whose parent dies with the supervisor.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
from pathlib import Path

from voyant_assets.runtime.process import process_start

CODE_PROCESS = b"\0dagster\0api\0grpc\0"
log = logging.getLogger(__name__)


def end_leftovers(home: Path) -> list[int]:
    """Kills the code processes of this home whose group has lost its leader; their pids. The caller holds the home's lock."""
    ended: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _is_left(entry, f"VOYANT_HOME={home}".encode()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(entry.name), signal.SIGKILL)
                ended.append(int(entry.name))
    if ended:
        log.info("Ended what a killed server had left: %s", ended)
    return ended


def _is_left(entry: Path, mark: bytes) -> bool:
    try:
        if CODE_PROCESS not in (entry / "cmdline").read_bytes() or mark not in (entry / "environ").read_bytes().split(b"\0"):
            return False
        return process_start(os.getpgid(int(entry.name))) is None
    except OSError:  # gone meanwhile, or another user's
        return False
