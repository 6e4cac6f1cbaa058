"""The code location: all sources of the registry snapshot as assets, and the sensors that watch their runs.

Loading opens no socket and runs no query; heavy libraries are imported inside the stages that need them.
"""

from __future__ import annotations

import dagster as dg

from sensors.run_status import run_status_sensors
from voyant_assets.graph.factory import build_assets
from voyant_assets.graph.registry import read_registry
from voyant_core.settings import settings


def _finish(run_id: str, status: str) -> None:
    from voyant_assets.runtime.execute import finish_run

    finish_run(run_id, status)


defs = dg.Definitions(
    assets=build_assets(read_registry(settings().layout.registry)),
    sensors=run_status_sensors(_finish),
    executor=dg.in_process_executor,
)
