"""Asset definitions from registered sources: one op per table, holding the table and its stages.

Keys are addresses: `[tenant, source]`, `[tenant, source, table]`, `[tenant, source, table, stage]`. The same function serves the code
location (all sources of the registry) and a run (just its own), so a source registered a moment ago needs no reload.
"""

import functools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from voyant_assets.catalogue import catalogue
from voyant_assets.graph.executor import tables_first_executor
from voyant_assets.graph.joint import distinct_groups, joint_asset
from voyant_assets.graph.outcomes import done
from voyant_assets.graph.registry import JointGroup, RegisteredSource, RegisteredTable
from voyant_core.keys import TABLE_STAGE, JointAddress, TableAddress
from voyant_core.model.job import Job

if TYPE_CHECKING:
    from voyant_assets.walk import Outcome

JOB_TAG, TENANT_TAG, SOURCE_TAG = "voyant/job", "voyant/tenant", "voyant/source"
ASSET_JOB = "__ASSET_JOB"


def build_assets(sources: Sequence[RegisteredSource], joint: JointGroup | None = None) -> list[dg.AssetSpec | dg.AssetsDefinition]:
    """The assets of the sources, with the groups of tables that each has kept. `joint` is one more group: that of a run."""
    assets: list[dg.AssetSpec | dg.AssetsDefinition] = []
    groups = [joint] if joint is not None else []
    for source in sources:
        assets.append(source_asset(source))
        assets += [table_asset(source, table) for table in source.tables]
        groups += source.groups()
    return [*assets, *(_joint_asset(group) for group in distinct_groups(groups))]


def _joint_asset(group: JointGroup) -> dg.AssetsDefinition:
    address = group.address
    return joint_asset(group, f"{address.tenant}__{address.source}", {"tags": {TENANT_TAG: address.tenant}}, JOB_TAG)


def source_asset(source: RegisteredSource) -> dg.AssetSpec:
    return dg.AssetSpec(
        [source.tenant, source.slug],
        group_name=group_of(source),
        kinds={source.type},
        tags={TENANT_TAG: source.tenant},
        description=f"The source {source.title}: where the bytes come from.",
        metadata={"voyant/source_id": source.id},
    )


def group_of(source: RegisteredSource) -> str:
    return f"{source.tenant}__{source.slug}"


def table_asset(source: RegisteredSource, table: RegisteredTable) -> dg.AssetsDefinition:
    address = TableAddress(source.tenant, source.slug, table.name)
    table_key = dg.AssetKey(address.asset_key())

    @dg.multi_asset(
        name=address.op_name,
        specs=list(_specs(source, table, address)),
        check_specs=[
            dg.AssetCheckSpec(name, asset=table_key, description=f"The rules on {name} that the stage {stage} suggests or was given hold.")
            for name, stage in catalogue().checks.items()
        ],
        can_subset=True,
    )
    def run_table(context: dg.AssetExecutionContext) -> Iterator[Any]:
        yield from _execute(context, source, table, address)

    return run_table


def _specs(source: RegisteredSource, table: RegisteredTable, address: TableAddress) -> Iterator[dg.AssetSpec]:
    common: dict[str, Any] = {"group_name": group_of(source), "tags": {TENANT_TAG: source.tenant}, "skippable": True}
    yield dg.AssetSpec(
        address.asset_key(),
        deps=[[source.tenant, source.slug]],
        kinds={"iceberg"},
        description=f"{table.title}, registered as an Iceberg table at a pinned snapshot.",
        **common,
    )
    for name, stage in catalogue().stages.items():
        deps = [address.asset_key(need) for need in (*stage.needs, *stage.wants) if need == TABLE_STAGE or need in catalogue().stages]
        yield dg.AssetSpec(
            address.asset_key(name),
            deps=deps,
            kinds={stage.kind},
            code_version=stage.code_version,
            description=stage.description or stage.title,
            **common,
        )


def _execute(context: dg.AssetExecutionContext, source: RegisteredSource, table: RegisteredTable, address: TableAddress) -> Iterator[Any]:
    """The op: runs the selected stages and says at the end whether a required one failed."""
    from voyant_assets.graph.metadata import materialization
    from voyant_assets.runtime.work import open_table_run

    selected = {tuple(key.path) for key in context.selected_asset_keys}
    asked_checks = {check.name for check in context.selected_asset_check_keys}
    run = open_table_run(context.run.tags[JOB_TAG], source.id, table.name, context.run.run_id)
    for outcome in done(context, run):
        if tuple(address.asset_key(outcome.stage.name)) in selected:  # else it ran for the sake of a check
            yield materialization(outcome, address, table, run.job.id)
        yield from _checks(outcome, asked_checks, dg.AssetKey(address.asset_key()))


def _checks(outcome: "Outcome", asked: set[str], key: dg.AssetKey) -> Iterator[dg.AssetCheckResult]:
    """The results of the checks that this stage evaluates."""
    from voyant_assets.graph.metadata import check_result, idle_check_result

    found = {check.name: check for check in outcome.result.checks} if outcome.result is not None else {}
    for name, evaluated_by in catalogue().checks.items():
        if evaluated_by == outcome.stage.name and name in asked:
            yield check_result(found[name], key) if name in found else idle_check_result(name, key)


def definitions_of(sources: Sequence[RegisteredSource], joint: JointGroup | None = None) -> dg.Definitions:
    return dg.Definitions(assets=build_assets(sources, joint), executor=tables_first_executor)


@functools.lru_cache(maxsize=16)  # Dagster asks for the definitions of a CustomPointer twice a run, and caches neither
def definitions_for(source_ids: str, version: str, job_id: str) -> dg.Definitions:  # noqa: ARG001 - the version makes the cache's key
    """The definitions of a job's run: just its sources, read from the metadata store by id. `source_ids` are joined by commas."""
    from voyant_assets.runtime.environment import environment

    store = environment().store
    rows = [store.source_row(source_id) for source_id in source_ids.split(",")]
    tenant = store.tenant_of_job(job_id)
    joint = _group_of(store.jobs(tenant).get(job_id)) if tenant is not None else None
    return definitions_of([RegisteredSource.of(row) for row in rows if row is not None], joint)


def _group_of(job: Job) -> JointGroup | None:
    plan = job.plan.joint
    if plan is None:
        return None
    tables = {table.label: TableAddress(job.tenant, table.source, table.name) for table in job.plan.tables}
    return JointGroup(JointAddress(job.tenant, plan.source, plan.digest), tuple(tables[label] for label in plan.tables))
