"""Leases: who may do something alone, until when. A dead owner's lease runs out."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import sqlalchemy as sa

from resources.metadata.database import Database, repeatable
from resources.metadata.schema import lease
from voyant_core import errors

DURATION_S = 15.0
HEARTBEAT_S = 5.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.25

log = logging.getLogger(__name__)

# one statement, so that two who come at once cannot both take it on any database
_TAKE = sa.text(
    "INSERT INTO lease (name, owner, expires_at) VALUES (:name, :owner, :until) "
    "ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at "
    "WHERE lease.owner = excluded.owner OR lease.expires_at <= :now"
)


class Leases:
    """Names are chosen by the caller and carry the tenant: `ingest:acme__sales.orders`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @repeatable
    def acquire(self, name: str, owner: str, duration_s: float = DURATION_S) -> bool:
        """Take or prolong the lease. False while somebody else holds it."""
        now = time.time()
        with self._database.write() as connection:
            return connection.execute(_TAKE, {"name": name, "owner": owner, "until": now + duration_s, "now": now}).rowcount == 1

    @repeatable
    def release(self, name: str, owner: str) -> None:
        with self._database.write() as connection:
            connection.execute(sa.delete(lease).where(lease.c.name == name, lease.c.owner == owner))

    @repeatable
    def release_all(self, owner: str) -> None:
        """What a dead owner held, so that nobody waits until it runs out. The caller knows that the owner is dead."""
        with self._database.write() as connection:
            connection.execute(sa.delete(lease).where(lease.c.owner == owner))

    def held_now(self) -> dict[str, str]:
        """Owner by name of every lease that has not run out."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(lease.c.name, lease.c.owner).where(lease.c.expires_at > time.time())).all()
        return {row[0]: row[1] for row in rows}

    @contextmanager
    def held(self, name: str, owner: str, wait_s: float) -> Generator[None]:
        """Hold the lease for the block, with a heartbeat. VYNT-5007 when it is not free within `wait_s`."""
        if not self._awaited(name, owner, wait_s, lambda: False):
            raise errors.VoyantError(
                errors.LEASE_HELD,
                f"Another run still holds {name} after {wait_s:.0f} s.",
                hint="Try again when that run has ended.",
                retryable=False,  # by whoever has just waited; the job may be asked for again
            )
        with self._beating(name, owner):
            yield

    @contextmanager
    def alone(self, name: str, owner: str, wait_s: float, is_settled: Callable[[], bool]) -> Generator[bool]:
        """Wait until the lease is free, which the block then holds (True), or until `is_settled`, or for `wait_s` (False)."""
        if not self._awaited(name, owner, wait_s, is_settled):
            yield False
            return
        with self._beating(name, owner):
            yield True

    def _awaited(self, name: str, owner: str, wait_s: float, is_settled: Callable[[], bool]) -> bool:
        give_up, pause_s = time.monotonic() + wait_s, FIRST_PAUSE_S
        while not self.acquire(name, owner):
            if time.monotonic() > give_up or is_settled():
                return False
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.5, LONGEST_PAUSE_S)
        return True

    @contextmanager
    def _beating(self, name: str, owner: str) -> Generator[None]:
        done = threading.Event()
        heart = threading.Thread(target=self._beat, args=(name, owner, done), name=f"lease {name}", daemon=True)
        heart.start()
        try:
            yield
        finally:
            done.set()
            heart.join()
            self.release(name, owner)

    def _beat(self, name: str, owner: str, done: threading.Event) -> None:
        while not done.wait(HEARTBEAT_S):
            try:
                if not self.acquire(name, owner):
                    log.warning("the lease %s was lost: this process had stood still for too long", name)
                    return
            except errors.VoyantError:  # a store that is busy now may answer the next beat, in time
                log.warning("the lease %s could not be prolonged", name, exc_info=True)
