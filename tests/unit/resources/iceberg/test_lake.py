from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from resources.iceberg.catalog import IcebergLake
from voyant_core import errors, type_names
from voyant_core.keys import TableAddress
from voyant_core.model.source import Column
from voyant_core.model.table import TableSnapshot
from voyant_core.type_names import PATH_JOINT, TypeName

ADDRESS = TableAddress("acme", "sales", "orders")


@pytest.fixture
def lake(tmp_path: Path) -> IcebergLake:
    return IcebergLake(tmp_path / "lake" / "catalog.db", tmp_path / "lake" / "warehouse")


def ids_literal(name: str, path: str, tree: TypeName, ids: Mapping[str, int]) -> str:
    quoted = "'" + name.replace("'", "''") + "'"
    if not tree.fields:
        return f"{quoted}: {ids[path]}"
    inner = ", ".join(ids_literal(child, f"{path}{PATH_JOINT}{child}", kind, ids) for child, kind in tree.fields)
    return f"{quoted}: {{__duckdb_field_id: {ids[path]}, {inner}}}"


def writer(query: str, columns: list[Column]) -> Callable[[Mapping[str, int], Path], list[Path]]:
    def write(ids: Mapping[str, int], folder: Path) -> list[Path]:
        fields = ", ".join(ids_literal(column.name, column.name, type_names.parse(column.type), ids) for column in columns)
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({query}) TO '{folder}/0.parquet' (FORMAT parquet, FIELD_IDS {{{fields}}})")
        return [folder / "0.parquet"]

    return write


def publish(lake: IcebergLake, query: str, landing: str = "a" * 64, **options: Any) -> TableSnapshot:
    with duckdb.connect() as connection:
        columns = [Column(name=row[0], type=str(type_names.parse(row[1]))) for row in connection.execute(f"DESCRIBE {query}").fetchall()]
    return lake.publish(ADDRESS, columns, landing, writer(query, columns), **options)


def rows(snapshot: TableSnapshot, what: str = "*") -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute("SET timezone = 'UTC'")
        return connection.execute(f"SELECT {what} FROM {snapshot.relation}").fetchall()


def current(lake: IcebergLake, snapshot_id: str | None = None) -> TableSnapshot:
    found = lake.snapshot(ADDRESS, snapshot_id)
    assert found is not None
    return found


def test_a_table_that_does_not_exist_is_none(lake: IcebergLake) -> None:
    assert lake.snapshot(ADDRESS) is None


def test_a_warmed_lake_has_its_catalog_open(lake: IcebergLake, tmp_path: Path) -> None:
    lake.warm()
    assert (tmp_path / "lake" / "catalog.db").exists()
    assert lake.snapshot(ADDRESS) is None


def test_a_published_table_reads_back(lake: IcebergLake) -> None:
    published = publish(lake, "SELECT range AS id, 'n' || range AS name FROM range(3)")
    assert rows(published) == [(0, "n0"), (1, "n1"), (2, "n2")]
    assert (published.rows, published.landing_sha256, published.address) == (3, "a" * 64, ADDRESS)
    assert published.columns == (Column(name="id", type="BIGINT"), Column(name="name", type="VARCHAR"))
    assert published.size_bytes == sum(Path(file).stat().st_size for file in published.files)
    assert current(lake) == published


def test_a_second_version_replaces_all_rows_in_one_snapshot_and_the_first_stays_readable(lake: IcebergLake) -> None:
    first = publish(lake, "SELECT 1 AS a")
    second = publish(lake, "SELECT 2 AS a", "b" * 64)
    assert rows(second) == rows(current(lake)) == [(2,)]
    assert rows(current(lake, first.snapshot_id)) == [(1,)]
    assert lake.snapshot(ADDRESS, "12345") is None


def test_the_same_landing_makes_no_new_snapshot_and_writes_nothing(lake: IcebergLake) -> None:
    first = publish(lake, "SELECT 1 AS a", marks={"reading": "x"})

    def never(ids: Mapping[str, int], folder: Path) -> list[Path]:
        raise AssertionError

    again = lake.publish(ADDRESS, list(first.columns), "a" * 64, never, marks={"reading": "x"})
    assert again == first
    assert lake.marks(ADDRESS, first.snapshot_id) == {"reading": "x"}


def test_the_same_landing_read_otherwise_is_a_new_snapshot(lake: IcebergLake) -> None:
    first = publish(lake, "SELECT 1 AS a", marks={"reading": "x"})
    assert publish(lake, "SELECT 1 AS a", marks={"reading": "y"}).snapshot_id != first.snapshot_id


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("SELECT 1 AS a", "SELECT 2 AS a, 'x' AS b", [(2, "x")]),
        ("SELECT 1 AS a, 'x' AS b", "SELECT 2 AS a", [(2,)]),
        ("SELECT 1 AS a, 'x' AS b", "SELECT 'y' AS b, 2 AS a", [("y", 2)]),
        ("SELECT 1::INTEGER AS a", "SELECT 5000000000::BIGINT AS a", [(5000000000,)]),
        ("SELECT 1 AS a", "SELECT 'text' AS a", [("text",)]),
        ("SELECT 'x' AS a", "SELECT 'x' AS A", [("x",)]),
        ("SELECT {'x': 1} AS a", "SELECT {'x': 1, 'y': 2} AS a", [({"x": 1, "y": 2},)]),
    ],
)
def test_the_schema_evolves_and_both_versions_read_right(lake: IcebergLake, before: str, after: str, expected: list[Any]) -> None:
    first = publish(lake, before)
    old_rows = rows(first)
    assert rows(publish(lake, after, "b" * 64)) == expected
    assert rows(current(lake)) == expected
    assert rows(current(lake, first.snapshot_id)) == old_rows


def test_a_column_that_comes_back_with_another_type_does_not_show_old_values(lake: IcebergLake) -> None:
    publish(lake, "SELECT 1 AS a, 2 AS b")
    publish(lake, "SELECT 1 AS a", "b" * 64)
    assert rows(publish(lake, "SELECT 1 AS a, 'new' AS b", "c" * 64)) == [(1, "new")]


EVERY_TYPE = """
SELECT true AS b, 1::INTEGER AS i, 2::BIGINT AS l, 1.5::FLOAT AS f, 2.5::DOUBLE AS d, 1.25::DECIMAL(10,2) AS de,
    12345678901234567890.5::DECIMAL(38,4) AS wide, 's' AS s, '\\xAA'::BLOB AS bl, DATE '2020-01-01' AS da, TIME '10:00:00' AS ti,
    TIMESTAMP '2020-01-01 10:00:00.123456' AS ts, TIMESTAMPTZ '2020-01-01 10:00:00+02' AS tz,
    '123e4567-e89b-12d3-a456-426614174000'::UUID AS u, [1, 2] AS li, {'a': 1, 'b': {'c': 'x'}} AS st, MAP {'k': 1.5::DOUBLE} AS m,
    [{'q': [1]}] AS ls
"""


def test_every_type_survives_the_round_trip(lake: IcebergLake) -> None:
    published = publish(lake, EVERY_TYPE)
    with duckdb.connect() as connection:
        connection.execute("SET timezone = 'UTC'")
        assert rows(published) == connection.execute(EVERY_TYPE).fetchall()
        described = connection.execute(f"DESCRIBE SELECT * FROM {published.relation}").fetchall()
    assert [str(type_names.parse(row[1])) for row in described] == [column.type for column in published.columns]
    assert rows(publish(lake, EVERY_TYPE, "b" * 64)) == rows(published)


def test_nulls_come_back_as_nulls(lake: IcebergLake) -> None:
    published = publish(lake, "SELECT NULL::BIGINT AS a, NULL::VARCHAR AS b, [NULL]::INTEGER[] AS c")
    assert rows(published) == [(None, None, [None])]


@pytest.mark.parametrize("name", ['a"b', "a'b", "a b", "ü\n€", "x" * 300, "select", "a.b", "{", "%s", "#?&"])
def test_any_column_name_is_kept(lake: IcebergLake, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    published = publish(lake, f"SELECT 7 AS {quoted}")
    assert published.columns == (Column(name=name, type="INTEGER"),)
    assert rows(published, quoted) == [(7,)]


def test_a_home_with_odd_characters_works(tmp_path: Path) -> None:
    home = tmp_path / "o'h my #1 100% ü"
    lake = IcebergLake(home / "catalog.db", home / "warehouse")
    published = publish(lake, "SELECT 1 AS a") if "'" not in str(home) else lake.publish(
        ADDRESS, [Column(name="a", type="INTEGER")], "a" * 64, _quoting_writer
    )  # fmt: skip
    assert rows(published) == [(1,)]
    assert rows(current(lake)) == [(1,)]


def _quoting_writer(ids: Mapping[str, int], folder: Path) -> list[Path]:
    with duckdb.connect() as connection:
        target = str(folder / "0.parquet").replace("'", "''")
        connection.execute(f"COPY (SELECT 1 AS a) TO '{target}' (FORMAT parquet, FIELD_IDS {{a: {ids['a']}}})")
    return [folder / "0.parquet"]


def test_a_writer_that_fails_leaves_no_table_and_no_files(lake: IcebergLake, tmp_path: Path) -> None:
    def broken(ids: Mapping[str, int], folder: Path) -> list[Path]:
        (folder / "half.parquet").write_bytes(b"half")
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        lake.publish(ADDRESS, [Column(name="a", type="INTEGER")], "a" * 64, broken)
    assert lake.snapshot(ADDRESS) is None
    assert [path for path in (tmp_path / "lake" / "warehouse").rglob("*") if path.is_file()] == []


def test_a_writer_that_fails_leaves_the_table_as_it_was(lake: IcebergLake) -> None:
    first = publish(lake, "SELECT 1 AS a")
    with pytest.raises(duckdb.Error):
        publish(lake, "SELECT CAST(error('stop') AS INTEGER) AS a", "b" * 64)
    assert current(lake) == first


def test_folders_that_no_snapshot_names_are_found(lake: IcebergLake, tmp_path: Path) -> None:
    publish(lake, "SELECT 1 AS a")
    publish(lake, "SELECT 2 AS a", "b" * 64)
    left = tmp_path / "lake" / "warehouse" / "acme__sales" / "orders" / "data" / "01crashed"
    left.mkdir()
    assert lake.unregistered(ADDRESS) == [left]


def test_what_a_commit_that_was_killed_left_is_found_and_nothing_else(lake: IcebergLake, tmp_path: Path) -> None:
    folder = tmp_path / "lake" / "warehouse" / "acme__sales" / "orders"
    data, metadata = folder / "data" / "01crashed", folder / "metadata" / "00000-crashed.metadata.json"
    for expected in ([data, metadata], [data, metadata]):  # before the table is in the catalog, and after
        data.mkdir(parents=True, exist_ok=True)
        metadata.parent.mkdir(exist_ok=True)
        metadata.write_text("{}")
        assert lake.leftovers(ADDRESS) == expected
        publish(lake, "SELECT 1 AS a")
        publish(lake, "SELECT 2 AS a, 3 AS b", "b" * 64)


def test_dropping_removes_the_table_with_its_files(lake: IcebergLake) -> None:
    published = publish(lake, "SELECT 1 AS a")
    lake.drop(ADDRESS)
    lake.drop(ADDRESS)
    assert lake.snapshot(ADDRESS) is None
    assert not Path(published.files[0]).exists()
    assert rows(publish(lake, "SELECT 3 AS a")) == [(3,)]


def test_two_processes_share_the_catalog(lake: IcebergLake, tmp_path: Path) -> None:
    other = IcebergLake(tmp_path / "lake" / "catalog.db", tmp_path / "lake" / "warehouse")
    published = publish(lake, "SELECT 1 AS a")
    assert current(other) == published
    second = publish(other, "SELECT 2 AS a", "b" * 64)
    assert current(lake) == second


def test_a_fork_gets_a_connection_of_its_own(lake: IcebergLake, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(lake, "SELECT 1 AS a")
    before = lake._catalog  # pyright: ignore[reportPrivateUsage]
    pid = os.getpid()
    monkeypatch.setattr("resources.iceberg.catalog.os.getpid", lambda: pid + 1)
    current(lake)
    assert lake._catalog is not before  # pyright: ignore[reportPrivateUsage]


def test_the_catalog_is_in_wal_mode_so_that_readers_work_beside_a_writer(lake: IcebergLake, tmp_path: Path) -> None:
    publish(lake, "SELECT 1 AS a")
    connection = sqlite3.connect(tmp_path / "lake" / "catalog.db")
    assert connection.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
    connection.execute("BEGIN IMMEDIATE")
    assert current(lake).rows == 1
    connection.close()


def test_files_without_field_ids_are_refused_and_not_read_as_nulls(lake: IcebergLake, tmp_path: Path) -> None:
    publish(lake, "SELECT 1 AS a")
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 2 AS a) TO '{tmp_path}/foreign.parquet'")
    table = lake._open().load_table((ADDRESS.namespace, ADDRESS.table))  # pyright: ignore[reportPrivateUsage]
    table.add_files([f"file://{tmp_path}/foreign.parquet"])
    with pytest.raises(errors.VoyantError) as caught:
        lake.snapshot(ADDRESS)
    assert caught.value.code is errors.UNSUPPORTED_TABLE


def test_pyiceberg_reads_the_same_rows_and_prunes_by_our_bounds(lake: IcebergLake) -> None:
    publish(
        lake, "SELECT range AS id, 'name ' || range AS name, range / 2.0 AS half, DATE '2020-01-01' + range::INTEGER AS day FROM range(100)"
    )
    table = lake._open().load_table((ADDRESS.namespace, ADDRESS.table))  # pyright: ignore[reportPrivateUsage]
    assert table.scan(row_filter="id >= 98").to_arrow().column("name").to_pylist() == ["name 98", "name 99"]
    for outside in ("id > 99", "name < 'name'", "half > 49.5", "day < '2020-01-01'"):
        assert list(table.scan(row_filter=outside).plan_files()) == []
    for inside in ("id = 99", "name = 'name 99'", "half = 49.5", "day = '2020-01-01'"):
        assert len(list(table.scan(row_filter=inside).plan_files())) == 1
