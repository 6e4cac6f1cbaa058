"""Asset definitions of the stages over several tables: one op that runs when the tables' ops have ended.

Keys are `[tenant, source, "joint", <digest of the tables' addresses>, stage]`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from voyant_assets.catalogue import joint_catalogue
from voyant_assets.graph.outcomes import done
from voyant_assets.graph.registry import JointGroup
from voyant_core.keys import JointAddress


def joint_asset(group: JointGroup, group_name: str, common: dict[str, Any], job_tag: str) -> dg.AssetsDefinition:
    """`common` are attributes of every asset; `job_tag` is the run's tag that names the job."""
    address = group.address

    @dg.multi_asset(
        name=address.op_name,
        specs=[_spec(group, name, group_name, common) for name in joint_catalogue().stages],
        check_specs=[
            dg.AssetCheckSpec(check, asset=dg.AssetKey(address.asset_key(stage)), description=joint_catalogue().stages[stage].title)
            for check, stage in joint_catalogue().checks.items()
        ],
        can_subset=True,
    )
    def run_joint(context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield from _execute(context, address, job_tag)

    return run_joint


def _spec(group: JointGroup, name: str, group_name: str, common: dict[str, Any]) -> dg.AssetSpec:
    stage = joint_catalogue().stages[name]
    names = [table.table for table in group.tables]
    over = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
    feeds = [group.address.asset_key(need) for need in (*stage.needs, *stage.wants)]
    return dg.AssetSpec(
        group.address.asset_key(name),
        deps=[*(table.asset_key() for table in group.tables), *feeds] if stage.reads or not feeds else feeds,
        group_name=group_name,
        kinds={stage.kind},
        code_version=stage.code_version,
        description=f"{stage.description or stage.title} Over {over}.",
        skippable=True,
        **common,
    )


def _execute(context: dg.AssetExecutionContext, address: JointAddress, job_tag: str) -> Iterator[Any]:
    """The op: runs the stages of the plan and says at the end whether a required one failed."""
    from voyant_assets.graph.metadata import check_result, joint_materialization
    from voyant_assets.runtime.work import open_joint_run

    selected = {tuple(key.path) for key in context.selected_asset_keys}
    asked_checks = {check.name for check in context.selected_asset_check_keys}
    run = open_joint_run(context.run.tags[job_tag], context.run.run_id)
    for outcome in done(context, run):
        asset_key = address.asset_key(outcome.stage.name)
        if tuple(asset_key) in selected:
            yield joint_materialization(outcome, address, run.job.id)
        for check in outcome.result.checks if outcome.result is not None else ():
            if check.name in asked_checks:
                yield check_result(check, dg.AssetKey(asset_key))


def distinct_groups(groups: Sequence[JointGroup]) -> list[JointGroup]:
    return list({group.address: group for group in groups}.values())
