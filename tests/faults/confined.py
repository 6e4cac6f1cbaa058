"""Commands on file systems of their own: a user and mount namespace, so that a small or read-only disk needs no privilege."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def on_small_disk(place: Path, size: str, command: Sequence[str]) -> list[str]:
    """The command with an empty file system of this size at `place`."""
    return _confined(f'mount -t tmpfs -o size={size} tmpfs "$0"', place, command)


def on_read_only(place: Path, command: Sequence[str]) -> list[str]:
    """The command with everything under `place` as it is, and not to be changed."""
    return _confined('mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"', place, command)


def _confined(mount: str, place: Path, command: Sequence[str]) -> list[str]:
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", f'{mount} && exec "$@"', str(place), *command]


def environment_of(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VOYANT_")}
    return {**kept, "VOYANT_HOME": str(home), "NO_COLOR": "1"}


def run(command: Sequence[str], home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment_of(home), check=False, capture_output=True, text=True, timeout=150)


def voyant(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "voyant_api.cli.entry", *arguments]
