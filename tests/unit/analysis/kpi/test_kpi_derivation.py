"""Derived figures. Every value is compared with what DuckDB gives for the SQL shown, or with the rows that were made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[[str], Any]

SALES = """
SELECT i AS order_id, TIMESTAMP '2023-01-01' + INTERVAL (i * 8) HOUR AS ordered_at,
    ['north', 'south', 'east'][1 + i % 3] AS region,
    CASE WHEN i % 3 = 0 THEN 100.0 ELSE 10.0 END + (i * 7 % 5) AS sales_amount,
    1 + i % 4 AS quantity, i % 5 = 0 AS returned, 'C' || (i * 31 % 97) AS customer_id,
    CASE WHEN i % 11 = 0 THEN NULL ELSE 20 + (i * i) % 50 END AS age
FROM range(1096) t(i)
"""


def test_every_value_is_what_its_sql_gives(table: Make) -> None:
    made = table(SALES)
    kpis = made.kpis()
    assert len(kpis) >= 5
    for kpi in kpis.values():
        assert kpi.value == pytest.approx(float(made.ask(kpi.sql)), rel=1e-9)


def test_the_table_is_told_by_rows_measures_an_outcome_and_things(table: Make) -> None:
    kpis = table(SALES).kpis()
    assert next(iter(kpis)) == "rows"
    assert kpis["rows"].value == 1096
    assert {"sum_sales_amount", "mean_age", "share_returned", "count_distinct_customer_id"} <= set(kpis)
    assert kpis["share_returned"].is_share
    assert kpis["share_returned"].value == pytest.approx(220 / 1096)
    assert kpis["count_distinct_customer_id"].value == 97


def test_identifiers_and_calendar_columns_are_never_summed(table: Make) -> None:
    made = table("SELECT i AS id, 2000 + i // 12 AS year, 1 + i % 12 AS month, i * 3 % 71 AS visitors FROM range(120) t(i)")
    measured = {column for kpi in made.kpis().values() for column in kpi.source_columns if not kpi.name.startswith("count_distinct")}
    assert measured == {"visitors"}


def test_parts_and_periods_of_a_sum_add_up_to_it(table: Make) -> None:
    kpi = table(SALES).kpis()["sum_sales_amount"]
    assert sum(part.value for part in kpi.parts) == pytest.approx(kpi.value)
    assert sum(point.value for point in kpi.series) == pytest.approx(kpi.value)
    assert sum(part.rows for part in kpi.parts) == 1096


def test_a_figure_is_split_by_the_dimension_that_explains_it(table: Make) -> None:
    made = table("""SELECT ['a', 'b', 'c'][1 + i % 3] AS idle_group, ['x', 'y', 'z'][1 + i // 300] AS telling_group,
        CASE WHEN i < 300 THEN 5.0 ELSE 50.0 END + i % 7 AS price FROM range(900) t(i)""")
    (kpi,) = [kpi for name, kpi in made.kpis().items() if name.endswith("_price")]
    assert kpi.by == "telling_group"


def test_medians_per_group_and_period_are_medians_of_the_rows(table: Make) -> None:
    made = table("""SELECT DATE '2024-01-01' + CAST(i // 10 AS INTEGER) AS day, ['a', 'b', 'c', 'd'][1 + i % 4] AS team,
        CASE WHEN i % 40 = 0 THEN 900.0 ELSE i % 13 + i % 4 END AS wait_minutes FROM range(3000) t(i)""")
    kpi = made.kpis()["median_wait_minutes"]
    groups = dict(made.engine.rows(f'SELECT team, median(wait_minutes) FROM "{made.view}" GROUP BY 1'))
    assert {part.label: part.value for part in kpi.parts} == groups
    periods = made.engine.rows(f"SELECT date_trunc('{kpi.period}', day), median(wait_minutes) FROM \"{made.view}\" GROUP BY 1 ORDER BY 1")
    assert [(point.at, point.value) for point in kpi.series] == [(start.isoformat()[:10], value) for start, value in periods]


def test_a_series_has_a_readable_number_of_points(table: Make) -> None:
    kpi = table(SALES).kpis()["rows"]
    assert (kpi.period, len(kpi.series)) == ("month", 13)
    assert kpi.series[0].at == "2023-01-01"
    assert [point.complete for point in kpi.series] == [True] * 12 + [False]


def test_a_table_with_one_row_per_period_needs_no_course_of_rows(table: Make) -> None:
    made = table("SELECT DATE '2020-01-01' + INTERVAL (i) MONTH AS month, 100 + i * i % 37 AS passengers FROM range(36) t(i)")
    kpis = made.kpis()
    assert kpis["rows"].series == []
    assert len(kpis["sum_passengers"].series) == 36


def test_years_in_which_nothing_is_measured_are_no_gaps(table: Make) -> None:
    made = table(
        "SELECT 1950 + 5 * (i // 4) AS year, ['a', 'b', 'c', 'd'][1 + i % 4] AS land, i * 17 % 91 + 0.5 AS score FROM range(64) t(i)"
    )
    (kpi,) = [kpi for kpi in made.kpis().values() if "score" in kpi.source_columns]
    assert [point.at for point in kpi.series][:3] == ["1950-01-01", "1955-01-01", "1960-01-01"]
    assert None not in [point.value for point in kpi.series]


def test_a_gap_in_a_series_stays_visible(table: Make) -> None:
    made = table(
        "SELECT DATE '2024-01-01' + CAST(i AS INTEGER) AS day, i % 7 + 0.5 AS score FROM range(40) t(i) WHERE i NOT BETWEEN 10 AND 12"
    )
    kpis = made.kpis()
    assert [point.value for point in kpis["mean_score"].series][10:13] == [None, None, None]
    assert len(kpis["mean_score"].series) == 40


def test_year_and_month_columns_make_a_time_axis(table: Make) -> None:
    made = table("SELECT 2020 + i // 120 AS year, 1 + i // 10 % 12 AS month, i * 7 % 23 AS visitors FROM range(300) t(i)")
    kpi = made.kpis()["rows"]
    assert kpi.series == []
    (visits,) = [kpi for kpi in made.kpis().values() if "visitors" in kpi.source_columns]
    assert (visits.period, visits.series[0].at, visits.series[-1].at, len(visits.series)) == ("month", "2020-01-01", "2022-06-01", 30)


def test_missing_groups_and_infinite_values_are_told_apart(table: Make) -> None:
    made = table("""SELECT CASE WHEN i % 10 > 0 THEN ['x', 'y', 'z'][1 + i % 3] END AS kind,
        CASE WHEN i = 5 THEN 'nan'::DOUBLE WHEN i = 6 THEN 'inf'::DOUBLE ELSE i % 10 END AS score FROM range(400) t(i)""")
    (kpi,) = [kpi for kpi in made.kpis().values() if "score" in kpi.source_columns]
    assert kpi.value == pytest.approx(made.ask(kpi.sql))
    assert "missing" in {part.label for part in kpi.parts}
    assert all(part.value is not None for part in kpi.parts)


def test_many_groups_are_cut_to_the_largest_twelve(table: Make) -> None:
    made = table("SELECT 'G' || (i % 40) AS shop, 1 + i % 40 AS sales_amount FROM range(4000) t(i)")
    kpi = made.kpis()["sum_sales_amount"]
    assert [part.label for part in kpi.parts] == [f"G{number}" for number in range(39, 27, -1)]


@pytest.mark.parametrize(
    ("kind", "first"),
    [("TIMESTAMP WITH TIME ZONE", "2023-01-01"), ("DATE", "2023-01-01"), ("TIMESTAMP_NS", "2023-01-01"), ("TIMESTAMP_S", "2023-01-01")],
)
def test_every_type_of_moment_gives_a_series(table: Make, kind: str, first: str) -> None:
    made = table(f"SELECT CAST(TIMESTAMP '2023-01-01' + INTERVAL (i) DAY AS {kind}) AS seen_at, i % 7 + 0.25 AS score FROM range(365) t(i)")
    kpi = made.kpis()["mean_score"]
    assert (kpi.period, kpi.series[0].at, len(kpi.series)) == ("month", first, 12)


@pytest.mark.parametrize(
    ("text", "period"), [("strftime(d, '%Y-%m')", "month"), ("strftime(d, '%Y-%m-%d')", "month"), ("strftime(d, '%Y%m%d')", "month")]
)
def test_dates_in_text_give_a_series(table: Make, text: str, period: str) -> None:
    made = table(
        f"SELECT {text} AS date, i % 7 + 0.25 AS score FROM (SELECT i, DATE '2022-01-01' + CAST(i AS INTEGER) AS d FROM range(730) t(i))"
    )
    kpi = made.kpis()["mean_score"]
    assert (kpi.period, kpi.series[0].at) == (period, "2022-01-01")


def test_an_empty_table_has_no_figures(table: Make) -> None:
    assert table("SELECT 1 AS a WHERE false").kpis() == {}


def test_the_same_rows_in_another_order_give_the_same_figures(table: Make) -> None:
    first = [kpi.model_dump() for kpi in table(SALES).kpis().values()]
    second = [kpi.model_dump() for kpi in table(f"SELECT * FROM ({SALES}) ORDER BY hash(order_id)").kpis().values()]
    assert [entry["name"] for entry in first] == [entry["name"] for entry in second]
    for one, other in zip(first, second, strict=True):
        assert [part["value"] for part in one["parts"]] == pytest.approx([part["value"] for part in other["parts"]], rel=1e-12)
        assert one["by"] == other["by"]


def test_hostile_names_do_no_harm(table: Make) -> None:
    name = 'total "x"; drop table y; -- <b>'
    quoted = '"' + name.replace('"', '""') + '"'
    made = table(f"SELECT i * 1.5 AS {quoted}, ['it''s', 'a\"b'][1 + i % 2] AS \"group\" FROM range(200) t(i)")
    kpis = made.kpis()
    (kpi,) = [kpi for kpi in kpis.values() if name in kpi.source_columns]
    assert made.ask(kpi.sql) == pytest.approx(kpi.value)
