"""Statistics from frequency tables against numpy and scipy on the raw values."""

from __future__ import annotations

import warnings
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from voyant_assets.analysis.profile.frequencies import PROBABILITIES, FrequencyTable, quantiles, sample, statistics_of
from voyant_assets.analysis.profile.kinds import TypedColumn
from voyant_core.model.profile import ColumnStatistics

DOUBLE = TypedColumn("x", 0, "DOUBLE")
TEXT = TypedColumn("s", 0, "VARCHAR")

numbers = st.one_of(
    st.integers(-5, 5).map(float),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3)),
    st.floats(-1e150, 1e150, allow_nan=False),
)


def described(values: list[float], nulls: int = 0) -> ColumnStatistics:
    distinct, counts = np.unique(np.asarray(values, dtype=np.float64), return_counts=True)
    return statistics_of(DOUBLE, FrequencyTable(distinct, distinct, counts.astype(np.int64)), len(values) + nulls)


def strings(values: list[str]) -> FrequencyTable:
    ordered = sorted(set(values))
    lengths = np.asarray([len(value) for value in ordered], dtype=np.float64)
    counts = np.asarray([values.count(value) for value in ordered], dtype=np.int64)
    padded = np.asarray([value != value.strip() for value in ordered], dtype=np.bool_)
    return FrequencyTable(np.asarray(ordered, dtype=object), lengths, counts, padded)


@settings(max_examples=80, deadline=None)
@given(st.lists(numbers, min_size=1, max_size=40))
def test_every_figure_agrees_with_numpy_and_scipy(values: list[float]) -> None:
    found = described(values)
    x = np.asarray(values)
    size = float(np.abs(x).max())
    assert found.mean == pytest.approx(x.mean(), rel=1e-9, abs=1e-12 * size)
    assert found.sum == pytest.approx(x.sum(), rel=1e-9, abs=1e-10 * size)
    assert found.quantiles is not None
    exact = np.quantile(x / (size or 1), PROBABILITIES) * (size or 1)
    assert [getattr(found.quantiles, name) for name in type(found.quantiles).model_fields] == pytest.approx(
        exact, rel=1e-9, abs=1e-9 * size
    )
    assert found.mad == pytest.approx(np.median(np.abs(x - np.median(x))), rel=1e-9, abs=1e-9 * size)
    assert (found.zeros, found.negatives) == (int((x == 0).sum()), int((x < 0).sum()))
    assert found.integers == bool((x == np.floor(x)).all())
    assert found.entropy == pytest.approx(stats.entropy(list(Counter(values).values())), abs=1e-12)
    assert (found.min, found.max, found.distinct) == (x.min(), x.max(), len(set(values)))
    if len(values) > 1:
        assert found.std == pytest.approx((x / (size or 1)).std(ddof=1) * (size or 1), rel=1e-9, abs=1e-9 * size)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(-50, 1000), min_size=3, max_size=60).filter(lambda values: len(set(values)) > 1))
def test_skewness_and_kurtosis_are_those_of_the_population(values: list[int]) -> None:
    found = described([float(value) for value in values])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        assert found.skewness == pytest.approx(stats.skew(values), rel=1e-7, abs=1e-8)
        assert found.kurtosis == pytest.approx(stats.kurtosis(values), rel=1e-7, abs=1e-8)


def test_a_standardised_column_sums_to_exactly_nothing() -> None:
    x = np.random.default_rng(1).normal(size=5000)
    found = described(((x - x.mean()) / x.std()).tolist())
    assert (found.sum, found.mean) == (0.0, 0.0)


def test_one_value_has_no_spread_and_no_shape() -> None:
    found = described([0.1] * 10)
    assert (found.std, found.skewness, found.kurtosis, found.mad) == (0.0, None, None, 0.0)
    assert found.mean == 0.1
    assert described([7.0]).std is None


def test_huge_values_do_not_overflow_to_infinity() -> None:
    found = described([-1e300, 1e300, 1e300])
    assert found.mean == pytest.approx(1e300 / 3)
    assert found.skewness == pytest.approx(stats.skew([-1, 1, 1]))


def test_nan_and_infinities_are_counted_and_left_out_of_everything_else() -> None:
    found = described([1.0, 2.0, float("nan"), float("inf"), float("-inf")], nulls=5)
    assert (found.count, found.nulls, found.null_share, found.non_finite) == (5, 5, 0.5, 3)
    assert (found.min, found.max, found.mean, found.distinct) == (1.0, 2.0, 1.5, 2)
    assert [entry.value for entry in found.top] == [1.0, 2.0]
    assert found.top[0].share == 0.2


def test_nothing_but_nan_gives_no_figures() -> None:
    found = described([float("nan")] * 3)
    assert (found.count, found.non_finite, found.distinct, found.mean, found.quantiles, found.top) == (3, 3, 0, None, None, [])


def test_whole_numbers_are_published_as_integers() -> None:
    values = np.asarray([1, 2, 4])
    found = statistics_of(TypedColumn("n", 0, "BIGINT"), FrequencyTable(values, values.astype(float), np.asarray([1, 2, 1])), 4)
    assert isinstance(found.min, int)
    assert isinstance(found.top[0].value, int)
    assert found.quantiles is not None
    assert isinstance(found.quantiles.p50, int)
    assert found.quantiles.p75 == 2.5


def test_a_four_byte_float_is_written_as_a_person_would() -> None:
    values = np.asarray([np.float32(0.1), np.float32(0.7)], dtype=np.float64)
    found = statistics_of(TypedColumn("f", 0, "FLOAT"), FrequencyTable(values, values, np.asarray([1, 2])), 3)
    assert (found.min, found.max, found.top[0].value) == (0.1, 0.7, 0.7)


def test_ties_among_the_frequent_are_ordered_by_value() -> None:
    found = statistics_of(TEXT, strings(["b", "a", "c", "c", "a", "b", "d"]), 7)
    assert [(entry.value, entry.count) for entry in found.top] == [("a", 2), ("b", 2), ("c", 2), ("d", 1)]
    assert (found.unique, found.top_bound) == (1, None)


def test_strings_have_lengths_blanks_and_shapes() -> None:
    found = statistics_of(TEXT, strings(["", " x", "N123", "N456", "yé"]), 6)
    assert found.lengths is not None
    assert (found.lengths.min, found.lengths.max, found.lengths.mean) == (0, 4, 2.4)
    assert (found.empty, found.padded, found.nulls) == (1, 1, 1)
    assert (found.patterns[0].pattern, found.patterns[0].count, found.patterns[0].share) == ("A999", 2, 0.4)
    assert (found.mean, found.histogram) == (None, [])


def test_a_long_text_is_cut_where_it_is_published() -> None:
    found = statistics_of(TEXT, strings(["x" * 1000]), 1)
    assert isinstance(found.top[0].value, str)
    assert len(found.top[0].value) == 200
    assert found.top[0].value.endswith("…")


def test_a_sample_of_values_that_all_occur_once_spans_their_range() -> None:
    values = np.arange(10_000)
    counts = np.ones(10_000, dtype=np.int64)
    counts[77] = 5
    pairs = sample(TypedColumn("n", 0, "BIGINT"), FrequencyTable(values, values.astype(float), counts), 300)
    assert pairs[0] == (77, 5)
    assert len(pairs) == len(set(pairs)) == 300
    assert max(value for value, _ in pairs if isinstance(value, int)) == 9999


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=30), st.floats(0, 1))
def test_weighted_quantiles_are_type_seven(values: list[int], probability: float) -> None:
    distinct, counts = np.unique(values, return_counts=True)
    assert quantiles(distinct.astype(float), counts.astype(np.int64), [probability])[0] == pytest.approx(
        np.quantile(values, probability), abs=1e-12
    )
