"""A home for a journey, and the command line on it as a user starts it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

START_S = 150


@dataclass(frozen=True)
class Running:
    url: str
    home: Path
    inbox: Path


variables_of: dict[Path, dict[str, str]] = {}
"""What a home's processes must be told beside where it is: where its stores are, unless they are in it."""


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VOYANT_")}
    return kept | {"VOYANT_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "80"} | variables_of.get(home, {})


def voyant(home: Path, *arguments: str, cwd: Path | None = None, more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """`voyant ...` in a process of its own. A traceback on the terminal is a failure whatever else the test looks at."""
    done = subprocess.run(
        [sys.executable, "-m", "voyant_api.cli.entry", *arguments],
        env=environment(home) | dict(more or {}),
        check=False,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def ready_url(process: subprocess.Popen[bytes], output: Path) -> str:
    """Where a server that was just started answers, from what it prints."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if found := re.search(r"Ready at (http://\S+)", output.read_text()):
            return found.group(1)
        assert process.poll() is None, output.read_text()
        time.sleep(0.2)
    raise AssertionError(f"not ready after {START_S} s: {output.read_text()}")
