"""Leases: who may do something alone, until when. A dead owner's lease runs out."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

import sqlalchemy as sa

from resources.metadata.database import Database
from resources.metadata.schema import lease
from voyant_core import errors

DURATION_S = 15.0
HEARTBEAT_S = 5.0


class Leases:
    """Names are chosen by the caller and carry the tenant: `ingest:acme__sales.orders`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, name: str, owner: str) -> bool:
        """Take or prolong the lease. False while somebody else holds it."""
        now = time.time()
        with self._database.write() as connection:
            row = connection.execute(sa.select(lease).where(lease.c.name == name)).mappings().first()
            if row is None:
                connection.execute(sa.insert(lease).values(name=name, owner=owner, expires_at=now + DURATION_S))
                return True
            if row["owner"] != owner and row["expires_at"] > now:
                return False
            connection.execute(sa.update(lease).where(lease.c.name == name).values(owner=owner, expires_at=now + DURATION_S))
            return True

    def release(self, name: str, owner: str) -> None:
        with self._database.write() as connection:
            connection.execute(sa.delete(lease).where(lease.c.name == name, lease.c.owner == owner))

    @contextmanager
    def held(self, name: str, owner: str, wait_s: float) -> Generator[None]:
        """Hold the lease for the block, with a heartbeat. VYNT-5007 when it is not free within `wait_s`."""
        give_up = time.monotonic() + wait_s
        while not self.acquire(name, owner):
            if time.monotonic() > give_up:
                raise errors.VoyantError(
                    errors.LEASE_HELD, f"Another run still holds {name} after {wait_s:.0f} s.", hint="Try again when that run has ended."
                )
            time.sleep(0.05)
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
            self.acquire(name, owner)
