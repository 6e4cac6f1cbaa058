"""Asking the worker of a home: small tasks in a warm process, and how it is. For API and CLI; imports no Dagster."""

from __future__ import annotations

import asyncio
import contextlib
import socket as sockets
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import anyio
from anyio.to_thread import run_sync

from voyant_assets.runtime.wire import RETRY_S, Message, call, connect, receive, send
from voyant_core import errors

PATIENCE_S = 5.0
ANSWER_GRACE_S = 5.0  # the worker watches the task's own time; this is for its answer to arrive
_DIED = (ConnectionResetError, BrokenPipeError)


def run_task(
    socket: Path, name: str, arguments: Mapping[str, Any], timeout_s: float = 30.0, patience_s: float = PATIENCE_S
) -> dict[str, Any]:
    """Runs the task `name` in a worker process and returns its JSON answer.

    Raises the task's own VoyantError; VYNT-5003 after `timeout_s` (the process is killed), VYNT-5004 when the process died,
    VYNT-5006 when no worker listened for `patience_s` or it went away twice. A task must be one that may be done again.
    """
    request = _request(name, arguments, timeout_s)
    with _told_by_code(name, timeout_s):
        try:
            answer = call(socket, request, timeout_s + ANSWER_GRACE_S, patience_s)
        except _DIED:  # the worker, at work: a task changes nothing, so its successor may be asked, once
            answer = call(socket, request, timeout_s + ANSWER_GRACE_S, patience_s)
    return _result(answer)


async def ask_task(socket: Path, name: str, arguments: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
    """As `run_task`, with no thread that waits. Cancelling it hangs up, upon which the worker ends a task that nobody else asked for."""
    request = _request(name, arguments, timeout_s)
    with _told_by_code(name, timeout_s):
        async with asyncio.timeout(timeout_s + ANSWER_GRACE_S):
            try:
                answer = await _answer(socket, request)
            except _DIED:
                answer = await _answer(socket, request)
    return _result(answer)


async def _answer(socket: Path, request: Mapping[str, Any]) -> Message:
    with await _connected(socket) as sock:
        await run_sync(send, sock, request)
        await anyio.wait_readable(sock)
        answer, _ = await run_sync(receive, sock)
    if answer is None:
        raise ConnectionResetError(f"{socket.name} closed the connection without an answer")
    return answer


async def _connected(path: Path) -> sockets.socket:
    """Waits for a worker that is being restarted, without a thread."""
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            return await run_sync(connect, path)
        except OSError:
            if time.monotonic() > give_up:
                raise
        await anyio.sleep(RETRY_S)


def _request(name: str, arguments: Mapping[str, Any], timeout_s: float) -> Message:
    return {"op": "task", "name": name, "arguments": dict(arguments), "timeout_s": timeout_s}


def _result(answer: Message) -> dict[str, Any]:
    if "error" in answer:
        raise errors.from_wire(answer["error"])
    return answer["result"]


@contextlib.contextmanager
def _told_by_code(name: str, timeout_s: float) -> Generator[None]:
    try:
        yield
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
