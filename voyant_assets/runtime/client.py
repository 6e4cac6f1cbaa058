"""Asking the worker of a home: small tasks in a warm process, and how it is. For API and CLI; imports no Dagster."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from voyant_assets.runtime.wire import call
from voyant_core import errors

PATIENCE_S = 5.0
ANSWER_GRACE_S = 5.0  # the worker watches the task's own time; this is for its answer to arrive


def run_task(
    socket: Path, name: str, arguments: Mapping[str, Any], timeout_s: float = 30.0, patience_s: float = PATIENCE_S
) -> dict[str, Any]:
    """Runs the task `name` in a worker process and returns its JSON answer.

    Raises the task's own VoyantError; VYNT-5003 after `timeout_s` (the process is killed), VYNT-5004 when the process died,
    VYNT-5006 when no worker listened for `patience_s` or it went away twice. A task must be one that may be done again.
    """
    request = {"op": "task", "name": name, "arguments": dict(arguments), "timeout_s": timeout_s}
    try:
        try:
            answer = call(socket, request, timeout_s + ANSWER_GRACE_S, patience_s)
        except (
            ConnectionResetError,
            BrokenPipeError,
        ):  # the worker died at work: a task changes nothing, so its successor may be asked, once
            answer = call(socket, request, timeout_s + ANSWER_GRACE_S, patience_s)
    except TimeoutError as error:
        raise errors.VoyantError(
            errors.WORKER_AWAY, f"The run worker did not answer the task {name} within {timeout_s + ANSWER_GRACE_S:g} s."
        ) from error
    except OSError as error:
        raise errors.VoyantError(
            errors.WORKER_AWAY,
            f"The task {name} needs the run worker, which does not answer.",
            hint="Start it with `voyant serve`, or wait for its restart and try again.",
        ) from error
    if "error" in answer:
        raise errors.from_wire(answer["error"])
    return answer["result"]


def worker_info(socket: Path, timeout_s: float = 2.0) -> dict[str, Any]:
    """What the worker is doing: `pid`, `running` (run id to pid), `waiting`, `tasks`, `spares` (pid to ready), `preloaded`.

    VYNT-5006 when nobody answers.
    """
    try:
        return call(socket, {"op": "info"}, timeout_s)
    except OSError as error:
        raise errors.VoyantError(
            errors.WORKER_AWAY, "The run worker does not answer.", hint="Start it with `voyant serve`, or wait for its restart."
        ) from error
