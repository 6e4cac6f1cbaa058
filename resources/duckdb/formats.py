"""What kind of bytes a file holds, told from its first ones: Parquet, JSON, text in which encoding, or nothing that is a table."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path
from typing import Any

from voyant_core import errors
from voyant_core.model.source import FileFormat

PARQUET = b"PAR1"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_FOREIGN = (
    (b"PARE", "an encrypted Parquet file"),
    (b"BZh", "bzip2-compressed"),
    (b"\xfd7zXZ\x00", "xz-compressed"),
    (b"%PDF", "a PDF document"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"ARROW1", "an Arrow file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
)
_CP1252_HOLES = frozenset(b"\x81\x8d\x8f\x90\x9d")
_HINT = "Save it as CSV (UTF-8), newline-delimited JSON or Parquet, then try again."
MOST_CONTROLS = 0.02
FEW_CONTROLS = 32  # stray ones in a text are no proof of binary data


def refuse_foreign(head: bytes, file_name: str) -> None:
    """UNREADABLE_FILE for formats that are known and not read."""
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise errors.VoyantError(errors.UNREADABLE_FILE, f"{file_name} is {what}, which is not supported yet.", hint=_HINT)
    if head[:200].lstrip().lower().startswith((b"<!doctype html", b"<html", b"<?xml")):
        raise errors.VoyantError(errors.UNREADABLE_FILE, f"{file_name} is an HTML or XML document, not a table.", hint=_HINT)


def is_parquet(path: Path, head: bytes) -> bool:
    """Both magic numbers, since a cut file has only the first."""
    if not head.startswith(PARQUET):
        return False
    with path.open("rb") as file:
        file.seek(0, 2)
        if file.tell() >= 12:
            file.seek(-4, 2)
            if file.read(4) == PARQUET:
                return True
    raise errors.VoyantError(
        errors.UNREADABLE_FILE, "The Parquet file is cut short: its footer is missing.", hint="Fetch or write the file again."
    )


def encoding_of(head: bytes, file_name: str) -> str:
    """The name of a Python codec for this text. UNREADABLE_FILE for bytes that are no text."""
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return codec
    if b"\x00" in head[:4096]:
        even, odd = head[0:4096:2].count(0), head[1:4096:2].count(0)
        half = min(len(head), 4096) // 2
        few = max(1, 0.05 * half)
        if odd > 0.4 * half and even <= few:
            return "utf-16-le"
        if even > 0.4 * half and odd <= few:
            return "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        codec = single_byte_encoding(head)
    else:
        codec = "utf-8"
    controls = sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\r\x0c\x1a\x1b\x1f\x01")
    if controls > min(max(FEW_CONTROLS, MOST_CONTROLS * len(head)), 1 + 0.1 * len(head)):
        raise _no_text(file_name)
    return codec


def single_byte_encoding(data: bytes) -> str:
    """Windows-1252 where bytes 80-9F are used, else Latin-1; text without a mark says no more than that."""
    used = {byte for byte in set(data) if 0x80 <= byte <= 0x9F}
    return "cp1252" if used and not used & _CP1252_HOLES else "latin-1"


def is_json(text: str) -> bool:
    """Whether the text starts with JSON objects, one per line, or with an array of them."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("["):
        return re.match(r"\[\s*(?:[{\[\]\"]|-?\d|true\b|false\b|null\b)", start) is not None
    if not start.startswith("{"):
        return False
    first = start.split("\n", 1)[0].strip()
    try:
        value: Any = json.loads(first)
    except (ValueError, RecursionError):
        # an object over several lines, one longer than the sample, or one so deep that the engine will refuse it
        return first == "{" or first.startswith(('{"', '{ "')) or first.endswith(("}", "},"))
    return isinstance(value, dict)


def label(file_format: FileFormat) -> str:
    return {FileFormat.CSV: "CSV", FileFormat.PARQUET: "Parquet", FileFormat.NDJSON: "JSON"}[file_format]


def _no_text(file_name: str) -> errors.VoyantError:
    return errors.VoyantError(errors.UNREADABLE_FILE, f"{file_name} holds binary data that is no table.", hint=_HINT)
