"""Samples of large tables: the same anywhere, labelled, and as far off as they say at most."""

from __future__ import annotations

import numpy as np
import pytest
from profile_views import QUOTED, VIEW, interpret, view_of

from voyant_assets.analysis.profile.collect import Budget
from voyant_assets.analysis.profile.kinds import TypedColumn
from voyant_assets.analysis.profile.preview import markdown
from voyant_assets.analysis.profile.sampling import CONFIDENCE, Draw, draw, quantiles, rank_error
from voyant_assets.analysis.profile.table import profile_table
from voyant_core.canonical import dumps

ASKED = (0.01, 0.25, 0.5, 0.95)
SAMPLED = Budget(frequency_values=100, exact_rows=10_000, sample_rows=2_000)
SORTED_IN_TIME = (
    "SELECT TIMESTAMP '2020-01-01 00:00:00' + to_seconds(i) AS at, exp(i / 3000.0) AS price, i % 7 AS day FROM range(30000) rows(i)"
)


@pytest.mark.parametrize("values", ["i / 7.0", "round(exp(i / 900.0))", "CASE WHEN i % 3 = 0 THEN 0 ELSE (i * 7919) % 6007 END", "tan(i)"])
def test_quantiles_of_samples_lie_within_their_error_as_often_as_is_said(values: str) -> None:
    engine, rows, salts = view_of(f"SELECT {values} AS x FROM range(6000) rows(i)"), 6000, 60
    everything = np.sort(np.asarray(engine.arrays(f"SELECT x::DOUBLE AS x FROM {QUOTED}")["x"]))
    truth, held = np.quantile(everything, ASKED), 0
    for salt in range(salts):
        _, (sample,) = draw(engine, QUOTED, [TypedColumn("x", 0, "DOUBLE")], Draw(rows, 600, salt))
        found = quantiles(sample, ASKED, float(everything[0]), float(everything[-1]), rows)
        held += bool((np.abs(np.asarray(found.values) - truth) <= found.error * (1 + 1e-9)).all())
    assert held >= CONFIDENCE * salts - 1


def test_no_share_of_a_sample_is_further_off_than_the_rank_error() -> None:
    engine, rows = view_of("SELECT (i * 7919) % 6007 AS x FROM range(6000) rows(i)"), 6000
    everything = np.sort(np.asarray(engine.arrays(f"SELECT x FROM {QUOTED}")["x"]))
    shares = np.arange(1, rows + 1) / rows
    held, salts = 0, 60
    for salt in range(salts):
        _, (sample,) = draw(engine, QUOTED, [TypedColumn("x", 0, "BIGINT")], Draw(rows, 400, salt))
        sampled = np.searchsorted(sample, everything, side="right") / len(sample)
        held += bool(np.abs(sampled - shares).max() <= rank_error(len(sample)))
    assert held >= CONFIDENCE * salts - 1
    assert rank_error(1_000_000) == pytest.approx(0.0016276, rel=1e-3)  # sqrt(ln 200 / 2e6)


def test_samples_of_different_salts_are_different_and_of_the_size_that_was_asked_for() -> None:
    engine = view_of("SELECT i AS x FROM range(50000) rows(i)")
    one, other = (draw(engine, QUOTED, [TypedColumn("x", 0, "BIGINT")], Draw(50000, 5000, salt))[1][0] for salt in (1, 2))
    assert abs(len(one) - 5000) < 5 * 70
    assert 300 < len(np.intersect1d(one, other)) < 700


def test_a_sampled_profile_is_the_same_on_any_number_of_threads() -> None:
    engine, found = view_of(SORTED_IN_TIME), set[bytes]()
    for threads in (1, 3):
        engine.connect().execute(f"SET threads = {threads}").fetchall()
        found.add(dumps(profile_table(engine, VIEW, "t", interpret, SAMPLED)))
    engine.connect().execute("SET threads = 2").fetchall()
    assert len(found) == 1


def test_a_sampled_profile_says_what_rests_on_the_sample() -> None:
    found = profile_table(view_of(SORTED_IN_TIME), VIEW, "t", interpret, SAMPLED)
    assert found.sampling is not None
    assert (found.sampling.of_rows, found.sampling.columns, found.sampling.confidence) == (30000, ["at", "price"], 0.99)
    assert found.sampling.rank_error == pytest.approx(rank_error(found.sampling.rows))
    price, day = found.columns["price"], found.columns["day"]
    assert price.sampled_rows == found.sampling.rows
    assert price.quantiles is not None
    assert price.quantiles_error is not None
    truth = float(np.quantile(np.exp(np.arange(30000) / 3000), 0.5))
    assert 0 < abs(float(str(price.quantiles.p50)) - truth) <= price.quantiles_error
    assert (day.sampled_rows, day.quantiles_error, day.distinct_exact) == (None, None, True)
    assert str(found.sampling.rows) in markdown(found).replace(",", "")
    assert profile_table(view_of(SORTED_IN_TIME), VIEW, "t", interpret, Budget()).sampling is None


def test_what_can_be_summed_is_exact_beyond_the_budget_too() -> None:
    engine = view_of(SORTED_IN_TIME)
    sampled, exact = (profile_table(engine, VIEW, "t", interpret, budget).columns["price"] for budget in (SAMPLED, Budget()))
    for field in ("count", "nulls", "min", "max", "sum", "mean", "std", "skewness", "kurtosis", "zeros", "negatives"):
        assert getattr(sampled, field) == pytest.approx(getattr(exact, field), rel=1e-9), field
    assert sum(bar.count for bar in sampled.histogram) == 30000


def test_sampled_times_are_iso_and_a_sample_of_all_rows_is_exact() -> None:
    engine = view_of(SORTED_IN_TIME)
    some = profile_table(engine, VIEW, "t", interpret, SAMPLED).columns["at"]
    everything = profile_table(engine, VIEW, "t", interpret, Budget(frequency_values=100, exact_rows=0, sample_rows=10**6)).columns["at"]
    assert some.quantiles is not None
    assert everything.quantiles is not None
    assert some.quantiles_error is not None
    assert str(some.quantiles.p50).startswith("2020-01-01T0")
    assert some.quantiles_error < 30000 * 0.1
    assert (everything.quantiles_error, str(everything.quantiles.p01)) == (0.0, "2020-01-01T00:04:59.990000")
