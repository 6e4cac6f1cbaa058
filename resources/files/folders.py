"""Folders and globs: which files are meant, each copied before it is read, so that what happens to the folder meanwhile does not matter.

The walk goes down by directory handles and follows no link, so nothing outside the folder can be reached, whatever is swapped during it.
"""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from resources.files import zips
from resources.files.landing import CHUNK_BYTES, Landings
from voyant_core import canonical, errors, settings
from voyant_core.model.source import Landing

GLOB_CHARACTERS = frozenset("*?[")
MOST_LOOKED_AT = 20  # entries per file that may be read


@dataclass(frozen=True, slots=True)
class Copied:
    """The files by relative path, in its order, as scratch landings; and what was left out."""

    files: list[tuple[str, Landing]]
    left_out: list[str]
    size_bytes: int

    def listing(self) -> bytes:
        """Canonical JSON of what the folder held: its hash is the folder's identity."""
        return canonical.dumps(
            {"files": [{"path": name, "sha256": file.sha256, "size_bytes": file.size_bytes} for name, file in self.files]}
        )


def split_glob(path: Path) -> tuple[Path, str]:
    """The folder above the first part with a glob character, and the pattern below it; an empty pattern for a plain path."""
    for at, part in enumerate(path.parts):
        if GLOB_CHARACTERS & set(part):
            return Path(*path.parts[:at]), "/".join(path.parts[at:])
    return path, ""


def copy_files(folder: Path, pattern: str, scratch: Landings, archive: settings.Archive) -> Copied:
    """Copy the files below `folder` that match `pattern` (empty: all). FILE_NOT_FOUND when none does, TOO_LARGE, STORAGE_FULL."""
    files: list[tuple[str, Landing]] = []
    left_out: list[str] = []
    total = looked_at = 0
    wanted = pattern.split("/") if pattern else ["**", "*"]
    for name, entry, handle in _walk(folder, wanted):
        looked_at += 1
        if looked_at > MOST_LOOKED_AT * archive.max_members:
            raise zips.too_many(folder.name, looked_at, archive.max_members)
        shown = _shown(name)
        parts = name.split("/")
        if zips.is_hidden(parts):
            if _matches([part.lstrip(".") or "_" for part in parts], wanted):
                left_out.append(shown)
            continue
        if not _matches(parts, wanted):
            continue
        landed = _copied(entry, handle, shown, scratch)
        if isinstance(landed, str):
            left_out.append(f"{shown} ({landed})")
            continue
        files.append((shown, landed))
        total += landed.size_bytes
        if len(files) > archive.max_members:
            raise zips.too_many(folder.name, len(files), archive.max_members)
        if total > archive.max_total_bytes:
            raise errors.VoyantError(
                errors.TOO_LARGE,
                f"The files of {folder.name} are larger than {archive.max_total_bytes:,} bytes together.",
                hint="Name fewer files with a pattern, or raise VOYANT_ARCHIVE__MAX_TOTAL_BYTES.",
            )
    if not files:
        what = f"No file in {folder.name} matches {pattern}" if pattern else f"The folder {folder.name} holds no files with data"
        raise errors.VoyantError(
            errors.FILE_NOT_FOUND,
            f"{what}{': ' + ', '.join(left_out[:5]) if left_out else ''}.",
            hint="Hidden files and links are not read.",
        )
    return Copied(sorted(files, key=lambda file: file[0].split("/")), sorted(left_out), total)


def _walk(folder: Path, wanted: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """(relative path, name, handle of its folder) of every file that is not deeper than the pattern; links count as files."""
    deepest = None if "**" in wanted else len(wanted)
    try:
        for root, folders, names, handle in os.fwalk(folder, follow_symlinks=False):
            inside = os.path.relpath(root, folder)
            depth = 0 if inside == "." else inside.count("/") + 1
            links = [name for name in folders if _is_link(name, handle)]
            folders[:] = sorted(name for name in folders if name not in links and not zips.is_hidden([name]))
            if deepest is not None and depth + 1 >= deepest:
                folders.clear()
            for name in sorted([*names, *links]):
                yield (name if inside == "." else f"{inside}/{name}"), name, handle
    except OSError as error:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE, f"The folder {folder.name} cannot be read: {error.strerror}.", hint="Check who may read it."
        ) from error


def _is_link(name: str, handle: int) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=handle, follow_symlinks=False).st_mode)
    except OSError:
        return True  # gone meanwhile: it is told as what cannot be opened


def _copied(name: str, handle: int, shown: str, scratch: Landings) -> Landing | str:
    """The landing, or why there is none."""
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=handle)
    except OSError as error:
        return "a link" if _is_link(name, handle) else (error.strerror or "unreadable").lower()
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return "no regular file"
        if not status.st_size:
            return "empty"
        return scratch.land_stream(iter(lambda: file.read(CHUNK_BYTES), b""), shown)


def _matches(parts: Sequence[str], wanted: Sequence[str]) -> bool:
    """`**` stands for any number of folders, also none."""
    if not wanted:
        return not parts
    if wanted[0] == "**":
        return _matches(parts, wanted[1:]) or (bool(parts) and _matches(parts[1:], wanted))
    return bool(parts) and fnmatch.fnmatchcase(parts[0], wanted[0]) and _matches(parts[1:], wanted[1:])


def _shown(name: str) -> str:
    """Names of files are bytes: what is no text or cannot be printed is left out of what is shown."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(char for char in text if char.isprintable())[:500] or "data"
