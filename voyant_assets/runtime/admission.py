"""Which run may start, and who is next. Pure decisions; `coordinator.py` gathers the facts and acts.

Waiting runs stand in the order of fair queueing (start-time fair queueing, Goyal, Vin and Cheng 1996, with every run of cost one): each
tenant's runs stand one step apart, so tenants take turns, and whoever comes late joins at the head of the line instead of behind
somebody's thousand runs. The order is kept as Dagster's run priority, 0 and below, so that its daemon follows it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Runs at once: in all and per tenant; None is no limit."""

    slots: int | None
    per_tenant: int | None

    def is_full(self, active: Mapping[str | None, int]) -> bool:
        return self.slots is not None and sum(active.values()) >= self.slots

    def stops(self, tenant: str | None, active: Mapping[str | None, int]) -> bool:
        return tenant is not None and self.per_tenant is not None and active.get(tenant, 0) >= self.per_tenant


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queued run. Higher priorities go first; one above 0 is an operator's own."""

    run_id: str
    tenant: str | None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """How many runs of each tenant are active, and the queued ones in the order of their submission."""

    active: Mapping[str | None, int] = field(default_factory=dict[str | None, int])
    queued: Sequence[Waiting] = ()


def may_start_at_once(load: Load, limits: Limits, tenant: str | None) -> bool:
    """May a new run of `tenant` start now, without overtaking a queued one that may start too?"""
    if any(waiting.tenant == tenant for waiting in load.queued):
        return False
    expected = dict(load.active)
    for waiting in startable(load, limits):
        expected[waiting.tenant] = expected.get(waiting.tenant, 0) + 1
    return not limits.is_full(expected) and not limits.stops(tenant, expected)


def startable(load: Load, limits: Limits) -> Iterator[Waiting]:
    """The queued runs that may start now, in their order."""
    active = dict(load.active)
    for waiting in sorted(load.queued, key=lambda run: -run.priority):
        if limits.is_full(active):
            return
        if not limits.stops(waiting.tenant, active):
            active[waiting.tenant] = active.get(waiting.tenant, 0) + 1
            yield waiting


def priority_at_the_end(queued: Sequence[Waiting], tenant: str | None) -> int:
    """The priority of a run of `tenant` that joins the queue now."""
    ours = [waiting for waiting in queued if waiting.priority <= 0]
    own = [waiting.priority for waiting in ours if waiting.tenant == tenant]
    return min(own) - 1 if own else max((waiting.priority for waiting in ours), default=0)
