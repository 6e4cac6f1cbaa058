"""Whether a series rises or falls, against scipy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from voyant_assets.analysis.narrative.kpis import tendency


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=25))
def test_the_tendency_is_kendalls_tau_without_correction_for_ties(values: list[int]) -> None:
    pairs = math.comb(len(values), 2)
    ties = sum(math.comb(values.count(value), 2) for value in set(values))
    if ties == pairs:
        assert tendency([float(value) for value in values]) == 0
        return
    # tau-b divides by the geometric mean of the untied pairs of both sides; the order has no ties
    exact = stats.kendalltau(range(len(values)), values).statistic * math.sqrt((pairs - ties) / pairs)
    assert tendency([float(value) for value in values]) == pytest.approx(exact, abs=1e-12)
