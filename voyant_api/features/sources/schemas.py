"""Sources on the wire; a source itself is `voyant_core.model.source.SourceRecord`."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from voyant_api.features.analyze.schemas import MOST_WAIT_S
from voyant_core.model.job import SOURCE, SourceText
from voyant_core.model.source import SourceRecord


class SourceBody(BaseModel):
    """Where the data are."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"source": "https://example.org/orders.csv"}, {"source": {"type": "file", "path": "orders.csv"}}]},
    )

    source: SourceText | dict[str, Any] = Field(description=SOURCE)
    wait_s: float = Field(default=30.0, ge=0, le=MOST_WAIT_S, description="Seconds to wait for the reading; then VYNT-5011.")


class SourcePage(BaseModel):
    items: list[SourceRecord]
    next_cursor: str | None = Field(default=None, description="Give it as `cursor` for the next page; null on the last.")
