"""Which files of an archive or folder are one table, and what that table is called. Pure.

Files are alike when their columns have the same names, in any order and case. Sheets and database tables of several files are alike when
they also have the same name.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from resources.files.decompress import without_compression
from voyant_assets.unpacking.pieces import Piece

_COUNTING = re.compile(r"(?:[\W_]|\d|part|page|chunk)+$", re.IGNORECASE)
_LEADING = re.compile(r"^[\W_\d]+")


def grouped(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces that make one table each, in the order of their first file."""
    counts = Counter(piece.file for piece in pieces)
    several = {file for file, count in counts.items() if count > 1}
    groups: dict[tuple[frozenset[str], str], list[Piece]] = {}
    for piece in pieces:
        columns = frozenset(column.name.casefold() for column in piece.found.columns)
        groups.setdefault((columns, piece.inner if piece.file in several else ""), []).append(piece)
    return [apart for group in groups.values() for apart in _one_per_file(group)]


def title_of_group(group: Sequence[Piece], container_title: str, *, is_only: bool) -> str:
    """What the files' names have in common (`orders` of `orders_2024.csv` and `orders_2025.csv`), else the container's own title."""
    if len(group) == 1:
        return group[0].found.title
    if group[0].inner and all(piece.inner == group[0].inner for piece in group):
        return group[0].inner
    stems = [PurePosixPath(without_compression(PurePosixPath(piece.file).name)).stem for piece in group]
    common = _COUNTING.sub("", _common_start(stems))
    if len(common) >= 2 and _LEADING.sub("", common):
        return common
    folders = {str(PurePosixPath(piece.file).parent.name) for piece in group}
    (folder, *others) = folders
    return folder if folder and not others and not is_only else container_title


def _common_start(texts: Sequence[str]) -> str:
    return "".join(chars[0] for chars in itertools.takewhile(lambda chars: len(set(chars)) == 1, zip(*texts, strict=False)))


def _one_per_file(group: list[Piece]) -> list[list[Piece]]:
    """Tables of one workbook or database stay apart, however alike they are."""
    files = [piece.file for piece in group]
    return [group] if len(set(files)) == len(files) else [[piece] for piece in group]
