"""What holds a file's tables, told from its bytes and never from its name."""

from __future__ import annotations

import zlib
from pathlib import Path

from resources.files import zips
from voyant_core import errors
from voyant_core.model.source import Container

GZIP = b"\x1f\x8b\x08"
ZSTD = b"\x28\xb5\x2f\xfd"
ZSTD_SKIPPABLE = b"\x2a\x4d\x18"  # after a byte 0x50 to 0x5f
ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SQLITE = b"SQLite format 3\x00"
DUCKDB, DUCKDB_AT = b"DUCK", 8
TAR, TAR_AT = b"ustar", 257
HEAD_BYTES = 512
_MANY = "Unpack it and give the folder or a zip of the files."


def container_of(path: Path, file_name: str) -> Container | None:
    """None: a file to be read as it is. UNREADABLE_FILE for damaged archives and for documents that hold no tables."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(GZIP):
        _refuse_tar(_start_of_gzip(head), file_name)
        return Container.GZIP
    if head.startswith(ZSTD) or (head[:1] and 0x50 <= head[0] <= 0x5F and head[1:4] == ZSTD_SKIPPABLE):
        return Container.ZSTD
    if head.startswith(ZIPS):
        return zips.kind_of(path, file_name)
    if head.startswith(OLE):
        return Container.EXCEL
    if head.startswith(SQLITE):
        return Container.SQLITE
    if head[DUCKDB_AT : DUCKDB_AT + len(DUCKDB)] == DUCKDB:
        return Container.DUCKDB
    _refuse_tar(head, file_name)
    return None


def _start_of_gzip(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    except zlib.error:
        return b""  # told where it is unpacked


def _refuse_tar(head: bytes, file_name: str) -> None:
    if head[TAR_AT : TAR_AT + len(TAR)] == TAR:
        raise errors.VoyantError(errors.UNREADABLE_FILE, f"{file_name} is a tar archive, which is not read.", hint=_MANY)
