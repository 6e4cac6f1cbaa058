"""Folders, patterns and archives of like files: what is one table, and what may be read."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from probed_files import probed, refused, rows

from voyant_assets.addressing import parse_source
from voyant_assets.runtime.environment import Environment
from voyant_core import errors

JAN = b"id,amount,day\n1,10,2024-01-01\n2,20,2024-01-02\n"
FEB = b"Amount,day,id\n1.5,2024-02-01 10:00:00,3\nNA,2024-02-02 11:00:00,4\n"
PEOPLE = b"name,city\nann,Oslo\nbob,Rome\n"


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    folder = tmp_path / "sales"
    (folder / "2024").mkdir(parents=True)
    (folder / "2024" / "orders_01.csv").write_bytes(JAN)
    (folder / "2024" / "orders_02.csv.gz").write_bytes(gzip.compress(FEB))
    (folder / "people.csv").write_bytes(PEOPLE)
    return folder


def test_like_files_are_one_table_in_the_order_of_their_paths(environment: Environment, sales: Path) -> None:
    orders, people = probed(environment, sales).tables
    assert (orders.name, people.name) == ("orders", "people")
    assert [(column.name, column.type) for column in orders.columns] == [("id", "BIGINT"), ("amount", "DOUBLE"), ("day", "TIMESTAMP")]
    assert [row[:2] for row in rows(environment, orders)] == [(1, 10.0), (2, 20.0), (3, 1.5), (4, None)]
    assert orders.read.notes == [
        "2 files with the same columns are one table: 2024/orders_01.csv, 2024/orders_02.csv.gz.",
        "amount is BIGINT in 2024/orders_01.csv; it is kept as DOUBLE, which takes the values of all files.",
        "day is DATE in 2024/orders_01.csv; it is kept as TIMESTAMP, which takes the values of all files.",
        "2024/orders_02.csv.gz: 'NA' is read as null.",
    ]


def test_values_that_do_not_meet_become_text_as_they_are_spelled(environment: Environment, tmp_path: Path) -> None:
    for name, value in (("a", "1.50"), ("b", "x7"), ("c", "")):
        (tmp_path / f"{name}.csv").write_text(f"id,code\n1,{value}\n2,{value}\n")
    (table,) = probed(environment, tmp_path / "*.csv").tables
    assert [row[1] for row in rows(environment, table)] == ["1.50", "1.50", "x7", "x7", None, None]
    assert any(note.startswith("code is DOUBLE in a.csv; it is kept as VARCHAR") for note in table.read.notes)


def test_a_column_without_values_takes_the_type_of_the_others(environment: Environment, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,n\n1,\n2,\n")
    (tmp_path / "b.csv").write_text("id,n\n3,5\n4,6\n")
    (table,) = probed(environment, tmp_path / "?.csv").tables
    assert [column.type for column in table.columns] == ["BIGINT", "BIGINT"]


def test_the_landing_is_the_listing_and_the_same_folder_is_the_same_source(environment: Environment, sales: Path) -> None:
    first, again = probed(environment, sales), probed(environment, sales)
    assert first == again
    listing = json.loads(environment.landings.path(first.landing.sha256).read_bytes())
    assert [file["path"] for file in listing["files"]] == ["2024/orders_01.csv", "2024/orders_02.csv.gz", "people.csv"]
    (sales / "people.csv").write_bytes(PEOPLE + b"cat,Bonn\n")
    changed = probed(environment, sales)
    assert changed.landing.sha256 != first.landing.sha256
    assert changed.tables[0] == first.tables[0]
    assert changed.tables[1].landing != first.tables[1].landing


def test_only_what_is_a_table_stays_on_disk(environment: Environment, sales: Path) -> None:
    result = probed(environment, sales)
    kept = {result.landing.sha256, *(table.landing.sha256 for table in result.tables if table.landing)}
    assert {file.path.name for file in environment.landings.stored()} == kept
    assert {path.name for path in environment.layout.landing.iterdir() if path.name.startswith(".")} == {".opened", ".collect.lock"}


def test_links_and_hidden_files_are_not_read_and_named(environment: Environment, sales: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_bytes(PEOPLE)
    (sales / "link.csv").symlink_to(outside / "secret.csv")
    (sales / "folder").symlink_to(outside)
    (sales / ".hidden.csv").write_bytes(PEOPLE)
    (sales / "empty.csv").touch()
    os.mkfifo(sales / "pipe.csv")
    tables = probed(environment, sales).tables
    assert [table.name for table in tables] == ["orders", "people"]
    (note,) = [note for note in tables[0].read.notes if note.startswith("Left out")]
    assert note == "Left out: .hidden.csv, empty.csv (empty), folder (a link), link.csv (a link), pipe.csv (no regular file)."


def test_patterns_choose_files_and_double_stars_folders(environment: Environment, sales: Path) -> None:
    names = {
        "*.csv": ["people"], "*/*.csv": ["orders_01"], "**/*.csv": ["orders_01", "people"], "2024/orders_0[12]*": ["orders"],
        "**/p?ople.csv": ["people"],
    }  # fmt: skip
    for pattern, expected in names.items():
        assert [table.name for table in probed(environment, sales / pattern).tables] == expected, pattern
    assert refused(environment, sales / "*.xml").code is errors.FILE_NOT_FOUND


def test_a_file_whose_name_is_a_pattern_is_a_file(environment: Environment, tmp_path: Path) -> None:
    (tmp_path / "a[1].csv").write_bytes(PEOPLE)
    (table,) = probed(environment, tmp_path / "a[1].csv").tables
    assert table.landing is None


def test_too_many_files_or_bytes_are_refused(environment: Environment, sales: Path) -> None:
    environment.settings.archive.max_members = 2
    assert "VOYANT_ARCHIVE__MAX_MEMBERS" in (refused(environment, sales).hint or "")
    environment.settings.archive.max_members = 100
    environment.settings.archive.max_total_bytes = 50
    assert refused(environment, sales).code is errors.TOO_LARGE


def test_a_pattern_stays_within_the_allowed_folders(tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    for place in (tmp_path / "*.csv", Path("/etc/*"), allowed / "*" / ".." / ".." / "x.csv"):
        with pytest.raises(errors.VoyantError) as caught:
            parse_source({"type": "file", "path": str(place)}, [allowed], tmp_path / "inbox", may_read_any=False)
        assert caught.value.code is errors.PATH_NOT_ALLOWED
    target = parse_source(str(allowed / "*.csv"), [allowed], tmp_path / "inbox", may_read_any=False)
    assert (target.title, target.uri) == ("allowed", (allowed.as_uri() + "/*.csv"))  # type: ignore[union-attr]
