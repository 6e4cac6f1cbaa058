"""Workbooks (.xlsx, .xlsb, .xls, .ods) as one Parquet file per sheet. Runs in a confined process: a sheet's size is what its author wrote.

calamine holds a sheet as a full rectangle of cells (32 bytes each), so that one cell in the last corner of a sheet would be 550 GB.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from resources._kit.parquet_file import unique_names, write_parquet
from resources._kit.typed_columns import ColumnKinds, arrow_array
from resources.excel import errors_in, grid
from voyant_core import errors

BATCH_ROWS = 8192
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_AGAIN = "Open it in a spreadsheet program and save it again, or save its sheets as CSV."
Rows = Iterable[list[Any]]


def unpack(path: str, folder: str, file_name: str, max_columns: int, max_tables: int) -> dict[str, Any]:
    """`{"tables": [{"title", "file", "notes"}], "left_out": [...]}`: one Parquet file in `folder` per sheet with rows.

    UNREADABLE_FILE (damaged, protected by a password), EMPTY_FILE, TOO_LARGE.
    """
    import python_calamine as calamine

    _refuse_encrypted(Path(path), file_name)
    tables: list[dict[str, Any]] = []
    left_out: list[str] = []
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            error_cells = errors_in.error_cells(Path(path))
            for number, sheet in enumerate(book.sheets_metadata):
                if sheet.typ not in (calamine.SheetTypeEnum.WorkSheet, calamine.SheetTypeEnum.MacroSheet):
                    left_out.append(f"sheet {sheet.name} (no cells)")
                    continue
                target = Path(folder) / f"{number:05d}.parquet"
                notes = _sheet(book.get_sheet_by_name(sheet.name), target, f"{sheet.name} in {file_name}", max_columns)
                if notes is None:
                    left_out.append(f"sheet {sheet.name} (empty)")
                    continue
                if sheet.visible is not calamine.SheetVisibleEnum.Visible:
                    notes.append("The sheet is hidden in the workbook.")
                if count := error_cells.get(sheet.name):
                    notes.append(
                        f"{count:,} {'cell' if count == 1 else 'cells'} with an error such as #N/A {'is' if count == 1 else 'are'} missing."
                    )
                tables.append({"title": sheet.name, "file": target.name, "notes": notes})
                if len(tables) > max_tables:
                    raise errors.VoyantError(
                        errors.TOO_LARGE,
                        f"{file_name} holds more than {max_tables} sheets.",
                        hint="Split the workbook, or raise VOYANT_ARCHIVE__MAX_TABLES.",
                    )
    except calamine.PasswordError as error:
        raise _protected(file_name) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise errors.VoyantError(errors.UNREADABLE_FILE, f"{file_name} cannot be read as a workbook.", hint=_AGAIN) from error
    if not tables:
        raise errors.VoyantError(errors.EMPTY_FILE, f"No sheet of {file_name} holds rows.", hint="Save the sheet that has the table in it.")
    return {"tables": tables, "left_out": left_out}


def _refuse_encrypted(path: Path, file_name: str) -> None:
    """A workbook with a password is an OLE file with a stream `EncryptedPackage` (MS-OFFCRYPTO 2.3.4.4)."""
    with path.open("rb") as file:
        if not file.read(4).startswith(_OLE):
            return
        file.seek(0)
        held = b""
        while chunk := file.read(2**20):
            if _ENCRYPTED_PACKAGE in held + chunk:
                raise _protected(file_name)
            held = chunk[-len(_ENCRYPTED_PACKAGE) :]


def _protected(file_name: str) -> errors.VoyantError:
    return errors.VoyantError(
        errors.UNREADABLE_FILE,
        f"{file_name} is protected by a password and cannot be read.",
        hint="Open it with the password, save it without one (File, Info, Protect Workbook), then try again.",
    )


def _sheet(sheet: Any, target: Path, what: str, max_columns: int) -> list[str] | None:
    """Write the sheet's table; the notes, or None when it has no rows."""
    first_column = sheet.start[1] if sheet.start else 0  # rows come from the top of the sheet, but without the blank columns on the left
    ranges: list[grid.Range] = sheet.merged_cell_ranges or []
    merged = [
        ((top, max(left - first_column, 0)), (bottom, right - first_column))
        for (top, left), (bottom, right) in ranges
        if right >= first_column
    ]
    head: list[list[Any]] = list(itertools.islice(sheet.iter_rows(), grid.LOOKED_AT_ROWS))
    header = grid.find_header(head, merged)
    if header is None:
        return None
    notes = list(header.notes)
    merges = grid.body_merges(merged, header.first_row)
    kinds = [ColumnKinds() for _ in header.names]
    blank = 0
    for batch, skipped in _batches(sheet, header.first_row, merges):
        blank += skipped
        for kind, values in zip(kinds, zip(*batch, strict=True), strict=True):
            kind.see(values)
    kept = [at for at, (name, kind) in enumerate(zip(header.names, kinds, strict=True)) if name or kind.filled]
    if not any(kind.filled for kind in kinds):
        return None
    if len(kept) > max_columns:
        raise errors.VoyantError(
            errors.TOO_LARGE,
            f"{what} has {len(kept):,} columns; at most {max_columns:,} are allowed.",
            hint="Leave out columns, or raise VOYANT_FILES__MAX_COLUMNS.",
        )
    names = unique_names([header.names[at] or f"column_{at + 1}" for at in kept])
    types = [kinds[at].type_name() for at in kept]
    for name, at, kind in zip(names, kept, types, strict=True):
        notes += kinds[at].notes(name, kind)
    if merges:
        notes.append("Cells that are merged downwards have their value in every row; numbers only in the first, so that sums stay right.")
    if blank:
        notes.append(f"{blank:,} blank {'row' if blank == 1 else 'rows'} within the table {'is' if blank == 1 else 'are'} left out.")
    arrays = (
        [arrow_array(column, kind) for column, kind in zip((list(zip(*batch, strict=True))[at] for at in kept), types, strict=True)]
        for batch, _ in _batches(sheet, header.first_row, merges)
        if batch
    )
    write_parquet(target, names, [arrow_array([], kind).type for kind in types], arrays)
    return notes


def _batches(sheet: Any, first_row: int, merges: Sequence[tuple[int, int, int]]) -> Iterator[tuple[list[list[Any]], int]]:
    """The body's rows with merged cells filled, and how many blank ones were passed over before the last of them."""
    cells: Rows = sheet.iter_rows()
    rows = itertools.islice(enumerate(cells), first_row, None)
    waiting: dict[int, tuple[int, Any]] = {}
    starts: dict[int, list[tuple[int, int]]] = {}
    for column, top, bottom in merges:
        starts.setdefault(top, []).append((column, bottom))
    pending = 0
    batch: list[list[Any]] = []
    skipped = 0
    for number, row in rows:
        for column, bottom in starts.get(number, ()):
            if column < len(row) and not isinstance(row[column], int | float):
                waiting[column] = (bottom, row[column])
        for column, (bottom, value) in list(waiting.items()):
            if number > bottom:
                del waiting[column]
            elif row[column] == "":
                row[column] = value
        if not any(cell != "" for cell in row):
            pending += 1
            continue
        skipped, pending = skipped + pending, 0
        batch.append(row)
        if len(batch) == BATCH_ROWS:
            yield batch, skipped
            batch, skipped = [], 0
    if batch:
        yield batch, skipped
