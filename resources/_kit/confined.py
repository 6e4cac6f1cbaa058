"""Work on a hostile file in a process that may die of it: its memory, time and environment are bounded by the operating system.

Readers of workbooks and database files allocate what the file tells them to. A limit that only they check would be no limit.
The process gets JSON on standard input and answers with JSON; its error comes back as the VoyantError it was.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from typing import Any

from voyant_core import errors

log = logging.getLogger(__name__)

_OUT_OF_MEMORY = ("memory allocation of", "MemoryError", "bad_alloc", "Cannot allocate memory", "Out of Memory")


def confined(target: str, arguments: dict[str, Any], what: str, *, memory_bytes: int, timeout_s: float) -> dict[str, Any]:
    """What `target` (`package.module:function`) answers to `arguments`.

    `what` opens the messages. Its own VoyantError, TOO_LARGE beyond `memory_bytes`, TIMEOUT after `timeout_s`, UNREADABLE_FILE when the
    process dies of the file.
    """
    command = [sys.executable, "-m", "resources._kit.confined_child", target, str(memory_bytes), str(int(timeout_s) + 5)]
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "TZDIR") if name in os.environ}
    environment = {**kept, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as process:  # noqa: S603 - our own module
        try:
            output, told = process.communicate(json.dumps(arguments).encode(), timeout=timeout_s)
        except subprocess.TimeoutExpired as error:
            raise _too_slow(what, timeout_s) from error
        finally:
            process.kill()
    if process.returncode == 0 and output:
        answer: dict[str, Any] = json.loads(output)
        if "error" in answer:
            raise errors.from_wire(answer["error"])
        return answer["result"]
    text = told.decode("utf-8", "replace")
    log.warning("a confined process ended with %d: %s", process.returncode, text[:2000])
    if process.returncode in {-signal.SIGXCPU, -signal.SIGALRM}:
        raise _too_slow(what, timeout_s)
    if process.returncode == -signal.SIGKILL or any(mark in text for mark in _OUT_OF_MEMORY):
        raise errors.VoyantError(
            errors.TOO_LARGE,
            f"{what} needs more than {memory_bytes / 2**20:,.0f} MiB of memory to be opened.",
            hint="Save its tables as CSV or Parquet, or raise VOYANT_ARCHIVE__MEMORY_BYTES.",
        )
    raise errors.VoyantError(
        errors.UNREADABLE_FILE, f"{what} is damaged: its reader broke down over it.", hint="Save the file again, or save its tables as CSV."
    )


def _too_slow(what: str, timeout_s: float) -> errors.VoyantError:
    return errors.VoyantError(
        errors.TIMEOUT,
        f"{what} was not opened within {timeout_s:g} s.",
        hint="Save its tables as CSV or Parquet, or raise VOYANT_ARCHIVE__TIMEOUT_S.",
        retryable=False,
    )
