"""Statistics behind the choice of charts, against numpy and scipy."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from scipy import stats

from voyant_assets.analysis.charts.crossing import cramers_v, crossed
from voyant_assets.analysis.charts.distribution import distribution
from voyant_assets.analysis.charts.groups import EMPTY, Group, adjusted, collapsed, explained, groups_of, lumped
from voyant_assets.analysis.charts.periods import DAY, by_part, incomplete_ends, period_for, periods_of, stretch, stretches
from voyant_core.model.profile import Bin, ColumnProfile, Quantiles, TimeAxis


def column(**changes: Any) -> ColumnProfile:
    given: dict[str, Any] = {
        "name": "x", "position": 0, "type": "DOUBLE", "kind": "number", "count": 1, "nulls": 0, "null_share": 0.0, "distinct": 9,
        "role": "measure", "semantic_type": "number", "default_aggregation": "mean",
    }  # fmt: skip
    return ColumnProfile(**{**given, **changes})


def axis(first: str, last: str, frequency: Any) -> TimeAxis:
    return TimeAxis(column="t", frequency=frequency, first=first, last=last)


def test_eta_squared_is_the_share_of_variance_between_groups() -> None:
    generator = np.random.default_rng(1)
    samples = [generator.normal(mean, 2, size) for mean, size in ((0, 40), (1, 60), (5, 13))]
    together = np.concatenate(samples)
    groups = [Group((str(i),), len(s), (len(s),), (float(s.sum()),)) for i, s in enumerate(samples)]
    found = explained(groups, 0, column(std=float(together.std(ddof=1))))
    f = stats.f_oneway(*samples).statistic
    assert found == pytest.approx(2 * f / (2 * f + len(together) - 3))
    assert adjusted(found, 3, len(together)) == pytest.approx(1 - (1 - found) * (len(together) - 1) / (len(together) - 3))


def test_groups_of_chance_explain_nothing_once_adjusted() -> None:
    assert adjusted(0.02, 105, 5000) == 0
    assert adjusted(0.5, 10, 10) == 0


def test_cramers_v_without_bias_is_below_the_plain_one_and_one_for_the_same_dimension() -> None:
    table = np.array([[30, 10, 5], [8, 40, 12]])
    cells = [Group((str(i), str(j)), int(table[i, j]), (), ()) for i in range(2) for j in range(3)]
    plain = stats.contingency.association(table)
    assert 0.9 * plain < cramers_v(cells) < plain
    assert cramers_v([Group((v, v), 50, (), ()) for v in "abc"]) == pytest.approx(1)
    assert cramers_v([Group(("a", "b"), 50, (), ())]) == 0


def test_nulls_are_a_group_of_their_own_and_leave_a_crossing() -> None:
    groups = groups_of([(None, "p", 3, 3, 6.0), ("a", "p", 2, 0, None), ("a", None, 5, 5, 10)], 2, 1)
    assert [group.label for group in collapsed(groups, 0)] == [EMPTY, "a"]
    assert collapsed(groups, 0)[1].mean(0) == 2
    assert [(cell.key[:2], cell.rows) for cell in crossed(groups, 0, 1)] == [(("a", "p"), 2)]


def test_small_groups_are_lumped_and_ties_go_by_name() -> None:
    groups = [Group((name,), rows, (rows,), (0.0,)) for name, rows in (("c", 5), ("b", 9), ("a", 5), ("d", 1))]
    kept, other, lumps = lumped(groups, 3)
    assert [group.label for group in kept] == ["b", "a"]
    assert other is not None
    assert (other.label, other.rows, lumps) == ("Other (2)", 6, 2)


def test_days_are_regrouped_into_months_and_empty_ones_are_there() -> None:
    days = [dt.date(2019, 12, 31), dt.date(2020, 1, 1), dt.date(2020, 1, 31), dt.date(2020, 3, 1)]
    rows = [((day - dt.date(1970, 1, 1)).days, 2, 1, 10.0) for day in days]
    data = stretches(rows, 1, DAY)
    assert data is not None
    periods = periods_of(data, "month")
    assert [period.start.strftime("%Y-%m-%d") for period in periods] == ["2019-12-01", "2020-01-01", "2020-02-01", "2020-03-01"]
    assert [period.group.rows if period.group else None for period in periods] == [2, 4, None, 2]
    assert periods_of(data, "week")[0].start.strftime("%a %Y-%m-%d") == "Mon 2019-12-30"
    assert periods_of(data, "quarter")[0].start.strftime("%Y-%m-%d") == "2019-10-01"
    assert {group.key[0]: group.rows for group in by_part(data, "weekday")} == {"2": 2, "3": 2, "5": 2, "7": 2}
    assert {group.key[0]: group.rows for group in by_part(data, "month")} == {"12": 2, "1": 4, "3": 2}


def test_dates_before_1970_and_no_rows_are_fine() -> None:
    data = stretches([(-1, 1)], 0, DAY)
    assert data is not None
    assert periods_of(data, "day")[0].start == dt.datetime(1969, 12, 31)  # noqa: DTZ001
    assert stretches([(None, 4)], 0, DAY) is None


@pytest.mark.parametrize(
    ("first", "last", "frequency", "covered", "length", "period"),
    [
        ("2013-01-01T10:00:00Z", "2014-01-01T04:00:00Z", "hour", frozenset({"hour"}), DAY, "day"),
        ("2013-01-01T10:00:00Z", "2014-01-01T04:00:00Z", "hour", frozenset(), 3600, "day"),
        ("2013-01-01T10:00:00", "2013-01-03T10:00:00", "minute", frozenset({"hour"}), 3600, "hour"),
        ("1949-01-01", "1960-12-01", "month", frozenset(), DAY, "month"),
        ("1900-01-01", "2010-01-01", "day", frozenset(), DAY, "year"),
        ("2020-01-01", "2020-01-03", "day", frozenset(), DAY, None),
    ],
)
def test_the_period_of_a_line_keeps_it_below_400_points(
    first: str, last: str, frequency: str, covered: frozenset[str], length: int, period: str | None
) -> None:
    time = axis(first, last, frequency)
    assert stretch(time, covered) == length
    assert period_for(time, length, 10_000, 400_000) == period


def test_only_ends_that_the_data_do_not_reach_are_incomplete() -> None:
    data = stretches([(18262 + i, 1) for i in range(60)], 0, DAY)  # from 2020-01-01
    assert data is not None
    weeks = periods_of(data, "week")
    assert incomplete_ends(weeks, "week", axis("2020-01-01", "2020-02-29", "day")) == (True, True)
    months = periods_of(data, "month")
    assert incomplete_ends(months, "month", axis("2020-01-01", "2020-02-29", "day")) == (False, False)


def test_a_mean_of_two_rows_is_no_point_of_a_line() -> None:
    year = axis("2013-01-01", "2013-12-31", "day")
    assert period_for(year, DAY, 365, 365) == "day"
    assert period_for(year, DAY, 365, 800) == "week"
    assert period_for(year, DAY, 365, 4000) == "day"


def test_a_distribution_whose_median_rests_on_a_sample_says_so() -> None:
    bars = [Bin(low=float(low), high=float(low + 1), count=10) for low in range(4)]
    levels = Quantiles(p01=0.1, p05=0.2, p25=1, p50=2, p75=3, p95=3.8, p99=3.9)
    figures = {"min": 0.0, "max": 4.0, "mean": 2.0, "std": 1.0, "skewness": 0.0, "quantiles": levels, "histogram": bars, "count": 40}
    exact = distribution("t", column(**figures))
    sampled = distribution("t", column(**figures, sampled_rows=1000, quantiles_error=0.05, unit="kg"))
    assert exact is not None
    assert sampled is not None
    assert "sample" not in exact.note
    assert "a sample of 1,000, at most 0.05\u00a0kg off" in sampled.note
