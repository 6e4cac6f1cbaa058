"""Names and texts as DuckDB SQL. Everything from outside passes here before it becomes part of a statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def name(text: str) -> str:
    """A quoted identifier."""
    return '"' + text.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string literal. A character U+0000, which a literal cannot hold, is left out."""
    return "'" + value.replace("\x00", "").replace("'", "''") + "'"


def texts(values: Iterable[str]) -> str:
    """A list of string literals."""
    return "[" + ", ".join(text(value) for value in values) + "]"


def struct(values: Mapping[str, str]) -> str:
    """A struct literal of strings, keys quoted: `{'a': 'BIGINT'}`."""
    return "{" + ", ".join(f"{text(key)}: {text(value)}" for key, value in values.items()) + "}"
