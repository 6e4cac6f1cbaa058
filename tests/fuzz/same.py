"""Whether what was read is what was written, column by column, allowing for the ways in which text may state a value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any


def differences(written: Sequence[Sequence[Any]], read: Sequence[Sequence[Any]]) -> str | None:
    """The first difference, in words; None when all agree. Both by column. A blank text is a null."""
    if len(read) < len(written):
        return f"{len(read)} columns of {len(written)}"
    for at, (want, got) in enumerate(zip(written, read, strict=False)):
        for row, (one, other) in enumerate(zip(want, got, strict=False)):
            if not _same(one, other):
                return f"column {at + 1}, row {row + 1}: {one!r} became {other!r}"
    return None


def _same(one: Any, other: Any) -> bool:
    if one is None or one == "":
        return other is None or other == ""
    match other:
        case bool():
            return str(one).lower() == str(other).lower()
        case int() | float() | Decimal():
            return not isinstance(one, bool) and float(one) == float(other)
        case dt.datetime():
            return str(other.replace(tzinfo=None)) == str(one)
        case _:
            return str(other) == str(one).replace("T", " ") or str(other) == str(one) or other == _text(one)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)
