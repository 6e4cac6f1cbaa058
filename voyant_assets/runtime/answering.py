"""Whether a server of this machine answers. Plain `http.client`, without proxies: it is asked by processes that load no HTTP library."""

from __future__ import annotations

import http.client


def answers(host: str, port: int | None, path: str, timeout_s: float) -> bool:
    """A GET of `path` gives 200. A redirect is no answer."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
