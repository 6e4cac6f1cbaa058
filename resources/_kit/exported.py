"""The tables of a database file as one Parquet file each: what its reader answers from the confined process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from voyant_core import errors


def export(
    tables: Sequence[tuple[str, str]], write: Callable[[str, Path], list[str] | None], folder: str, file_name: str, left_out: Sequence[str]
) -> dict[str, Any]:
    """`{"tables": [{"title", "file", "notes"}], "left_out": [...]}` of `tables` (title, name as its reader wants it).

    `write` makes the file and gives its notes, or None when the table has no rows. `left_out` is what the reader passed over itself.
    EMPTY_FILE when nothing is left.
    """
    written: list[dict[str, Any]] = []
    passed_over = list(left_out)
    for number, (title, name) in enumerate(tables):
        target = Path(folder) / f"{number:05d}.parquet"
        notes = write(name, target)
        if notes is None:
            passed_over.append(f"table {title} (no rows)")
        else:
            written.append({"title": title, "file": target.name, "notes": notes})
    if not written:
        held = f": {', '.join(passed_over[:5])}" if passed_over else ""
        raise errors.VoyantError(errors.EMPTY_FILE, f"No table of {file_name} holds rows{held}.", hint="Give a database with rows.")
    return {"tables": written, "left_out": passed_over}
