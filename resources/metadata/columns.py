"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import math
import re
from typing import Any, cast

import sqlalchemy as sa

# PostgreSQL stores no NUL, and no database a lone surrogate (what Python makes of file names that are not UTF-8)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Words(sa.types.TypeDecorator[str]):
    """Text of any length, sorted by its bytes on every server. Characters that no database stores become U+FFFD, in queries too."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        collation = "C" if dialect.name == "postgresql" else None  # SQLite compares bytes by itself
        return dialect.type_descriptor(sa.Text(collation=collation))

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(value)


def storable(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text) if _UNSTORABLE.search(text) else text


Document = sa.JSON(none_as_null=True)
"""JSON as it was written: order of keys, digits of numbers. `json` on PostgreSQL, not `jsonb`, which keeps neither."""


def dump_json(value: Any) -> str:
    """As ASCII, so that any character can be stored; what is no number (NaN, infinities) is null, since JSON has no word for it."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in cast("list[Any]", value)]
    return value
