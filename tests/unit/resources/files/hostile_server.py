"""A real HTTP server that answers raw bytes, as slowly and as wrongly as a test wants."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Generator

Answer = Callable[[socket.socket, threading.Event], None]


@contextlib.contextmanager
def serving(answer: Answer) -> Generator[str]:
    """`answer(connection, over)` gets each connection after its request was read. `over` is set when the test is done."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    threads: list[threading.Thread] = []

    def talk(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(4096)
            answer(connection, over)

    def accept() -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                threads.append(threading.Thread(target=talk, args=(connection,)))
                threads[-1].start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        acceptor.join()
        listener.close()
        for thread in threads:
            thread.join()


def sending(*pieces: bytes) -> Answer:
    def answer(connection: socket.socket, over: threading.Event) -> None:
        del over
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.05)  # each piece in a packet of its own

    return answer


def dripping(start: bytes, drop: bytes) -> Answer:
    """`start`, then `drop` again and again."""

    def answer(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(start)
        while not over.wait(0.02):
            connection.sendall(drop)

    return answer


def hanging(connection: socket.socket, over: threading.Event) -> None:
    del connection
    over.wait()
