"""The other side of `confined`: sets its own limits, then calls the one function that it was started for."""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
from typing import Any

from resources._kit.parent_death import die_with_parent
from voyant_core import errors


def limit(memory_bytes: int, seconds: int) -> None:
    """No more data than `memory_bytes`, no longer than `seconds`, no core file, and no life after the parent's."""
    parent = os.getppid()
    die_with_parent(signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    signal.alarm(seconds)


def main(target: str, memory_bytes: str, seconds: str) -> None:
    limit(int(memory_bytes), int(seconds))
    arguments: dict[str, Any] = json.load(sys.stdin)
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no answer
    module, _, function = target.partition(":")
    try:
        answer = {"result": getattr(importlib.import_module(module), function)(**arguments)}
    except errors.VoyantError as error:
        answer = {"error": errors.to_wire(error)}
    json.dump(answer, answers)
    answers.flush()
    os._exit(0)  # nothing of the file is worth a clean end


if __name__ == "__main__":
    main(*sys.argv[1:])
