"""Reading CSV values without silent loss. DuckDB reads `1.5` as the BIGINT 2 and `2024-01-01 10:00` as a DATE, without an error.

Columns that the sample took for whole numbers or days are therefore read as a wider type and narrowed only when nothing goes. That costs a
few per cent, and whole numbers are spared it when no decimal separator stands behind the sample.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Sequence
from pathlib import Path

from resources.duckdb import quoting
from voyant_core.model.source import Column, ReadOptions

EXACT_DOUBLE = 2**53  # whole numbers below are exact as doubles
_MARK = "inexact value"
INEXACT = re.compile(rf"{_MARK} \x1f(.*?)\x1f(.*?)\x1f", re.DOTALL)


def has_fractions(path: Path, read: ReadOptions, start: int) -> bool:
    """Whether a decimal separator stands in the file's bytes from `start` on."""
    separator = (read.decimal_separator or ".").encode()
    if path.stat().st_size <= start:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(separator, start) >= 0


def wide_columns(columns: Sequence[Column], read: ReadOptions, *, fractions: bool, long_numbers: bool) -> list[Column]:
    """The columns as they are to be read. `long_numbers`: some whole numbers are too long to pass as doubles."""
    return [Column(name=column.name, type=_wide(column.type, read, fractions, long_numbers)) for column in columns]


def narrowed(columns: Sequence[Column], wide: Sequence[Column]) -> str:
    """The SELECT list that gives `columns` from `wide`, failing with `INEXACT` on the first value that would change."""
    return ", ".join(_narrow(column, there.type) for column, there in zip(columns, wide, strict=True))


def _wide(kind: str, read: ReadOptions, fractions: bool, long_numbers: bool) -> str:
    if kind == "BIGINT" and fractions:
        return "VARCHAR" if long_numbers else "DOUBLE"
    if kind == "DECIMAL(38,0)":
        return "VARCHAR"
    # with a format of its own a date is read strictly
    return "TIMESTAMP" if kind == "DATE" and not read.date_format else kind


def _narrow(column: Column, kind: str) -> str:
    name = quoting.name(column.name)
    if kind == column.type:
        return name
    keeps = {
        "DOUBLE": f"{name} = trunc({name}) AND abs({name}) < {EXACT_DOUBLE}",
        "TIMESTAMP": f"CAST(CAST({name} AS {column.type}) AS TIMESTAMP) = {name}",
        "VARCHAR": f"regexp_full_match(trim({name}), '[+-]?[0-9]+')",
    }[kind]
    failure = f"error('{_MARK} ' || chr(31) || {quoting.text(column.name)} || chr(31) || CAST({name} AS VARCHAR) || chr(31))"
    return f"CASE WHEN {name} IS NULL OR {keeps} THEN CAST({name} AS {column.type}) ELSE CAST({failure} AS {column.type}) END AS {name}"
