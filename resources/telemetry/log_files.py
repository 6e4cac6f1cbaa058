"""Bounds log files while others write to them. For one process of a home, and for each short-lived one.

A server's processes inherit their log as standard output and error, some of them cannot be told to open another, and a run outlives its
server. So the file stays the same: its older lines are copied to `<name>.1` and then taken off its beginning, where nobody writes; what is
appended meanwhile is behind them and stays. Needs a file system that can cut (ext4, xfs) or punch holes (also btrfs, tmpfs, overlays of
these); files must be open for appending.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import logging
import os
from pathlib import Path

LOOK_S = 5.0
TAIL_BYTES = 2**20  # a line is shorter than this
COLLAPSE, PUNCH_KEEPING_SIZE = 0x08, 0x02 | 0x01  # FALLOC_FL_*, linux/falloc.h
_CANNOT = {errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
log = logging.getLogger(__name__)


class LogFiles:
    """The logs of a folder, each kept under about `most_bytes`, with as many before them in `<name>.1`."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._next_look = 0.0
        self._given_up: set[Path] = set()

    def look(self, now: float) -> None:
        """Cheap enough for every turn of a loop. A file that cannot be bounded is told once."""
        if now < self._next_look:
            return
        self._next_look = now + LOOK_S
        for path in [*self._folder.glob("*.log"), *self._folder.glob("*.jsonl")]:
            if path not in self._given_up:
                try:
                    trim(path, self._most_bytes)
                except OSError as error:
                    self._given_up.add(path)
                    log.warning("The log %s is not bounded: %s", path.name, error.strerror)


def trim(path: Path, most_bytes: int) -> bool:
    """Move the whole lines of a log over `most_bytes` to `<name>.1`, in place of those there. False when there was nothing to do.

    Any number of processes may ask at once. OSError when disk or file system refuse; the log is then as it was.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        if os.fstat(file).st_size <= most_bytes:
            return False
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        size = os.fstat(file).st_size
        begin = os.lseek(file, 0, os.SEEK_DATA)  # behind a hole that was punched before
        if size - begin <= most_bytes:
            return False
        end = _end_of_lines(file, begin, size)
        _keep(file, begin, end, path.with_name(f"{path.name}.1"))
        _take_off(file, end, size)
    except BlockingIOError:  # somebody is at it
        return False
    finally:
        os.close(file)
    return True


def _end_of_lines(file: int, begin: int, size: int) -> int:
    """Behind the last line break."""
    start = max(begin, size - TAIL_BYTES)
    found = os.pread(file, size - start, start).rfind(b"\n")
    return size if found < 0 else start + found + 1


def _keep(file: int, begin: int, end: int, target: Path) -> None:
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as copy:
            while begin < end:
                piece = os.pread(file, min(TAIL_BYTES, end - begin), begin)
                copy.write(piece)
                begin += len(piece)
        fresh.replace(target)
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)


def _take_off(file: int, end: int, size: int) -> None:
    """Remove the first `end` bytes; what is left of the last block becomes an empty line."""
    block = os.fstatvfs(file).f_bsize
    whole = min(end, size - 1) // block * block  # the file system wants whole blocks, and something behind them
    try:
        if whole:
            _fallocate(file, COLLAPSE, whole)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
        _fallocate(file, PUNCH_KEEPING_SIZE, end)
    else:
        if end > whole:
            os.pwrite(file, b" " * (end - whole - 1) + b"\n", 0)


def _fallocate(file: int, mode: int, length: int) -> None:
    call = ctypes.CDLL(None, use_errno=True).fallocate
    call.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    if call(file, mode, 0, length):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
