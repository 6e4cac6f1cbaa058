"""The in-process executor, in two parts: the tables first, then what is over several of them.

Dagster abandons a step when one that it depends on failed, and skips it when that gave no output. What is over several tables must run all
the same: it tells which table is missing, and what the others hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import dagster as dg
from dagster._core.events import DagsterEvent
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.in_process import InProcessExecutor
from dagster._core.system_config.objects import ResolvedRunConfig

from voyant_core.keys import JOINT

JOINT_MARK = f"__{JOINT}__"  # no slug holds two underscores in a row


class TablesFirst(InProcessExecutor):
    def execute(self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan) -> Iterator[DagsterEvent]:
        keys = execution_plan.step_keys_to_execute
        tables, over = [key for key in keys if JOINT_MARK not in key], [key for key in keys if JOINT_MARK in key]
        if not tables or not over:
            yield from super().execute(plan_context, execution_plan)
            return
        for part in (tables, over):  # a plan of its own does not look at what became of the steps before
            context = _narrowed(plan_context, execution_plan, part)
            yield from super().execute(context, context.execution_plan)


def _narrowed(context: PlanOrchestrationContext, plan: ExecutionPlan, keys: Sequence[str]) -> PlanOrchestrationContext:
    data = context.plan_data
    job = data.job.get_definition()
    part = plan.build_subset_plan(keys, job, ResolvedRunConfig.build(job, data.dagster_run.run_config))
    return PlanOrchestrationContext(
        plan_data=data._replace(execution_plan=part),
        log_manager=context.log,
        executor=context.executor,
        output_capture=context.output_capture,
    )


@dg.executor(name="in_process")
def tables_first_executor(_: object) -> TablesFirst:
    return TablesFirst(retries=RetryMode.ENABLED)
