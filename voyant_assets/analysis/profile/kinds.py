"""Which DuckDB type is profiled how, and the SQL expressions that this takes.

A family is a way of counting, finer than the `ColumnKind` that is published: integers are counted as BIGINT and stay exact, whole numbers
beyond it travel as text, floats and decimals as DOUBLE, everything else as text with one number beside it (length, seconds).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import Enum, auto

from voyant_core.model.profile import ColumnKind

LONGEST_TEXT = 1000
"""Characters of a value that leave the engine: 50,000 documents of a megabyte would not fit the process."""


class Family(Enum):
    INTEGER = auto()
    BOOLEAN = auto()
    FLOAT = auto()
    WIDE = auto()
    TEXT = auto()
    DATE = auto()
    TIMESTAMP = auto()
    TIME = auto()
    OTHER = auto()


_NAMES: dict[str, Family] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), Family.INTEGER),
    **dict.fromkeys(("UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM"), Family.WIDE),
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL"), Family.FLOAT),
    **dict.fromkeys(("VARCHAR", "ENUM", "JSON"), Family.TEXT),
    **dict.fromkeys(("TIME", "TIME_NS", "TIME WITH TIME ZONE"), Family.TIME),
    "BOOLEAN": Family.BOOLEAN,
    "DATE": Family.DATE,
}
_KINDS: dict[Family, ColumnKind] = {
    Family.INTEGER: "number",
    Family.FLOAT: "number",
    Family.WIDE: "number",
    Family.BOOLEAN: "boolean",
    Family.TEXT: "string",
    Family.DATE: "temporal",
    Family.TIMESTAMP: "temporal",
    Family.TIME: "temporal",
    Family.OTHER: "other",
}


@functools.cache
def family_of(type_name: str) -> Family:
    """The family of a DuckDB type name. Nested types (`VARCHAR[]`, `STRUCT(...)`) and unknown ones are OTHER."""
    name = type_name.upper()
    if name.endswith("]"):
        return Family.OTHER
    if name.startswith("TIMESTAMP"):
        return Family.TIMESTAMP
    return _NAMES.get(name.partition("(")[0].strip(), Family.OTHER)


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column of the table to be profiled."""

    name: str
    position: int
    type: str

    @property
    def family(self) -> Family:
        return family_of(self.type)

    @property
    def kind(self) -> ColumnKind:
        return _KINDS[self.family]

    @property
    def is_number(self) -> bool:
        return self.kind == "number"

    @property
    def is_single(self) -> bool:
        """Four-byte floats: their double is 0.10000000149 where a person wrote 0.1."""
        return self.type.upper() == "FLOAT"

    @property
    def has_infinities(self) -> bool:
        return self.family in (Family.DATE, Family.TIMESTAMP) or self.type.upper() in ("FLOAT", "DOUBLE")

    @property
    def sql(self) -> str:
        return quote(self.name)

    def usable(self, expression: str) -> str:
        """`expression` with NaN and infinities made null, and everything that is written as text (JSON, ENUM) made text."""
        if self.family is Family.TEXT:
            return self.string(expression)
        return f"CASE WHEN isfinite({expression}) THEN {expression} END" if self.has_infinities else expression

    def text(self, expression: str) -> str:
        """`expression` as text that names the value; `scalars.from_text` turns it into a scalar."""
        if self.family is Family.TIMESTAMP and "TIME ZONE" in self.type.upper():
            return f"CAST({expression} AT TIME ZONE 'UTC' AS VARCHAR)"
        if self.family is Family.OTHER and (self.type.endswith("]") or self.type.upper().startswith(("STRUCT", "MAP"))):
            return f"left(CAST(to_json({expression}) AS VARCHAR), {LONGEST_TEXT})"
        plain = self.string(expression)
        return f"left({plain}, {LONGEST_TEXT})" if self.family in (Family.TEXT, Family.OTHER) else plain

    def string(self, expression: str) -> str:
        return expression if self.type == "VARCHAR" else f"CAST({expression} AS VARCHAR)"

    def number(self, expression: str) -> str:
        """`expression` as DOUBLE: the number, seconds (since 1970 UTC, or since midnight), characters of a string, else NaN."""
        match self.family:
            case Family.TEXT:
                return f"CAST(length({self.string(expression)}) AS DOUBLE)"
            case Family.DATE | Family.TIMESTAMP | Family.TIME:
                return f"coalesce(epoch({expression}), 'nan'::DOUBLE)"
            case Family.OTHER:
                return "'nan'::DOUBLE"
            case _:
                return f"CAST({expression} AS DOUBLE)"

    def hashed(self, expression: str) -> str:
        """A 64-bit hash of `expression`. DuckDB's own is the same for many values of several parts: intervals of 1 and 30 days."""
        is_composite = self.family in (Family.OTHER, Family.WIDE) or self.type.upper().startswith("DECIMAL")
        return f"hash(CAST({expression} AS VARCHAR))" if is_composite else f"hash({expression})"

    def padded(self, expression: str) -> str:
        """Whether a string starts with a blank or control character or a no-break space, or ends with a blank, tab or line end.

        Comparisons of whole strings: trim and regular expressions cost 2 to 8 times the scan itself.
        """
        if self.family is not Family.TEXT:
            return "false"
        string = self.string(expression)
        ends = " OR ".join(f"suffix({string}, chr({code}))" for code in (32, 9, 10, 13, 160))
        return f"({string} <> '' AND ({string} < '!' OR starts_with({string}, chr(160)) OR {ends}))"
