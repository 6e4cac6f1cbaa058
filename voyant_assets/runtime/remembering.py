"""Answers of a Dagster storage about its own schema, asked once per process instead of once per event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

ClassT = TypeVar("ClassT", bound=type)

# what each of the three storages asks about itself
OF_RUNS = (
    "has_run_stats_index_cols",
    "has_bulk_actions_selector_cols",
    "has_backfill_id_column",
    "has_bulk_action_job_name_column",
    "has_backfill_tags_table",
    "has_built_index",
)
OF_SCHEDULES = ("has_secondary_index_table", "has_built_index", "_has_instigators_table", "_has_asset_daemon_asset_evaluations_table")
OF_EVENTS = ("has_table", "has_asset_key_col", "_has_asset_key_col_on_connection", "has_secondary_index")


def remember_yes(*questions: str) -> Callable[[ClassT], ClassT]:
    """A class decorator: the yes/no methods `questions` keep a yes for the object's life, since columns are not dropped at run time."""

    def decorate(cls: ClassT) -> ClassT:
        for name in questions:
            setattr(cls, name, _remembering(name, getattr(cls, name)))
        return cls

    return decorate


def _remembering(name: str, ask: Callable[..., bool]) -> Callable[..., bool]:
    def remembered(self: Any, *args: Any) -> bool:
        known: set[tuple[str, ...]] = self.__dict__.setdefault("_known", set())
        # a live connection may be among the arguments; it is no part of the question
        key = (name, *(argument for argument in args if isinstance(argument, str)))
        if key not in known:
            if not ask(self, *args):
                return False
            known.add(key)
        return True

    return remembered
