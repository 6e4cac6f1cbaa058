"""Containers through the probe: which tables come out, under which names, from which bytes."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import probed_files
import pytest
import zstandard

from voyant_assets.runtime.environment import Environment
from voyant_assets.unpacking.naming import named
from voyant_core import errors
from voyant_core.model.source import Column, Container, FileFormat, FoundTable, ProbeResult, ReadOptions

ORDERS = b"id,amount\n1,10.5\n2,20\n3,NA\n"
CUSTOMERS = b"customer,city\nann,Oslo\nbob,Rome\n"


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def probed(environment: Environment, path: Path, data: bytes) -> ProbeResult:
    path.write_bytes(data)
    return probed_files.probed(environment, path)


def refused(environment: Environment, path: Path, data: bytes) -> errors.VoyantError:
    path.write_bytes(data)
    error = probed_files.refused(environment, path)
    assert leftovers(environment) == []
    return error


def leftovers(environment: Environment) -> list[Path]:
    """What lies about in the landings beside whole ones."""
    return [path for path in environment.layout.landing.iterdir() if path.name.startswith((".work", ".folder")) or path.suffix == ".part"]


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("zst", zstandard.compress)])
def test_a_compressed_file_is_its_table_from_bytes_of_its_own(environment: Environment, tmp_path: Path, suffix: str, pack: Any) -> None:
    packed = pack(ORDERS)  # once: gzip writes the time into it
    result = probed(environment, tmp_path / f"orders.csv.{suffix}", packed)
    (table,) = result.tables
    assert (table.name, table.title) == ("orders", "orders")
    assert table.origin is not None
    assert table.origin.member == "orders.csv"
    assert table.landing is not None
    assert environment.landings.path(table.landing.sha256).read_bytes() == ORDERS
    assert environment.landings.path(result.landing.sha256).read_bytes() == packed
    assert leftovers(environment) == []


def test_each_file_of_a_zip_is_a_table(environment: Environment, tmp_path: Path) -> None:
    data = zipped({"data/orders.csv": ORDERS, "customers.csv.gz": gzip.compress(CUSTOMERS), ".DS_Store": b"x", "empty.csv": b""})
    result = probed(environment, tmp_path / "pack.zip", data)
    assert [(t.name, t.origin.container, t.origin.member) for t in result.tables if t.origin] == [
        ("customers", Container.ZIP, "customers.csv.gz"),
        ("orders", Container.ZIP, "data/orders.csv"),
    ]
    assert "Left out: .DS_Store, empty.csv (empty)." in result.tables[0].read.notes


def test_files_that_are_no_table_are_left_out_and_named(environment: Environment, tmp_path: Path) -> None:
    result = probed(environment, tmp_path / "pack.zip", zipped({"a.png": b"\x89PNG\r\n\x1a\n" * 50, "orders.csv": ORDERS}))
    assert [table.name for table in result.tables] == ["orders"]
    assert any("a.png is an image" in note for note in result.tables[0].read.notes)


def test_a_zip_without_any_table_says_why(environment: Environment, tmp_path: Path) -> None:
    assert refused(environment, tmp_path / "pack.zip", zipped({"a.png": b"\x89PNG\r\n\x1a\n" * 50})).code is errors.UNREADABLE_FILE
    assert refused(environment, tmp_path / "pack.zip", zipped({})).code is errors.EMPTY_FILE
    assert refused(environment, tmp_path / "pack.zip", zipped({"a.csv": b""})).code is errors.EMPTY_FILE


def test_a_zip_within_a_zip_is_not_opened(environment: Environment, tmp_path: Path) -> None:
    inner = zipped({"orders.csv": ORDERS})
    assert "container within containers" in refused(environment, tmp_path / "pack.zip", zipped({"inner.zip": inner})).detail
    result = probed(environment, tmp_path / "pack.zip", zipped({"inner.zip": inner, "orders.csv": ORDERS}))
    assert [table.name for table in result.tables] == ["orders"]


def test_a_file_that_unpacks_beyond_the_limit_leaves_nothing_behind(environment: Environment, tmp_path: Path) -> None:
    environment.settings.archive.floor_bytes = 1000
    environment.settings.archive.max_ratio = 2
    assert refused(environment, tmp_path / "orders.csv.gz", gzip.compress(ORDERS * 1000)).code is errors.TOO_LARGE
    assert refused(environment, tmp_path / "pack.zip", zipped({"a.csv": ORDERS * 1000})).code is errors.TOO_LARGE


def test_more_tables_than_allowed_are_refused(environment: Environment, tmp_path: Path) -> None:
    environment.settings.archive.max_tables = 2
    data = zipped({f"{n}.csv": f"a{n},b{n}\n1,2\n".encode() for n in range(3)})
    assert "3 tables" in refused(environment, tmp_path / "pack.zip", data).detail


def test_names_within_a_source_differ_and_mean_nothing_else() -> None:
    read = ReadOptions(format=FileFormat.CSV)
    titles = ["Orders", "orders!", "marts", "profile", "orders 2", "", "x" * 80]
    tables = [FoundTable(name="x", title=title, columns=[Column(name="a", type="BIGINT")], read=read) for title in titles]
    names = [table.name for table in named(tables, ["profile"])]
    assert names[:6] == ["orders", "orders_3", "marts_data", "profile_data", "orders_2", "table"]
    assert len(set(names)) == len(names)


def test_bytes_that_were_opened_before_are_not_opened_again(environment: Environment, tmp_path: Path) -> None:
    data = zipped({"orders.csv": ORDERS, "people.csv": CUSTOMERS})
    first = probed(environment, tmp_path / "pack.zip", data)
    landings = {table.landing.sha256 for table in first.tables if table.landing}
    stored = {sha: environment.landings.path(sha).stat().st_ino for sha in landings}
    assert probed(environment, tmp_path / "pack.zip", data) == first
    assert {sha: environment.landings.path(sha).stat().st_ino for sha in landings} == stored
    environment.landings.path(landings.pop()).unlink()
    assert probed(environment, tmp_path / "pack.zip", data) == first
    assert all(environment.landings.path(sha).exists() for sha in stored)
    environment.settings.archive.max_tables = 1
    assert refused(environment, tmp_path / "pack.zip", data).code is errors.TOO_LARGE
