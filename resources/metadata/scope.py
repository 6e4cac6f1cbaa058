"""The one place where a tenant's rows are selected. Repositories derive from `TenantScope` and never build statements of their own."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from resources.metadata.database import Database
from voyant_core import errors


class TenantScope:
    """Statements that carry the tenant. `database` and `tenant` are the repository's only state."""

    def __init__(self, database: Database, tenant: str) -> None:
        self.database = database
        self.tenant = tenant

    def select(self, table: sa.Table, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        return sa.select(*(columns or (table,))).where(table.c.tenant == self.tenant)

    def insert(self, table: sa.Table, **values: Any) -> sa.Insert:
        return sa.insert(table).values(tenant=self.tenant, **values)

    def update(self, table: sa.Table) -> sa.Update:
        return sa.update(table).where(table.c.tenant == self.tenant)

    def delete(self, table: sa.Table) -> sa.Delete:
        return sa.delete(table).where(table.c.tenant == self.tenant)

    def insert_once(self, connection: sa.Connection, table: sa.Table, **values: Any) -> bool:
        """Insert unless a row with the same key is there already, also one that another transaction is about to keep. True: it was ours."""
        statement = upsert(connection, table).values(tenant=self.tenant, **values).on_conflict_do_nothing()
        return connection.execute(statement).rowcount == 1

    def newest(
        self, connection: sa.Connection, query: sa.Select[Any], key: sa.Column[Any], limit: int, cursor: str | None
    ) -> tuple[Sequence[sa.RowMapping], str | None]:
        """At most `limit` rows of a query, greatest `key` first, and the cursor of the page behind them if there is one."""
        if cursor is not None:
            query = query.where(key < decode_cursor(cursor))
        rows = connection.execute(query.order_by(key.desc()).limit(limit + 1)).mappings().all()
        return rows[:limit], encode_cursor(rows[limit - 1][key]) if len(rows) > limit else None


def upsert(connection: sa.Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what to do about a conflict."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def encode_cursor(last: str) -> str:
    return base64.urlsafe_b64encode(last.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """The id behind which a page starts. VYNT-1014 for anything that `encode_cursor` did not make."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise errors.VoyantError(
            errors.BAD_REQUEST, "The cursor is not one of ours.", hint="Take next_cursor from the page before, or leave it out."
        ) from error
