"""The registry snapshot: the sources that a code location shows, as one JSON file.

Definitions load from the file alone: no socket, no query. The metadata store stays the truth; whoever changes a source writes the file
anew.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voyant_core.model.source import Column

if TYPE_CHECKING:
    from resources.metadata.store import MetadataStore


@dataclass(frozen=True, slots=True)
class RegisteredTable:
    name: str
    title: str
    columns: tuple[Column, ...]
    renamed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RegisteredSource:
    id: str
    tenant: str
    slug: str
    type: str
    title: str
    tables: tuple[RegisteredTable, ...]

    @staticmethod
    def of(row: Mapping[str, Any]) -> RegisteredSource:
        """From a row of `MetadataStore.registry_rows`, or of the file."""
        tables = tuple(
            RegisteredTable(
                table["name"],
                table["title"],
                tuple(Column(name=column["name"], type=column["type"]) for column in table["columns"]),
                table["read"].get("renamed", {}),
            )
            for table in row["tables"]
        )
        return RegisteredSource(row["id"], row["tenant"], row["slug"], row["type"], row["title"], tables)


def read_registry(path: Path) -> list[RegisteredSource]:
    """The sources of the file; none when it was never written."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [RegisteredSource.of(row) for row in document["sources"]]


def write_registry(store: MetadataStore, path: Path) -> bool:
    """Write the store's sources to the file, atomically. False when nothing changed."""
    rows: Sequence[dict[str, Any]] = store.registry_rows()
    keep = ("id", "tenant", "slug", "type", "title", "tables")
    text = json.dumps({"schema": "voyant.registry/1", "sources": [{key: row[key] for key in keep} for row in rows]}, sort_keys=True)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".registry-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    Path(temporary).replace(path)
    return True
