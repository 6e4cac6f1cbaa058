"""Tables on the wire; a table itself is `voyant_core.model.table.TableInfo`."""

from __future__ import annotations

from pydantic import BaseModel, Field

from voyant_core.model.table import TableInfo


class TablePage(BaseModel):
    items: list[TableInfo]
    next_cursor: str | None = Field(default=None, description="Give it as `cursor` for the next page; null on the last.")
