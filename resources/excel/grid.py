"""Where the table of a sheet begins and what its columns are called: pure functions over the first rows of cells.

A sheet is a page for people: a title above, blank rows, groups of columns under one merged cell. What is passed over is told in notes.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

LOOKED_AT_ROWS = 200
YEARS = range(1900, 2101)
Cells = Sequence[Any]
Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Header:
    """`first_row` is the first row below it. `names` has one entry per column, blank where there is none."""

    names: list[str]
    first_row: int
    notes: list[str] = field(default_factory=list[str])


def find_header(rows: Sequence[Cells], merged: Sequence[Range]) -> Header | None:
    """The header among the first rows of a sheet; None when they are all blank. `merged` are ranges of (row, column), ends included."""
    widths = [sum(not _is_blank(cell) for cell in row) for row in rows[:LOOKED_AT_ROWS]]
    filled = [width for width in widths if width]
    if not filled:
        return None
    # the usual width is that of the rows with most of the cells: a few remarks of one cell do not outvote the table
    usual = max(Counter(filled).items(), key=lambda item: (item[0] * item[1], item[0]))[0]
    at = next(number for number, width in enumerate(widths) if width and width * 2 > usual)
    columns = max(map(len, rows))
    notes: list[str] = []
    above = sum(width > 0 for width in widths[:at])
    if not _is_header(rows[at]):
        notes.append("There is no header row; columns are named by their place.")
        return Header([""] * columns, at, [*notes, *_above_note(above)])
    if _is_grouped(rows, at, merged):  # its groups have their names one row below
        at += 1
    names = [_label(cell) for cell in _filled_row(rows, at, merged, columns)]
    upper = _groups_above(rows, at, merged, columns)
    if upper is not None:
        above = sum(width > 0 for width in widths[: at - 1])
        names = [_joined(group, name) for group, name in zip(upper, names, strict=True)]
        notes.append("The names of columns are joined from two header rows.")
    return Header(names, at + 1, [*notes, *_above_note(above)])


def body_merges(merged: Sequence[Range], first_row: int) -> list[tuple[int, int, int]]:
    """(column, first row, last row) of cells in the body that are merged downwards."""
    return sorted((left, top, bottom) for (top, left), (bottom, _) in merged if top >= first_row and bottom > top)


def _is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _is_header(row: Cells) -> bool:
    """Texts, where years and dates may stand among them: `Region, 2024, 2025`."""
    cells = [cell for cell in row if not _is_blank(cell)]
    if not any(isinstance(cell, str) for cell in cells):
        return False
    return all(isinstance(cell, str | dt.date) or _is_year(cell) for cell in cells)


def _is_year(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool) and float(cell).is_integer() and int(cell) in YEARS


def _spans(merged: Sequence[Range], row: int) -> list[tuple[int, int]]:
    """(first, last column) of the cells of `row` that are merged sideways."""
    return [(left, right) for (top, left), (bottom, right) in merged if top <= row <= bottom and right > left]


def _is_grouped(rows: Sequence[Cells], at: int, merged: Sequence[Range]) -> bool:
    """Whether the row below carries on the header: names under the cells of this row that are merged sideways."""
    spans = _spans(merged, at)
    if not spans or at + 1 >= len(rows):
        return False
    below = rows[at + 1]
    is_named = any(not _is_blank(cell) for left, right in spans for cell in below[left + 1 : right + 1])
    return is_named and all(isinstance(cell, str) or _is_year(cell) for cell in below)


def _groups_above(rows: Sequence[Cells], at: int, merged: Sequence[Range], columns: int) -> list[str] | None:
    """The group of each column where the row above the header has cells merged over some of the columns, not over all of them."""
    if at == 0:
        return None
    spans = [(left, right) for left, right in _spans(merged, at - 1) if right - left + 1 < columns]
    if not spans:
        return None
    upper = _filled_row(rows, at - 1, merged, columns)
    grouped = {column for left, right in spans for column in range(left, right + 1)}
    return [_label(cell) if column in grouped else "" for column, cell in enumerate(upper)]


def _filled_row(rows: Sequence[Cells], at: int, merged: Sequence[Range], columns: int) -> list[Any]:
    """The row with the value of each merged range in all its cells."""
    row = [*rows[at], *[""] * (columns - len(rows[at]))]
    for (top, left), (bottom, right) in merged:
        if top <= at <= bottom and top < len(rows) and left < len(rows[top]):
            for column in range(left, min(right + 1, columns)):
                row[column] = rows[top][left]
    return row


def _label(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())


def _joined(group: str, name: str) -> str:
    return name if group in {"", name} else f"{group} {name}".strip()


def _above_note(above: int) -> list[str]:
    return [f"{above} {'row' if above == 1 else 'rows'} above the table {'is' if above == 1 else 'are'} left out."] if above else []
