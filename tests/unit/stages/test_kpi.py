"""Key figures as a stage: real engine, real guarded engine, a Parquet file as the pinned table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from resources.duckdb.engine import DuckDBEngine
from resources.duckdb.guarded import GuardedDuckDB
from voyant_assets.analysis.meaning.interpret import interpret
from voyant_assets.analysis.profile.table import profile_table
from voyant_assets.stages.kpi import STAGE, KpiParameters, load
from voyant_core import errors
from voyant_core.keys import TableAddress
from voyant_core.model.job import PlannedKpi
from voyant_core.model.source import Column
from voyant_core.model.table import TableSnapshot
from voyant_core.settings import Engine, Sql
from voyant_core.stage import StageContext, StageResult

ROWS = "SELECT DATE '2024-01-01' + CAST(i // 4 AS INTEGER) AS day, ['a', 'b'][1 + i % 2] AS kind, i * 7 % 50 AS price FROM range(1600) t(i)"


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Any]:
    engine = DuckDBEngine(Engine(threads=2), tmp_path / "spill")
    file = tmp_path / "rows.parquet"
    engine.rows(f"COPY ({ROWS}) TO '{file}' (FORMAT parquet)")
    columns = tuple(Column(name=name, type=kind) for name, kind in engine.columns(f"SELECT * FROM '{file}'"))
    relation = f"read_parquet(['{file}'])"
    snapshot = TableSnapshot(TableAddress("acme", "shop", "sales"), "1", "1", 1600, 1, columns, (str(file),), relation, "a" * 64)
    engine.attach("sales", snapshot)
    guarded = GuardedDuckDB(Sql(), tmp_path / "sql")
    yield SimpleNamespace(
        engine=engine,
        guarded=guarded,
        view="sales",
        table="sales",
        snapshot=snapshot,
        parameters=None,
        plan=SimpleNamespace(kpis_of=lambda _: []),
        results={"profile": profile_table(engine, "sales", "sales", interpret)},
    )
    guarded.close()
    engine.close()


def run(context: Any, *kpis: tuple[str, str]) -> StageResult:
    planned = [PlannedKpi(name=name, sql=sql, place="sales", reads={"sales": "sales"}) for name, sql in kpis]
    context.plan.kpis_of = lambda place: planned if place == "sales" else []
    return STAGE.run(cast(StageContext, context))


def test_the_artifact_is_what_later_stages_read(context: Any) -> None:
    result = run(context)
    (output,) = result.outputs
    assert (output.file, output.kind, json.loads(output.data)["schema"]) == ("kpis.json", "kpi", "voyant.kpi/1")
    assert load({"kpis.json": output.data}) == result.model
    assert result.metadata["kpi_rows"] == 1600


def test_figures_of_the_request_come_first_and_are_marked(context: Any) -> None:
    report = run(
        context, ("Dear share", "select avg((price > 40)::int) from Sales"), ("by kind", "select kind, count(*) from sales group by 1")
    ).model
    first, second, *others = report.kpis
    assert (first.name, first.origin, first.is_share) == ("dear_share", "request", True)
    assert first.value == pytest.approx(288 / 1600)
    assert (second.total, {row[0]: row[1] for row in second.data}) == (2, {"a": 800, "b": 800})
    assert {kpi.origin for kpi in others} == {"derived"}


def test_nothing_is_derived_when_it_is_not_wanted(context: Any) -> None:
    context.parameters = KpiParameters(derive=False)
    assert [kpi.name for kpi in run(context, ("n", "select count(*) from sales")).model.kpis] == ["n"]


def test_names_stay_unique_beside_derived_ones(context: Any) -> None:
    names = [kpi.name for kpi in run(context, ("rows", "select 1 + count(*) from sales")).model.kpis]
    assert names[:2] == ["rows", "derived_rows"]
    assert len(set(names)) == len(names)


def test_a_long_table_is_cut_and_says_so(context: Any) -> None:
    kpi = run(context, ("all", "select * from sales order by day, kind, price")).model.kpis[0]
    assert (len(kpi.data), kpi.total, kpi.truncated) == (1000, 1600, True)


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("select avg(prise) from sales", errors.UNKNOWN_COLUMN),
        ("select count(*) from 'other.parquet'", errors.INVALID_SQL),
        ("select kind + 1 from sales", errors.INVALID_SQL),
    ],
)
def test_a_kpi_that_cannot_run_fails_with_its_name(context: Any, sql: str, code: errors.ErrorCode) -> None:
    with pytest.raises(errors.VoyantError) as caught:
        run(context, ("mean price", sql))
    assert caught.value.code == code
    assert "KPI `mean price`" in caught.value.detail


def test_two_runs_give_the_same_bytes(context: Any) -> None:
    assert run(context).outputs[0].data == run(context).outputs[0].data


def test_the_preview_shows_the_figures(context: Any) -> None:
    preview = run(context).preview or ""
    assert "| `Rows` | 1,600 |" in preview
