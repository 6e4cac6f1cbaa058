"""The code location: all sources of the registry snapshot as assets, and the sensors behind their runs.

Loading opens no socket and runs no query; heavy libraries are imported inside the stages that need them.
"""

from __future__ import annotations

import dagster as dg

from sensors.housekeeping import housekeeping_sensor
from sensors.run_status import finish_jobs_sensor
from voyant_assets.graph.executor import tables_first_executor
from voyant_assets.graph.factory import build_assets
from voyant_assets.graph.registry import read_registry
from voyant_core.settings import settings


def _end_lost_jobs(instance: dg.DagsterInstance) -> list[str]:
    from voyant_assets.finishing import end_lost_jobs
    from voyant_assets.runtime.environment import environment

    return end_lost_jobs(environment(), instance)


def _keep_house_if_due(instance: dg.DagsterInstance) -> dict[str, int] | None:
    from voyant_assets.housekeeping.calling import keep_served_house

    return keep_served_house(instance)


defs = dg.Definitions(
    assets=build_assets(read_registry(settings().layout.registry)),
    sensors=[finish_jobs_sensor(_end_lost_jobs), housekeeping_sensor(_keep_house_if_due)],
    executor=tables_first_executor,
)
