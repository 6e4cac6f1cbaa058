"""Exact quantiles in bounded memory, against numpy; and the whole profile of a table too large to sort."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from profile_views import QUOTED, rows_of, view_of

from voyant_assets.analysis.profile import hashed, refined, sorted_numbers
from voyant_assets.analysis.profile.collect import Budget, collect

ASKED = (0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0)
numbers = st.one_of(st.floats(-1e9, 1e9), st.integers(-2, 2).map(float), st.sampled_from([0.0, 1e300, -1e300, 5e-324, 1e-9]))


@settings(max_examples=25, deadline=None)
@given(st.lists(numbers, min_size=1, max_size=60), st.sampled_from([0, 1, 7, 10**6]), st.sampled_from([2, 16, 4096]))
def test_quantiles_are_those_of_numpy_however_little_may_be_fetched(values: list[float], fetched: int, cells: int) -> None:
    engine = rows_of({"x": "DOUBLE"}, [[value] for value in [*values, None]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refined, "FETCHED_ROWS", fetched)
        patch.setattr(refined, "CELLS", cells)
        found = refined.quantiles(engine, QUOTED, "x", ASKED, (min(values), max(values), len(values)))
    assert found == pytest.approx(np.quantile(values, ASKED).tolist(), rel=1e-12, abs=1e-300)


def test_an_outlier_and_a_heavy_value_leave_the_quantiles_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refined, "FETCHED_ROWS", 500)
    engine = view_of("SELECT CASE WHEN i = 0 THEN 1e12 WHEN i % 2 = 0 THEN 0 ELSE i / 7.0 END AS x FROM range(20000) rows(i)")
    everything = np.asarray(engine.arrays(f"SELECT x FROM {QUOTED}")["x"])
    assert refined.quantiles(engine, QUOTED, "x", ASKED, (0.0, 1e12, 20000)) == pytest.approx(np.quantile(everything, ASKED).tolist())


def test_a_table_too_large_to_sort_has_the_same_exact_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = view_of(
        "SELECT i * 3 AS n, round(exp(i / 900.0), 3) AS x, TIMESTAMP '2020-01-01 00:00:00' + to_seconds(i * 7) AS t, 'w' || (i // 2) AS s"
        " FROM range(5000) rows(i)"
    )
    exact = Budget(frequency_values=10)
    expected = collect(engine, QUOTED, exact).statistics
    for module, name in ((sorted_numbers, "MOST_ROWS"), (hashed, "PIECE_ROWS"), (refined, "FETCHED_ROWS")):
        monkeypatch.setattr(module, name, 1000)
    for column, other in zip(collect(engine, QUOTED, exact).statistics, expected, strict=True):
        for field, value in other.model_dump().items():
            found = column.model_dump()[field]
            if field == "quantiles" and column.kind == "number":
                assert found == pytest.approx(value, rel=1e-9), column.name
            else:
                assert found == (pytest.approx(value, rel=1e-9) if isinstance(value, float) else value), (column.name, field)
