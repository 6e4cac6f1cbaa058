"""How the schema of the metadata store comes about: Alembic revisions in `migrations/`, imported only when there is work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from resources.metadata.schema import HEAD, VERSION_TABLE

LOCK = "metadata schema"


def is_current(connection: sa.Connection) -> bool:
    return _version(connection) == HEAD


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(sa.text(f"select version_num from {VERSION_TABLE}")).scalar()


def run_migrations(connection: sa.Connection, serialize: Callable[[sa.Connection, str], None]) -> None:
    """To the newest revision, in the caller's transaction. Of processes that start together one migrates, the others find it done."""
    serialize(connection, LOCK)
    if is_current(connection):
        return
    migrate(connection, "head")


def migrate(connection: sa.Connection, revision: str, *, down: bool = False) -> None:
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("set local statement_timeout = 0"))  # an index over a large table takes its time
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    (command.downgrade if down else command.upgrade)(config, revision)
