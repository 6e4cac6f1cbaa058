"""How many cells of an .xlsx file hold an error value: calamine reads them as blank and says nothing."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

CHUNK_BYTES = 2**20
MOST_XML_BYTES = 16 * 2**20
_ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\bt=["']e["']""")
_LONGEST_TAG = 4096
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def error_cells(path: Path) -> dict[str, int]:
    """Sheet name -> count; empty for other kinds of workbooks and where the parts are not where they usually are."""
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        try:
            targets = {item.get("Id", ""): item.get("Target", "") for item in _tree(archive, "xl/_rels/workbook.xml.rels")}
            sheets = [item for item in _tree(archive, "xl/workbook.xml").iter() if item.tag.endswith("}sheet")]
        except ElementTree.ParseError:
            return {}
        parts = {item.get("name", ""): "xl/" + targets.get(item.get(_ID, ""), "").removeprefix("/xl/") for item in sheets}
        return {name: _count(archive, part) for name, part in parts.items() if part in names}


def _tree(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    with archive.open(part) as file:
        text = file.read(MOST_XML_BYTES)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:  # entities could grow without end
        raise ElementTree.ParseError
    return ElementTree.fromstring(text)  # noqa: S314 - no entities, bounded, in a confined process


def _count(archive: zipfile.ZipFile, part: str) -> int:
    count, held = 0, b""
    with archive.open(part) as file:
        while chunk := file.read(CHUNK_BYTES):
            text = held + chunk
            # what may be cut by the end of the chunk is looked at again with the next one
            cut = max(text.rfind(b"<"), len(text) - _LONGEST_TAG, 0)
            count += len(_ERROR_CELL.findall(text[:cut]))
            held = text[cut:]
    return count + len(_ERROR_CELL.findall(held))
