"""The time axis against pandas: frequency, first and last moment of generated series, and the periods that figures and charts put them in.
Every frequency that pandas knows, gaps, any order of rows, zones with summer time, leap years, dates as text and as numbers, the limits.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from profile_views import VIEW, engine, interpret, rows_of

from voyant_assets.analysis.charts.columns import chartable
from voyant_assets.analysis.charts.periods import numbers_of, periods_of, steps_of, stretches
from voyant_assets.analysis.charts.questions import questions
from voyant_assets.analysis.kpi.derive import derive
from voyant_assets.analysis.kpi.periods import next_start, start_of
from voyant_assets.analysis.profile import time_axis
from voyant_assets.analysis.profile.table import profile_table
from voyant_core.model.profile import TableProfile

UNITS = {
    "second": ["s", "10s"], "minute": ["min", "15min"], "hour": ["h", "6h"], "day": ["D", "3D"], "week": ["W-SUN", "2W-MON"],
    "month": ["MS", "ME", "2MS"], "quarter": ["QS", "QE"], "year": ["YS", "YE", "5YS"],
}  # fmt: skip
FREQUENCIES = sorted((frequency, unit) for unit, frequencies in UNITS.items() for frequency in frequencies)
PERIODS = {"hour": "h", "day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]
EPOCH = dt.datetime.fromisoformat("1970-01-01")
starts = st.sampled_from(["1899-12-31", "1969-12-31", "2000-02-28", "2023-03-25", "2024-10-26"])


def series(start: str, frequency: str, size: int, seed: int) -> list[pd.Timestamp]:
    """A regular series with a twentieth of its moments missing, in any order, some moments twice."""
    moments = list(pd.date_range(start, periods=size, freq=frequency))
    draw = random.Random(seed)
    missing = set(draw.sample(range(1, size - 1), size // 20))
    kept = [moment for place, moment in enumerate(moments) if place not in missing]
    return draw.sample(kept + kept[: size // 3], len(kept) + size // 3)


def profile_of(kind: str, cells: list[Any]) -> TableProfile:
    rows = [[cell, place % 7 + 0.5] for place, cell in enumerate(cells)]
    return profile_table(rows_of({"seen": kind, "x": "DOUBLE"}, rows), VIEW, "t", interpret)


@settings(max_examples=12)
@given(starts, st.sampled_from(FREQUENCIES), st.integers(20, 44), st.integers(0, 2**32), st.sampled_from(["TIMESTAMP", "TIMESTAMP_NS"]))
def test_a_regular_series_has_the_frequency_and_the_ends_that_pandas_gave_it(
    start: str, frequency: tuple[str, str], size: int, seed: int, kind: str
) -> None:
    moments = series(start, frequency[0], size, seed)
    found = profile_of(kind, [moment.to_pydatetime() for moment in moments]).time
    assert found is not None
    assert found.frequency == frequency[1]
    assert [pd.Timestamp(found.first), pd.Timestamp(found.last)] == [min(moments), max(moments)]


@settings(max_examples=8)
@example("2023-03-25", ("D", "day"), "Europe/Berlin", 3)
@given(
    starts,
    st.sampled_from([("h", "hour"), ("6h", "hour"), ("D", "day"), ("W-SUN", "week"), ("MS", "month")]),
    st.sampled_from(ZONES),
    st.integers(0, 99),
)
def test_moments_with_a_zone_are_those_of_utc_for_the_axis_and_for_figures(
    start: str, frequency: tuple[str, str], zone: str, seed: int
) -> None:
    local = pd.DatetimeIndex(series(start, frequency[0], 60, seed)).tz_localize(zone, ambiguous=False, nonexistent="shift_forward")
    utc = local.tz_convert("UTC")
    profile = profile_of("TIMESTAMPTZ", [moment.to_pydatetime() for moment in local])
    found = profile.time
    assert found is not None
    assert found.frequency == frequency[1]
    assert [pd.Timestamp(found.first), pd.Timestamp(found.last)] == [utc.min(), utc.max()]
    (figure,) = (kpi for kpi in derive(profile, VIEW, engine().rows) if kpi.name.endswith("_x"))
    assert figure.period is not None
    values = pd.Series([place % 7 + 0.5 for place in range(len(utc))])
    means = values.groupby(utc.tz_localize(None).to_period(PERIODS[figure.period])).mean()
    shown = {pd.Period(point.at, PERIODS[figure.period]): point.value for point in figure.series if point.value is not None}
    assert shown == pytest.approx(means.to_dict())


@settings(max_examples=20)
@given(st.datetimes(*map(dt.datetime.fromisoformat, ("0001-01-08", "9998-12-31"))), st.sampled_from(sorted(PERIODS)))
def test_periods_are_those_of_pandas_from_the_first_year_to_the_last(at: dt.datetime, period: str) -> None:
    exact = pd.Period(at, PERIODS[period])
    assert start_of(at, period) == exact.start_time.to_pydatetime()
    assert next_start(start_of(at, period), period) == (exact + 1).start_time.to_pydatetime()
    seconds = np.array([(at.replace(microsecond=0) - EPOCH).total_seconds()], dtype=np.int64)
    epoch = pd.Period("1970-01-01", PERIODS[period]).ordinal
    assert numbers_of(seconds, period)[0] - numbers_of(np.array([0]), period)[0] == exact.ordinal - epoch
    stamp = pd.Timestamp(at)
    assert [int(steps_of(seconds, part)[0]) for part in ("hour", "weekday", "month")] == [stamp.hour, stamp.isoweekday(), stamp.month]
    data = stretches([(int(seconds[0]) // 3600, 1)], 0, 3600)
    if data is not None:
        assert [shown.start for shown in periods_of(data, period)] == [exact.start_time.to_pydatetime()]


@settings(max_examples=40)
@given(
    st.datetimes(*map(dt.datetime.fromisoformat, ("0001-01-02", "9999-12-30"))),
    st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%Y-%m", "quarter", "iso", "zoned"]),
)
def test_texts_of_moments_are_the_seconds_of_pandas(at: dt.datetime, form: str) -> None:
    stamp = pd.Timestamp(at)
    zoned = stamp.tz_localize("+05:30")
    year = f"{at.year:04d}"
    text, exact = {
        "quarter": (f"{year}Q{stamp.quarter}", stamp.to_period("Q").start_time),
        "iso": (at.isoformat(), stamp),
        "zoned": (at.isoformat() + "+05:30", zoned),
        "%Y-%m": (f"{year}-{at.month:02d}", stamp.to_period("M").start_time),
        "%Y-%m-%d": (at.date().isoformat(), stamp.normalize()),
        "%Y%m%d": (at.date().isoformat().replace("-", ""), stamp.normalize()),
    }[form]
    found = time_axis.seconds_of(text)
    moment = exact.tz_convert("UTC").tz_localize(None) if exact.tzinfo else exact
    assert found == pytest.approx((moment.to_pydatetime() - EPOCH).total_seconds(), abs=1e-3)


@pytest.mark.parametrize("kind", ["TIMESTAMP", "DATE", "TIMESTAMPTZ"])
@pytest.mark.parametrize(
    "odd", [["0001-01-01"], ["9999-12-31"], ["0001-01-01", "9999-12-31"], ["0044-03-15 (BC)"], ["12000-01-01"], ["infinity"]]
)
def test_a_moment_at_the_limits_stops_neither_figures_nor_charts(kind: str, odd: list[str]) -> None:
    texts = [f"2020-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(200)] + odd
    opened = rows_of({"text": "VARCHAR", "x": "DOUBLE"}, [[text, i % 13 + 0.25] for i, text in enumerate(texts)])
    opened.rows(f"CREATE OR REPLACE TABLE limits AS SELECT CAST(text AS {kind}) AS seen, x FROM literal_rows")
    profile = profile_table(opened, "limits", "t", interpret)
    (figure,) = (kpi for kpi in derive(profile, "limits", opened.rows) if kpi.name.endswith("_x"))
    assert figure.value == pytest.approx(sum(i % 13 + 0.25 for i in range(len(texts))) / len(texts))
    for question in questions("t", "limits", profile, chartable(profile)):
        for chart in question.charts(opened.rows(question.sql)):
            assert chart.table.rows
