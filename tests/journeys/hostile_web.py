"""A web server that does to its client whatever a server can do."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

GOOD = b"n,x\n" + b"".join(b"%d,%d\n" % (n, n * 7) for n in range(50))


class Hostile(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []
    stopped: threading.Event

    def do_GET(self) -> None:
        getattr(self, "_" + self.path.strip("/").partition(".")[0])()

    def _good(self) -> None:
        self._head(200, len(GOOD))
        self.wfile.write(GOOD)

    def _gone(self) -> None:
        self._head(404, 0)

    def _broken(self) -> None:
        self._head(500, 0)

    def _empty(self) -> None:
        self._head(200, 0)

    def _inside(self) -> None:
        self._to("http://169.254.169.254/latest/meta-data")

    def _elsewhere(self) -> None:
        self._to(f"http://localhost:{self.server.server_address[1]}/good.csv")

    def _file(self) -> None:
        self._to("file:///etc/passwd")

    def _circle(self) -> None:
        self._to("/circle.csv")

    def _hang(self) -> None:
        self.stopped.wait(30)

    def _drip(self) -> None:
        self._head(200, 100_000)
        while not self.stopped.wait(0.1):
            self.wfile.write(b"1,2\n")

    def _late(self) -> None:
        """Whole, but later than a call that may not wait is answered."""
        self.asked.append(self.path)
        self._head(200, len(GOOD))
        self.wfile.write(GOOD[:100])
        self.stopped.wait(5.5)
        self.wfile.write(GOOD[100:])

    def _short(self) -> None:
        self._head(200, len(GOOD) + 1000)
        self.wfile.write(GOOD)

    def _long(self) -> None:
        self._head(200, 10)
        self.wfile.write(GOOD)

    def _huge(self) -> None:
        self._head(200, 10**12)
        self._flood()

    def _endless(self) -> None:
        self._head(200, None)
        self._flood()

    def _flood(self) -> None:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            self.wfile.write(b"1,2\n" * 10_000)

    def _cut(self) -> None:
        self._head(200, len(GOOD))
        self.wfile.write(GOOD[:100])
        self.connection.shutdown(socket.SHUT_RDWR)

    def _to(self, place: str) -> None:
        self.send_response(302)
        self.send_header("location", place)
        self.end_headers()

    def _head(self, status: int, length: int | None) -> None:
        self.send_response(status)
        if length is not None:
            self.send_header("content-length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Nothing on the terminal."""


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what these answers are for."""


@contextmanager
def serving() -> Generator[str]:
    """The URL of the server."""
    stopped = threading.Event()
    handler = type("Handler", (Hostile,), {"stopped": stopped})
    server = _Quiet(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()
