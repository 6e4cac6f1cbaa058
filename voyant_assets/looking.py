"""Probes that callers wait for, each for as long as it may. One for the event loop of a server; nothing here blocks or takes a thread.

A caller whose time is over is told to come back (VYNT-5011). The probe goes on, and what it finds, an error too, is kept for one answer to
each who was told so. Whoever asks for the same place meanwhile joins it. Probes that nobody had to leave are shared with nobody: each sees
the place as it is after its caller asked.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.hints import Hint

if TYPE_CHECKING:
    from voyant_assets.addressing import Target
    from voyant_assets.probing import ProbeOrder

Key = tuple[str, str]

LEAST_S = 5.0
"""What a probe is given at least, so that a quick source becomes a job however short its caller waits."""
KEEP_S = 300.0
"""How long a probe that was left, or its result, stays when nobody comes back."""
MOST_LEFT = 20  # of one tenant
MOST_AT_ONCE = 100  # in this process; the worker has a bound of its own
log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Look:
    task: asyncio.Task[dict[str, Any]]
    began: float
    waiting: int = 0  # callers that are here
    owed: int = 0  # callers that were told to come back
    end: asyncio.TimerHandle | None = None


class Looks:
    """`ask` probes one place and may be cancelled."""

    def __init__(
        self,
        ask: Callable[[ProbeOrder], Awaitable[dict[str, Any]]],
        *,
        least_s: float = LEAST_S,
        keep_s: float = KEEP_S,
        most_left: int = MOST_LEFT,
    ) -> None:
        self._ask = ask
        self._least_s = least_s
        self._keep_s = keep_s
        self._most_left = most_left
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self._left: dict[Key, _Look] = {}

    async def look(self, tenant: str, target: Target, wait_s: float) -> dict[str, Any]:
        """A ProbeResult as JSON. VYNT-5011 when it is not there after `wait_s`, VYNT-4002 when too much is being read for that."""
        key = (tenant, target.order.model_dump_json())
        look = self._joined(key) or _Look(asyncio.create_task(self._probe(target.order)), time.monotonic())
        look.waiting += 1
        try:
            await asyncio.wait({look.task}, timeout=max(wait_s, self._least_s))
        finally:  # a caller who is cut off may come back too
            look.waiting -= 1
            is_kept = self._leave(key, look) if not look.task.done() else self._take(key, look)
        if look.task.done():
            return look.task.result()
        raise _come_back(target, time.monotonic() - look.began, self._keep_s) if is_kept else self._too_many(tenant)

    async def _probe(self, order: ProbeOrder) -> dict[str, Any]:
        async with self._places:
            return await self._ask(order)

    def _joined(self, key: Key) -> _Look | None:
        look = self._left.get(key)
        if look is not None:
            look.owed = max(look.owed - 1, 0)
            if look.end is not None:
                look.end.cancel()
        return look

    def _take(self, key: Key, look: _Look) -> bool:
        """Who waited has the answer; the last of those who were told to come back takes it away."""
        if self._left.get(key) is look:
            if look.owed or look.waiting:
                self._end_later(key, look)
            else:
                del self._left[key]
        return True

    def _leave(self, key: Key, look: _Look) -> bool:
        """Keep a probe for whoever comes back; False when the tenant has left too many."""
        kept = self._left.get(key)
        if kept is None and not self._has_room(key[0]):
            look.task.cancel()
            return False
        if kept is not None and kept is not look:  # two began before either was left: the younger saw the place later
            kept, look = sorted((kept, look), key=lambda each: each.began)
            look.owed += kept.owed
            if not kept.waiting:
                kept.task.cancel()
        look.owed += 1
        self._left[key] = look
        self._end_later(key, look)
        return True

    def _has_room(self, tenant: str) -> bool:
        """A result that nobody came back for makes room, the oldest first."""
        mine = [key for key in self._left if key[0] == tenant]
        if len(mine) < self._most_left:
            return True
        done = next((key for key in mine if self._left[key].task.done()), None)
        if done is None:
            return False
        self._end(done, self._left[done])
        return True

    def _end_later(self, key: Key, look: _Look) -> None:
        if look.end is not None:
            look.end.cancel()
        look.end = asyncio.get_running_loop().call_later(self._keep_s, self._end, key, look)

    def _end(self, key: Key, look: _Look) -> None:
        if look.waiting or self._left.get(key) is not look:
            return
        del self._left[key]
        if look.end is not None:
            look.end.cancel()
        if look.task.cancel():
            log.info("A probe that nobody came back for was ended")
        elif not look.task.cancelled():
            look.task.exception()  # nobody will ask for it, and asyncio complains about errors that nobody saw

    def _too_many(self, tenant: str) -> VoyantError:
        return VoyantError(
            errors.CONCURRENT_QUOTA,
            f"{self._most_left} sources of the tenant {tenant} are being read already, or wait for their callers to come back.",
            hint="Come back for those first, then make this call again.",
        )


def _come_back(target: Target, so_far_s: float, keep_s: float) -> VoyantError:
    return VoyantError(
        errors.SOURCE_BEING_READ,
        f"Reading {target.title[:120]!r} takes longer than this call may wait ({so_far_s:.0f} s so far).",
        hint=Hint.AGAIN.of(f"{keep_s / 60:.0f} minutes"),
    )
