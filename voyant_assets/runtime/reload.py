"""Brings a changed registry snapshot into Dagit: asks its webserver to reload the code location, without waiting for it.

Not needed for a run: runs build the definitions of their source themselves.
"""

from __future__ import annotations

import http.client
import json
import logging
import socket
from pathlib import Path

from voyant_assets.runtime.roles import LOCATION

QUIET_S = 5.0  # a reload imports the graph anew: seconds of a core, which the next request may want
LONGEST_WAIT_S = 30.0
GIVE_UP_S = 120.0
MUTATION = "mutation($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) { __typename } }"
log = logging.getLogger(__name__)


class Debounce:
    """When to act on a file that changes: once it has been quiet for a moment, or has changed for too long."""

    def __init__(self, stamp: object) -> None:
        self._done = self._seen = stamp
        self._changed_at = self._first_change_at = 0.0

    def is_due(self, stamp: object, now: float) -> bool:
        if stamp != self._seen:
            if self._seen == self._done:
                self._first_change_at = now
            self._seen, self._changed_at = stamp, now
        if self._seen == self._done:
            return False
        return now - self._changed_at >= QUIET_S or now - self._first_change_at >= LONGEST_WAIT_S

    def acted(self) -> None:
        self._done = self._seen


class ReloadRequest:
    """One reload under way. It can take seconds, in which the supervisor has other things to do."""

    def __init__(self, port: int, now: float) -> None:
        self._give_up = now + GIVE_UP_S
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        body = json.dumps({"query": MUTATION, "variables": {"name": LOCATION}})
        self._connection.request("POST", "/dagit/graphql", body, {"Content-Type": "application/json"})

    def is_over(self, now: float) -> bool:
        sock: socket.socket | None = self._connection.sock
        if sock is not None and now < self._give_up:
            try:
                sock.setblocking(False)
                sock.recv(1, socket.MSG_PEEK)
            except BlockingIOError:
                return False
            except OSError as error:
                log.warning("Dagit dropped the reload: %s", error)
            else:
                sock.settimeout(2)
                self._report()
        self._connection.close()
        return True

    def _report(self) -> None:
        try:
            log.info("Dagit reloaded the registry: %s", self._connection.getresponse().read(300).decode(errors="replace"))
        except (OSError, http.client.HTTPException) as error:
            log.warning("Dagit did not reload the registry: %s", error)


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Changes with the file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_ino
