"""A trivial asset job of the shape of a real run: executed on an instance in memory it fills Dagster's caches for all forked children."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster._core.code_pointer import CustomPointer, ModuleCodePointer
from dagster._core.definitions.reconstruct import ReconstructableJob, ReconstructableRepository

from voyant_assets.graph.factory import ASSET_JOB

NAME = "rehearsal"


def job() -> ReconstructableJob:
    pointer = CustomPointer(ModuleCodePointer(__name__, "definitions", None), [NAME], [])
    return ReconstructableJob(ReconstructableRepository(pointer), ASSET_JOB)


def definitions(name: str) -> dg.Definitions:
    table = dg.AssetKey([name, name, name])

    @dg.multi_asset(
        name=name,
        specs=[dg.AssetSpec(table, skippable=True), dg.AssetSpec([*table.path, "profile"], deps=[table], skippable=True)],
        check_specs=[dg.AssetCheckSpec("schema", asset=table)],
        can_subset=True,
    )
    def rehearse(context: dg.AssetExecutionContext) -> Iterator[Any]:
        for key in sorted(context.selected_asset_keys):
            schema = dg.TableSchema(columns=[dg.TableColumn("id", "bigint")])
            metadata: dict[str, Any] = {"dagster/row_count": 1, "dagster/column_schema": schema, "preview": dg.MetadataValue.md("-")}
            yield dg.MaterializeResult(asset_key=key, metadata=metadata, data_version=dg.DataVersion("1"))
        yield dg.AssetCheckResult(asset_key=table, check_name="schema", passed=True)

    return dg.Definitions(assets=[rehearse], executor=dg.in_process_executor)
