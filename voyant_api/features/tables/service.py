"""Tables in their newest version."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from voyant_api.features.tables.schemas import TablePage
from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.model.table import TableInfo
from voyant_core.tenancy import CallContext

if TYPE_CHECKING:
    from voyant_assets.launch import Launch

_ADDRESS = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")


class TableService:
    def __init__(self, launch: Launch) -> None:
        self.launch = launch

    def page(self, call: CallContext, *, source_id: str | None, limit: int, cursor: str | None) -> TablePage:
        """By address; the cursor is the last address of the page before. VYNT-2003 for a source that does not exist."""
        if source_id is not None:
            self.launch.source(call.tenant, source_id)
        if cursor is not None and not _ADDRESS.fullmatch(cursor):
            hint = "Take next_cursor from the page before, or leave it out."
            raise VoyantError(errors.BAD_REQUEST, "The cursor is not one of ours.", hint=hint)
        tables = sorted(self.launch.tables(call.tenant, source_id), key=lambda table: table.table)
        start = 0 if cursor is None else bisect_right([table.table for table in tables], cursor)
        items = tables[start : start + limit]
        return TablePage(items=items, next_cursor=items[-1].table if start + limit < len(tables) else None)

    def get(self, call: CallContext, address: str) -> TableInfo:
        return self.launch.table(call.tenant, address)
