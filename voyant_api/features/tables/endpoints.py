"""`/v1/tables`."""

from __future__ import annotations

from anyio.to_thread import run_sync
from fastapi import APIRouter

from voyant_api.errors import problems
from voyant_api.features.tables.schemas import TablePage
from voyant_api.features.tables.service import TableService
from voyant_api.identity import Caller
from voyant_api.paging import Cursor, Limit
from voyant_core import errors
from voyant_core.model.table import TableInfo


def routes(service: TableService) -> APIRouter:
    router = APIRouter(prefix="/v1/tables", tags=["tables"])

    @router.get(
        "", responses=problems(errors.SOURCE_NOT_FOUND, errors.BAD_REQUEST, errors.INVALID_REQUEST), summary="List tables by address"
    )
    async def list_tables(call: Caller, source_id: str | None = None, limit: Limit = 50, cursor: Cursor = None) -> TablePage:
        return await run_sync(lambda: service.page(call, source_id=source_id, limit=limit, cursor=cursor))

    @router.get("/{table}", responses=problems(errors.TABLE_NOT_FOUND), summary="Columns and version of a table")
    async def get_table(table: str, call: Caller) -> TableInfo:
        return await run_sync(service.get, call, table)

    return router
