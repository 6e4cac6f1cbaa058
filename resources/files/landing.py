"""Landings: the fetched bytes of a source under their hash, `<root>/<first two digits>/<sha256>`, so that a run reads what was seen.

Written to a temporary file beside them and renamed, so a landing is whole or absent. Where bytes come from: `roots`, `fetch`.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from resources._kit import kept_files
from voyant_core import errors
from voyant_core.model.source import Landing

CHUNK_BYTES = 2**20
PIECE_BYTES = 2**25
_NOT_BY_THE_KERNEL = {errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM}


class Landings:
    """The folder of landings. Any number of processes may land at once; the same bytes are stored once."""

    def __init__(self, root: Path, max_bytes: int) -> None:
        self._root = root
        self._max_bytes = max_bytes

    def path(self, sha256: str) -> Path:
        """Where these bytes lie, or would lie. ValueError for anything but a hash."""
        if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
            raise ValueError("not a sha256 in hexadecimal digits")
        return self._root / sha256[:2] / sha256

    def writer(self, file_name: str, max_bytes: int | None = None) -> LandingWriter:
        """A landing to be written chunk by chunk; `max_bytes` only lowers the limit."""
        return LandingWriter(self, file_name, min(self._max_bytes, max_bytes or self._max_bytes))

    def land_file(self, path: Path, file_name: str | None = None) -> Landing:
        """Copy a regular file. FILE_NOT_FOUND, UNREADABLE_FILE (also for links and folders), EMPTY_FILE, TOO_LARGE."""
        try:
            # a link could be pointed elsewhere between a check of it and this
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise errors.VoyantError(errors.FILE_NOT_FOUND, f"There is no file {path.name}.") from error
        except OSError as error:
            reason = "is a symbolic link" if path.is_symlink() else f"cannot be opened: {error.strerror}"
            raise errors.VoyantError(
                errors.UNREADABLE_FILE, f"{path.name} {reason}.", hint="Name a regular file that this user may read."
            ) from error
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise errors.VoyantError(
                errors.UNREADABLE_FILE, f"{path.name} is not a regular file.", hint="Name a single file, not a folder."
            )
        with os.fdopen(descriptor, "rb") as file:
            if status.st_size > self._max_bytes:
                raise _too_large(path.name, self._max_bytes)
            with self.writer(file_name or path.name) as writer:
                writer.copy(file)
                return writer.finish()

    def land_stream(self, chunks: Iterable[bytes], file_name: str, max_bytes: int | None = None) -> Landing:
        with self.writer(file_name, max_bytes) as writer:
            for chunk in chunks:
                writer.write(chunk)
            return writer.finish()

    def take(self, path: Path, file_name: str, sha256: str | None = None) -> Landing:
        """Move a finished file of the same file system in; it is hashed unless its hash is known. STORAGE_FULL."""
        with errors.of_disk(f"Landing {file_name}"):
            if sha256 is None:
                with path.open("rb") as file:
                    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            landing = Landing(sha256=sha256, size_bytes=path.stat().st_size, file_name=safe_file_name(file_name))
            target = self.path(sha256)
            target.parent.mkdir(parents=True, exist_ok=True)
            with kept_files.storing(self._root):  # over the same bytes as well: they count as new then, and nobody collects them
                path.replace(target)
            return landing

    @contextlib.contextmanager
    def scratch(self) -> Generator[Landings]:
        """Landings of their own that go with the block, on the same file system: for bytes of which only some will stay."""
        with errors.of_disk("Landing the source"):
            self._root.mkdir(parents=True, exist_ok=True)
            folder = tempfile.mkdtemp(prefix=".work-", dir=self._root)
        try:
            yield Landings(Path(folder), self._max_bytes)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def folder(self) -> Path:
        """A new folder on the landings' file system, from which files can be taken in. Of scratch landings it goes with them."""
        self._root.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=".folder-", dir=self._root))

    def stored(self) -> Iterator[kept_files.KeptFile]:
        """Every landing; its name is the hash."""
        for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]")):
            yield from kept_files.files_in(folder)

    def keep(self, sha256: str) -> bool:
        """These bytes count as landed now. False when they are not there."""
        return kept_files.keep(self._root, self.path(sha256))

    def remove_older(self, sha256: str, before: float) -> bool:
        """Remove a landing that nobody needs, unless the same bytes landed after `before` (seconds since 1970)."""
        return kept_files.remove_older(self._root, self.path(sha256), before)

    def temporary(self) -> tuple[BinaryIO, Path]:
        """A new file on the landings' file system, so that it can be renamed into place."""
        self._root.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=self._root)
        return os.fdopen(handle, "wb"), Path(name)


class LandingWriter:
    """Takes the bytes of one landing. Leaving the context without `finish` leaves nothing behind.

    `write` and `finish` only hash and write to disk: an async caller awaits its chunks between them, or calls them in a thread.
    """

    def __init__(self, landings: Landings, file_name: str, max_bytes: int) -> None:
        self._landings = landings
        self._file_name = safe_file_name(file_name)
        self._max_bytes = max_bytes
        self._hash = hashlib.sha256()
        self._size = 0
        self._file: BinaryIO | None = None
        self._temporary: Path | None = None

    def __enter__(self) -> LandingWriter:
        with errors.of_disk(f"Landing {self._file_name}"):
            self._file, self._temporary = self._landings.temporary()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)

    @property
    def size_bytes(self) -> int:
        return self._size

    def write(self, chunk: bytes) -> None:
        """TOO_LARGE as soon as the limit is passed; STORAGE_FULL."""
        self._size += len(chunk)
        if self._size > self._max_bytes:
            raise _too_large(self._file_name, self._max_bytes)
        self._hash.update(chunk)
        with errors.of_disk(f"Landing {self._file_name}"):
            self._opened().write(chunk)

    def copy(self, file: BinaryIO) -> None:
        """All of a file: the kernel copies, and a thread beside it hashes what has arrived, so a change of the source tears nothing."""
        with errors.of_disk(f"Landing {self._file_name}"), ThreadPoolExecutor(1) as thread:
            target = self._opened().fileno()
            hashed = [thread.submit(_hash_range, self._hash, target, *piece) for piece in self._copied(file, target)]
            os.fsync(target)
            for piece in hashed:
                piece.result()

    def _copied(self, file: BinaryIO, target: int) -> Iterator[tuple[int, int]]:
        """(offset, bytes) of each piece as soon as it stands in the target."""
        while count := _copy_piece(file.fileno(), target):
            self._size += count
            if self._size > self._max_bytes:
                raise _too_large(self._file_name, self._max_bytes)
            yield self._size - count, count

    def finish(self) -> Landing:
        """Put the bytes in place. EMPTY_FILE when there were none."""
        if self._size == 0:
            raise errors.VoyantError(errors.EMPTY_FILE, f"{self._file_name} is empty.", hint="Send a file with a header and rows.")
        sha256 = self._hash.hexdigest()
        target = self._landings.path(sha256)
        with errors.of_disk(f"Landing {self._file_name}"):
            file = self._opened()
            file.flush()
            if not self._landings.keep(sha256):  # found there, it counts as new: nobody collects it
                os.fsync(file.fileno())
                target.parent.mkdir(parents=True, exist_ok=True)
                if self._temporary is not None:
                    self._temporary.rename(target)
                    self._temporary = None
        return Landing(sha256=sha256, size_bytes=self._size, file_name=self._file_name)

    def _opened(self) -> BinaryIO:
        if self._file is None:
            raise RuntimeError("a LandingWriter is used as a context manager")
        return self._file


def safe_file_name(text: str) -> str:
    """The last part of a name that a caller or a server gave, without control characters."""
    last = text.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    cleaned = "".join(char for char in last if char.isprintable()).strip()
    return cleaned[-200:] if cleaned not in {"", ".", ".."} else "data"


def _copy_piece(source: int, target: int) -> int:
    """The next bytes from one descriptor to the other; 0 at the end."""
    try:
        if count := os.copy_file_range(source, target, PIECE_BYTES):
            return count
    except (AttributeError, OSError) as error:  # not on this system, not between these two
        if isinstance(error, OSError) and error.errno not in _NOT_BY_THE_KERNEL:
            raise
    piece = os.read(source, CHUNK_BYTES)
    written = 0
    while written < len(piece):
        written += os.write(target, piece[written:])
    return len(piece)


def _hash_range(digest: Any, descriptor: int, offset: int, count: int) -> None:
    buffer = memoryview(bytearray(min(count, CHUNK_BYTES)))
    while count:
        read = os.preadv(descriptor, [buffer[: min(count, len(buffer))]], offset)
        if read == 0:
            raise OSError(errno.EIO, "the landing is shorter than what was written")
        digest.update(buffer[:read])
        offset, count = offset + read, count - read


def _too_large(file_name: str, max_bytes: int) -> errors.VoyantError:
    return errors.VoyantError(
        errors.TOO_LARGE, f"{file_name} is larger than {max_bytes:,} bytes.", hint="Split it, or raise VOYANT_FILES__MAX_BYTES."
    )
