"""What stands behind each kind of chart against pandas and numpy over the same generated rows: bars, lines over time, parts of a calendar,
groups, shares, crossings, correlations, gaps. Moments before 1970 and in the middle of days, NaN and infinities, sums beyond whole numbers.
"""

from __future__ import annotations

import datetime as dt
import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resources.duckdb.engine import DuckDBEngine
from voyant_assets.analysis.charts.columns import chartable
from voyant_assets.analysis.charts.questions import known_charts, questions
from voyant_assets.analysis.profile.table import profile_table
from voyant_core.canonical import dumps
from voyant_core.model.chart import Chart
from voyant_core.model.profile import ColumnMeaning, TableProfile
from voyant_core.settings import Engine

TABLE = {"seen": "TIMESTAMP", "a": "DOUBLE", "b": "DOUBLE", "c": "DOUBLE", "site": "VARCHAR", "kind": "VARCHAR", "hour": "BIGINT"}
MEASURES = ("a", "b", "c")
DECIMALS = 1e-10
"""Figures of a profile have ten decimals."""
PERIODS = {"hour": "h", "day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
START = {name: dt.datetime.fromisoformat(name) for name in ("1949-12-20T07:30", "1969-12-22T23:59:59.999999", "2020-02-20T00:00")}
STEP_HOURS = (0.25, 1, 7, 24, 100, 731)


def rows_of(seed: int, count: int, start: str, step_hours: float, odd: bool, unit: float) -> list[tuple[Any, ...]]:
    """Rows whose measures hang together with place, hour and weekday, so that there is something to draw."""
    draw = np.random.default_rng(seed)
    found: list[tuple[Any, ...]] = []
    for place in range(count):
        seen = START[start] + dt.timedelta(hours=step_hours * (place // 2 if seed % 2 else place))
        site = ("north", "south", "", None)[int(draw.integers(4))]
        a = float(draw.normal()) + 3 * (seen.weekday() >= 5) + (seen.hour > 12) + 2 * (site == "north")
        b = a + float(draw.normal()) if draw.random() < 0.9 else None
        if odd and draw.random() < 0.05:
            a = (math.nan, math.inf, -math.inf)[place % 3]
        found.append(
            (seen, a * unit, b, 2.0 * place + seen.hour, site, ("x", "y", None)[int(draw.integers(3)) if site != "north" else 0], seen.hour)
        )
    return found


drawn = st.tuples(
    st.integers(0, 2**32), st.integers(40, 200), st.sampled_from(sorted(START)), st.sampled_from(STEP_HOURS), st.booleans(),
    st.sampled_from([1.0, 1e-3, 1e90]),
)  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    opened = DuckDBEngine(Engine(threads=2), Path(tempfile.mkdtemp()))
    yield opened
    opened.close()


def charts_of(engine: DuckDBEngine, rows: Sequence[tuple[Any, ...]], additive: bool) -> Iterator[Chart]:
    """Every chart that the rows allow, before any is chosen."""

    def interpret(*_: Any) -> Mapping[str, ColumnMeaning]:
        roles = {
            "seen": ("time", "datetime"),
            "hour": ("time", "hour"),
            "site": ("dimension", "category"),
            "kind": ("dimension", "category"),
        }
        found = {name: ColumnMeaning(role=role, semantic_type=kind, default_aggregation="none") for name, (role, kind) in roles.items()}  # type: ignore[arg-type]
        measure = ColumnMeaning(role="measure", semantic_type="number", default_aggregation="sum" if additive else "mean")
        return found | dict.fromkeys(MEASURES, measure)

    columns = ", ".join(f"{name} {kind}" for name, kind in TABLE.items())
    engine.rows(f"CREATE OR REPLACE TABLE drawn ({columns})")
    engine.connect().executemany(f"INSERT INTO drawn VALUES ({', '.join('?' * len(TABLE))})", [list(row) for row in rows])
    profile = TableProfile.model_validate_json(dumps(profile_table(engine, "drawn", "drawn", interpret)))  # type: ignore[arg-type]
    chosen = chartable(profile)
    yield from known_charts("drawn", profile, chosen)
    for question in questions("drawn", "drawn", profile, chosen):
        yield from question.charts(engine.rows(question.sql))


def frame_of(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """The rows; NaN stands for everything that is no finite number."""
    found = pd.DataFrame({name: pd.Series([row[place] for row in rows], dtype=object) for place, name in enumerate(TABLE)})
    found["seen"] = pd.to_datetime(found["seen"])
    for name in MEASURES:
        found[name] = pd.to_numeric(found[name]).astype(float).replace([np.inf, -np.inf], np.nan)
    return found


def close(found: Any, exact: Any, scale: float) -> bool:
    if found is None or exact is None or math.isnan(exact):
        return found is None and (exact is None or math.isnan(exact))
    return abs(found - exact) <= 1e-9 * max(abs(exact), scale) + DECIMALS


@settings(max_examples=3)
@example((3, 200, "1969-12-22T23:59:59.999999", 7, False, 1.0), False)
@example((4, 200, "1949-12-20T07:30", 1, False, 1e90), True)
@given(drawn, st.booleans())
def test_every_chart_shows_what_pandas_finds(engine: DuckDBEngine, drawn: tuple[Any, ...], additive: bool) -> None:
    rows = rows_of(*drawn)
    table = frame_of(rows)
    for chart in charts_of(engine, rows, additive):
        CHECKS[chart.kind](chart, table)


def _histogram(chart: Chart, table: pd.DataFrame) -> None:
    values = table[chart.columns[0]].dropna()
    bins = chart.arguments["bins"]
    edges = [bins[0]["low"], *(bar["high"] for bar in bins)]
    assert edges == sorted(edges)
    assert [bar["low"] for bar in bins[1:]] == [bar["high"] for bar in bins[:-1]]
    edges[0], edges[-1] = (-math.inf if bins[0]["open"] else edges[0]), (math.inf if bins[-1]["open"] else edges[-1])
    expected, _ = np.histogram(values, np.asarray(edges))
    assert [bar["count"] for bar in bins] == expected.tolist()
    scale = float(values.abs().max())
    marks = [marker["value"] for marker in chart.arguments["markers"]]
    assert all(close(found, exact, scale) for found, exact in zip(marks, values.quantile([0.5, 0.95]), strict=True))


def _line(chart: Chart, table: pd.DataFrame) -> None:
    period = next(name for name in PERIODS if f" per {name}," in chart.subtitle)
    numbered = table["seen"].dt.to_period(PERIODS[period])
    every = pd.period_range(numbered.min(), numbered.max(), freq=PERIODS[period])
    name = None if chart.subtitle.startswith("Rows") else chart.columns[0]
    held = table.groupby(numbered)
    if name is None:
        exact = held.size().reindex(every, fill_value=0).astype(float)
    elif chart.subtitle.startswith("Total"):
        exact = held[name].sum(min_count=1).reindex(every)
    else:
        exact = held[name].mean().reindex(every)
    starts = [pd.Timestamp(text).tz_localize(None) for text in chart.arguments["at"]]
    first = list(every.start_time).index(starts[0])
    assert first <= 1
    assert starts == list(every.start_time)[first : first + len(starts)]
    assert len(every) - len(starts) <= 2
    scale = 1.0 if name is None else float(table[name].abs().max()) * len(table)
    shown = exact.iloc[first : first + len(starts)]
    assert all(close(found, value, scale) for found, value in zip(chart.arguments["values"], shown, strict=True))
    for end in ("low", "high"):
        assert end not in chart.facts or close(chart.facts[end], getattr(shown, {"low": "min", "high": "max"}[end])(), scale)


def _calendar(chart: Chart, table: pd.DataFrame) -> None:
    name, column = chart.columns
    part = next(part for part in ("hour", "weekday", "month") if f" by {part}" in chart.subtitle)
    steps = table["hour"].astype(int) if column == "hour" else getattr(table["seen"].dt, {"weekday": "day_of_week"}.get(part, part))
    named = {"hour": lambda step: f"{step}:00", "weekday": lambda step: DAYS[step], "month": lambda step: MONTHS[step - 1]}[part]
    means = {named(int(step)): value for step, value in table.groupby(steps)[name].mean().items()}
    scale = float(table[name].abs().max())
    for label, value in zip(chart.arguments["at"], chart.arguments["values"], strict=True):
        assert value is None or close(value, means[label], scale), label
    counts = {named(int(step)): size for step, size in table.groupby(steps).size().items()}
    assert [int(row[1].replace(",", "")) for row in chart.table.rows] == [counts[row[0]] for row in chart.table.rows]


def _label(value: Any) -> str:
    return value or '""'


def _groups(chart: Chart, table: pd.DataFrame) -> None:
    if chart.form == "dumbbell":
        name, down, across = chart.columns
        means = table.groupby([down, across])[name].mean()
        scale = float(table[name].abs().max())
        for pair in chart.arguments["rows"]:
            for side in ("a", "b"):
                assert close(pair[side], means[pair["label"], chart.arguments[f"{side}_name"]], scale)
        return
    name, dimension = chart.columns
    named = table[table[dimension].notna()]
    means = {_label(key): value for key, value in named.groupby(dimension)[name].mean().items()}
    scale = float(table[name].abs().max())
    assert {bar["label"] for bar in chart.arguments["rows"]} == {label for label, mean in means.items() if not math.isnan(mean)}
    assert all(close(bar["value"], means[bar["label"]], scale) for bar in chart.arguments["rows"])
    assert close(chart.arguments["reference"]["value"], named[name].mean(), scale)
    whole = named[name].dropna()
    between = sum(len(part) * (part.mean() / scale - whole.mean() / scale) ** 2 for _, part in whole.groupby(named[dimension]) if len(part))
    of_all = ((table[name].dropna() / scale).var(ddof=1)) * (len(whole) - 1)
    assert chart.facts["eta_squared"] == pytest.approx(min(1.0, between / of_all), abs=1e-6)


def _shares(chart: Chart, table: pd.DataFrame) -> None:
    if chart.form == "heat_map":
        down, across = chart.columns
        expected = pd.crosstab(table[down], table[across], normalize="index")
        for y, line in zip(chart.arguments["ys"], chart.arguments["values"], strict=True):
            for x, value in zip(chart.arguments["xs"], line, strict=True):
                assert value is None or close(value, expected.loc[y, x], 1.0)
        return
    bars = {bar["label"]: bar["value"] for bar in chart.arguments["rows"]}
    if len(chart.columns) == 1:
        assert bars == dict(table[chart.columns[0]].value_counts().items())
        return
    name, dimension = chart.columns
    sums = {_label(key): value for key, value in table.groupby(dimension)[name].sum(min_count=1).items()}
    assert set(bars) == {label for label, value in sums.items() if not math.isnan(value)}
    assert all(close(value, sums[label], float(table[name].abs().sum())) for label, value in bars.items())


def _correlations(chart: Chart, table: pd.DataFrame) -> None:
    expected = (table[list(MEASURES)] / table[list(MEASURES)].abs().max()).corr(min_periods=3)
    names = [label.split("  ")[1] for label in chart.arguments["ys"]]
    for y, line in zip(names, chart.arguments["values"], strict=True):
        for x, value in zip(names, line, strict=False):
            assert value is None or abs(value - expected.loc[y, x]) < 1e-9
    filled = table[list(MEASURES)].notna().astype(int)
    for a, b, _, rows in chart.table.rows:
        assert int(rows) == (filled[a] * filled[b]).sum()


def _missing(chart: Chart, table: pd.DataFrame) -> None:
    gaps = table[list(TABLE)].isna().assign(a=False)
    counts = gaps.value_counts()
    held = {", ".join(name for name, is_gap in zip(counts.index.names, key, strict=True) if is_gap): n for key, n in counts.items()}
    assert {row[0]: int(row[1]) for row in chart.table.rows}.items() <= held.items()
    assert max(n for names, n in held.items() if names) == int(chart.table.rows[0][1])


CHECKS = {
    "skew": _histogram, "distribution": _histogram, "trend": _line, "calendar": _calendar, "group_gap": _groups, "composition": _shares,
    "correlation": _correlations, "missing": _missing,
}  # fmt: skip
