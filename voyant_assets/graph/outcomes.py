"""What the op of a table and the op over several tables do alike about the stages that end in them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from voyant_core import errors
from voyant_core.model.job import StageState

if TYPE_CHECKING:
    from voyant_assets.joint_runner import JointRun
    from voyant_assets.runner import TableRun
    from voyant_assets.walk import Outcome


def done(context: dg.AssetExecutionContext, run: "TableRun | JointRun") -> Iterator["Outcome"]:
    """Runs the stages and gives those that are done; Dagit's log tells of the others. At the end a Failure when a required one failed."""
    failed: list[str] = []
    for outcome in run.outcomes():
        stage = outcome.stage
        if run.job.plan.misses(stage):
            failed.append(f"{stage.name}: {stage.code} {stage.reason}")
        if stage.state.is_done:
            yield outcome
        elif stage.state is StageState.FAILED:
            context.log.warning(f"{stage.name} failed: {stage.code} {stage.reason}")
        else:
            context.log.info(f"{stage.name} skipped: {stage.code} {stage.reason}")
    if failed:
        raise dg.Failure(description=f"{errors.STAGE_FAILED.code}: " + "; ".join(failed), allow_retries=False)
