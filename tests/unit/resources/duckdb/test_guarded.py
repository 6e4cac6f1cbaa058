from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from resources.duckdb import guarded as guarded_module
from resources.duckdb.guarded import GuardedDuckDB
from resources.duckdb.guarded_child import bytes_of
from voyant_core import errors, settings
from voyant_core.keys import TableAddress
from voyant_core.model.source import Column
from voyant_core.model.table import TableSnapshot

SECRET = "sesame-8431"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> TableSnapshot:
    file = tmp_path_factory.mktemp("lake") / "it's.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT range AS id, 'n' || range AS name FROM range(100)) TO '{str(file).replace(chr(39), chr(39) * 2)}'"
        )
    return TableSnapshot(
        address=TableAddress("acme", "s", "people"),
        snapshot_id="1",
        content_version="1",
        rows=100,
        size_bytes=1,
        columns=(Column(name="id", type="BIGINT"), Column(name="name", type="VARCHAR")),
        files=(str(file),),
        relation=f"read_parquet('{str(file).replace(chr(39), chr(39) * 2)}')",
        landing_sha256="",
    )


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedDuckDB]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOYANT_TEST_SECRET", SECRET)
        patch.setattr(guarded_module, "GRACE_S", 0.4)
        opened = GuardedDuckDB(settings.Sql(timeout_s=0.3, memory_limit="100MB", max_rows=50), tmp_path_factory.mktemp("tmp"))
        yield opened
        opened.close()


def refused(guarded: GuardedDuckDB, table: TableSnapshot, sql: str) -> errors.VoyantError:
    with pytest.raises(errors.VoyantError) as caught:
        guarded.run(sql, {"people": table}, 10)
    return caught.value


def test_rows_are_capped_and_the_total_is_known(guarded: GuardedDuckDB, table: TableSnapshot) -> None:
    answer = guarded.run("SELECT id, name FROM people ORDER BY id", {"people": table}, 3)
    assert answer.columns == [("id", "BIGINT"), ("name", "VARCHAR")]
    assert answer.rows == [(0, "n0"), (1, "n1"), (2, "n2")]
    assert (answer.total, answer.truncated) == (100, True)


def test_an_answer_that_fits_is_not_truncated(guarded: GuardedDuckDB, table: TableSnapshot) -> None:
    answer = guarded.run("SELECT count(*) FROM people -- all", {"people": table}, 1)
    assert (answer.rows, answer.total, answer.truncated) == ([(100,)], 1, False)


def test_the_setting_caps_what_a_caller_asks_for(guarded: GuardedDuckDB, table: TableSnapshot) -> None:
    assert len(guarded.run("SELECT * FROM people", {"people": table}, 1000).rows) == 50


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM duckdb_secrets()",
        "COPY people TO '/tmp/stolen.csv'",
        "COPY (SELECT 1) TO '/tmp/stolen.csv'",
        "EXPORT DATABASE '/tmp/stolen'",
        "ATTACH '/tmp/other.db'",
        "ATTACH ':memory:' AS m",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '8GB'",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "CREATE TABLE t AS SELECT 1",
        "CREATE OR REPLACE VIEW people AS SELECT 1",
        "DROP VIEW people",
        "BEGIN",
        "USE memory",
        "PREPARE p AS SELECT 1",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP VIEW people",
        "",
        "-- nothing",
    ],
)
def test_everything_but_reading_the_tables_is_refused(guarded: GuardedDuckDB, table: TableSnapshot, sql: str) -> None:
    assert refused(guarded, table, sql).code is errors.SQL_NOT_A_READ
    assert guarded.run("SELECT count(*) FROM people", {"people": table}, 1).rows == [(100,)]


def test_a_file_named_as_a_table_is_no_table(guarded: GuardedDuckDB, table: TableSnapshot) -> None:
    assert refused(guarded, table, "SELECT * FROM '/etc/passwd'").code in {errors.INVALID_SQL, errors.SQL_NOT_A_READ}


def test_variables_of_the_process_are_no_tables(guarded: GuardedDuckDB, table: TableSnapshot) -> None:
    stolen = {"secret": [1]}
    assert refused(guarded, table, "SELECT * FROM stolen").code is errors.INVALID_SQL
    assert stolen


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(100000000000) a, range(1000000) b WHERE a.range % 7 = b.range % 11",
        "WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM r) SELECT count(*) FROM r",
    ],
)
def test_an_endless_query_is_stopped_and_the_next_one_runs(guarded: GuardedDuckDB, table: TableSnapshot, sql: str) -> None:
    assert refused(guarded, table, sql).code is errors.TIMEOUT
    assert guarded.run("SELECT 1", {"people": table}, 1).rows == [(1,)]


def test_memory_is_limited(guarded: GuardedDuckDB, table: TableSnapshot) -> None:
    error = refused(guarded, table, "SELECT list(range) FROM range(50000000)")
    assert error.code in {errors.INVALID_SQL, errors.TIMEOUT}


def test_a_misspelt_column_is_named_with_the_near_one(guarded: GuardedDuckDB, table: TableSnapshot) -> None:
    error = refused(guarded, table, "SELECT nmae FROM people")
    assert error.code is errors.UNKNOWN_COLUMN
    assert "'nmae'" in error.detail
    assert "name" in (error.hint or "")


def test_a_misspelt_table_is_told_with_the_tables(guarded: GuardedDuckDB, table: TableSnapshot) -> None:
    error = refused(guarded, table, "SELECT * FROM peopel")
    assert error.code is errors.INVALID_SQL
    assert "people" in (error.hint or "")


def test_other_tables_open_another_database(guarded: GuardedDuckDB, table: TableSnapshot) -> None:
    guarded.run("SELECT 1 FROM people", {"people": table}, 1)
    assert guarded.run("SELECT count(*) FROM crew", {"crew": table}, 1).rows == [(100,)]
    with pytest.raises(errors.VoyantError):
        guarded.run("SELECT 1 FROM people", {"crew": table}, 1)


def test_closing_removes_the_spill_folder(tmp_path: Path, table: TableSnapshot) -> None:
    guarded = GuardedDuckDB(settings.Sql(), tmp_path / "spill")
    guarded.run("SELECT 1", {"people": table}, 1)
    guarded.close()
    assert list((tmp_path / "spill").iterdir()) == []


DOUBLED = ", ".join(f"t{n} AS (SELECT x || x AS x FROM t{n - 1})" for n in range(1, 34))


def test_one_value_that_takes_forever_is_ended_with_its_process(guarded: GuardedDuckDB, table: TableSnapshot) -> None:
    sql = "WITH t AS (SELECT string_agg('abc' || range, '') AS x FROM range(20000)) SELECT levenshtein(x, reverse(x)) FROM t"
    assert refused(guarded, table, sql).code is errors.TIMEOUT
    assert guarded.run("SELECT count(*) FROM people", {"people": table}, 1).rows == [(100,)]


@pytest.mark.parametrize(
    "sql",
    [
        f"WITH t0 AS (SELECT 'ab' AS x), {DOUBLED} SELECT length(x) FROM t33",
        "SELECT length(repeat('a', 2000000000))",
        "SELECT length(printf('%1000000000d', 1))",
        "SELECT length(format('{:1000000000}', 1))",
        "SELECT len(list_resize([1], 1000000000))",
        "SELECT string_agg(a.name || b.name || c.name, '') FROM people a, people b, people c, range(10)",
    ],
)
def test_one_gigantic_value_is_an_error_and_the_next_statement_runs(guarded: GuardedDuckDB, table: TableSnapshot, sql: str) -> None:
    assert refused(guarded, table, sql).code in {errors.INVALID_SQL, errors.TIMEOUT}
    assert guarded.run("SELECT count(*) FROM people", {"people": table}, 1).rows == [(100,)]


def test_an_answer_that_nobody_could_read_is_refused(guarded: GuardedDuckDB, table: TableSnapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded_module, "LARGEST_ANSWER", 1000)
    error = refused(guarded, table, "SELECT string_agg(name, '') FROM people, range(10)")
    assert (error.code, error.detail) == (errors.INVALID_SQL, "The answer of the SQL is too large.")


def test_the_process_knows_nothing_of_the_environment(guarded: GuardedDuckDB, table: TableSnapshot) -> None:
    guarded.run("SELECT 1", {"people": table}, 1)
    process = guarded._process
    assert process is not None
    assert SECRET.encode() not in Path(f"/proc/{process.pid}/environ").read_bytes()


def test_a_process_that_died_meanwhile_is_replaced(guarded: GuardedDuckDB, table: TableSnapshot) -> None:
    guarded.run("SELECT 1", {"people": table}, 1)
    process = guarded._process
    assert process is not None
    process.kill()
    process.wait()
    assert guarded.run("SELECT 2", {"people": table}, 1).rows == [(2,)]


def test_cells_are_json_values(guarded: GuardedDuckDB, table: TableSnapshot) -> None:
    sql = "SELECT DATE '2020-01-31', 1.50::DECIMAL(9, 2), 'nan'::DOUBLE, [1, NULL], {'a': 'x'}, TIMESTAMPTZ '2020-01-01 00:00:00+02'"
    assert guarded.run(sql, {"people": table}, 1).rows == [("2020-01-31", 1.5, None, [1, None], {"a": "x"}, "2019-12-31T22:00:00+00:00")]


@pytest.mark.parametrize(("text", "size"), [("512MB", 512_000_000), ("1.5GiB", 1_610_612_736), ("2 gb", 2_000_000_000), ("7", 7)])
def test_a_size_is_read_as_duckdb_reads_it(text: str, size: int) -> None:
    assert bytes_of(text) == size
