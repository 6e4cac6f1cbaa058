"""The safety net behind runs: when a run has ended and its job has not, finish the job.

The run process and the worker do this at once; the sensor catches what neither could.
"""

from __future__ import annotations

from collections.abc import Callable

import dagster as dg

WATCHED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
JOB_TAG = "voyant/job"
INTERVAL_S = 15


def needs_finishing(tags: dict[str, str]) -> bool:
    """Only runs that carry a job are ours to finish."""
    return JOB_TAG in tags


def run_status_sensors(finish: Callable[[str, str], None]) -> list[dg.SensorDefinition]:
    """One sensor per final status; `finish(run_id, status)` must be idempotent."""
    return [_sensor(status, finish) for status in WATCHED]


def _sensor(status: dg.DagsterRunStatus, finish: Callable[[str, str], None]) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        run_status=status,
        name=f"finish_jobs_on_{status.value.lower()}",
        minimum_interval_seconds=INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        monitor_all_code_locations=True,
        description="Finishes the job of a run whose own process could not.",
    )
    def sensor(context: dg.RunStatusSensorContext) -> None:
        run = context.dagster_run
        if needs_finishing(dict(run.tags)):
            finish(run.run_id, status.value)

    return sensor
