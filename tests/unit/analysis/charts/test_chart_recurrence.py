"""What counts as a pattern of the calendar: it must come back in other weeks, not only hold in many rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from voyant_assets.analysis.charts.periods import Stretches
from voyant_assets.analysis.charts.recurrence import is_certain, recurs

DAY = 86_400


def days(means: list[float], rows: int = 100) -> Stretches:
    """One stretch per day from Monday, 5 January 1970 on, each with so many rows."""
    seconds = (np.arange(len(means), dtype=np.int64) + 4) * DAY
    filled = np.full(len(means), rows, dtype=np.int64)
    return Stretches(seconds, filled, filled[None, :], (np.array(means) * rows)[None, :])


def test_weekends_that_differ_every_week_recur() -> None:
    noise = np.random.default_rng(1).normal(size=70)
    assert recurs(days([5.0 * (i % 7 >= 5) + noise[i] for i in range(70)]), "weekday", 0)


def test_days_that_differ_by_chance_do_not_recur_however_many_rows_they_have() -> None:
    noise = np.random.default_rng(2).normal(size=40)
    assert not recurs(days(list(noise), rows=100_000), "weekday", 0)


def test_two_weeks_are_too_few_witnesses() -> None:
    assert not recurs(days([float(i % 7) for i in range(14)]), "weekday", 0)
    assert recurs(days([float(i % 7) for i in range(28)]), "weekday", 0)


def test_a_straight_trend_hides_no_week_and_makes_none() -> None:
    noise = np.random.default_rng(3).normal(size=70)
    assert recurs(days([3.0 * i + 5.0 * (i % 7 >= 5) + noise[i] for i in range(70)]), "weekday", 0)
    assert not recurs(days([3.0 * i + noise[i] for i in range(70)]), "weekday", 0)


def test_nothing_recurs_in_nothing() -> None:
    assert not recurs(days([1.0] * 70), "weekday", 0)
    assert not recurs(days([1.0] * 70, rows=0), "weekday", 0)


@pytest.mark.parametrize(("groups", "each"), [(3, 5), (7, 8), (12, 4), (24, 300)])
@pytest.mark.parametrize("size", [0.2, 0.6, 1.0, 1.6])
def test_certainty_agrees_with_the_f_distribution(groups: int, each: int, size: float) -> None:
    noise = np.random.default_rng(groups)
    samples = [noise.normal(loc=size * i / groups, size=each) for i in range(groups)]
    whole = np.concatenate(samples)
    between = sum(each * (sample.mean() - whole.mean()) ** 2 for sample in samples)
    chance = stats.f_oneway(*samples).pvalue
    assert is_certain(between / ((whole - whole.mean()) ** 2).sum(), groups, len(whole)) == (chance <= stats.norm.sf(3))
