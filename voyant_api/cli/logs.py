"""Where commands log: a file of the home, since standard error is the person's."""

from __future__ import annotations

import contextlib
from pathlib import Path

from voyant_core.settings import Settings


def log_to_home(chosen: Settings) -> Path:
    """Send this process's log lines to the home's `logs/cli.jsonl`, bounded; its path. OSError when the folder cannot be made."""
    from resources.telemetry.log_files import trim
    from resources.telemetry.logs import configure_logging

    path = chosen.layout.logs / "cli.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(OSError):  # a log that is too long is no reason to refuse a command
        trim(path, chosen.telemetry.log_bytes)
    configure_logging("cli", chosen.telemetry.log_level, file=path)
    return path
