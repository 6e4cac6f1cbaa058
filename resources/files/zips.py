"""Zip archives: what they hold and the bytes of each file in them. Nothing is ever written under a name that an archive gives."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from resources.files.budget import Budget
from voyant_core import errors
from voyant_core.model.source import Container

CHUNK_BYTES = 2**20
MAX_DIRECTORY_BYTES = 64 * 2**20
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
_END64, _LOCATOR, _LOCATOR_SIZE = b"PK\x06\x06", b"PK\x06\x07", 20
_ENCRYPTED = 0x1
_WORKBOOKS = frozenset({"xl/workbook.xml", "xl/workbook.bin"})
_DOCUMENTS = {"word/document.xml": "a Word document", "ppt/presentation.xml": "a PowerPoint presentation"}
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_AGAIN = "Fetch or pack the file again."


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive. `name` is what to show; it is no path on this machine."""

    name: str
    info: zipfile.ZipInfo


def kind_of(path: Path, file_name: str) -> Container:
    """Whether a zip file is a workbook or an archive. UNREADABLE_FILE when it is damaged or another kind of document."""
    with opened(path, file_name) as archive:
        names = set(archive.namelist())
        if names & _WORKBOOKS:
            return Container.EXCEL
        for marker, what in _DOCUMENTS.items():
            if marker in names:
                raise errors.VoyantError(
                    errors.UNREADABLE_FILE, f"{file_name} is {what}, not a table.", hint="Save its table as CSV or as a workbook."
                )
        if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
            with _damage(file_name), archive.open("mimetype") as mimetype:
                if mimetype.read(200).strip() == _ODS:
                    return Container.EXCEL
    return Container.ZIP


@contextmanager
def opened(path: Path, file_name: str) -> Generator[zipfile.ZipFile]:
    """UNREADABLE_FILE when the archive's directory is missing or wrong."""
    with path.open("rb") as file:
        _check_directory(file, file_name)
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error, UnicodeError) as error:
            raise _damaged(file_name) from error
        with archive:
            yield archive


def files_in(archive: zipfile.ZipFile, file_name: str, max_members: int) -> tuple[list[Member], list[str]]:
    """The files with data, sorted by name, and the names of what was left out. TOO_LARGE, UNREADABLE_FILE (encrypted)."""
    entries = archive.infolist()
    if len(entries) > max_members:
        raise too_many(file_name, len(entries), max_members)
    files: list[Member] = []
    ignored: list[str] = []
    for entry in entries:
        name = _shown(entry.filename)
        if entry.is_dir():
            continue
        if is_hidden(name.split("/")) or stat.S_ISLNK(entry.external_attr >> 16):
            ignored.append(name)
            continue
        if entry.flag_bits & _ENCRYPTED:
            raise errors.VoyantError(
                errors.UNREADABLE_FILE,
                f"{file_name} is protected by a password: {name} in it cannot be read.",
                hint="Pack the files again without a password.",
            )
        files.append(Member(name, entry))
    return sorted(files, key=lambda member: member.name), sorted(ignored)


def chunks_of(archive: zipfile.ZipFile, member: Member, file_name: str, budget: Budget) -> Iterator[bytes]:
    """The member's bytes; its length and checksum are checked at the end. UNREADABLE_FILE, TOO_LARGE."""
    with _damage(file_name, member.name), archive.open(member.info) as file:
        while chunk := file.read(CHUNK_BYTES):
            budget.spend(len(chunk))
            yield chunk


def is_hidden(parts: Sequence[str]) -> bool:
    """Hidden files and what operating systems leave in archives and folders."""
    return any((part.startswith(".") and part not in {".", ".."}) or part in {"__MACOSX", "Thumbs.db", "desktop.ini"} for part in parts)


def too_many(file_name: str, count: int, most: int) -> errors.VoyantError:
    return errors.VoyantError(
        errors.TOO_LARGE,
        f"{file_name} holds {count:,} files; at most {most:,} are read.",
        hint="Give fewer files, or raise VOYANT_ARCHIVE__MAX_MEMBERS.",
    )


def _check_directory(file: BinaryIO, file_name: str) -> None:
    """The directory's end must be there, and its size sane: `zipfile` reads the directory in one piece."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT - _LOCATOR_SIZE))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE, f"{file_name} is cut short: the zip archive's directory at its end is missing.", hint=_AGAIN
        )
    directory_bytes = int.from_bytes(tail[at + 12 : at + 16], "little")
    locator = tail[max(0, at - _LOCATOR_SIZE) : at]
    if directory_bytes == 0xFFFFFFFF and locator.startswith(_LOCATOR):
        file.seek(min(int.from_bytes(locator[8:16], "little"), size))
        end64 = file.read(56)
        directory_bytes = int.from_bytes(end64[40:48], "little") if end64.startswith(_END64) else directory_bytes
    if directory_bytes > size:
        raise _damaged(file_name)
    if directory_bytes > MAX_DIRECTORY_BYTES:
        raise errors.VoyantError(errors.TOO_LARGE, f"{file_name} lists more files than are read.", hint="Give fewer files.")
    file.seek(0)


def _shown(name: str) -> str:
    """Safe to show, and one spelling per file."""
    cleaned = "".join(char for char in name.replace("\\", "/") if char.isprintable())
    return cleaned.lstrip("/")[:500] or "data"


@contextmanager
def _damage(file_name: str, member: str = "") -> Generator[None]:
    what = f"{member} in {file_name}" if member else file_name
    try:
        yield
    except EOFError as error:
        raise errors.VoyantError(errors.UNREADABLE_FILE, f"{what} is cut short.", hint=_AGAIN) from error
    except NotImplementedError as error:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE, f"{what} is compressed in a way that is not read.", hint="Pack it with the usual method (deflate)."
        ) from error
    except (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, OSError, struct.error) as error:
        if isinstance(error, OSError) and error.errno is not None and error.errno != 22:
            raise
        raise errors.VoyantError(errors.UNREADABLE_FILE, f"{what} is damaged: its data do not add up.", hint=_AGAIN) from error


def _damaged(file_name: str) -> errors.VoyantError:
    return errors.VoyantError(errors.UNREADABLE_FILE, f"{file_name} is damaged: its zip directory does not add up.", hint=_AGAIN)
