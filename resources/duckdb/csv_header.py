"""Where the table in a sample starts: lines above it, whether its first row names the columns, and how many columns there are."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from resources.duckdb import text_types
from resources.duckdb.csv_dialect import Split
from resources.duckdb.text_types import Settled

MOST_ABOVE = 50
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Start:
    """`rows` are those from the table's first on, blank ones included; `skip` the physical lines above them."""

    skip: int
    rows: list[tuple[int, list[str]]]


def table_start(split: Split, *, blank_names: bool = False) -> Start:
    """The rows of the table itself: what is narrower than it, or mostly blank, at the top of the sample is no part of it.

    `blank_names`: the text starts with a quoted blank, so its first row is one, not a gap.
    """
    rows = split.rows
    if blank_names and rows and len(rows[0][1]) == split.width:
        return Start(0, rows)
    filled = [at for at, (_, row) in enumerate(rows) if any(value.strip() for value in row)]
    if not filled:
        return Start(0, rows)
    width = split.width
    first = next((at for at in filled[:MOST_ABOVE] if len(rows[at][1]) == width), filled[0]) if width > 1 else filled[0]
    if 2 * filled.index(first) > len(filled):
        first = filled[0]
    if width > 1 and len(rows[filled[0]][1]) > 1 and first != filled[0] and _may_name(rows[filled[0]][1], rows[first][1]):
        first = filled[0]  # a header that is shorter or longer than its rows
    if width > 2 and 2 * _filled(rows[first][1]) <= width:
        full = next((at for at in filled[:MOST_ABOVE] if len(rows[at][1]) == width and _filled(rows[at][1]) == width), first)
        if _filled(rows[first][1]) == 1 or _is_text(rows[full][1]):  # a title; over values it is a header some of whose names are blank
            first = full
    if width == 1 and len(filled) > 2 and filled[1] > filled[0] + 1 and filled[0] == 0 and _follow_on(filled[1:]):
        first = filled[1]  # a title, a blank line, then the lines
    # blank rows above the first are physical lines too
    return Start(rows[first][0] - 1 if first or rows[first][0] > 1 else 0, rows[first:])


def is_header(first: Sequence[str], values: Sequence[Collection[str]], below: Sequence[Settled], nulls: Collection[str]) -> bool:
    """Whether the first row names the columns, judged by the values under it (`values`, of the types `below`)."""
    cells = [cell.strip() for cell in first]
    if len(cells) > 1 and not any(cells) and any(values):
        return True
    if not any(values):  # nothing but blanks below, or nothing at all
        return not any(text_types.settle([cell]).type != "VARCHAR" for cell in cells if cell) and any(cells)
    typed = [(cell, there, seen) for cell, there, seen in zip(cells, below, values, strict=False) if there.type != "VARCHAR"]
    if not typed:
        if any(cell in seen for cell, seen in zip(first, values, strict=False) if cell):
            return False
        return all(text_types.settle([cell]).type in {"VARCHAR", "BOOLEAN"} for cell in cells if cell)
    if any(cell not in nulls and not _is_like(cell, there) for cell, there, _ in typed if cell):
        return True
    if not any(cell for cell, _, _ in typed):
        return any(cells)
    return _are_years(typed)


def _is_like(cell: str, there: Settled) -> bool:
    """Whether a cell could be a value of a column of this type."""
    kind = text_types.settle([cell]).type
    groups = ({"BIGINT", "DOUBLE", "DECIMAL(38,0)"}, {"DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"})
    if there.type == "BOOLEAN":
        return cell.lower() in text_types.BOOLEAN_TEXTS
    return kind == there.type or any({kind, there.type} <= group for group in groups) or text_types.is_zero_led(cell)


def _are_years(typed: Sequence[tuple[str, Settled, Collection[str]]]) -> bool:
    """`country, 2019, 2020`: years side by side over columns whose values are none."""
    years = [int(cell) for cell, _, _ in typed if _YEAR.fullmatch(cell)]
    if len(years) < 2 or len(years) < len(typed):
        return False
    steps = {after - before for before, after in pairwise(years)}
    return len(steps) == 1 and 0 not in steps and not all(_YEAR.fullmatch(value) for _, _, seen in typed for value in seen)


def _filled(row: Sequence[str]) -> int:
    return sum(bool(value.strip()) for value in row)


def _is_text(row: Sequence[str]) -> bool:
    return all(text_types.settle([cell.strip()]).type == "VARCHAR" for cell in row if cell.strip())


def _may_name(row: Sequence[str], below: Sequence[str]) -> bool:
    """Whether the first row could be a header over rows of another length: each cell is a short text, and not all of those below are."""
    kinds = [text_types.settle([cell.strip()]).type for cell in row if cell.strip()]
    return len(kinds) > 1 and set(kinds) == {"VARCHAR"} and (len(row) + 1 == len(below) or any(
        text_types.settle([cell.strip()]).type != "VARCHAR" for cell in below if cell.strip()
    ))  # fmt: skip


def _follow_on(places: Sequence[int]) -> bool:
    return places == list(range(places[0], places[0] + len(places)))
