"""An SQLite database that a program is using: the file alone lacks what its write-ahead log holds."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from voyant_core import errors

MAGIC = b"SQLite format 3\x00"
PAGES_AT_ONCE = 4096
WAIT_S = 10.0


def has_log(path: Path) -> bool:
    """Whether `path` is an SQLite file with a write-ahead log beside it that holds something. A link beside it is no log."""
    log = path.with_name(f"{path.name}-wal")
    try:
        if log.is_symlink() or not log.is_file() or not log.stat().st_size or path.is_symlink():
            return False
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def copied(path: Path, target: Path) -> Path:
    """A whole copy as of one moment, by SQLite's own backup; the database is only read. UNREADABLE_FILE when that cannot be done."""
    try:
        source = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=WAIT_S)
        copy = sqlite3.connect(target)
        try:
            source.backup(copy, pages=PAGES_AT_ONCE)
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
            source.close()
    except sqlite3.Error as error:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE,
            f"{path.name} is in use and its write-ahead log cannot be read: {error}.",
            hint="Close the program that uses it, or run `sqlite3 FILE \"VACUUM INTO 'copy.db'\"` and give the copy.",
        ) from error
    return target
