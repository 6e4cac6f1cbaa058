"""Whether the stores that the settings name can be used: for `voyant doctor`, and for `voyant serve` before it starts anything."""

from __future__ import annotations

from dataclasses import dataclass

from voyant_core.errors import VoyantError
from voyant_core.settings import Settings


@dataclass(frozen=True, slots=True)
class StoreState:
    """`where` never holds a password. `problem` is None when all is well."""

    name: str
    where: str
    problem: VoyantError | None = None


def store_states(settings: Settings) -> list[StoreState]:
    """Changes nothing; takes as long as a connection may (`VOYANT_POSTGRES__CONNECT_TIMEOUT_S`)."""
    chosen, root = settings.postgres, settings.layout.root
    places = {"metadata store": (chosen.for_metadata, "The metadata store"), "dagster": (chosen.for_dagster, "Dagster's storage")}
    return [
        StoreState(name, f"SQLite in {root}") if url is None else _postgres_state(settings, name, url, what)
        for name, (url, what) in places.items()
    ]


def _postgres_state(settings: Settings, name: str, url: str, what: str) -> StoreState:
    from resources._kit.postgres import address, look_at

    where = f"PostgreSQL at {address(url)}"
    try:
        version = look_at(url, settings.postgres, what)
    except VoyantError as error:
        return StoreState(name, where, error)
    return StoreState(name, f"PostgreSQL {version} at {address(url)}")


def check_stores(settings: Settings) -> None:
    """VYNT-5002 for the first store that cannot be used."""
    for state in store_states(settings):
        if state.problem is not None:
            raise state.problem
