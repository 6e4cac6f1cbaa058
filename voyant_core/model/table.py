"""A table at one snapshot, as stages see it."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, Field

from voyant_core.keys import TableAddress
from voyant_core.model.source import Column


@dataclass(frozen=True, slots=True)
class TableSnapshot:
    """A pinned Iceberg snapshot.

    `snapshot_id` and `content_version` are strings, since JSON numbers lose digits above 2^53. `content_version` is the last snapshot
    whose operation is not `replace`. `relation` is the SQL expression that reads exactly these rows in DuckDB; `files` are the absolute
    paths that it reads. `rows` and `size_bytes` count the whole snapshot.
    """

    address: TableAddress
    snapshot_id: str
    content_version: str
    rows: int
    size_bytes: int
    columns: tuple[Column, ...]
    files: tuple[str, ...]
    relation: str
    landing_sha256: str


class TableInfo(BaseModel):
    """A table as callers see it: its newest version."""

    table: str
    source_id: str
    source: str
    name: str
    rows: int
    size_bytes: int
    snapshot_id: str
    content_version: str
    landing_sha256: str
    columns: list[Column]
    notes: list[str] = Field(default=[], description="What a person should know about the reading, one sentence each.")
    updated_at: str
