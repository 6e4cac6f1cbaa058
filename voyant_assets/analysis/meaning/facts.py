"""What the rules ask about one column, computed once from its statistics and frequent values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from voyant_assets.analysis.meaning.names import Name, read_name
from voyant_core.model.profile import ColumnStatistics, Scalar

SAMPLE = 80


def _number(value: Scalar) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


@dataclass(frozen=True)
class Facts:
    """One column. `values` are (value, count), most frequent first, at most 300."""

    stats: ColumnStatistics
    rows: int
    values: Sequence[tuple[Scalar, int]]

    @cached_property
    def name(self) -> Name:
        return read_name(self.stats.name)

    @property
    def kind(self) -> str:
        return self.stats.kind

    @property
    def distinct(self) -> int:
        return self.stats.distinct

    @property
    def filled(self) -> int:
        return self.stats.count

    @cached_property
    def distinct_share(self) -> float:
        """Distinct values per filled row, 1 for a key."""
        return min(1.0, self.stats.distinct / self.stats.count) if self.stats.count else 0.0

    @cached_property
    def is_unique(self) -> bool:
        slack = 3 * (self.stats.distinct_error or 0.0)
        return self.stats.count > 1 and self.distinct_share >= 1.0 - slack

    @cached_property
    def rows_per_value(self) -> float:
        return self.stats.count / self.stats.distinct if self.stats.distinct else 0.0

    @cached_property
    def low(self) -> float:
        found = _number(self.stats.min)
        return math.nan if found is None else found

    @cached_property
    def high(self) -> float:
        found = _number(self.stats.max)
        return math.nan if found is None else found

    @cached_property
    def is_whole(self) -> bool:
        return self.kind == "number" and bool(self.stats.integers)

    def within(self, low: float, high: float) -> bool:
        return self.low >= low and self.high <= high

    @cached_property
    def numbers(self) -> list[float]:
        return [number for value, _ in self.values if (number := _number(value)) is not None]

    @cached_property
    def texts(self) -> list[str]:
        return [value.strip() for value, _ in self.values[:SAMPLE] if isinstance(value, str) and value.strip()]

    @cached_property
    def lower(self) -> list[str]:
        return [text.casefold() for text in self.texts]

    @cached_property
    def is_binary(self) -> bool:
        """0 and 1 in a number column."""
        return self.kind == "number" and self.distinct == 2 and self.low == 0 and self.high == 1

    @cached_property
    def is_consecutive(self) -> bool:
        """Whole numbers without gaps and without repetition: 1, 2, 3 …"""
        return self.is_whole and self.is_unique and self.high - self.low + 1 == self.distinct

    @cached_property
    def is_row_number(self) -> bool:
        return self.is_consecutive and self.low in {0, 1} and self.distinct >= 2

    @cached_property
    def mean_length(self) -> float:
        return self.stats.lengths.mean if self.stats.lengths else 0.0

    @cached_property
    def mean_words(self) -> float:
        return sum(len(text.split()) for text in self.texts) / len(self.texts) if self.texts else 0.0

    @cached_property
    def skew(self) -> float:
        return abs(self.stats.skewness or 0.0)
