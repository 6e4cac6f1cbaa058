"""The catalogue of stages: our own in `voyant_assets/stages/` and other packages' in the entry-point group `voyant.stages`.

Graph, plans, doors, manifest and report read it; nothing else lists stages by name. Ingest is not in it: it makes the table that the
stages read. Stages over several tables have a catalogue of their own (`voyant_assets/joint_stages/`).
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Generic, TypeVar

import voyant_assets.joint_stages
import voyant_assets.stages
from voyant_core.joint_stage import JointStage
from voyant_core.keys import TABLE_STAGE
from voyant_core.stage import Stage, StageDeclaration

PLUGIN_GROUP = "voyant.stages"
S = TypeVar("S", bound=StageDeclaration)


@dataclass(frozen=True)
class Catalogue(Generic[S]):
    """Stages by name, in an order in which each comes after what it needs or wants."""

    stages: Mapping[str, S]

    @staticmethod
    def of(stages: Iterable[S]) -> Catalogue[S]:
        by_name: dict[str, S] = {}
        for stage in stages:
            if stage.name in by_name or stage.name == TABLE_STAGE:
                raise ValueError(f"two stages are called {stage.name!r}")
            by_name[stage.name] = stage
        waits = {name: {n for n in (*stage.needs, *stage.wants) if n in by_name} for name, stage in sorted(by_name.items())}
        return Catalogue({name: by_name[name] for name in TopologicalSorter(waits).static_order()})

    def closure(self, names: Iterable[str]) -> list[str]:
        """The named stages and all that they need, in order."""
        wanted: set[str] = set()
        open_names = [name for name in names if name != TABLE_STAGE]
        while open_names:
            name = open_names.pop()
            if name not in wanted:
                wanted.add(name)
                open_names += [need for need in self.stages[name].needs if need != TABLE_STAGE]
        return [name for name in self.stages if name in wanted]

    @property
    def required(self) -> list[str]:
        return [TABLE_STAGE, *(name for name, stage in self.stages.items() if stage.required)]

    @property
    def checks(self) -> dict[str, str]:
        """Check name -> the stage that evaluates it."""
        return {check: name for name, stage in self.stages.items() for check in stage.checks}


@functools.cache
def catalogue() -> Catalogue[Stage]:
    modules = sorted(module.name for module in pkgutil.iter_modules(voyant_assets.stages.__path__) if module.name != TABLE_STAGE)
    ours: list[Stage] = [importlib.import_module(f"voyant_assets.stages.{name}").STAGE for name in modules]
    plugins: list[Stage] = [
        entry.load() for entry in sorted(importlib.metadata.entry_points(group=PLUGIN_GROUP), key=lambda entry: entry.name)
    ]
    return Catalogue[Stage].of([*ours, *plugins])


@functools.cache
def joint_catalogue() -> Catalogue[JointStage]:
    """The stages over several tables."""
    modules = sorted(module.name for module in pkgutil.iter_modules(voyant_assets.joint_stages.__path__))
    stages: list[JointStage] = [importlib.import_module(f"voyant_assets.joint_stages.{name}").STAGE for name in modules]
    return Catalogue[JointStage].of(stages)
