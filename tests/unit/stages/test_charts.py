"""The stage on real tables: what it draws, that its numbers are right, and when it stays away."""

from __future__ import annotations

import json
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from resources.duckdb.engine import DuckDBEngine
from voyant_assets.analysis.meaning.interpret import interpret
from voyant_assets.analysis.profile.table import profile_table
from voyant_assets.stages import profile as profile_stage
from voyant_assets.stages.charts import STAGE, load
from voyant_core.canonical import dumps
from voyant_core.errors import TOO_LITTLE_DATA
from voyant_core.model.chart import Chart, Citation, plain_text
from voyant_core.model.profile import TableProfile
from voyant_core.settings import Engine
from voyant_core.stage import StageContext, StageResult, StageSkipped

VIEW = 'my "view"'
MONTHLY = """SELECT DATE '1949-01-01' + to_months(i::INTEGER) AS month, (100 + 3 * i + 40 * sin(i * pi() / 6))::INTEGER AS passengers
    FROM range(144) r(i)"""
TRIPS = """SELECT TIMESTAMP '2023-01-01' + to_minutes((i * 37)::INTEGER) AS started_at, ['Ann', 'Bob', 'Cyd'][1 + i % 3] AS driver,
    CASE WHEN i % 50 > 0 THEN 3 + (i % 3) * 4 + (i * 7919 % 101) / 10.0 + CASE WHEN i % 499 = 0 THEN 400 ELSE 0 END END AS delay_minutes,
    CASE WHEN i % 50 > 0 THEN (i * 31 % 17)::DOUBLE END AS load_kg, 'EUR' AS currency, i AS trip_id FROM range(6000) r(i)"""
HOSTILE = """SELECT 'O''Brien "<b>" ' || (i % 3) AS "na""me <script>\nx", i * 1.5 + i % 7 AS "datum.value + 1",
    CASE WHEN i % 5 > 0 THEN i % 13 END AS "select", CASE WHEN i % 5 > 0 THEN i % 11 END AS "a/b~c" FROM range(500) r(i)"""
WIDE = "SELECT " + ", ".join(f"(i * {31 * j + 7} % {50 + j})::INTEGER AS m{j}" for j in range(120)) + " FROM range(300) r(i)"


def run(query: str, table: str = "trips") -> tuple[StageResult, TableProfile]:
    engine = DuckDBEngine(Engine(threads=2), Path(tempfile.mkdtemp()))
    name = VIEW.replace('"', '""')
    engine.connect().execute(f'CREATE VIEW "{name}" AS {query}').fetchall()
    try:
        profile = profile_stage.load({profile_stage.FILE: dumps(profile_table(engine, VIEW, table, interpret))})
        context = SimpleNamespace(results={"profile": profile}, table=table, view=VIEW, engine=engine)
        return STAGE.run(cast(StageContext, cast(Any, context))), profile
    finally:
        engine.close()


def by_slug(result: StageResult) -> dict[str, Chart]:
    return {chart.slug: chart for chart in result.model.charts}


@pytest.fixture(scope="module")
def trips() -> tuple[StageResult, TableProfile]:
    return run(TRIPS)


def test_each_chart_is_a_specification_and_a_picture(trips: tuple[StageResult, TableProfile]) -> None:
    result, _ = trips
    files = [output.file for output in result.outputs]
    assert files == [f"chart_{chart.slug}{end}" for chart in result.model.charts for end in (".vl.json", ".svg")]
    for output in result.outputs:
        if output.file.endswith(".svg"):
            assert ET.fromstring(output.data).tag == "{http://www.w3.org/2000/svg}svg"
    assert 3 <= len(result.model.charts) <= 10
    assert result.metadata == {"charts": len(result.model.charts)}


def test_every_cited_number_stands_where_it_points(trips: tuple[StageResult, TableProfile]) -> None:
    result, profile = trips
    documents = {f"trips/{output.file}": json.loads(output.data) for output in result.outputs if output.file.endswith("json")}
    documents["trips/profile.json"] = json.loads(dumps(profile))
    cited = [part for chart in result.model.charts for part in [*chart.title, *chart.consequence] if isinstance(part, Citation)]
    assert len(cited) >= 2 * len(result.model.charts)
    for citation in cited:
        value = documents[citation.artifact]
        for part in citation.pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            value = value[int(key)] if isinstance(value, list) else value[key]
        assert value == citation.value


def test_a_gap_between_groups_states_the_means(trips: tuple[StageResult, TableProfile]) -> None:
    chart = by_slug(trips[0])["delay_minutes_by_driver"]
    delays: dict[str, list[float]] = {}
    for i in range(6000):
        if i % 50:
            delays.setdefault(("Ann", "Bob", "Cyd")[i % 3], []).append(3 + i % 3 * 4 + i * 7919 % 101 / 10 + (400 if i % 499 == 0 else 0))
    means = {name: sum(values) / len(values) for name, values in delays.items()}
    assert chart.facts["high_group"] == max(means, key=means.__getitem__)
    assert chart.facts["high"] == pytest.approx(max(means.values()))
    assert chart.facts["low"] == pytest.approx(min(means.values()))


def test_a_far_tail_is_one_open_bar_and_is_told(trips: tuple[StageResult, TableProfile]) -> None:
    chart = by_slug(trips[0])["distribution_delay_minutes"]
    assert chart.kind == "skew"
    assert [bin_["open"] for bin_ in chart.arguments["bins"]][-1] is True
    assert sum(bin_["count"] for bin_ in chart.arguments["bins"]) == 5880
    assert "The grey bar at the right holds all" in chart.note
    assert "120 rows without a value are left out" in chart.note


def test_identifiers_constants_and_times_are_never_quantities(trips: tuple[StageResult, TableProfile]) -> None:
    shown = {name for chart in trips[0].model.charts for name in chart.columns}
    assert not shown & {"trip_id", "currency"}


def test_columns_that_are_empty_together_are_shown(trips: tuple[StageResult, TableProfile]) -> None:
    assert plain_text(by_slug(trips[0])["missing_together"].title) == "120 rows lack delay_minutes and load_kg together"


def test_the_same_table_gives_the_same_bytes(trips: tuple[StageResult, TableProfile]) -> None:
    again, _ = run(TRIPS)
    assert [output.data for output in again.outputs] == [output.data for output in trips[0].outputs]


def test_a_reused_stage_hands_on_the_same_charts(trips: tuple[StageResult, TableProfile]) -> None:
    result, _ = trips
    assert load({output.file: output.data for output in result.outputs}).charts == result.model.charts


def test_one_row_per_month_becomes_a_line_with_its_ends() -> None:
    result, _ = run(MONTHLY, "air")
    chart = result.model.charts[0]
    assert (chart.kind, chart.form, chart.size) == ("trend", "line", "full")
    assert chart.facts["first"] == 100
    assert (chart.facts["first_period"], chart.facts["last_period"]) == ("Jan\u00a01949", "Dec\u00a01960")
    assert len(chart.arguments["values"]) == 144


def test_missing_days_break_the_line() -> None:
    query = (
        "SELECT DATE '2020-01-01' + i::INTEGER AS day, 50 + 10 * sin(i) AS temperature FROM range(200) r(i) WHERE i NOT BETWEEN 60 AND 90"
    )
    chart = by_slug(run(query)[0])["temperature_by_day"]
    assert chart.facts["missing_periods"] == 31
    assert chart.arguments["values"][60:91] == [None] * 31


def test_names_of_any_kind_are_only_text() -> None:
    result, _ = run(HOSTILE)
    assert result.model.charts
    for output in result.outputs:
        if output.file.endswith(".svg"):
            ET.fromstring(output.data)
            assert b"<script" not in output.data
    assert "<script" not in (result.preview or "").replace("\\<", "")


def test_a_wide_table_keeps_to_ten_charts() -> None:
    assert 1 <= len(run(WIDE)[0].model.charts) <= 10


def test_one_column_is_enough_for_one_chart() -> None:
    (chart,) = run("SELECT i * i % 97 / 2.0 AS price FROM range(300) r(i)")[0].model.charts
    assert chart.form == "histogram"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 AS c FROM range(300)",
        "SELECT 'some long free text, number ' || i || ', and more words' AS note FROM range(200) r(i)",
        "SELECT 1 AS a, 2.5 AS b, 'x' AS c",
        "SELECT 1 AS a, 'x' AS c WHERE false",
    ],
)
def test_a_table_with_nothing_to_draw_is_skipped_with_a_reason(query: str) -> None:
    with pytest.raises(StageSkipped, match="no measure") as caught:
        run(query)
    assert caught.value.code == TOO_LITTLE_DATA


def test_numbers_beyond_all_reason_do_not_stop_the_stage() -> None:
    query = (
        "SELECT pow(10, i % 300) AS big, CASE WHEN i % 9 = 0 THEN 'nan'::DOUBLE ELSE sin(i) END AS x, i % 2 = 0 AS g FROM range(900) r(i)"
    )
    assert run(query)[0].model.charts


@pytest.mark.parametrize(
    ("expression", "first"),
    [
        ("(1900 + i)::INTEGER", "1900"),
        ("strftime(DATE '1960-01-01' + to_months(i::INTEGER), '%Y-%m')", "Jan\u00a01960"),
        ("strftime(DATE '1958-03-29' + (7 * i)::INTEGER, '%Y%m%d')::INTEGER", "week of 24\u00a0Mar\u00a01958"),
    ],
)
def test_years_months_and_dates_written_as_numbers_or_text_are_read(expression: str, first: str) -> None:
    result, profile = run(f"SELECT {expression} AS date, 300 + i * 1.5 AS co2 FROM range(60) r(i)")
    assert profile.time is not None
    (trend,) = (chart for chart in result.model.charts if chart.kind == "trend")
    assert trend.facts["first_period"] == first


def test_of_many_groups_the_extremes_are_named_but_not_those_of_a_few_rows() -> None:
    query = """SELECT 'city ' || (i % 40) AS city, (i % 40) * 2.0 + i % 3 AS price FROM range(8000) r(i)
        UNION ALL SELECT 'rare', 9999.0 FROM range(3)"""
    chart = by_slug(run(query)[0])["price_by_city"]
    assert (chart.facts["low_group"], chart.facts["high_group"]) == ("city 0", "city 39")
    labels = [row["label"] for row in chart.arguments["rows"]]
    assert labels == [*(f"city {n}" for n in (39, 38, 37, 36, 35, 34, 4, 3, 2, 1, 0)), "Other (30)"]


def test_a_correlation_of_few_rows_does_not_lead() -> None:
    query = """SELECT (i * 37 % 613) * 1.5 AS a, (i * 37 % 613) + 90.0 * (i * 7919 % 1009) / 1009 AS b, (i * 31 % 497) * 1.0 AS c,
        CASE WHEN i % 15 = 0 THEN (i * 37 % 613) * 2.0 + i % 3 END AS seldom FROM range(3000) r(i)"""
    result, profile = run(query)
    assert {profile.correlations[0].a, profile.correlations[0].b} == {"a", "seldom"}
    chart = by_slug(result)["correlations"]
    assert plain_text(chart.title).startswith("a and b move together")
    assert "rests on few rows" in chart.note
    (cited,) = (part for part in chart.title if isinstance(part, Citation))
    place = int(cited.pointer.split("/")[2])
    assert profile.correlations[place].r == cited.value


def test_a_column_that_is_almost_always_empty_is_no_distribution() -> None:
    query = "SELECT i % 89 * 1.5 AS price, CASE WHEN i % 25 = 0 THEN (i % 77) * 1.0 END AS bonus FROM range(5000) r(i)"
    slugs = by_slug(run(query)[0])
    assert "distribution_price" in slugs
    assert not any("bonus" in chart.columns for chart in slugs.values() if chart.kind != "missing")


def test_numbers_of_a_register_are_no_groups_but_small_ones_are() -> None:
    query = """SELECT [19393, 20304, 20368, 21171][1 + i % 4] AS airline_id, 1 + i % 3 AS class, (i % 4) * 10.0 + i % 7 AS fare
        FROM range(2000) r(i)"""
    shown = {name for chart in run(query)[0].model.charts for name in chart.columns}
    assert "airline_id" not in shown


def test_weekdays_of_a_small_sample_are_no_finding() -> None:
    query = """SELECT DATE '2020-01-06' + ((i % 30) * 3)::INTEGER AS day, ((i % 30) * 7919 % 31) + (i % 5) / 10.0 AS size
        FROM range(900) r(i)"""
    assert not [chart for chart in run(query)[0].model.charts if chart.kind == "calendar"]


def test_every_trend_tells_what_follows(trips: tuple[StageResult, TableProfile]) -> None:
    for result in (trips[0], run(MONTHLY, "air")[0]):
        trends = [chart for chart in result.model.charts if chart.kind == "trend"]
        assert trends
        assert all(plain_text(chart.consequence) for chart in trends)


def test_a_measure_that_is_mostly_zero_says_so() -> None:
    query = "SELECT CASE WHEN i % 10 = 0 THEN (i % 70) * (i % 130) / 10.0 ELSE 0 END AS rain FROM range(4000) r(i)"
    chart = by_slug(run(query)[0])["distribution_rain"]
    assert plain_text(chart.title).startswith("At least half of the values of rain are 0")
