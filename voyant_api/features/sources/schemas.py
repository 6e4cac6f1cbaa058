"""Sources on the wire; a source itself is `voyant_core.model.source.SourceRecord`."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from voyant_core.model.source import SourceRecord


class SourceBody(BaseModel):
    """Where the data are."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"source": "https://example.org/orders.csv"}, {"source": {"type": "file", "path": "orders.csv"}}]},
    )

    source: str | dict[str, Any] = Field(description="Path, URL, source id, or an object with `type` (file, url, upload, source).")


class SourcePage(BaseModel):
    items: list[SourceRecord]
    next_cursor: str | None = Field(default=None, description="Give it as `cursor` for the next page; null on the last.")
