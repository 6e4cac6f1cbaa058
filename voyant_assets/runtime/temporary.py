"""Temporary files under `<home>/tmp`: a folder for each process, named by pid and start, so that what a dead one left can be removed."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from voyant_assets.runtime.process import process_start
from voyant_core import errors


def own_folder(temp: Path) -> Path:
    """This process's folder, made now. STORAGE_FULL, HOME_NOT_WRITABLE."""
    folder = temp / f"{os.getpid()}-{process_start(os.getpid())}"
    with errors.of_disk("Making a folder for temporary files"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def is_abandoned(entry: Path) -> bool:
    """True unless its name tells a live process."""
    pid, _, start = entry.name.partition("-")
    return not (pid.isdigit() and start.isdigit() and process_start(int(pid)) == int(start))


def remove_of(temp: Path, pid: int, start: int | None) -> None:
    """Removes the folder of a process that has ended."""
    shutil.rmtree(temp / f"{pid}-{start}", ignore_errors=True)


def remove_abandoned(temp: Path) -> list[Path]:
    """Removes what no live process owns, and tells what that was."""
    left = [entry for entry in temp.iterdir() if is_abandoned(entry)] if temp.is_dir() else []
    for entry in left:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):  # somebody else's: nothing that a start should fail for
                entry.unlink(missing_ok=True)
    return left
