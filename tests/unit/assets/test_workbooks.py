"""Workbooks through the probe and ingest: sheets, headers, types, what is left out, and what is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import probed_files
import pytest
from probed_files import types

from voyant_assets.runtime.environment import Environment
from voyant_core import errors
from voyant_core.model.source import FoundTable, ProbeResult

DAY = dt.datetime.fromisoformat("2024-01-02")


def workbook(sheets: dict[str, Sequence[Sequence[Any]]], merged: Sequence[str] = ()) -> Any:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for cells in merged:
            sheet.merge_cells(cells)
    return book


class Workbooks:
    def __init__(self, environment: Environment, folder: Path) -> None:
        self.environment = environment
        self.path = folder / "book.xlsx"

    def probed(self, book: Any) -> ProbeResult:
        book.save(self.path)
        return self.probed_file()

    def probed_file(self) -> ProbeResult:
        return probed_files.probed(self.environment, self.path)

    def refused(self, data: bytes) -> errors.VoyantError:
        self.path.write_bytes(data)
        return probed_files.refused(self.environment, self.path)

    def table(self, *rows: Sequence[Any], merged: Sequence[str] = ()) -> tuple[FoundTable, list[tuple[Any, ...]]]:
        (found,) = self.probed(workbook({"Sheet": rows}, merged)).tables
        return found, self.rows(found)

    def rows(self, found: FoundTable) -> list[tuple[Any, ...]]:
        return probed_files.rows(self.environment, found)


@pytest.fixture
def books(environment: Environment, tmp_path: Path) -> Workbooks:
    return Workbooks(environment, tmp_path)


def test_each_sheet_is_a_table_with_real_types(books: Workbooks) -> None:
    orders = [("id", "amount", "paid", "day", "at", "clock"), (1, 1.5, True, DAY.date(), DAY.replace(hour=8), dt.time(9, 30)),
              (2, 2, False, DAY.date(), DAY, dt.time(10))]  # fmt: skip
    book = workbook({"Orders 2024": orders, "People": [("name",), ("ann",)], "Empty": [], "Header only": [("a", "b")]})
    book["People"].sheet_state = "hidden"
    result = books.probed(book)
    assert [(t.name, t.title, t.origin.member) for t in result.tables if t.origin] == [
        ("orders_2024", "Orders 2024", "Orders 2024"),
        ("people", "People", "People"),
    ]
    assert types(result.tables[0]) == {
        "id": "BIGINT", "amount": "DOUBLE", "paid": "BOOLEAN", "day": "DATE", "at": "TIMESTAMP", "clock": "TIME",
    }  # fmt: skip
    assert books.rows(result.tables[0])[0] == (1, 1.5, True, DAY.date(), DAY.replace(hour=8), dt.time(9, 30))
    assert result.tables[0].read.notes == ["Left out: sheet Empty (empty), sheet Header only (empty)."]
    assert result.tables[1].read.notes == ["The sheet is hidden in the workbook."]


def test_a_title_and_blank_rows_above_the_header_are_left_out_and_told(books: Workbooks) -> None:
    found, rows = books.table(["Sales of the year"], [], ["region", "amount"], ["north", 1], [], ["south", 2], merged=["A1:B1"])
    assert rows == [("north", 1), ("south", 2)]
    assert found.read.notes == ["1 row above the table is left out.", "1 blank row within the table is left out."]


def test_a_table_that_begins_in_the_middle_of_the_sheet_is_found(books: Workbooks) -> None:
    book = workbook({"Sheet": []})
    for cell, value in {"C4": "a", "D4": "b", "C5": 1, "D5": "x", "C6": 1, "D6": "y"}.items():
        book["Sheet"][cell] = value
    book["Sheet"].merge_cells("D5:D6")
    (found,) = books.probed(book).tables
    assert books.rows(found) == [(1, "x"), (1, "x")]


def test_merged_header_cells_are_joined_with_the_names_below(books: Workbooks) -> None:
    found, rows = books.table(
        ["region", "Q1", None, "Q2", None], [None, "jan", "feb", "apr", "may"], ["north", 1, 2, 3, 4], ["south", 5, 6, 7, 8],
        merged=["A1:A2", "B1:C1", "D1:E1"],
    )  # fmt: skip
    assert list(types(found)) == ["region", "Q1 jan", "Q1 feb", "Q2 apr", "Q2 may"]
    assert rows == [("north", 1, 2, 3, 4), ("south", 5, 6, 7, 8)]


def test_merged_labels_are_repeated_and_merged_numbers_are_not(books: Workbooks) -> None:
    _, rows = books.table(["region", "city", "budget"], ["north", "Oslo", 100], [None, "Bergen", None], ["south", "Rome", 50],
                          merged=["A2:A3", "C2:C3"])  # fmt: skip
    assert rows == [("north", "Oslo", 100), ("north", "Bergen", None), ("south", "Rome", 50)]


def test_a_sheet_without_a_header_keeps_its_first_row(books: Workbooks) -> None:
    found, rows = books.table([1, "ann", 2.5], [2, "bob", 3.5])
    assert list(types(found)) == ["column_1", "column_2", "column_3"]
    assert len(rows) == 2
    assert "no header row" in found.read.notes[0]


def test_years_may_be_column_names(books: Workbooks) -> None:
    found, rows = books.table(["region", 2023, 2024], ["north", 1, 2], ["south", 3, 4])
    assert list(types(found)) == ["region", "2023", "2024"]
    assert len(rows) == 2


def test_columns_of_several_kinds_become_text_and_null_tokens_become_nulls(books: Workbooks) -> None:
    found, rows = books.table(["mixed", "number", "day"], [1, 5, DAY], ["x", "n/a", "-"], [2.5, 7, DAY])
    assert types(found) == {"mixed": "VARCHAR", "number": "BIGINT", "day": "DATE"}
    assert rows == [("1", 5, DAY.date()), ("x", None, None), ("2.5", 7, DAY.date())]
    assert found.read.notes == [
        "mixed holds 2 numbers and 1 texts, and is kept as text.",
        "number: 'n/a' is read as missing.",
        "day: '-' is read as missing.",
    ]


def test_error_cells_are_missing_and_counted(books: Workbooks) -> None:
    found, rows = books.table(["a", "b"], [1, "#N/A"], [2, "#DIV/0!"], [3, 4])
    assert rows == [(1, None), (2, None), (3, 4)]
    assert found.read.notes == ["2 cells with an error such as #N/A are missing."]


def test_durations_are_seconds_and_whole_numbers_stay_whole(books: Workbooks) -> None:
    found, rows = books.table(["took", "code"], [dt.timedelta(hours=30), 2**53 - 1], [dt.timedelta(minutes=2), 12])
    assert types(found) == {"took": "DOUBLE", "code": "BIGINT"}
    assert rows == [(108_000.0, 2**53 - 1), (120.0, 12)]


def test_the_same_sheet_gives_the_same_bytes_and_a_changed_one_changes_alone(books: Workbooks) -> None:
    def hashes(changed: int) -> list[str]:
        result = books.probed(workbook({"A": [("x", "y"), (1, "a")], "B": [("x",), (changed,)]}))
        return [table.landing.sha256 for table in result.tables if table.landing]

    first, second = hashes(1), hashes(2)
    assert first[0] == second[0]
    assert first[1] != second[1]


def test_a_sheet_that_spans_all_cells_is_refused_and_not_built(books: Workbooks) -> None:
    book = workbook({"Sheet": [("a", "b")]})
    book["Sheet"]["XFD1048576"] = 1
    file = io.BytesIO()
    book.save(file)
    error = books.refused(file.getvalue())
    assert error.code is errors.TOO_LARGE
    assert "VOYANT_ARCHIVE__MEMORY_BYTES" in (error.hint or "")


def test_too_many_columns_are_refused(books: Workbooks) -> None:
    books.environment.settings.files.max_columns = 20
    file = io.BytesIO()
    workbook({"Wide": [[f"c{n}" for n in range(30)], range(30)]}).save(file)
    assert "30 columns" in books.refused(file.getvalue()).detail


def test_a_workbook_with_a_password_is_told_as_such(books: Workbooks) -> None:
    from msoffcrypto.format.ooxml import OOXMLFile

    plain, locked = io.BytesIO(), io.BytesIO()
    workbook({"Sheet": [("a",), (1,)]}).save(plain)
    OOXMLFile(plain).encrypt("secret", locked)
    error = books.refused(locked.getvalue())
    assert error.code is errors.UNREADABLE_FILE
    assert "protected by a password" in error.detail


@pytest.mark.parametrize("harm", ["cut", "hollow", "no xml", "ole"])
def test_a_damaged_workbook_is_unreadable(books: Workbooks, harm: str) -> None:
    file = io.BytesIO()
    workbook({"Sheet": [("a",), (1,)]}).save(file)
    data = file.getvalue()
    hollow = io.BytesIO()
    with zipfile.ZipFile(hollow, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook" if harm == "no xml" else "<workbook/>")
    harmed = {
        "cut": data[:-100],
        "hollow": hollow.getvalue(),
        "no xml": hollow.getvalue(),
        "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000,
    }
    assert books.refused(harmed[harm]).code in {errors.UNREADABLE_FILE, errors.EMPTY_FILE}


def test_a_workbook_with_empty_sheets_only_holds_no_rows(books: Workbooks) -> None:
    file = io.BytesIO()
    workbook({"A": [], "B": [("a", "b")]}).save(file)
    assert books.refused(file.getvalue()).code is errors.EMPTY_FILE


def test_the_landing_of_the_source_is_the_file_itself(books: Workbooks) -> None:
    result = books.probed(workbook({"A": [("x",), (1,)]}))
    assert result.landing.sha256 == hashlib.sha256(books.path.read_bytes()).hexdigest()


def test_an_opendocument_spreadsheet_is_read(books: Workbooks) -> None:
    cells = "".join(
        f"<table:table-row>{''.join(row)}</table:table-row>"
        for row in (
            ['<table:table-cell office:value-type="string"><text:p>city</text:p></table:table-cell>',
             '<table:table-cell office:value-type="string"><text:p>day</text:p></table:table-cell>'],
            ['<table:table-cell office:value-type="string"><text:p>Oslo</text:p></table:table-cell>',
             '<table:table-cell office:value-type="date" office:date-value="2024-01-02"><text:p>2 Jan</text:p></table:table-cell>'],
        )
    )  # fmt: skip
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text"))
    body = f'<office:spreadsheet><table:table table:name="Trips">{cells}</table:table></office:spreadsheet>'
    with zipfile.ZipFile(books.path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", f"<office:document-content {spaces}><office:body>{body}</office:body></office:document-content>")
    (found,) = books.probed_file().tables
    assert (found.name, types(found)) == ("trips", {"city": "VARCHAR", "day": "DATE"})
    assert books.rows(found) == [("Oslo", DAY.date())]
