"""What the product supplies to the runtime: the module named at the worker's start, `voyant_assets.runtime.execute` unless told otherwise.

Tests name a module of their own.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from dagster import DagsterInstance
    from dagster._core.definitions.reconstruct import ReconstructableJob

PRODUCT = "voyant_assets.runtime.execute"


class Hooks(Protocol):
    """Functions of a module. The first two run in the fork server and must not start a thread, open a database or DuckDB."""

    def preload(self) -> None:
        """Import what a run needs."""
        ...

    def rehearsal_job(self) -> ReconstructableJob | None:
        """A job to be run once on an instance in memory, so that children inherit caches and lazily imported modules."""
        ...

    def warm_steps(self) -> Sequence[Callable[[], object]]:
        """What a spare does after the fork and ahead of its run, a step at a time."""
        ...

    def execute_run(self, run_id: str, instance: DagsterInstance) -> bool:
        """Execute a run to its end. False when the event log may not hold an end: the worker then sees to it."""
        ...

    def run_task(self, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """A small task; the answer is JSON. May raise VoyantError."""
        ...

    def run_ended(self, run_id: str, instance: DagsterInstance, reason: str | None = None) -> None:
        """Called in the worker, on its database thread, after a run's process ended and the event log has the run's end. Idempotent.

        `reason`: why it ended, where the worker had to see to that.
        """
        ...

    def look_around(self, instance: DagsterInstance) -> None:
        """Called in the worker now and then, on its database thread: see to what nobody else has seen to. Idempotent."""
        ...


def load_hooks(module: str) -> Hooks:
    return cast(Hooks, importlib.import_module(module))
