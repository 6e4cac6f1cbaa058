"""One SQLAlchemy engine per database and process, safe to carry over a fork.

Shared by the three storages of a Dagster instance (`storage.py`). Not a pool of processes: that is `pool.py`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import sqlalchemy as db
from sqlalchemy.exc import DBAPIError

from voyant_core.errors import VoyantError

_engines: dict[str, db.Engine] = {}
_engines_lock = threading.Lock()


def engine_for(url: str, make: Callable[[str], db.Engine]) -> db.Engine:
    """The process's engine for `url`; `make(url)` builds it on first use."""
    with _engines_lock:
        if url not in _engines:
            _engines[url] = make(url)
        return _engines[url]


def close(url: str) -> None:
    """Ends the connections to `url`; whoever uses the engine next opens new ones."""
    with _engines_lock:
        engine = _engines.pop(url, None)
    if engine is not None:
        engine.dispose()


def check_connections() -> None:
    """Drop pooled connections that died while the process sat idle (a database restart); cheaper than a ping per checkout."""
    for engine in list(_engines.values()):
        try:
            with engine.connect() as connection:
                connection.execute(db.text("select 1"))
        except (DBAPIError, VoyantError):
            engine.dispose()


def _forget_parents_connections() -> None:
    # close=False: closing here would end the parent's session (Postgres) or drop its file locks (SQLite's are POSIX locks).
    # The engine object stays: its dialect and compiled statements are plain memory and worth keeping.
    global _engines_lock  # noqa: PLW0603 - another thread of the parent may have held it at the fork
    _engines_lock = threading.Lock()
    for engine in _engines.values():
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_parents_connections)
