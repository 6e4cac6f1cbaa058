"""The context in which the stages that write for people run: models by hand, no engine."""

from types import SimpleNamespace
from typing import Any

from voyant_core.keys import TableAddress
from voyant_core.model.artifact import Artifact, ArtifactKind
from voyant_core.model.job import Plan, StageRun, StageState
from voyant_core.model.profile import ColumnProfile, DuplicateRows, Missingness, Quantiles, TableProfile
from voyant_core.model.source import Column, FileFormat, FoundTable, Landing, ReadOptions
from voyant_core.model.table import TableSnapshot
from voyant_core.stage import StageContext


def skewed_profile() -> TableProfile:
    delay = ColumnProfile(
        name="dep_delay", position=0, type="BIGINT", kind="number", count=1000, nulls=0, null_share=0.0, distinct=400, role="measure",
        semantic_type="duration", default_aggregation="median", unit="min", min=-43, max=301, sum=12639.0, mean=12.639, std=40.0,
        skewness=4.8, quantiles=Quantiles(p01=-12.0, p05=-9.0, p25=-5.0, p50=-2.0, p75=11.0, p95=88.0, p99=191.0),
    )  # fmt: skip
    return TableProfile(
        table="flights", rows=1000, columns={"dep_delay": delay}, missingness=Missingness(complete_rows=1000),
        duplicate_rows=DuplicateRows(count=0, method="hash of the row"),
    )  # fmt: skip


def context(results: dict[str, Any], progress: tuple[StageRun, ...] = (), artifacts: tuple[Artifact, ...] = ()) -> StageContext:
    columns = (Column(name="dep_delay", type="BIGINT"),)
    nothing: Any = None
    return StageContext(
        tenant="acme",
        plan=Plan.model_construct(tenant="acme"),
        source_title="flights.csv",
        found=FoundTable(
            name="flights", title="flights_of_2013.csv", columns=list(columns), read=ReadOptions(format=FileFormat.CSV, delimiter=",")
        ),
        landing=Landing(sha256="c" * 64, size_bytes=31053850, file_name="flights.csv"),
        snapshot=TableSnapshot(
            TableAddress("acme", "flights", "flights"), "771001", "771001", 1000, 1, columns, ("/home/someone/data.parquet",), "t", "c" * 64
        ),
        view="flights",
        parameters=None,
        engine=SimpleNamespace(dialect="duckdb", version="2.0.0"),  # type: ignore[arg-type]
        guarded=nothing,
        results=results,
        artifacts=artifacts,
        progress=progress,
    )


def ended(name: str, state: StageState = StageState.SUCCEEDED, code: str | None = None, reason: str | None = None) -> StageRun:
    return StageRun(table="flights", name=name, state=state, code=code, reason=reason)


def artifact(name: str) -> Artifact:
    return Artifact(name=f"flights/{name}", kind=ArtifactKind.PROFILE, media_type="application/json", size_bytes=2, sha256="a" * 64)
