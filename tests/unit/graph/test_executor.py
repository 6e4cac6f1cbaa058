"""Dagster itself, on an instance in memory: what is over several tables runs although one of them failed."""

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run_iterator

from voyant_assets.graph.executor import tables_first_executor


def run_of(broken):
    @dg.multi_asset(name="acme__shop__orders", specs=[dg.AssetSpec(["acme", "shop", "orders"], skippable=True)], can_subset=True)
    def orders():
        if broken:
            raise dg.Failure("broken", allow_retries=False)
        yield dg.MaterializeResult(asset_key=["acme", "shop", "orders"])

    @dg.multi_asset(
        name="acme__shop__joint__0a1b",
        specs=[dg.AssetSpec(["acme", "shop", "joint", "0a1b", "report"], deps=[["acme", "shop", "orders"]], skippable=True)],
        can_subset=True,
    )
    def joint():
        yield dg.MaterializeResult(asset_key=["acme", "shop", "joint", "0a1b", "report"])

    definitions = dg.Definitions(assets=[orders, joint], executor=tables_first_executor)
    job = definitions.get_repository_def().get_job("__ASSET_JOB")
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(job)
        events = [event.event_type_value + ":" + (event.step_key or "") for event in execute_run_iterator(InMemoryJob(job), run, instance)]
        return events, instance.get_run_by_id(run.run_id).status


def test_the_joint_step_comes_after_the_tables():
    events, status = run_of(broken=False)
    assert events.index("STEP_SUCCESS:acme__shop__orders") < events.index("STEP_START:acme__shop__joint__0a1b")
    assert status is dg.DagsterRunStatus.SUCCESS


def test_a_table_that_failed_does_not_keep_the_joint_step_from_running_and_the_run_failed():
    events, status = run_of(broken=True)
    assert "STEP_FAILURE:acme__shop__orders" in events
    assert "STEP_SUCCESS:acme__shop__joint__0a1b" in events
    assert status is dg.DagsterRunStatus.FAILURE
