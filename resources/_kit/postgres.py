"""PostgreSQL as both stores use it: an engine with bounded connections that notices dead ones, and locks that end with their session.

Above it are the metadata store (`resources.metadata`) and Dagster's storage (`voyant_assets.runtime`). What goes wrong is put into words
in `postgres_failures.py`.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc

from resources._kit.postgres_failures import GRANTS, TransactionLostError, failure, is_of_server
from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.settings import Postgres

OLDEST_SERVER = 14
IDLE_S = 5.0  # a connection that rested longer is asked whether it lives before it is used
ATTEMPTS = 5
# whoever made the tables may have left to us no more than rows
MAY_WORK = """select has_schema_privilege(current_schema(), 'CREATE')
    or to_regclass('voyant_version') is not null or to_regclass('alembic_version') is not null"""
FIRST_PAUSE_S = 0.1


def make_engine(url: str, limits: Postgres, name: str, **options: Any) -> sa.Engine:
    """A pooled engine. `name` is what `pg_stat_activity` shows; `options` go to `create_engine`. Connects on first use."""
    engine = sa.create_engine(
        url,
        poolclass=sa.QueuePool,
        pool_size=min(limits.pool_size, limits.max_connections),
        max_overflow=max(limits.max_connections - limits.pool_size, 0),
        pool_use_lifo=True,  # keeps to few connections, and lets the others be closed
        pool_timeout=limits.statement_timeout_s,
        connect_args=_connect_args(sa.make_url(url), limits, name),
        hide_parameters=True,  # values of rows are nobody's business in a log
        **options,
    )
    event.listen(engine, "checkout", _ask_after_rest)
    event.listen(engine, "checkin", _remember_use)
    return engine


def _connect_args(url: sa.URL, limits: Postgres, name: str) -> dict[str, Any]:
    def milliseconds(seconds: float) -> int:
        return max(1, round(seconds * 1000))

    own = f"-c statement_timeout={milliseconds(limits.statement_timeout_s)} -c lock_timeout={milliseconds(limits.lock_timeout_s)}"
    given = url.query.get("options", "")
    return {
        "application_name": f"voyant {name}",
        "client_encoding": "utf8",
        "connect_timeout": limits.connect_timeout_s,
        # the URL's own come last, and win
        "options": f"{own} {given if isinstance(given, str) else ' '.join(given)}".strip(),
        # a server that vanished without a word is noticed within half a minute, not after hours
        "keepalives_idle": 15,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
    }


def _remember_use(_connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _ask_after_rest(connection: Any, record: Any, _proxy: object) -> None:
    """Cheaper than a ping per use: a server that restarted while we rested costs a question, not a failed request.

    A server that ends a session says so on its socket, which then has something to read.
    """
    rested_s = time.monotonic() - record.info.get("used_at", time.monotonic())
    if rested_s < IDLE_S and not _has_something_to_read(connection):
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        connection.rollback()
    except Exception as error:
        raise exc.DisconnectionError from error  # the pool connects anew


def _has_something_to_read(connection: Any) -> bool:
    look = select.poll()  # select() knows no descriptor above 1023
    look.register(connection.fileno(), select.POLLIN)
    return bool(look.poll(0))


def connect_patiently(engine: sa.Engine) -> sa.Connection:
    """A connection, also while the server restarts: some 2 s of tries."""
    for attempt in range(ATTEMPTS):
        try:
            return engine.connect()
        except (exc.OperationalError, TransactionLostError):
            if attempt + 1 == ATTEMPTS:
                raise
        time.sleep(FIRST_PAUSE_S * 2**attempt)
    raise AssertionError("unreachable")


def told_as(engine: sa.Engine, what: str) -> sa.Engine:
    """`engine`, with failures of the server (not of a statement) told by their code. For code of others, which handles the rest itself."""

    def tell(context: Any) -> None:
        error = context.sqlalchemy_exception
        if error is not None and is_of_server(error):
            raise failure(error, what) from error

    event.listen(engine, "handle_error", tell)
    return engine


def check_server(connection: sa.Connection, what: str) -> str:
    """The server's version. VYNT-5002 when it cannot serve us: too old, another encoding, a standby."""
    query = "select current_setting('server_version_num')::int, current_setting('server_encoding'), pg_is_in_recovery()"
    number, encoding, is_standby = connection.execute(sa.text(query)).one()
    if number // 10_000 < OLDEST_SERVER:
        raise _refused(f"{what} runs on PostgreSQL {number // 10_000}", f"Use PostgreSQL {OLDEST_SERVER} or newer.")
    if encoding != "UTF8":
        raise _refused(f"{what} is encoded in {encoding}", "Create the database with ENCODING 'UTF8'.")
    if is_standby:
        raise _refused(f"{what} is on a standby, which only allows reading", "VOYANT_POSTGRES__* must name the primary.")
    return f"{number // 10_000}.{number % 10_000}"


def look_at(url: str, limits: Postgres, what: str) -> str:
    """The version of the server, which could serve us. VYNT-5002 when it could not, or our user may not make tables."""
    engine = make_engine(url, limits, "check")
    try:
        with engine.connect() as connection:
            version = check_server(connection, what)
            if not connection.execute(sa.text(MAY_WORK)).scalar():
                raise _refused(f"{what} does not let our user make tables", GRANTS)
    except exc.SQLAlchemyError as error:
        raise failure(error, what) from error
    finally:
        engine.dispose()
    return version


def address(url: str) -> str:
    """`host:port/database`, to be shown to an operator."""
    parts = sa.make_url(url)
    host = parts.host or str(parts.query.get("host", "local socket"))
    return f"{host}:{parts.port or 5432}/{parts.database}"


def _refused(detail: str, hint: str) -> VoyantError:
    return VoyantError(errors.DATABASE, f"{detail}.", hint=hint, retryable=False)


def lock_key(name: str) -> sa.ColumnElement[int]:
    """64 bits that stand for `name` among advisory locks, which know numbers only."""
    return sa.func.hashtextextended(f"voyant:{name}", 0)


def lock_until_end(connection: sa.Connection, name: str) -> None:
    """Nobody else passes here with the same name until this transaction has ended."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock_key(name))))


_waiting: dict[str, threading.Lock] = {}
os.register_at_fork(after_in_child=_waiting.clear)  # a thread of the parent may have held one


@contextmanager
def exclusive(engine: sa.Engine, name: str) -> Generator[None]:
    """One thread of one process at a time, over all hosts that use this database. A holder that dies lets go."""
    # threads of this process queue here: each would hold a connection while it waits
    with _waiting.setdefault(name, threading.Lock()), engine.connect() as plain:
        connection = plain.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            lock_until_end(connection, name)
            yield
