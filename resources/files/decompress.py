"""gzip and zstd streams as chunks of bounded size, to their very end: a stream that is cut short is told as such."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from resources.files.budget import Budget
from voyant_core import errors
from voyant_core.model.source import Container

READ_BYTES = 2**18
CHUNK_BYTES = 2**20
COMPRESSED = (".gz", ".gzip", ".zst", ".zstd")
MAX_WINDOW_BYTES = 2**27  # what `zstd` itself takes without --long=31
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_BLOCK_RLE, _BLOCK_RESERVED = 1, 3


def decompressed(path: Path, container: Container, file_name: str, budget: Budget) -> Iterator[bytes]:
    """The bytes inside a gzip or zstd file of any number of members. UNREADABLE_FILE (cut short, damaged), TOO_LARGE."""
    with path.open("rb") as file:
        chunks = _gunzipped(file, file_name) if container is Container.GZIP else _zstd(file, file_name)
        for chunk in chunks:
            budget.spend(len(chunk))
            yield chunk


def without_compression(file_name: str) -> str:
    """`orders.csv` of `orders.csv.gz`."""
    path = PurePosixPath(file_name)
    return path.stem if path.suffix.lower() in COMPRESSED and path.stem else file_name


def _gunzipped(file: BinaryIO, file_name: str) -> Iterator[bytes]:
    member, fed = zlib.decompressobj(wbits=31), False
    pending = b""
    while True:
        data = pending or file.read(READ_BYTES)
        if not data:
            if fed:
                raise _cut_short(file_name, "gzip")
            return
        try:
            chunk = member.decompress(data, CHUNK_BYTES)
        except zlib.error as error:
            raise _damaged(file_name, "gzip") from error
        fed, pending = True, member.unconsumed_tail
        if chunk:
            yield chunk
        if member.eof:
            # files that were concatenated are members one after the other; tapes pad with zeros
            pending, fed = _after_member(member.unused_data, file), False
            if pending and not pending.startswith(b"\x1f\x8b"):
                raise errors.VoyantError(
                    errors.UNREADABLE_FILE,
                    f"{file_name} has bytes behind its gzip data that are no gzip.",
                    hint="Fetch or compress the file again.",
                )
            member = zlib.decompressobj(wbits=31)


def _after_member(rest: bytes, file: BinaryIO) -> bytes:
    """What follows a member, zeros left out, or nothing at the end of the file."""
    while True:
        rest = rest.lstrip(b"\x00")
        if len(rest) > 1:
            return rest
        more = file.read(READ_BYTES)
        if not more:
            return rest
        rest += more


def _zstd(file: BinaryIO, file_name: str) -> Iterator[bytes]:
    import zstandard

    _check_frames(file, file_name)
    file.seek(0)
    reader = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).stream_reader(file, read_across_frames=True, closefd=False)
    while True:
        try:
            chunk = reader.read(CHUNK_BYTES)
        except zstandard.ZstdError as error:
            if "memory" in str(error).lower() or "window" in str(error).lower():
                raise errors.VoyantError(
                    errors.TOO_LARGE,
                    f"{file_name} needs a window of more than {MAX_WINDOW_BYTES:,} bytes.",
                    hint="Compress it without --long or --ultra.",
                ) from error
            raise _damaged(file_name, "zstd") from error
        if not chunk:
            return
        yield chunk


def _check_frames(file: BinaryIO, file_name: str) -> None:
    """Walk over the blocks (RFC 8878, 3.1): the reader ends silently where a file is cut."""
    import zstandard

    size = os.fstat(file.fileno()).st_size
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(18)
        if head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F and len(head) >= 8:
            at += 8 + int.from_bytes(head[4:8], "little")
            continue
        if not head.startswith(_ZSTD_MAGIC):
            raise _cut_short(file_name, "zstd") if _ZSTD_MAGIC.startswith(head) else _damaged(file_name, "zstd")
        try:
            has_checksum = zstandard.get_frame_parameters(head).has_checksum
            at += zstandard.frame_header_size(head)
        except zstandard.ZstdError as error:
            raise (_cut_short if len(head) < 18 else _damaged)(file_name, "zstd") from error
        at = _end_of_blocks(file, at, file_name) + (4 if has_checksum else 0)
    if at > size:
        raise _cut_short(file_name, "zstd")


def _end_of_blocks(file: BinaryIO, at: int, file_name: str) -> int:
    while True:
        file.seek(at)
        header = file.read(3)
        if len(header) < 3:
            raise _cut_short(file_name, "zstd")
        block = int.from_bytes(header, "little")
        is_last, kind, length = block & 1, block >> 1 & 3, block >> 3
        if kind == _BLOCK_RESERVED:
            raise _damaged(file_name, "zstd")
        at += 3 + (1 if kind == _BLOCK_RLE else length)
        if is_last:
            return at


def _cut_short(file_name: str, what: str) -> errors.VoyantError:
    return errors.VoyantError(
        errors.UNREADABLE_FILE, f"{file_name} is cut short: its {what} data end too early.", hint="Fetch or compress the file again."
    )


def _damaged(file_name: str, what: str) -> errors.VoyantError:
    return errors.VoyantError(
        errors.UNREADABLE_FILE, f"{file_name} is damaged: its {what} data do not add up.", hint="Fetch or compress the file again."
    )
