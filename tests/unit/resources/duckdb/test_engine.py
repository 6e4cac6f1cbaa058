from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from resources.duckdb.engine import DuckDBEngine
from voyant_core import errors, settings


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    opened = DuckDBEngine(settings.Engine(threads=2), tmp_path / "tmp")
    yield opened
    opened.close()


def failure(engine: DuckDBEngine, sql: str) -> errors.VoyantError:
    with pytest.raises(errors.VoyantError) as caught:
        engine.rows(sql)
    return caught.value


def test_nothing_is_opened_before_the_first_use(tmp_path: Path) -> None:
    DuckDBEngine(settings.Engine(), tmp_path / "tmp").close()
    assert not (tmp_path / "tmp").exists()


def test_the_time_zone_is_utc_whatever_the_machine_says(engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    ((hour,),) = engine.rows("SELECT hour(TIMESTAMPTZ '2024-01-01 12:00:00+00')")
    assert hour == 12
    (batch,) = engine.batches("SELECT hour(TIMESTAMPTZ '2024-01-01 12:00:00+00') AS h", 10)
    assert batch.column(0).to_pylist() == [12]


def test_arrays_are_masked_where_null(engine: DuckDBEngine) -> None:
    arrays = engine.arrays("SELECT * FROM (VALUES (1, 'a'), (NULL, 'b')) t(n, s)")
    assert list(np.ma.getmaskarray(arrays["n"])) == [False, True]
    assert list(arrays["s"]) == ["a", "b"]


def test_parameters_are_bound_and_not_pasted(engine: DuckDBEngine) -> None:
    assert engine.rows("SELECT ?", ["' OR 1=1 --"]) == [("' OR 1=1 --",)]


def test_columns_come_without_running_the_query(engine: DuckDBEngine) -> None:
    assert engine.columns("SELECT 1::BIGINT AS a, error('never run') AS b") == [("a", "BIGINT"), ("b", '"NULL"')]


def test_other_queries_may_run_while_batches_are_read(engine: DuckDBEngine) -> None:
    rows = 0
    for batch in engine.batches("SELECT range AS i FROM range(10000)", 1000):
        rows += batch.num_rows
        assert engine.rows("SELECT 1") == [(1,)]
    assert rows == 10000


def test_an_unknown_column_is_named_with_the_near_one(engine: DuckDBEngine) -> None:
    error = failure(engine, "SELECT nam FROM (SELECT 1 AS name)")
    assert error.code is errors.UNKNOWN_COLUMN
    assert "'nam'" in error.detail
    assert error.hint == "Did you mean 'name'?"


@pytest.mark.parametrize("sql", ["SELEC 1", "SELECT * FROM nowhere", "SELECT CAST('x' AS INTEGER)", "SELECT sum('a')"])
def test_wrong_sql_is_invalid(engine: DuckDBEngine, sql: str) -> None:
    assert failure(engine, sql).code is errors.INVALID_SQL


def test_messages_do_not_tell_folders(engine: DuckDBEngine, tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1 nonsense")
    error = failure(engine, f"SELECT * FROM read_parquet('{tmp_path}/x.parquet')")
    assert error.code is errors.UNREADABLE_FILE
    assert str(tmp_path) not in error.to_text()


def test_a_running_query_can_be_stopped_from_another_thread(engine: DuckDBEngine) -> None:
    engine.warm()
    threading.Timer(0.1, engine.interrupt).start()
    error = failure(engine, "SELECT count(*) FROM range(100000000000) a, range(1000) b WHERE a.range % 7 = b.range")
    assert error.code is errors.TIMEOUT
    assert engine.rows("SELECT 1") == [(1,)]


def test_an_engine_from_before_a_fork_refuses_to_work(engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine.warm()
    pid = os.getpid()
    with monkeypatch.context() as patch:
        patch.setattr("os.getpid", lambda: pid + 1)
        assert failure(engine, "SELECT 1").code is errors.INTERNAL


def test_a_closed_engine_opens_anew(engine: DuckDBEngine) -> None:
    engine.warm()
    engine.close()
    assert engine.rows("SELECT 1") == [(1,)]


def test_a_block_gets_less_memory_and_never_more(engine: DuckDBEngine) -> None:
    def limit() -> str:
        return str(engine.rows("SELECT current_setting('memory_limit')")[0][0])

    own = limit()
    with engine.within(100):
        assert limit() == "100.0 MiB"
    assert limit() == own
    with pytest.raises(errors.VoyantError), engine.within(10):
        engine.rows(
            "SELECT count(*) FROM (SELECT DISTINCT i, hash(i) FROM range(3000000) rows(i)), (SELECT list(i) FROM range(3000000) rows(i))"
        )
    assert limit() == own
    with engine.within(2**40):
        assert limit() == own
