"""Everything that can hold a table, through one real server: given as a path, analyzed, and told in the manifest."""

from __future__ import annotations

import gzip
import hashlib
import io
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

ORDERS = "id,region,amount\n" + "".join(f"{n},{'nsew'[n % 4]},{n * 1.5}\n" for n in range(1, 61))
PEOPLE = "name,city\nann,Oslo\nbob,Rome\ncat,Oslo\n"


def _workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    orders = book.worksheets[0]
    orders.title = "Orders 2024"
    for row in (["Orders of the year"], [], *(line.split(",") for line in ORDERS.splitlines())):
        orders.append([float(cell) if cell.replace(".", "").isdigit() else cell for cell in row])
    for title in ("People", "Places"):
        sheet = book.create_sheet(title)
        for line in PEOPLE.splitlines():
            sheet.append(line.split(","))
    book.save(path)


def _sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE orders (id INTEGER, region TEXT, amount REAL, paid BOOLEAN)")
    connection.executemany("INSERT INTO orders VALUES (?, ?, ?, 1)", [line.split(",") for line in ORDERS.splitlines()[1:]])
    connection.execute("CREATE TABLE people (name TEXT, city TEXT)")
    connection.executemany("INSERT INTO people VALUES (?, ?)", [line.split(",") for line in PEOPLE.splitlines()[1:]])
    connection.commit()
    connection.close()


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/orders.csv", ORDERS)
        archive.writestr("data/people.csv", PEOPLE)
        archive.writestr("__MACOSX/._orders.csv", "x")


def _gzip(path: Path) -> None:
    path.write_bytes(gzip.compress(ORDERS.encode()))


def _folder(path: Path) -> None:
    path.mkdir()
    lines = ORDERS.splitlines(keepends=True)
    (path / "orders_1.csv").write_text("".join(lines[:31]))
    (path / "orders_2.csv").write_text(lines[0] + "".join(lines[31:]))
    (path / "people.csv").write_text(PEOPLE)


CONTAINERS: list[tuple[str, Callable[[Path], None], dict[str, int]]] = [
    ("book.xlsx", _workbook, {"orders_2024": 60, "people": 3, "places": 3}),
    ("shop.db", _sqlite, {"orders": 60, "people": 3}),
    ("pack.zip", _zip, {"orders": 60, "people": 3}),
    ("orders.csv.gz", _gzip, {"orders": 60}),
    ("sales", _folder, {"orders": 60, "people": 3}),
]


def analyzed(url: str, source: Any) -> dict[str, Any]:
    body = {"source": source, "stages": ["profile"], "wait_s": 45}
    answer = httpx.post(f"{url}/v1/analyze", json=body, timeout=120, trust_env=False).json()
    while answer.get("state") in {"queued", "running"}:
        answer = httpx.get(f"{url}/v1/jobs/{answer['job_id']}", params={"wait_s": 45}, timeout=120, trust_env=False).json()
    assert answer.get("state") == "succeeded", answer
    return answer


def rows_of(answer: dict[str, Any]) -> dict[str, int]:
    return {used["table"].rpartition(".")[2]: used["rows"] for used in answer["manifest"]["inputs"]}


@pytest.mark.parametrize(("name", "write", "expected"), CONTAINERS, ids=[name for name, _, _ in CONTAINERS])
def test_every_table_of_a_container_is_analyzed(server: Any, name: str, write: Callable[[Path], None], expected: dict[str, int]) -> None:
    path = server.inbox / name
    write(path)
    answer = analyzed(server.url, name)
    assert rows_of(answer) == expected
    inputs = answer["manifest"]["inputs"]
    assert len({used["landing_sha256"] for used in inputs}) == 1
    assert all(used["part_sha256"] for used in inputs)
    if path.is_file():
        assert inputs[0]["landing_sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_pattern_chooses_files_of_a_folder(server: Any) -> None:
    _folder(server.inbox / "chosen")
    answer = analyzed(server.url, {"type": "file", "path": str(server.inbox / "chosen" / "orders_*.csv")})
    assert rows_of(answer) == {"orders": 60}


def test_an_uploaded_workbook_is_opened(server: Any) -> None:
    held = server.inbox.parent / "upload.xlsx"
    _workbook(held)
    files = {"file": ("upload.xlsx", io.BytesIO(held.read_bytes()))}
    upload = httpx.post(f"{server.url}/v1/uploads", files=files, timeout=60, trust_env=False).json()
    assert rows_of(analyzed(server.url, upload["source"])) == {"orders_2024": 60, "people": 3, "places": 3}


def test_one_changed_sheet_makes_one_new_snapshot(server: Any) -> None:
    path = server.inbox / "changing.xlsx"
    _workbook(path)
    before = {used["table"]: used["snapshot_id"] for used in analyzed(server.url, path.name)["manifest"]["inputs"]}
    book = openpyxl.load_workbook(path)
    book["People"].append(["dan", "Bonn"])
    book.save(path)
    after = {used["table"]: used["snapshot_id"] for used in analyzed(server.url, path.name)["manifest"]["inputs"]}
    assert {table.rpartition(".")[2] for table in before if before[table] != after[table]} == {"people"}
