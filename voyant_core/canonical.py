"""Canonical JSON: the same value gives the same bytes, so that artifacts can be named by their hash.

Floats are rounded to 10 significant digits and at most 10 decimals, -0.0 becomes 0.0, NaN and infinities become null, keys are sorted.
Both roundings matter: parallel sums differ in the last digits from run to run, and a skewness of 1e-14 is noise in every digit it has.
"""

from __future__ import annotations

import datetime as dt
import decimal
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, cast

DIGITS = 10
EXACT_WHOLE = 10.0**DIGITS
"""Below it `rounded` leaves whole numbers as they are."""


def rounded(value: float) -> float | None:
    """`value` to 10 significant digits and 10 decimals without a negative zero; None for NaN and infinities."""
    if not math.isfinite(value):
        return None
    shorter = float(f"{value:.{DIGITS}g}")
    return round(shorter, DIGITS) + 0.0 if math.isfinite(shorter) else value  # rounding up the largest doubles leaves their range


def plain(value: Any) -> Any:
    """`value` as JSON types: dates as ISO 8601, decimals and numpy scalars as numbers, bytes as hexadecimal digits."""
    kind: Any = value.__class__
    if value is None or kind is str or kind is int or kind is bool:  # nearly all values are of the exact types: 3 times as fast
        return value
    if kind is float:
        return rounded(value)
    if kind is list:
        return [plain(item) for item in value]
    match value:
        case None | bool() | str():
            return value
        case int():
            return int(value)
        case float():
            return rounded(value)
        case Mapping():
            return {str(key): plain(item) for key, item in cast(Mapping[Any, Any], value).items()}
        case decimal.Decimal():
            if not value.is_finite():
                return None
            return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else rounded(float(value))
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case dt.timedelta():
            return rounded(value.total_seconds())
        case bytes() | bytearray():
            return value.hex()
        case _ if hasattr(value, "model_dump"):
            return plain(value.model_dump(mode="python", by_alias=True))
        case _ if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:
            return plain(value.item())
        case _ if hasattr(value, "tolist"):
            return plain(value.tolist())
        case Iterable():
            return [plain(item) for item in cast(Iterable[Any], value)]
        case _:
            return str(value)


def dumps(value: Any) -> bytes:
    """UTF-8 canonical JSON of `value`."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(
        "utf-8", "surrogatepass"
    )


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def digest(value: Any) -> str:
    """`sha256:` and the hash of the canonical JSON of `value`."""
    return f"sha256:{sha256(dumps(value))}"


def content_digest(artifacts: Iterable[tuple[str, str]]) -> str:
    """The digest of a manifest: over the sorted (name, sha256) pairs, as canonical JSON."""
    return digest(sorted([name, sha] for name, sha in artifacts))
