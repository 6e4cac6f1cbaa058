"""The safety net behind runs: jobs whose run has ended without them are finished.

The run process and the worker do this at once; the sensor catches what neither could.
"""

from collections.abc import Callable

import dagster as dg

INTERVAL_S = 30


def told(ended: list[str]) -> str:
    """What a tick says in Dagit."""
    return f"finished {', '.join(ended)}" if ended else "every job with an ended run has ended"


def finish_jobs_sensor(end_lost_jobs: Callable[[dg.DagsterInstance], list[str]]) -> dg.SensorDefinition:
    """`end_lost_jobs(instance)` must be idempotent; it gives the ids of the jobs that it ended."""

    @dg.sensor(
        name="finish_jobs",
        minimum_interval_seconds=INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Finishes jobs whose run has ended and whose own process could not.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        return dg.SkipReason(told(end_lost_jobs(context.instance)))

    return sensor
