"""SQLite and DuckDB files through the probe: tables, types, what is left out, and what is refused."""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import probed_files
import pytest
from probed_files import types

from voyant_assets.runtime.environment import Environment
from voyant_core import errors
from voyant_core.model.source import FoundTable, ProbeResult


class Databases:
    def __init__(self, environment: Environment, folder: Path) -> None:
        self.environment = environment
        self.path = folder / "shop.db"

    def sqlite(self, script: str) -> ProbeResult:
        connection = sqlite3.connect(self.path)
        connection.executescript(script)
        connection.close()
        return self.probed()

    def duckdb(self, *statements: str) -> ProbeResult:
        with duckdb.connect(str(self.path)) as connection:
            for statement in statements:
                connection.execute(statement)
        return self.probed()

    def probed(self) -> ProbeResult:
        return probed_files.probed(self.environment, self.path)

    def refused(self) -> errors.VoyantError:
        return probed_files.refused(self.environment, self.path)

    def rows(self, found: FoundTable) -> list[tuple[Any, ...]]:
        return probed_files.rows(self.environment, found)


@pytest.fixture
def shop(environment: Environment, tmp_path: Path) -> Databases:
    return Databases(environment, tmp_path)


def test_each_sqlite_table_is_a_table_and_nothing_is_executed(shop: Databases) -> None:
    result = shop.sqlite(
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, day DATE, at DATETIME, paid BOOLEAN, amount DECIMAL(10,2));"
        "INSERT INTO orders VALUES (1, '2024-01-02', '2024-01-02 08:30:00', 1, 10.5), (2, NULL, '2024-01-03', 0, 20);"
        'CREATE TABLE "odd name""s" (x); INSERT INTO "odd name""s" VALUES (9223372036854775807);'
        "CREATE TABLE idle (a); CREATE VIEW v AS SELECT * FROM orders; CREATE VIRTUAL TABLE words USING fts5(t);"
        "CREATE TRIGGER bad AFTER INSERT ON orders BEGIN DELETE FROM orders; END;"
    )
    odd, orders = result.tables
    assert (odd.name, orders.name) == ("odd_name_s", "orders")
    assert types(orders) == {"id": "BIGINT", "day": "DATE", "at": "TIMESTAMP", "paid": "BOOLEAN", "amount": "DOUBLE"}
    at = dt.datetime.fromisoformat
    assert shop.rows(orders) == [(1, dt.date(2024, 1, 2), at("2024-01-02 08:30:00"), True, 10.5), (2, None, at("2024-01-03"), False, 20.0)]
    assert shop.rows(odd) == [(9223372036854775807,)]
    (note,) = odd.read.notes
    assert all(word in note for word in ("view v", "virtual table words", "table idle (no rows)", "words_data"))


def test_values_of_several_kinds_make_a_column_text_with_every_digit(shop: Databases) -> None:
    (found,) = shop.sqlite(
        "CREATE TABLE t (mixed INTEGER, big NUMERIC, day DATE, data BLOB);"
        "INSERT INTO t VALUES (1, 9007199254740993, '2024-01-02', x'00ff'), ('x', 0.5, 'soon', NULL), ('NA', 1, '2024-01-03', x'01');"
    ).tables
    assert types(found) == {"mixed": "VARCHAR", "big": "VARCHAR", "day": "VARCHAR", "data": "BLOB"}
    assert shop.rows(found)[0] == ("1", "9007199254740993", "2024-01-02", b"\x00\xff")
    assert [note.split()[0] for note in found.read.notes] == ["mixed", "big", "day"]


def test_what_a_live_sqlite_database_holds_in_its_log_is_read_too(shop: Databases) -> None:
    live = sqlite3.connect(shop.path)
    live.execute("PRAGMA journal_mode = WAL")
    live.execute("PRAGMA wal_autocheckpoint = 0")
    live.executescript("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);")
    try:
        (found,) = shop.probed().tables
    finally:
        live.close()
    assert shop.rows(found) == [(1,), (2,)]
    assert any("in use" in note for note in found.read.notes)


def test_each_duckdb_table_is_a_table_and_views_are_left_out(shop: Databases) -> None:
    result = shop.duckdb(
        "CREATE TABLE orders AS SELECT range AS id, range * 1.5 AS amount, {'a': range} AS s FROM range(100000)",
        "CREATE SCHEMA other", "CREATE TABLE other.orders AS SELECT 1 AS a", "CREATE VIEW v AS SELECT 1", "CREATE TABLE e (a INT)",
    )  # fmt: skip
    assert [(t.name, t.title) for t in result.tables] == [("orders", "orders"), ("other_orders", "other.orders")]
    assert result.tables[0].read.notes == ["Left out: view v, table e (no rows)."]
    assert shop.rows(result.tables[0])[99_999] == (99_999, pytest.approx(149_998.5), {"a": 99_999})


def test_numbers_of_duckdb_that_parquet_has_not_keep_their_digits(shop: Databases) -> None:
    (found,) = shop.duckdb(
        "CREATE TABLE t AS SELECT 12345678901234567890123::HUGEINT AS h, 170141183460469231731687303715884105727::HUGEINT AS wide,"
        " INTERVAL 2 DAY AS i, '10:00:00+02'::TIMETZ AS z, '101'::BIT AS b"
    ).tables
    assert types(found) == {"h": "DECIMAL(38,0)", "wide": "VARCHAR", "i": "VARCHAR", "z": "VARCHAR", "b": "VARCHAR"}
    row = shop.rows(found)[0]
    assert (int(row[0]), row[1]) == (12345678901234567890123, "170141183460469231731687303715884105727")


def test_the_same_tables_give_the_same_bytes(shop: Databases) -> None:
    def hashes() -> list[str]:
        shop.path.unlink(missing_ok=True)
        result = shop.duckdb("CREATE TABLE t AS SELECT range AS a, 'x' || range % 7 AS b FROM range(200000)")
        return [table.landing.sha256 for table in result.tables if table.landing]

    assert hashes() == hashes()


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_damaged_database_is_unreadable(shop: Databases, kind: str) -> None:
    if kind == "sqlite":
        shop.sqlite(
            "CREATE TABLE t (a); INSERT INTO t SELECT value FROM json_each('[' || substr(replace(hex(zeroblob(9999)),'00',',1'),2) || ']');"
        )
    else:
        shop.duckdb("CREATE TABLE t AS SELECT range AS a FROM range(100000)")
    whole = shop.path.read_bytes()
    noise = random.Random(3)
    for harmed in (
        whole[: len(whole) // 2],
        whole[:100] + noise.randbytes(len(whole) - 100),
        whole[:4096] + noise.randbytes(len(whole) - 4096),
    ):
        shop.path.write_bytes(harmed)
        assert shop.refused().code in {errors.UNREADABLE_FILE, errors.EMPTY_FILE}


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_database_without_rows_is_empty_and_tells_what_it_holds(shop: Databases, kind: str) -> None:
    with pytest.raises(errors.VoyantError) as caught:
        getattr(shop, kind)("CREATE TABLE t (a INT)")
    assert (caught.value.code, "table t (no rows)" in caught.value.detail) == (errors.EMPTY_FILE, True)
