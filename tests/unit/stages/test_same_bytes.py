"""The same rows give the same bytes with any number of threads and in any order: tables whose sums tell how they were added, as means that
lie between two roundings, sums that cancel, values of very different size.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resources.duckdb.engine import DuckDBEngine
from voyant_assets.analysis.kpi.derive import derive
from voyant_assets.analysis.meaning.interpret import interpret
from voyant_assets.analysis.profile import sorted_numbers
from voyant_assets.analysis.profile.collect import Budget
from voyant_assets.analysis.profile.table import profile_table
from voyant_assets.stages import charts, profile, quality
from voyant_core.canonical import dumps
from voyant_core.model.kpi import KpiReport
from voyant_core.settings import Engine
from voyant_core.stage import StageContext, StageSkipped

FORMS = {
    "prices": "(hash(i + {seed}) % 100000) * 1e-5",
    "wide": "exp(20 * sin(i + {seed}))",
    "balanced": "CASE WHEN i % 2 = 0 THEN 1 ELSE -1 END * ((i // 2 + {seed}) % 5003) * 0.1",
    "huge and small": "CASE WHEN i % 6 < 3 THEN 1 ELSE -1 END * (1e15 / 3 + i // 6 % 7) + (i + {seed}) % 11 * 0.01",
    "thirds": "(i * 31 + {seed}) % 97 / 3",
    "gaps": "CASE WHEN i % 7 > 0 THEN (hash(i * 3 + {seed}) % 1000) * 0.01 END",
    "exact": "CAST((hash(i * 5 + {seed}) % 100000000000) * 1e-4 AS DECIMAL(18, 4))",
    "single": "CAST((hash(i * 7 + {seed}) % 40000) * 0.25 AS FLOAT)",
}
forms = st.lists(st.sampled_from(sorted(FORMS)), min_size=2, max_size=4, unique=True)


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, DuckDBEngine]]:
    opened = {threads: DuckDBEngine(Engine(threads=threads), tmp_path_factory.mktemp("spill")) for threads in (1, 2, 4)}
    yield opened
    for engine in opened.values():
        engine.close()


def written(engine: DuckDBEngine, file: Path, columns: list[str], seed: int, rows: int) -> None:
    """Parquet in so small parts that few rows are enough for several threads."""
    numbers = ", ".join(f'{FORMS[name].format(seed=seed)} AS "{name}"' for name in columns)
    moment = "TIMESTAMP '2023-01-01' + to_minutes(CAST(i * 7 AS INTEGER))"
    query = f"SELECT {moment} AS seen, 'c' || (i % 3) AS site, {numbers} FROM range({rows}) r(i)"
    engine.rows(f"COPY ({query}) TO '{file}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")


def artifacts(engine: DuckDBEngine, relation: str) -> dict[str, bytes]:
    """What the stages make of the rows, by file."""
    engine.rows(f"CREATE OR REPLACE VIEW drawn AS SELECT * FROM {relation}")
    made = {profile.FILE: dumps(profile_table(engine, "drawn", "drawn", interpret))}
    found = profile.load(made)
    figures = KpiReport(table="drawn", kpis=derive(found, "drawn", engine.rows))
    made["kpis.json"] = dumps(figures)
    read = SimpleNamespace(read=SimpleNamespace(null_tokens=[""]))
    context = SimpleNamespace(engine=engine, view="drawn", table="drawn", parameters=None, found=read, results={"profile": found})
    made |= {output.file: output.data for output in quality.STAGE.run(cast(StageContext, context)).outputs}
    try:
        made |= {output.file: output.data for output in charts.STAGE.run(cast(StageContext, cast(Any, context))).outputs}
    except StageSkipped:
        made["charts"] = b"none"
    return made


def profiled(engine: DuckDBEngine, relation: str) -> bytes:
    engine.rows(f"CREATE OR REPLACE VIEW drawn AS SELECT * FROM {relation}")
    return dumps(profile_table(engine, "drawn", "drawn", interpret, Budget(frequency_values=0)))


@settings(max_examples=2)
@example(["prices", "balanced", "huge and small"], 0)
@given(forms, st.integers(0, 1000))
def test_any_number_of_threads_gives_the_same_bytes(
    engines: dict[int, DuckDBEngine], tmp_path_factory: pytest.TempPathFactory, columns: list[str], seed: int
) -> None:
    file = tmp_path_factory.mktemp("rows") / "drawn.parquet"
    written(engines[1], file, columns, seed, 30_000)
    alone = artifacts(engines[1], f"read_parquet('{file}')")
    assert len(alone) > 3
    for threads in (2, 4):
        assert artifacts(engines[threads], f"read_parquet('{file}')") == alone


def test_columns_of_very_many_rows_have_the_same_figures_with_any_number_of_threads(
    engines: dict[int, DuckDBEngine], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorted_numbers, "MOST_ROWS", 0)
    prices = ", ".join(f"(hash(i * {2 * k + 3}) % {999_991 - k}) * 1e-6 AS p{k}" for k in range(6))
    engines[1].rows(f"COPY (SELECT {prices} FROM range(20000) r(i)) TO '{tmp_path / 'drawn'}' (FORMAT parquet, ROW_GROUP_SIZE 2048)")
    figures = [profiled(engine, f"read_parquet('{tmp_path / 'drawn'}')") for engine in engines.values()]
    assert figures == figures[:1] * len(engines)
    assert profiled(engines[1], f"(SELECT * FROM read_parquet('{tmp_path / 'drawn'}') ORDER BY hash(p0))") == figures[0]


@settings(max_examples=3)
@example(["prices", "balanced", "huge and small"], 0)
@given(forms, st.integers(0, 1000))
def test_any_order_of_the_rows_gives_the_same_bytes(
    engines: dict[int, DuckDBEngine], tmp_path_factory: pytest.TempPathFactory, columns: list[str], seed: int
) -> None:
    file = tmp_path_factory.mktemp("rows") / "drawn.parquet"
    written(engines[1], file, columns, seed, 6000)
    once = artifacts(engines[1], f"(SELECT * FROM read_parquet('{file}'))")
    assert artifacts(engines[1], f"(SELECT * FROM read_parquet('{file}') ORDER BY hash(seen))") == once
