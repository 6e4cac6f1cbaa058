"""What the installation is and whether it can work."""

from __future__ import annotations

import functools
import importlib.metadata
import platform
from collections.abc import Callable, Mapping

from voyant_api.features.service.schemas import Readiness, Version
from voyant_core.model.job import JobState

_SHOWN = ("dagster", "duckdb", "pyiceberg", "fastapi", "mcp")


class ServiceService:
    """`components` tells the state of each part, `job_counts` how many jobs are in each state."""

    def __init__(self, components: Callable[[], Mapping[str, str]], job_counts: Callable[[], Mapping[str, int]]) -> None:
        self._components = components
        self._job_counts = job_counts

    def ready(self) -> Readiness:
        components = dict(self._components())
        policy = components.pop("policy", "allow-all")
        return Readiness(ready=all(state == "ok" for state in components.values()), components=components, policy=policy)

    def job_states(self) -> dict[str, int]:
        return {str(state): 0 for state in JobState} | dict(self._job_counts())


@functools.cache
def version() -> Version:
    return Version(
        version=importlib.metadata.version("voyant"),
        python=platform.python_version(),
        libraries={name: importlib.metadata.version(name) for name in _SHOWN},
    )
