"""Who calls housekeeping: the daemon's sensor, a one-shot command behind its analysis, and `voyant gc`."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from voyant_assets.graph.registry import write_registry
from voyant_assets.housekeeping.duty import keep_house, keep_house_if_due
from voyant_assets.runtime.environment import Environment, environment
from voyant_core.errors import VoyantError
from voyant_core.model.housekeeping import Freed

if TYPE_CHECKING:
    from dagster import DagsterInstance

SENSOR_S = 40.0  # Dagster gives a sensor 60 s
ONE_SHOT_S = 2.0  # somebody waits for the answer; the next command goes on
log = logging.getLogger(__name__)


def keep_served_house(instance: DagsterInstance) -> dict[str, int] | None:
    """What was removed by kind; None when it was not due. For the daemon's sensor."""
    here = environment()
    freed = keep_house_if_due(here, instance.delete_run, SENSOR_S)
    return None if freed is None else _shown(here, freed).counts


def keep_lone_house(here: Environment) -> None:
    """Behind a one-shot command. Trouble is logged: the command has done its work."""
    try:
        freed = keep_house_if_due(here, lambda run_id: _forget_run(here, run_id), ONE_SHOT_S)
        if freed is not None:
            _shown(here, freed)
    except (OSError, VoyantError):
        log.exception("housekeeping failed; the next command tries again")


def keep_house_now(here: Environment, *, dry_run: bool) -> Freed:
    """Whether it is due or not, once another process that does it has ended. VYNT-5007 when that takes longer than a sensor may."""
    return _shown(here, keep_house(here, lambda run_id: _forget_run(here, run_id), dry_run=dry_run, wait_s=1.5 * SENSOR_S))


def _shown(here: Environment, freed: Freed) -> Freed:
    """Dagit shows no more what has left."""
    if freed.counts.get("sources") and not freed.dry_run:
        write_registry(here.store, here.layout.registry)
    return freed


def _forget_run(here: Environment, run_id: str) -> None:
    from voyant_assets.runtime.instance import open_instance

    with open_instance(here.layout) as instance:
        instance.delete_run(run_id)
