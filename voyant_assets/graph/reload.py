"""Keeping Dagit's picture of the sources current: the registry file is written anew and the code location reloaded, in the background.

No run waits for it. Changes that come close together make one reload.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from resources.metadata.store import MetadataStore
from voyant_assets.graph.location import LOCATION
from voyant_assets.graph.registry import write_registry
from voyant_core.errors import VoyantError

QUIET_S = 1.0
TIMEOUT_S = 60.0
MUTATION = "mutation Reload($name: String!) { reloadRepositoryLocation(repositoryLocationName: $name) { __typename } }"

log = logging.getLogger(__name__)


class Reloader:
    """`changed()` may be called from any thread and as often as one likes. `dagit_url` is None when no Dagit runs."""

    def __init__(self, store: MetadataStore, registry: Path, dagit_url: str | None) -> None:
        self._store = store
        self._registry = registry
        self._dagit_url = dagit_url
        self._wanted = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="reloader", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self.changed()

    def changed(self) -> None:
        self._wanted.set()

    def close(self) -> None:
        self._closing.set()
        self._wanted.set()
        self._thread.join(TIMEOUT_S)

    def _serve(self) -> None:
        while True:
            self._wanted.wait()
            if self._closing.wait(QUIET_S):
                return
            self._wanted.clear()
            try:
                if write_registry(self._store, self._registry) and self._dagit_url is not None:
                    reload_location(self._dagit_url)
            except (OSError, VoyantError) as error:
                log.warning("the graph could not be reloaded; the next change tries again", extra={"reason": str(error)})


def reload_location(dagit_url: str) -> None:
    """Ask Dagit to load the code location anew. OSError when it cannot be reached or refuses."""
    import httpx

    request = {"query": MUTATION, "variables": {"name": LOCATION}}
    try:
        answer = httpx.post(f"{dagit_url}/graphql", json=request, timeout=TIMEOUT_S, trust_env=False)
        answer.raise_for_status()
        kind = answer.json()["data"]["reloadRepositoryLocation"]["__typename"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise OSError(f"Dagit did not reload: {error}") from error
    if kind != "WorkspaceLocationEntry":
        raise OSError(f"Dagit did not reload: {kind}")
