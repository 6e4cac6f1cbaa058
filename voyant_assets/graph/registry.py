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

from voyant_core.keys import JointAddress, TableAddress
from voyant_core.model.source import Column, table_groups

if TYPE_CHECKING:
    from resources.metadata.store import MetadataStore


@dataclass(frozen=True, slots=True)
class RegisteredTable:
    name: str
    title: str
    columns: tuple[Column, ...]
    renamed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class JointGroup:
    """Tables that belong together, and where what is over them stands."""

    address: JointAddress
    tables: tuple[TableAddress, ...]


@dataclass(frozen=True, slots=True)
class RegisteredSource:
    id: str
    tenant: str
    slug: str
    type: str
    title: str
    tables: tuple[RegisteredTable, ...]
    joint: tuple[tuple[str, ...], ...] = ()
    """Groups of tables, by name, that were analyzed together."""

    def groups(self) -> list[JointGroup]:
        """The groups over which something is shown."""
        known = {table.name: TableAddress(self.tenant, self.slug, table.name) for table in self.tables}
        groups = [tuple(known[name] for name in names) for names in table_groups(list(known), self.joint)]
        return [JointGroup(JointAddress.over(tables, self.slug), tables) for tables in groups]

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
        return RegisteredSource(row["id"], row["tenant"], row["slug"], row["type"], row["title"], tables, _groups(row))


def _groups(row: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Those that the source has kept; a file of an earlier version names none."""
    kept: Sequence[Sequence[str]] = row.get("table_groups", ())
    return tuple(tuple(names) for names in kept)


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
    keep = ("id", "tenant", "slug", "type", "title", "tables", "table_groups")
    text = json.dumps({"schema": "voyant.registry/1", "sources": [{key: row[key] for key in keep} for row in rows]}, sort_keys=True)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".registry-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    Path(temporary).replace(path)
    return True
