"""The profile against exact arithmetic, scipy and plain counting, on what random tables hold at worst: gaps, NaN, infinities, negative
zeros, subnormal and largest doubles, one value, one row, dates at the limits, any Unicode. And what must hold whatever the table is.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
import random
import sys
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from profile_views import QUOTED, VIEW, interpret, rows_of
from scipy import stats

from voyant_assets.analysis.profile.collect import Budget, collect
from voyant_assets.analysis.profile.table import profile_table
from voyant_core.canonical import dumps
from voyant_core.model.profile import ColumnStatistics

PATHS = {"counted": Budget(), "union": Budget(few_rows=0), "measured": Budget(frequency_values=0)}
PROBABILITIES = {"p01": "0.01", "p05": "0.05", "p25": "0.25", "p50": "0.5", "p75": "0.75", "p95": "0.95", "p99": "0.99"}

ordinary = st.floats(-1e6, 1e6, allow_subnormal=False)
extreme = st.sampled_from([0.0, -0.0, 5e-324, -5e-324, 2.2e-308, 1e-300, 1e300, -1e300, 1.7976931348623157e308, -1.7976931348623157e308])
near = st.integers(-50, 50).map(lambda n: 1e15 + n)
odd = st.sampled_from([None, None, math.nan, math.inf, -math.inf, 0.0, -0.0])
numbers = st.one_of(
    st.lists(ordinary | odd, min_size=1, max_size=40),
    st.lists(st.sampled_from([1.5, -2.25, 0.0, -0.0, None]), min_size=1, max_size=60),
    st.lists(extreme | odd, min_size=1, max_size=20),
    st.lists(near, min_size=1, max_size=20),
    st.lists(ordinary, min_size=1, max_size=1),
    st.tuples(ordinary | extreme, st.integers(1, 30)).map(lambda p: [p[0]] * p[1]),
)


def column(kind: str, values: Sequence[Any], path: str) -> ColumnStatistics:
    (found,) = collect(rows_of({"x": kind}, [[value] for value in values]), QUOTED, PATHS[path]).statistics
    return found


def quantile(x: list[Fraction], p: Fraction) -> Fraction:
    """Hyndman & Fan type 7 of ascending numbers, without rounding."""
    place = p * (len(x) - 1)
    low = math.floor(place)
    return x[low] + (x[min(low + 1, len(x) - 1)] - x[low]) * (place - low)


def close(found: Any, exact: Fraction, magnitude: float | Fraction) -> bool:
    return abs(Fraction(found) - exact) <= Fraction(1e-9) * max(Fraction(magnitude), Fraction(5e-324) * 10**9)


@settings(max_examples=60)
@example([1e300, 1e300, -1.7976931348623157e308], "counted")
@example([1e300, 1e300, -1.7976931348623157e308], "measured")
@example([-1.7976931348623157e308, 1.7976931348623157e308], "counted")
@given(numbers, st.sampled_from(sorted(PATHS)))
def test_numbers_agree_with_exact_arithmetic(values: list[float | None], path: str) -> None:
    found = column("DOUBLE", values, path)
    filled = [value for value in values if value is not None]
    usable = sorted(value + 0.0 for value in filled if math.isfinite(value))
    counts = Counter(usable)
    assert (found.count, found.nulls, found.non_finite) == (len(filled), len(values) - len(filled), len(filled) - len(usable))
    assert (found.distinct, found.unique or 0) == (len(counts), sum(count == 1 for count in counts.values()))
    if not usable:
        assert (found.min, found.mean, found.quantiles, found.histogram, found.top) == (None, None, None, [], [])
        return
    x, largest = [Fraction(value) for value in usable], max(map(abs, usable))
    assert (found.min, found.max) == (usable[0], usable[-1])
    assert (found.zeros, found.negatives) == (counts[0.0], sum(value < 0 for value in usable))
    assert found.integers is all(value.is_integer() for value in usable)
    mean = sum(x) / len(x)
    assert found.mean is not None
    assert close(found.mean, mean, largest)
    assert found.sum is None or close(found.sum, sum(x), Fraction(largest) * len(x))
    mad = quantile(sorted(abs(v - quantile(x, Fraction(1, 2))) for v in x), Fraction(1, 2))
    assert found.mad is None if mad > Fraction(sys.float_info.max) else close(found.mad, mad, largest)
    assert found.quantiles is not None
    for name, p in PROBABILITIES.items():
        assert close(getattr(found.quantiles, name), quantile(x, Fraction(p)), largest), name
    assert found.entropy == pytest.approx(stats.entropy(list(counts.values())), abs=1e-9)
    expected = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:10]
    assert [(entry.value, entry.count) for entry in found.top] == expected
    _check_spread(found, x, mean, largest)
    _check_bars(found, usable)


def _check_spread(found: ColumnStatistics, x: list[Fraction], mean: Fraction, largest: float) -> None:
    if len(x) == 1:
        assert found.std is None
        return
    m2 = sum((v - mean) ** 2 for v in x) / len(x)
    variance = m2 * len(x) / (len(x) - 1)
    if found.std is None:  # the largest distance from the mean, in which the moments are taken, may be no double
        assert largest > sys.float_info.max / 2
        return
    assert abs(Fraction(found.std) ** 2 - variance) <= variance / 10**6 + max(Fraction(largest) / 10**9, Fraction(5e-324)) ** 2
    if m2 > (Fraction(largest) / 10**5) ** 2:
        scale = Fraction(max(abs(v - mean) for v in x))
        z = np.asarray([float((v - mean) / scale) for v in x])
        assert found.skewness == pytest.approx(stats.skew(z), abs=1e-5, rel=1e-5)
        assert found.kurtosis == pytest.approx(stats.kurtosis(z), abs=1e-5, rel=1e-5)
    if m2 == 0:
        assert (found.std, found.skewness, found.kurtosis) == (0.0, None, None)


def _check_bars(found: ColumnStatistics, usable: list[float]) -> None:
    bars = found.histogram
    assert (bars[0].low <= usable[0], bars[-1].high >= usable[-1]) == (True, True)
    assert [a.high for a in bars[:-1]] == [b.low for b in bars[1:]]
    for place, bar in enumerate(bars):
        is_last = place == len(bars) - 1
        held = sum(bar.low <= value and (value < bar.high or is_last) for value in usable)
        assert bar.count == held


whole = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.integers(-5, 5), st.sampled_from([2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)])
)


@settings(max_examples=30)
@given(st.lists(whole | st.none(), min_size=1, max_size=30), st.sampled_from(sorted(PATHS)))
def test_whole_numbers_keep_every_digit(values: list[int | None], path: str) -> None:
    found = column("BIGINT", values, path)
    filled = sorted(value for value in values if value is not None)
    assert (found.count, found.distinct) == (len(filled), len(set(filled)))
    if filled:
        assert (found.min, found.max) == (filled[0], filled[-1])
        expected = sorted(Counter(filled).items(), key=lambda pair: (-pair[1], pair[0]))[:10]
        assert [(entry.value, entry.count) for entry in found.top] == expected
        assert sum(bar.count for bar in found.histogram) == len(filled)


@settings(max_examples=30)
@given(st.lists(st.decimals(1 - 10**14, 10**14 - 1, places=4) | st.none(), min_size=1, max_size=30), st.sampled_from(sorted(PATHS)))
def test_decimals_agree_with_exact_arithmetic(values: list[decimal.Decimal | None], path: str) -> None:
    found = column("DECIMAL(18, 4)", values, path)
    x = sorted(Fraction(value) for value in values if value is not None)
    assert (found.count, found.distinct) == (len(x), len(set(x)))
    if x:
        assert found.mean is not None
        assert close(found.mean, sum(x) / len(x), max(1e-3, float(max(map(abs, x)))))
        assert (found.min, found.max) == (float(x[0]), float(x[-1]))


FIRST, LAST = (dt.datetime.fromisoformat(text) for text in ("0001-01-01", "9999-12-31T23:59:59.999999"))
moments = st.one_of(
    st.datetimes(FIRST, LAST),
    st.sampled_from([FIRST, LAST, dt.datetime.fromisoformat("1970-01-01"), dt.datetime.fromisoformat("2000-02-29")]),
    st.none(),
)


@settings(max_examples=30)
@given(st.lists(moments, min_size=1, max_size=30), st.sampled_from(["TIMESTAMP", "DATE"]), st.sampled_from(sorted(PATHS)))
def test_times_at_the_limits_agree_with_plain_counting(values: list[dt.datetime | None], kind: str, path: str) -> None:
    cells: list[Any] = [value if value is None or kind == "TIMESTAMP" else value.date() for value in values]
    found = column(kind, cells, path)
    filled = sorted(cell for cell in cells if cell is not None)
    assert (found.count, found.nulls, found.distinct) == (len(filled), len(cells) - len(filled), len(set(filled)))
    if not filled:
        return
    assert [dt.datetime.fromisoformat(str(v)) for v in (found.min, found.max)] == [
        dt.datetime.fromisoformat(cell.isoformat()) for cell in (filled[0], filled[-1])
    ]
    assert sum(bar.count for bar in found.histogram) == len(filled)
    assert found.quantiles is not None
    for name, p in PROBABILITIES.items():
        rank = max(1, math.ceil(Fraction(p) * len(filled)))
        assert dt.datetime.fromisoformat(str(getattr(found.quantiles, name))) == dt.datetime.fromisoformat(filled[rank - 1].isoformat()), (
            name
        )


anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


texts = anything | st.sampled_from(["", " ", "NULL", "e\u0301", "é", "\u202eabc", "👩‍👩‍👧", "\0", "ﬀ"]) | st.none()


@settings(max_examples=40)
@given(st.lists(texts, min_size=1, max_size=25), st.sampled_from(sorted(PATHS)))
def test_texts_of_any_script_agree_with_plain_counting(values: list[str | None], path: str) -> None:
    found = column("VARCHAR", values, path)
    filled = [value for value in values if value is not None]
    counts = Counter(filled)
    assert (found.count, found.nulls, found.distinct) == (len(filled), len(values) - len(filled), len(counts))
    if not filled:
        return
    in_order = sorted(counts, key=str.encode)
    assert (found.min, found.max) == (in_order[0], in_order[-1])
    assert found.lengths is not None
    assert (found.lengths.min, found.lengths.max) == (min(map(len, filled)), max(map(len, filled)))
    assert found.empty == counts[""]
    assert found.entropy == pytest.approx(stats.entropy(list(counts.values())), abs=1e-9)
    expected = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].encode()))[:10]
    assert [(entry.value, entry.count) for entry in found.top] == expected
    assert sum(pattern.count for pattern in found.patterns) <= len(filled)


cell = ordinary | odd | st.sampled_from([1e300, -1e300, 5e-324])
rows = st.lists(
    st.tuples(cell, cell, st.sampled_from(["a", "b", "ß", "", None]), st.booleans() | st.none(), moments), min_size=1, max_size=25
)
TABLE = {"x": "DOUBLE", "y": "DOUBLE", "s": "VARCHAR", "b": "BOOLEAN", "t": "TIMESTAMP"}


@settings(max_examples=30)
@given(rows, st.sampled_from(sorted(PATHS)), st.integers(0, 2**32))
def test_what_holds_of_every_table(table: list[tuple[Any, ...]], path: str, seed: int) -> None:
    profile = profile_table(rows_of(TABLE, table), VIEW, "t", interpret, PATHS[path])
    data = dumps(profile)
    assert b"NaN" not in data
    assert b"Infinity" not in data
    assert profile.missingness.complete_rows == sum(None not in row for row in table)
    assert profile.duplicate_rows.count == len(table) - len({tuple("nan" if v != v else v for v in row) for row in table})
    for found in profile.columns.values():
        assert 0 <= found.null_share <= 1
        assert found.count + found.nulls == profile.rows == len(table)
        assert all(0 < entry.share <= 1 for entry in found.top)
        usable = found.count - (found.non_finite or 0)
        if found.histogram:
            assert sum(bar.count for bar in found.histogram) == usable
        if found.quantiles is not None:
            cut = [found.min, *(getattr(found.quantiles, name) for name in PROBABILITIES), found.max]
            assert cut == sorted(cut)  # type: ignore[type-var]
    for pair in profile.correlations:
        both = [(row[0], row[1]) for row in table if all(v is not None and math.isfinite(v) for v in row[:2])]
        assert pair.n == len(both)
        assert -1 <= pair.r <= 1
        scaled = np.asarray(both) / np.abs(np.asarray(both)).max(axis=0, initial=5e-324)
        if np.isfinite(scaled).all() and (scaled.std(axis=0) > 1e-4).all():
            assert pair.r == pytest.approx(stats.pearsonr(scaled[:, 0], scaled[:, 1])[0], abs=1e-6)
    shuffled = list(table)
    random.Random(seed).shuffle(shuffled)
    assert dumps(profile_table(rows_of(TABLE, shuffled), VIEW, "t", interpret, PATHS[path])) == data
