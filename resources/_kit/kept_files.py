"""Files that are named by their content and shared by many: how one is kept by whoever stores it again, and removed when nobody did.

A writer who finds its bytes there already touches them under a shared lock; who collects looks at the age and removes under an exclusive
one. So bytes that were stored a moment ago are never removed, whatever the rows that name them say yet.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LOCK = ".collect.lock"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """`stored_at` is seconds since 1970: when the bytes were stored last."""

    path: Path
    size_bytes: int
    stored_at: float


@contextmanager
def storing(root: Path) -> Generator[None]:
    """While a file is put into `root`, or found there and touched."""
    with _locked(root, fcntl.LOCK_SH):
        yield


def keep(root: Path, path: Path) -> bool:
    """True when `path` is there; it then counts as stored now."""
    with storing(root):
        try:
            os.utime(path)
        except FileNotFoundError:
            return False
    return True


def remove_older(root: Path, path: Path, before: float) -> bool:
    """Remove the file unless it was stored after `before`. False: it stays, or was gone."""
    with _locked(root, fcntl.LOCK_EX):
        try:
            if path.stat().st_mtime >= before:
                return False
            path.unlink()
        except FileNotFoundError:
            return False
    return True


def files_in(folder: Path) -> Iterator[KeptFile]:
    """The files of a folder that are named by their content: what is in the making begins with a dot."""
    for entry in _entries(folder):
        if not entry.name.startswith("."):
            found = _described(entry)
            if found is not None and entry.is_file(follow_symlinks=False):
                yield found


def left_in(folder: Path, *, hidden_only: bool) -> Iterator[KeptFile]:
    """What a writer that died left behind, files and folders; the age is that of the newest thing inside."""
    for entry in _entries(folder):
        if entry.name == LOCK or (hidden_only and not entry.name.startswith(".")):
            continue
        found = _described(entry)
        if found is None:
            continue
        if entry.is_dir(follow_symlinks=False):
            paths = (Path(folder, name) for folder, folders, files in os.walk(entry.path) for name in (*folders, *files))
            inside = [child for path in paths if (child := _stat_of(path)) is not None]  # its owner may be removing it meanwhile
            newest = max([found.stored_at, *(child.st_mtime for child in inside)])
            found = KeptFile(found.path, sum(child.st_size for child in inside), newest)
        yield found


def remove_left(path: Path, before: float) -> bool:
    """Remove what `left_in` found, file or folder, unless it is younger now."""
    found = next((entry for entry in left_in(path.parent, hidden_only=False) if entry.path == path), None)
    if found is None or found.stored_at >= before:
        return False
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
    return True


@contextmanager
def _locked(root: Path, kind: int) -> Generator[None]:
    try:
        lock = os.open(root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        root.mkdir(parents=True, exist_ok=True)
        lock = os.open(root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, kind)
        yield
    finally:
        os.close(lock)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _described(entry: os.DirEntry[str]) -> KeptFile | None:
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return KeptFile(Path(entry.path), status.st_size, status.st_mtime)


def _stat_of(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except FileNotFoundError:
        return None
