"""The one error tree. Every failure that leaves a component is a `VoyantError` with a code of the catalogue below.

Three renderings share it: RFC 9457 problem documents (`to_problem`), MCP tool errors (`to_text`) and Dagster failures
(`voyant_assets.graph`, which reads `retryable`). Codes 1001-9000 are kept from the original catalogue; codes are added, never renumbered.
Messages say what was being done, what was wrong and, in `hint`, what to do next. They never carry a secret, an internal host or a trace.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from voyant_core.hints import Door, spoken

PROBLEM_TYPE = "urn:voyant:problem:"


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One line of the catalogue: number, HTTP status, short title, whether the same call may succeed later."""

    number: int
    status: int
    title: str
    retryable: bool = False

    @property
    def code(self) -> str:
        return f"VYNT-{self.number:04d}"


INVALID_REQUEST = ErrorCode(1001, 422, "The request is not valid")
UNKNOWN_COLUMN = ErrorCode(1002, 400, "No such column")
INVALID_DATE = ErrorCode(1003, 400, "Not a date")
MISSING_PARAMETER = ErrorCode(1004, 400, "A parameter is missing")
INVALID_SQL = ErrorCode(1005, 400, "The SQL is not valid")
PATH_NOT_ALLOWED = ErrorCode(1006, 403, "The path is outside the allowed folders")
UNSUPPORTED_SOURCE = ErrorCode(1007, 400, "This kind of source is not supported")
SQL_NOT_A_READ = ErrorCode(1008, 400, "The SQL is not a single read")
METHOD_NOT_ALLOWED = ErrorCode(1009, 405, "The method is not allowed here")
UNSUPPORTED_MEDIA_TYPE = ErrorCode(1010, 415, "The media type is not supported")
TOO_LARGE = ErrorCode(1011, 413, "The content is too large")
UNKNOWN_STAGE = ErrorCode(1012, 400, "No such stage")
URL_NOT_ALLOWED = ErrorCode(1013, 403, "The URL may not be fetched")
BAD_REQUEST = ErrorCode(1014, 400, "The request cannot be read")
RANGE_NOT_SATISFIABLE = ErrorCode(1015, 416, "The range lies outside the content")
HOST_NOT_SERVED = ErrorCode(1016, 421, "This host is not served here")
ORIGIN_NOT_ALLOWED = ErrorCode(1017, 403, "Calls from this web page are not allowed")
TOO_MANY_TABLES = ErrorCode(1018, 422, "Too many tables for one request")
JOB_NOT_FOUND = ErrorCode(2001, 404, "No such job")
ARTIFACT_NOT_FOUND = ErrorCode(2002, 404, "No such artifact")
SOURCE_NOT_FOUND = ErrorCode(2003, 404, "No such source")
BASELINE_NOT_FOUND = ErrorCode(2004, 404, "No such baseline")
CONTRACT_NOT_FOUND = ErrorCode(2005, 404, "No such contract")
TABLE_NOT_FOUND = ErrorCode(2006, 404, "No such table")
ROUTE_NOT_FOUND = ErrorCode(2007, 404, "No such route")
FILE_NOT_FOUND = ErrorCode(2008, 404, "No such file")
IDEMPOTENCY_CONFLICT = ErrorCode(2009, 409, "The idempotency key was used for another request")
STATE_CONFLICT = ErrorCode(2010, 409, "The state does not allow this")
PRESET_NOT_FOUND = ErrorCode(2011, 404, "No such preset")
AUTHENTICATION_REQUIRED = ErrorCode(3001, 401, "Authentication is required")
TOKEN_EXPIRED = ErrorCode(3002, 401, "The token has expired")
PERMISSION_DENIED = ErrorCode(3003, 403, "Permission denied")
TENANT_DENIED = ErrorCode(3004, 403, "The tenant is not yours")
BIND_REFUSED = ErrorCode(3005, 403, "Binding to this address is refused")
INVALID_TENANT = ErrorCode(3006, 400, "Not a tenant name")
DAILY_QUOTA = ErrorCode(4001, 429, "The daily quota is used up", retryable=True)
CONCURRENT_QUOTA = ErrorCode(4002, 429, "Too many jobs at once", retryable=True)
STORAGE_FULL = ErrorCode(4003, 507, "No storage left")
RATE_LIMIT = ErrorCode(4004, 429, "Too many requests", retryable=True)
INTERNAL = ErrorCode(5001, 500, "Internal error")
DATABASE = ErrorCode(5002, 503, "The metadata store does not answer", retryable=True)
TIMEOUT = ErrorCode(5003, 504, "It took too long", retryable=True)
RUN_LOST = ErrorCode(5004, 500, "The run ended before its time", retryable=True)
HOME_IN_USE = ErrorCode(5005, 503, "The home is in use by another server")
WORKER_AWAY = ErrorCode(5006, 503, "The run worker does not answer", retryable=True)
LEASE_HELD = ErrorCode(5007, 503, "The table is being written by another run", retryable=True)
DAGIT_AWAY = ErrorCode(5008, 503, "Dagit does not answer", retryable=True)
HOME_NOT_WRITABLE = ErrorCode(5009, 503, "The home cannot be written to")
BAD_SETTING = ErrorCode(5010, 500, "A setting is wrong")
SOURCE_BEING_READ = ErrorCode(5011, 503, "The source is still being read", retryable=True)
AIRBYTE = ErrorCode(6001, 502, "Airbyte failed", retryable=True)
DATAHUB = ErrorCode(6002, 503, "DataHub failed", retryable=True)
SOURCE_UNREACHABLE = ErrorCode(6003, 502, "The source could not be fetched", retryable=True)
CONTRACT_VIOLATED = ErrorCode(7001, 422, "The data break their contract")
TOO_LITTLE_DATA = ErrorCode(7002, 422, "The data cannot carry this analysis")
DRIFTED = ErrorCode(7003, 422, "The data have drifted")
UNREADABLE_FILE = ErrorCode(7004, 422, "The file cannot be read as a table")
EMPTY_FILE = ErrorCode(7005, 422, "The file holds no rows")
UNSUPPORTED_TABLE = ErrorCode(7006, 422, "The table uses a feature that this engine cannot read")
STAGE_FAILED = ErrorCode(7007, 422, "A required stage failed")
POLICY_DENIED = ErrorCode(8001, 403, "Denied by policy")
POLICY_UNAVAILABLE = ErrorCode(8002, 503, "The policy engine does not answer", retryable=True)
BREAKER_OPEN = ErrorCode(9000, 503, "The outside system is being left alone", retryable=True)

CATALOGUE: dict[int, ErrorCode] = {entry.number: entry for entry in list(globals().values()) if isinstance(entry, ErrorCode)}


@dataclass(frozen=True, slots=True)
class Flaw:
    """One wrong place in a request: an RFC 6901 pointer into the body, and what is wrong there."""

    pointer: str
    detail: str


class VoyantError(Exception):
    """A failure with a code.

    `detail` says what was being done and what was wrong; `hint` what to do next (calls by marks of `voyant_core.hints`).
    `retryable` defaults to the code's.
    Chain the cause with `raise VoyantError(...) from error`.
    """

    def __init__(
        self, code: ErrorCode, detail: str, *, hint: str | None = None, retryable: bool | None = None, errors: Sequence[Flaw] = ()
    ) -> None:
        super().__init__(f"{code.code}: {detail}")
        self.code = code
        self.detail = detail
        self.hint = hint
        self.retryable = code.retryable if retryable is None else retryable
        self.errors = tuple(errors)

    def to_problem(self, instance: str | None = None, request_id: str | None = None, door: Door = Door.REST) -> dict[str, Any]:
        """The RFC 9457 document; members without a value are left out."""
        document: dict[str, Any] = {
            "type": PROBLEM_TYPE + self.code.code,
            "title": self.code.title,
            "status": self.code.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code.code,
            "request_id": request_id,
            "retryable": self.retryable,
            "hint": self.hint_at(door),
            "errors": [{"pointer": flaw.pointer, "detail": flaw.detail} for flaw in self.errors] or None,
        }
        return {key: value for key, value in document.items() if value is not None}

    def hint_at(self, door: Door) -> str | None:
        """What to do next, in the words of a door."""
        return None if self.hint is None else spoken(self.hint, door)

    def to_text(self, door: Door = Door.CLI) -> str:
        """One or more lines for a person or a model: `VYNT-2003: detail. hint`, then each flaw."""
        hint = self.hint_at(door)
        lines = [f"{self.code.code}: {self.detail}" + (f" {hint}" if hint else "")]
        lines += [f"  {flaw.pointer}: {flaw.detail}" for flaw in self.errors]
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (self.code.number, self.detail, self.hint, self.retryable, self.errors))


def _rebuild(number: int, detail: str, hint: str | None, retryable: bool, errors: tuple[Flaw, ...]) -> VoyantError:
    return VoyantError(CATALOGUE[number], detail, hint=hint, retryable=retryable, errors=errors)


FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@contextlib.contextmanager
def of_disk(doing: str) -> Generator[None]:
    """Translates what a disk refuses: STORAGE_FULL, HOME_NOT_WRITABLE, else INTERNAL. `doing` says what was tried, without a path."""
    try:
        yield
    except OSError as error:
        why = f"{doing} failed: {error.strerror or type(error).__name__}."
        if error.errno in FULL:
            raise VoyantError(STORAGE_FULL, why, hint="Free space on the disk of VOYANT_HOME, then try again.") from error
        if error.errno in CLOSED:
            hint = "Give this user the right to write there, or choose another home with VOYANT_HOME."
            raise VoyantError(HOME_NOT_WRITABLE, why, hint=hint) from error
        raise VoyantError(INTERNAL, why, hint="Check the disk of VOYANT_HOME.") from error


def to_wire(error: VoyantError) -> dict[str, Any]:
    """As JSON, for another process (worker, job row); `from_wire` is its inverse."""
    return {
        "number": error.code.number,
        "detail": error.detail,
        "hint": error.hint,
        "retryable": error.retryable,
        "errors": [[flaw.pointer, flaw.detail] for flaw in error.errors],
    }


def from_wire(document: dict[str, Any]) -> VoyantError:
    flaws = [Flaw(pointer, detail) for pointer, detail in document["errors"]]
    return VoyantError(
        CATALOGUE[document["number"]], document["detail"], hint=document["hint"], retryable=document["retryable"], errors=flaws
    )
