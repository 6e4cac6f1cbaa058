"""An HTTP transport whose every wait ends at one deadline, and which knows how many bytes came.

httpx bounds each read, so a server that sends a byte now and then holds a caller for ever: in the headers as well as in the body.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

MOST_HEADER_BYTES = 256 * 2**10
LAST_LOOK_S = 0.2  # for bytes behind the end of an answer; we asked for the connection to be closed


def bounded_transport(deadline: float) -> httpx.BaseTransport:
    """`deadline` is a time of `time.monotonic`."""
    import httpcore
    import httpx

    class Stream(httpcore.NetworkStream):
        def __init__(self, inner: httpcore.NetworkStream) -> None:
            self.inner = inner
            self.head = b""
            self.received = 0
            self.has_looked = False

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            data = self.inner.read(max_bytes, self._left(timeout))
            self.received += len(data)
            if len(self.head) < MOST_HEADER_BYTES:
                self.head += data[: MOST_HEADER_BYTES - len(self.head)]
            return data

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            self.inner.write(buffer, self._left(timeout))

        def look_behind(self) -> None:
            """Once, for bytes behind the answer. The connection is closed with the answer's end, so this is the last moment for it."""
            if not self.has_looked:
                self.has_looked = True
                with contextlib.suppress(httpcore.TimeoutException, httpcore.NetworkError):
                    self.read(1, LAST_LOOK_S)

        def close(self) -> None:
            self.look_behind()
            self.inner.close()

        def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> httpcore.NetworkStream:
            return Stream(self.inner.start_tls(ssl_context, server_hostname, self._left(timeout)))

        def get_extra_info(self, info: str) -> Any:
            return self if info == "voyant" else self.inner.get_extra_info(info)

        def _left(self, timeout: float | None) -> float:
            left = deadline - time.monotonic()
            if left <= 0:
                raise httpcore.ReadTimeout
            return left if timeout is None else min(left, timeout)

    class Backend(httpcore.SyncBackend):
        def connect_tcp(
            self,
            host: str,
            port: int,
            timeout: float | None = None,
            local_address: str | None = None,
            socket_options: Iterable[Any] | None = None,
        ) -> httpcore.NetworkStream:
            return Stream(super().connect_tcp(host, port, timeout, local_address, socket_options))

    class Transport(httpx.HTTPTransport):
        def __init__(self) -> None:
            super().__init__(trust_env=False)
            context = httpx.create_ssl_context(trust_env=False)
            self._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=Backend())

    return Transport()


def surplus_bytes(response: httpx.Response, length: int) -> int:
    """How many bytes came behind a body of `length` bytes, whose end the server had announced. 0 where that cannot be seen."""
    stream: Any = response.extensions.get("network_stream")
    stream = stream.get_extra_info("voyant") if stream is not None else None
    if stream is None:
        return 0
    body_at = _body_at(stream.head)
    stream.look_behind()
    return max(0, stream.received - body_at - length) if body_at else 0


def _body_at(head: bytes) -> int:
    """Where the body of the final answer begins, behind any interim ones (RFC 9110, 15.2)."""
    at = 0
    while True:
        end = head.find(b"\r\n\r\n", at)
        if end < 0:
            return 0
        is_interim = head[at : end + 2].split(b" ", 2)[1:2] and head[at:].split(b" ", 2)[1].startswith(b"1")
        at = end + 4
        if not is_interim:
            return at
