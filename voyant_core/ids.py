"""Identifiers: a prefix and a ULID (https://github.com/ulid/spec), so that ids sort by their time of birth."""

from __future__ import annotations

import os
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U


def ulid(at_ms: int | None = None) -> str:
    """26 characters: 48 bits of milliseconds since 1970, 80 random bits."""
    milliseconds = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))


def new_job_id() -> str:
    return f"job_{ulid()}"


def new_source_id() -> str:
    return f"src_{ulid()}"


def new_request_id() -> str:
    return f"req_{ulid()}"
