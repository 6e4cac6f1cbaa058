"""The clock of housekeeping: the work itself, and whether it is due, are the product's affair."""

from collections.abc import Callable, Mapping

import dagster as dg

INTERVAL_S = 300


def told(freed: Mapping[str, int] | None) -> str:
    """What a tick says in Dagit."""
    if freed is None:
        return "not due yet"
    return ", ".join(f"{count} {kind}" for kind, count in sorted(freed.items())) or "nothing to remove"


def housekeeping_sensor(keep_house_if_due: Callable[[dg.DagsterInstance], Mapping[str, int] | None]) -> dg.SensorDefinition:
    """`keep_house_if_due(instance)` gives what it removed by kind, or None when it was not due."""

    @dg.sensor(
        name="housekeeping",
        minimum_interval_seconds=INTERVAL_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Removes what nobody needs any more: old jobs and versions, unused sources, files that nothing refers to.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        return dg.SkipReason(told(keep_house_if_due(context.instance)))

    return sensor
