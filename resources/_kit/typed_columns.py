"""Columns of cells that each have a type of their own, as workbooks and SQLite have them: one type per column, and what to tell about it.

Pure but for Arrow arrays. A type is a DuckDB type name. Text is what fits everything; numbers never lose a digit on the way to it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

EXACT_DOUBLE = 2**53
NULL_TOKENS = frozenset(
    {"", "NA", "N/A", "n/a", "na", "NaN", "nan", "null", "NULL", "None", "-", "--", "?", "#N/A", "#VALUE!", "#DIV/0!", "#REF!", "#NAME?"}
)
_KIND = {
    int: "numbers", float: "numbers", bool: "true or false", str: "texts", bytes: "binary values", dt.date: "dates", dt.datetime: "times",
    dt.time: "times of day", dt.timedelta: "durations",
}  # fmt: skip
_ZERO = dt.time()


@dataclass(slots=True)
class ColumnKinds:
    """What occurs in one column; `see` takes its values batch by batch. None and empty texts are nulls."""

    counts: Counter[type] = field(default_factory=Counter[type])
    tokens: Counter[str] = field(default_factory=Counter[str])
    are_whole: bool = True
    largest: float = 0
    least: float = 0

    def see(self, values: Sequence[Any]) -> None:
        self.counts.update(map(type, values))
        if self.counts[str]:
            texts = [value for value in values if type(value) is str]
            self.tokens.update(text for text in texts if text.strip() in NULL_TOKENS)
        numbers: list[float] = [value for value in values if type(value) is float or type(value) is int]
        if numbers:
            self.are_whole = self.are_whole and all(type(n) is int or n.is_integer() for n in numbers)
            self.largest = max(self.largest, *map(abs, numbers))
            self.least = min(self.least, *numbers)

    @property
    def filled(self) -> int:
        """Cells that are no nulls of any spelling."""
        return self.counts.total() - self.counts[type(None)] - self.tokens.total()

    def type_name(self) -> str:
        """The one type for all cells; null tokens do not count."""
        kinds = {kind for kind, count in self.counts.items() if count and kind is not type(None)}
        if self.counts[str] == self.tokens.total():
            kinds.discard(str)
        match kinds:
            case _ if not kinds:
                return "VARCHAR"
            case _ if kinds <= {int, float}:
                return self._number(kinds)
            case _ if kinds == {bool}:
                return "BOOLEAN"
            case _ if kinds == {dt.date}:
                return "DATE"
            case _ if kinds <= {dt.date, dt.datetime}:
                return "TIMESTAMP"
            case _ if kinds == {dt.time}:
                return "TIME"
            case _ if kinds <= {dt.time, dt.timedelta}:
                return "DOUBLE"
            case _ if kinds == {bytes}:
                return "BLOB"
            case _:
                return "VARCHAR"

    def _number(self, kinds: set[type]) -> str:
        if kinds == {int}:
            return "BIGINT"
        # a workbook stores every number as a double; beyond 2^53 its digits are not those that were typed
        if self.are_whole and self.largest <= EXACT_DOUBLE:
            return "BIGINT"
        return "VARCHAR" if int in kinds and self.largest > EXACT_DOUBLE else "DOUBLE"

    def notes(self, name: str, type_name: str) -> list[str]:
        """One sentence for each thing that is not plain."""
        notes: list[str] = []
        spelled = sorted(token for token in self.tokens if token.strip())
        if spelled and self.counts[str] == self.tokens.total():
            notes.append(f"{name}: {', '.join(map(repr, spelled[:5]))} {'is' if len(spelled) == 1 else 'are'} read as missing.")
        kinds: Counter[str] = Counter()
        for kind, count in self.counts.items():
            if kind in _KIND:
                kinds[_KIND[kind]] += count - (self.tokens.total() if kind is str else 0)
        mixed = [f"{count:,} {kind}" for kind, count in kinds.most_common() if count > 0]
        if type_name == "VARCHAR" and len(mixed) > 1:
            notes.append(f"{name} holds {', '.join(mixed[:-1])} and {mixed[-1]}, and is kept as text.")
        elif type_name == "VARCHAR" and mixed and not kinds["texts"]:
            notes.append(f"{name} holds numbers that no number type keeps exactly, and is kept as text.")
        elif type_name == "DOUBLE" and kinds["durations"]:
            notes.append(f"{name} holds durations, which are kept in seconds.")
        return notes


def as_text(value: Any) -> str:
    """A cell as a person would type it."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < EXACT_DOUBLE:
            return str(int(value))
        case bytes():
            return value.hex()
        case dt.datetime():
            return value.isoformat(" ")
        case _:
            return str(value)


def arrow_array(values: Iterable[Any], type_name: str) -> Any:
    """The values as a pyarrow array of the type that `ColumnKinds` chose."""
    import pyarrow

    arrow: Any = pyarrow  # its own types are partial
    kind, read = {
        "BIGINT": (arrow.int64(), int),
        "DOUBLE": (arrow.float64(), _as_double),
        "BOOLEAN": (arrow.bool_(), bool),
        "DATE": (arrow.date32(), None),
        "TIMESTAMP": (arrow.timestamp("us"), _as_moment),
        "TIME": (arrow.time64("us"), None),
        "BLOB": (arrow.binary(), None),
    }.get(type_name, (arrow.string(), as_text))
    if type_name == "VARCHAR":
        return arrow.array([None if value is None or value == "" else as_text(value) for value in values], kind)
    return arrow.array([None if _is_null(value) else read(value) if read else value for value in values], kind)


def _is_null(value: Any) -> bool:
    return value is None or type(value) is str


def _as_double(value: Any) -> float:
    if type(value) is dt.timedelta:
        return value.total_seconds()
    if type(value) is dt.time:
        return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    return float(value)


def _as_moment(value: dt.date) -> dt.datetime:
    return value if isinstance(value, dt.datetime) else dt.datetime.combine(value, _ZERO)
