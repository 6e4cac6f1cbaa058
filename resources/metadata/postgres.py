"""The metadata store in PostgreSQL. Writes are READ COMMITTED with row locks and upserts, so they queue instead of failing; reads see one
snapshot."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import exc

from resources._kit.postgres import check_server, lock_until_end, make_engine
from resources._kit.postgres_failures import failure
from resources.metadata.columns import dump_json
from voyant_core.errors import VoyantError
from voyant_core.settings import Postgres

WHO = "The metadata store"


class PostgresDialect:
    def __init__(self, url: str, limits: Postgres) -> None:
        self._url = url
        self._limits = limits

    def make_engine(self) -> sa.Engine:
        return make_engine(self._url, self._limits, "metadata", json_serializer=dump_json)

    def reading(self, connection: sa.Connection) -> sa.Connection:
        return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def writing(self, connection: sa.Connection) -> sa.Connection:
        return connection.execution_options(isolation_level="READ COMMITTED")

    def serialize(self, connection: sa.Connection, name: str) -> None:
        lock_until_end(connection, name)

    def check(self, connection: sa.Connection) -> None:
        check_server(connection, WHO)

    def failure(self, error: exc.SQLAlchemyError, what: str) -> VoyantError:  # noqa: ARG002 - the cause says enough
        return failure(error, WHO)
