"""What PostgreSQL refuses or fails at, in words that carry no host, user, value or statement: an error of the catalogue for each cause.

The server's SQLSTATE decides (https://www.postgresql.org/docs/current/errcodes-appendix.html). A connection that never came about has none:
there libpq's text is looked through, and never shown, since it names the server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import exc

from voyant_core import errors
from voyant_core.errors import ErrorCode, VoyantError

REACH = "Is PostgreSQL running, and is the address in VOYANT_POSTGRES__* right?"
GRANTS = "docs/operations.md lists the rights that the user needs."


class TransactionLostError(VoyantError):
    """Nothing was written, and the same transaction may well succeed: a conflict, or a connection that broke before the commit."""


@dataclass(frozen=True, slots=True)
class _Cause:
    words: str
    hint: str
    retryable: bool = True
    code: ErrorCode = errors.DATABASE
    repeats: bool = False


_AWAY = _Cause("cannot be reached", REACH, repeats=True)
_FULL = _Cause("has no space left on its disk", "Free some space on the server of the database.", retryable=False, code=errors.STORAGE_FULL)
_CROWDED = _Cause("has no connection left for us", "Raise max_connections of the server, or lower VOYANT_POSTGRES__MAX_CONNECTIONS.")
_CONFLICT = _Cause("met another transaction in the same place", "Try again.", repeats=True)
_SLOW = _Cause("took too long to answer", "Try again; VOYANT_POSTGRES__STATEMENT_TIMEOUT_S is the limit.")
_LOCKED = _Cause("was kept waiting by another session", "Try again; VOYANT_POSTGRES__LOCK_TIMEOUT_S is the limit.")
_READ_ONLY = _Cause("only allows reading", "Is it a standby? VOYANT_POSTGRES__* must name the primary.", retryable=False)
_FORBIDDEN = _Cause("does not allow this to our user", GRANTS, retryable=False)
_NO_LOGIN = _Cause("does not let our user in", "Correct user and password in VOYANT_POSTGRES__*.", retryable=False)
_NO_DATABASE = _Cause("has no such database", "Create it, or correct VOYANT_POSTGRES__*.", retryable=False)
_NO_SCHEMA = _Cause("lacks a table or column", "Was it made by another version? Back it up, and start with an empty one.", retryable=False)

_BY_STATE = {
    "25006": _READ_ONLY, "28000": _NO_LOGIN, "28P01": _NO_LOGIN, "3D000": _NO_DATABASE, "3F000": _FORBIDDEN, "40001": _CONFLICT,
    "40P01": _CONFLICT, "42501": _FORBIDDEN, "42703": _NO_SCHEMA, "42P01": _NO_SCHEMA, "53100": _FULL, "53300": _CROWDED,
    "55P03": _LOCKED, "57014": _SLOW, "57P01": _AWAY, "57P02": _AWAY, "57P03": _AWAY, "57P05": _AWAY,
}  # fmt: skip

_BY_TEXT = {  # regular expressions
    "too many clients": _CROWDED,
    "too many connections": _CROWDED,
    "remaining connection slots": _CROWDED,
    "password authentication failed": _NO_LOGIN,
    "no password supplied": _NO_LOGIN,
    r"no pg_hba\.conf entry": _NO_LOGIN,
    "peer authentication failed": _NO_LOGIN,
    "permission denied for database": _FORBIDDEN,
    "is not permitted to log in": _NO_LOGIN,
    r'role ".*" does not exist': _NO_LOGIN,
    r'database ".*" does not exist': _NO_DATABASE,
    "no space left on device": _FULL,
}


def failure(error: exc.SQLAlchemyError, what: str) -> VoyantError:
    """`what` names the database for the person who reads it: "The metadata store"."""
    cause = _cause_of(error)
    if cause is None:
        state = _state(error)
        detail = f"{what} refused a statement" + (f" (SQLSTATE {state})." if state else ".")
        return VoyantError(errors.DATABASE, detail, hint="The log tells more; please report it.", retryable=False)
    kind = TransactionLostError if cause.repeats else VoyantError
    return kind(cause.code, f"{what} {cause.words}.", hint=cause.hint, retryable=cause.retryable)


def is_of_server(error: exc.SQLAlchemyError) -> bool:
    """Whether the server failed us, or the way to it; not a statement that was wrong, or met a constraint."""
    cause = _cause_of(error)
    return cause is not None and cause is not _NO_SCHEMA


def _state(error: exc.SQLAlchemyError) -> str | None:
    return getattr(getattr(error, "orig", None), "pgcode", None)


def _cause_of(error: exc.SQLAlchemyError) -> _Cause | None:
    if isinstance(error, exc.TimeoutError):  # of the pool
        return _CROWDED
    state = _state(error)
    if state is not None:
        return _BY_STATE.get(state) or (_AWAY if state.startswith("08") else None)
    if isinstance(error, exc.OperationalError | exc.InterfaceError) or getattr(error, "connection_invalidated", False):
        text = str(getattr(error, "orig", error)).lower()
        return next((cause for words, cause in _BY_TEXT.items() if re.search(words, text)), _AWAY)
    return None
