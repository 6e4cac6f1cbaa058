"""Messages between clients, worker, fork server and spares: one JSON object per packet of a Unix SOCK_SEQPACKET socket.

A message over `LARGEST_PACKET` travels in a memory file whose descriptor is passed along, so that wide tables and long answers fit.
Both ends are processes of one user on one host (the sockets are 0600); nothing here speaks to strangers.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from voyant_core import errors

LARGEST_PACKET = 128 * 1024  # the kernel's default limit for one packet is about 200 kB
LARGEST_MESSAGE = 64 * 2**20
LONGEST_ADDRESS = 107  # sockaddr_un.sun_path without its final zero
RETRY_S = 0.05
_IN_MEMORY_FILE = b"*"  # no JSON object starts with it

Message = dict[str, Any]


def send(sock: socket.socket, message: Mapping[str, Any], fds: tuple[int, ...] = ()) -> None:
    """One message. OSError when the other side is gone, VYNT-1011 for one over `LARGEST_MESSAGE`."""
    body = json.dumps(message, separators=(",", ":")).encode()
    if len(body) <= LARGEST_PACKET:
        socket.send_fds(sock, [body], list(fds))
        return
    if len(body) > LARGEST_MESSAGE:
        raise errors.VoyantError(
            errors.TOO_LARGE, f"A message between processes would be {len(body)} bytes; {LARGEST_MESSAGE} is the limit."
        )
    file = os.memfd_create("voyant-message", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(file), "wb") as writer:
            writer.write(body)
        socket.send_fds(sock, [_IN_MEMORY_FILE], [*fds, file])
    finally:
        os.close(file)


def receive(sock: socket.socket, fds: int = 0) -> tuple[Message | None, list[int]]:
    """(message, up to `fds` file descriptors). The message is None when the other side is gone."""
    try:
        data, received, _flags, _address = socket.recv_fds(sock, LARGEST_PACKET, fds + 1)
    except (ConnectionResetError, BrokenPipeError):
        return None, []
    if not data:
        for fd in received:
            os.close(fd)
        return None, []
    if data == _IN_MEMORY_FILE:
        with os.fdopen(received.pop(), "rb") as file:
            file.seek(0)  # the offset is shared with the sender, and stands at the end
            data = file.read(LARGEST_MESSAGE)
    return json.loads(data), received


@contextmanager
def address(path: Path) -> Generator[str]:
    """A name for the socket `path` that fits into a socket address, however deep the home lies."""
    if len(os.fsencode(path)) <= LONGEST_ADDRESS:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def listen(path: Path) -> socket.socket:
    """A listening socket at `path`, for this user only. An old socket file is replaced: the caller holds the lock that makes this safe."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with address(path) as name:
        before = os.umask(0o177)
        try:
            listener.bind(name)
        finally:
            os.umask(before)
    listener.listen(128)
    return listener


def connect(path: Path, patience_s: float = 0.0) -> socket.socket:
    """Connects, waiting up to `patience_s` for somebody to listen (a worker that is being restarted). OSError when nobody does."""
    give_up = time.monotonic() + patience_s
    while True:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with address(path) as name:
                sock.connect(name)
        except OSError:
            sock.close()
            if time.monotonic() > give_up:
                raise
            time.sleep(RETRY_S)
        else:
            return sock


def call(path: Path, request: Mapping[str, Any], timeout_s: float = 10.0, patience_s: float = 0.0) -> Message:
    """One request, one answer. OSError when nobody listens or answers in time (TimeoutError)."""
    with connect(path, patience_s) as sock:
        sock.settimeout(timeout_s)
        send(sock, request)
        answer, _ = receive(sock)
    if answer is None:
        raise ConnectionResetError(f"{path.name} closed the connection without an answer")
    return answer
