"""Both kinds of stores for a home: SQLite files in it, or databases of its own on the session's PostgreSQL.

A fixture that makes a home takes `params=STORES`, so that the name of each test says what it ran on.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

from postgres_server import PostgresServer, shared_server

STORES = ("sqlite", "postgres")
URL = "VOYANT_POSTGRES__URL"


class Stores:
    """Places for stores. The server starts when the first one asks for PostgreSQL."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open = ExitStack()

    @cached_property
    def _server(self) -> PostgresServer:
        return self._open.enter_context(shared_server(self._folder))

    @cached_property
    def _template(self) -> str:
        """A database with both schemas, made once a session: creating them takes a second, copying them a tenth."""
        made = self._folder / f"template.{self._server.pid}"
        with (self._folder / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                self._server.execute("create database voyant_template")
                _create_schemas(self._server.url("voyant_template"))
                made.touch()
        return "voyant_template"

    def close(self) -> None:
        self._open.close()

    @contextmanager
    def variables(self, kind: str) -> Generator[dict[str, str]]:
        """What the environment of a home's processes must hold."""
        if kind == "sqlite":
            yield {}
            return
        with self._server.database(self._template) as name:
            yield {URL: self._server.url(name)}

    @contextmanager
    def here(self, kind: str) -> Generator[None]:
        """The same for this process, and for the processes that it starts."""
        from voyant_assets.runtime import pooled_engine
        from voyant_core.settings import settings

        before = os.environ.pop(URL, None)
        with self.variables(kind) as variables:
            os.environ.update(variables)
            settings.cache_clear()
            try:
                yield
            finally:
                os.environ.pop(URL, None)
                if before is not None:
                    os.environ[URL] = before
                settings.cache_clear()
                pooled_engine.close(variables.get(URL, ""))  # those of this process; the database goes now


def _create_schemas(url: str) -> None:
    from resources.metadata.database import Database
    from voyant_assets.runtime import pooled_engine
    from voyant_assets.runtime.postgres_storage import PooledPostgresStorage
    from voyant_core.settings import Postgres

    database = Database.on(url, Postgres())
    database.upgrade()
    database.close()
    PooledPostgresStorage(url, Postgres())
    pooled_engine.close(url)  # a template may have no guests
