"""The wall clock, in the one form that is stored and sent: ISO 8601, UTC, milliseconds, `Z`."""

from __future__ import annotations

import datetime as dt


def now() -> str:
    return iso(dt.datetime.now(dt.UTC))


def iso(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
