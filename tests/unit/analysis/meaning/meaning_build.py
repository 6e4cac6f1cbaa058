"""Statistics of columns given as Python lists, without an engine: what `interpret` is fed in these tests."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from voyant_assets.analysis.meaning.interpret import interpret
from voyant_core.model.profile import ColumnKind, ColumnMeaning, ColumnStatistics, Lengths, Scalar

Values = list[tuple[Scalar, int]]
_TYPES: dict[type, tuple[str, ColumnKind]] = {
    bool: ("BOOLEAN", "boolean"),
    int: ("BIGINT", "number"),
    float: ("DOUBLE", "number"),
    datetime: ("TIMESTAMP", "temporal"),
    date: ("DATE", "temporal"),
    time: ("TIME", "temporal"),
}


def _scalar(value: Any) -> Scalar:
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def column(name: str, cells: Sequence[Any], position: int = 0) -> tuple[ColumnStatistics, Values]:
    filled = [cell for cell in cells if cell is not None]
    sql_type, kind = next(
        (_TYPES[t] for t in (bool, float, int, datetime, date, time) if any(type(c) is t for c in filled)), ("VARCHAR", "string")
    )
    counts = Counter(filled)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    facts: dict[str, Any] = {}
    if filled and kind == "number":
        mean = statistics.fmean(filled)
        second = statistics.fmean([(x - mean) ** 2 for x in filled])
        third = statistics.fmean([(x - mean) ** 3 for x in filled])
        facts = {
            "sum": math.fsum(filled),
            "mean": mean,
            "std": math.sqrt(second),
            "skewness": third / second**1.5 if second**1.5 else None,
            "integers": all(float(x).is_integer() for x in filled),
            "zeros": filled.count(0),
            "negatives": sum(1 for x in filled if x < 0),
        }
    if filled and kind == "string":
        sizes = [len(x) for x in filled]
        facts = {"lengths": Lengths(min=min(sizes), max=max(sizes), mean=statistics.fmean(sizes))}
    found = ColumnStatistics(
        name=name,
        position=position,
        type=sql_type,
        kind=kind,
        count=len(filled),
        nulls=len(cells) - len(filled),
        null_share=1 - len(filled) / len(cells) if cells else 0.0,
        distinct=len(counts),
        unique=sum(1 for n in counts.values() if n == 1),
        min=_scalar(min(filled)) if filled else None,
        max=_scalar(max(filled)) if filled else None,
        **facts,
    )
    return found, [(_scalar(value), count) for value, count in ordered[:300]]


def meanings(table: str, columns: Mapping[str, Sequence[Any]]) -> dict[str, ColumnMeaning]:
    """What `interpret` says of a table given by columns."""
    built = [column(name, cells, i) for i, (name, cells) in enumerate(columns.items())]
    rows = max((len(cells) for cells in columns.values()), default=0)
    return interpret(table, rows, [stats for stats, _ in built], {stats.name: values for stats, values in built})


def meaning(name: str, cells: Sequence[Any], table: str = "t") -> ColumnMeaning:
    """What `interpret` says of one column alone."""
    return meanings(table, {name: cells})[name]
