"""The profile of a whole table: what holds between its columns and between its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from profile_views import VIEW, interpret, rows_of, view_of

from voyant_assets.analysis.profile.collect import Budget
from voyant_assets.analysis.profile.table import profile_table
from voyant_core.canonical import dumps
from voyant_core.model.profile import ColumnMeaning, ColumnStatistics, Scalar, TableProfile


def profiled(query: str, budget: Budget | None = None) -> TableProfile:
    return profile_table(view_of(query), VIEW, "t", interpret, budget)


def test_columns_carry_statistics_and_meaning_in_the_tables_order() -> None:
    found = profiled("SELECT i * 1.5 AS weight, 'a' AS kind FROM range(4) rows(i)")
    assert [column.name for column in found.ordered()] == ["weight", "kind"]
    weight = found.columns["weight"]
    assert (weight.role, weight.unit, weight.mean, weight.position) == ("measure", "kg", 2.25, 0)


def test_correlations_are_pairwise_complete_and_cover_measures_only() -> None:
    draw = np.random.default_rng(3)
    a = draw.normal(size=300)
    b, c = a * 2 + draw.normal(size=300), draw.normal(size=300)
    holes = draw.random(size=(300, 2)) < 0.2
    rows = [
        [place, x, None if hole[0] else y, float("nan") if hole[1] else z]
        for place, (x, y, z, hole) in enumerate(zip(a.tolist(), b.tolist(), c.tolist(), holes, strict=True))
    ]
    found = profile_table(
        rows_of({"row_id": "INTEGER", "a": "DOUBLE", "b": "DOUBLE", "c": "DOUBLE"}, rows), VIEW, "t", interpret
    ).correlations
    expected = {}
    for left, right, keep in (("a", "b", ~holes[:, 0]), ("a", "c", ~holes[:, 1]), ("b", "c", ~holes[:, 0] & ~holes[:, 1])):
        data = {"a": a, "b": b, "c": c}
        expected[left, right] = (np.corrcoef(data[left][keep], data[right][keep])[0, 1], int(keep.sum()))
    assert {(pair.a, pair.b): (pair.r, pair.n) for pair in found} == {
        names: (pytest.approx(r, abs=1e-12), n) for names, (r, n) in expected.items()
    }
    assert [abs(pair.r) for pair in found] == sorted((abs(pair.r) for pair in found), reverse=True)


def test_a_constant_correlates_with_nothing_and_a_copy_with_exactly_one() -> None:
    found = profiled("SELECT i / 3.0 AS a, i / 3.0 AS b, 7.5 AS c, 1e9 + i AS d FROM range(50) rows(i)").correlations
    assert {(pair.a, pair.b) for pair in found} == {("a", "b"), ("a", "d"), ("b", "d")}
    assert all(pair.r == pytest.approx(1.0) and pair.r <= 1.0 for pair in found)


def test_a_pair_that_is_constant_where_both_are_filled_has_no_correlation() -> None:
    found = profiled("SELECT * FROM (VALUES (1.0, 5.0), (2.0, 5.0), (3.0, 5.0), (NULL, 7.0), (9.0, NULL)) rows(a, b)").correlations
    assert found == []


def test_missingness_counts_the_combinations_of_nulls() -> None:
    found = profiled(
        "SELECT CASE WHEN i % 2 = 0 THEN i END AS a, CASE WHEN i % 3 = 0 THEN 'x' END AS b, i AS c FROM range(12) rows(i)"
    ).missingness
    assert found.complete_rows == 2
    assert [(pattern.columns, pattern.rows) for pattern in found.patterns] == [(["b"], 4), (["a", "b"], 4), (["a"], 2)]


def test_missingness_reaches_beyond_sixty_columns() -> None:
    picked = ", ".join(f"CASE WHEN i = {place % 2} THEN 1 END AS c{place}" for place in range(150))
    found = profiled(f"SELECT {picked} FROM range(3) rows(i)").missingness
    assert found.complete_rows == 0
    assert sorted((len(pattern.columns), pattern.rows) for pattern in found.patterns) == [(75, 1), (75, 1), (150, 1)]
    assert {pattern.columns[0] for pattern in found.patterns} == {"c0", "c1"}


def test_a_table_without_gaps_is_complete() -> None:
    found = profiled("SELECT i AS a FROM range(5) rows(i)").missingness
    assert (found.complete_rows, found.patterns) == (5, [])


def test_equal_rows_beyond_the_first_are_duplicates() -> None:
    found = profiled("SELECT i % 4 AS a, CASE WHEN i % 2 = 0 THEN 'x' END AS b, [i % 2] AS c FROM range(10) rows(i)").duplicate_rows
    assert (found.count, found.method) == (6, "hash of the row")


def test_a_key_column_proves_that_no_row_occurs_twice() -> None:
    assert profiled("SELECT i AS a, 1 AS b FROM range(10) rows(i)").duplicate_rows.method == "key column"


def test_duplicates_of_too_many_rows_are_not_counted() -> None:
    found = profiled("SELECT i % 3 AS a FROM range(10) rows(i)", Budget(exact_rows=5))
    assert (found.duplicate_rows.count, found.duplicate_rows.method) == (None, "not counted: too many rows")
    assert len(found.notes) == 1


@pytest.mark.parametrize(
    ("step", "frequency"),
    [
        ("INTERVAL 10 SECONDS", "second"),
        ("INTERVAL 5 MINUTES", "minute"),
        ("INTERVAL 6 HOURS", "hour"),
        ("INTERVAL 1 DAY", "day"),
        ("INTERVAL 7 DAYS", "week"),
        ("INTERVAL 1 MONTH", "month"),
        ("INTERVAL 3 MONTHS", "quarter"),
        ("INTERVAL 5 YEARS", "year"),
    ],
)
@pytest.mark.parametrize("budget", [Budget(), Budget(frequency_values=0)])
def test_the_time_axis_tells_its_usual_distance(step: str, frequency: str, budget: Budget) -> None:
    found = profiled(
        f"SELECT TIMESTAMP '2001-01-31 00:00:00' + {step} * (i // 2)::INTEGER AS t, i AS x FROM range(48) rows(i)", budget
    ).time
    assert found is not None
    assert (found.column, found.frequency, found.first) == ("t", frequency, "2001-01-31T00:00:00")


def test_trading_days_are_daily_and_events_are_irregular() -> None:
    days = "SELECT DATE '2024-01-01' + i::INTEGER AS d FROM range(60) rows(i) WHERE isodow(DATE '2024-01-01' + i::INTEGER) < 6"
    found = profiled(days)
    assert found.time is not None
    assert found.time.frequency == "day"
    events = profiled("SELECT TIMESTAMP '2024-01-01 00:00:00' + to_seconds(i * i * 37) AS t FROM range(50) rows(i)")
    assert events.time is not None
    assert events.time.frequency == "irregular"


def test_years_and_months_written_as_numbers_and_texts_are_time_axes() -> None:
    years = profiled("SELECT 1952 + 5 * (i % 12) AS year, 'c' || (i // 12) AS country FROM range(48) rows(i)")
    assert years.time is not None
    assert (years.time.column, years.time.frequency, years.time.first, years.time.last) == ("year", "year", "1952", "2007")
    assert profiled("SELECT CASE WHEN i > 3 THEN 2000 + i END AS year FROM range(9) rows(i)").time is None


def test_a_complete_date_is_preferred_to_one_with_gaps() -> None:
    day = "DATE '2019-01-01' + i::INTEGER"
    found = profiled(f"SELECT CASE WHEN i > 5 THEN {day} + 30 END AS ended, {day} AS began FROM range(20) rows(i)")
    assert found.time is not None
    assert found.time.column == "began"


def test_the_entity_is_the_key_or_the_other_half_of_a_panels_key() -> None:
    assert profiled("SELECT i AS order_id, 'n' || i AS label, i % 3 AS x FROM range(30) rows(i)").entity == "label"
    assert profiled("SELECT i AS order_id, 'n' || (i % 4) AS label FROM range(30) rows(i)").entity == "order_id"
    panel = "SELECT 'k' || (i // 24) AS continent, 'c' || (i // 12) AS country, 1952 + 5 * (i % 12) AS year"
    assert profiled(f"{panel} FROM range(48) rows(i)").entity == "country"
    assert profiled("SELECT ['up', 'down'][1 + i % 2] AS signal, DATE '2020-01-01' + i::INTEGER AS d FROM range(40) rows(i)").entity is None
    assert profiled("SELECT 'c' || (i % 7) AS carrier, DATE '2020-01-01' + (i // 40)::INTEGER AS d FROM range(400) rows(i)").entity is None


def test_a_name_is_preferred_to_a_code_and_anything_to_a_running_number() -> None:
    def named(query: str) -> str | None:
        def meanings(
            table: str, rows: int, columns: Sequence[ColumnStatistics], values: Mapping[str, Sequence[tuple[Scalar, int]]]
        ) -> dict[str, ColumnMeaning]:
            return {
                c.name: ColumnMeaning(role="identifier", semantic_type=c.name.rpartition("_")[2], default_aggregation="count_distinct")
                for c in columns
            }

        return profile_table(view_of(query), VIEW, "t", meanings).entity

    assert named("SELECT 1 + i AS row_id, 900 + 7 * i AS patient_id FROM range(9) rows(i)") == "patient_id"
    assert named("SELECT 1 + i AS row_id, 'c' || i AS a_code, 'n' || i AS a_name FROM range(9) rows(i)") == "a_name"
    assert named("SELECT i % 3 AS x_id, 'n' || (i // 2) AS a_name FROM range(9) rows(i)") == "a_name"
    assert named("SELECT i % 3 AS x_id, 'n' || (i // 4) AS a_name FROM range(9) rows(i)") is None


def test_dates_without_separators_are_a_time_axis() -> None:
    found = profiled("SELECT strftime(DATE '1958-03-29' + 7 * i::INTEGER, '%Y%m%d') AS week, i AS x FROM range(30) rows(i)")
    assert found.time is None  # the meaning, not the digits, makes it one

    def weekly(
        table: str, rows: int, columns: Sequence[ColumnStatistics], values: Mapping[str, Sequence[tuple[Scalar, int]]]
    ) -> dict[str, ColumnMeaning]:
        time = ColumnMeaning(role="time", semantic_type="date", default_aggregation="none")
        return interpret(table, rows, columns, values) | {"week": time}

    for cast in ("VARCHAR", "INTEGER"):
        query = f"SELECT strftime(DATE '1958-03-29' + 7 * i::INTEGER, '%Y%m%d')::{cast} AS week, i AS x FROM range(30) rows(i)"
        axis = profile_table(view_of(query), VIEW, "t", weekly).time
        assert axis is not None
        assert (axis.column, axis.frequency, axis.first) == ("week", "week", "19580329")


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_a_table_of_hardly_any_rows_has_a_profile(rows: int) -> None:
    found = profiled(f"SELECT i AS a, i / 2.0 AS b, NULL::DATE AS d, 'x' AS s FROM range({rows}) rows(i)")
    assert found.rows == rows
    assert found.time is None
    assert TableProfile.model_validate_json(dumps(found)).rows == rows


def test_the_same_rows_give_the_same_bytes_on_any_number_of_threads() -> None:
    query = "SELECT sin(i) AS x, (i * 7919) % 1000 / 8.0 AS y, 'w' || (i % 977) AS s FROM range(30000) rows(i)"
    budget = Budget(frequency_values=500)
    engine, found = view_of(query), set[bytes]()
    for threads in (1, 3):
        engine.connect().execute(f"SET threads = {threads}").fetchall()
        found.add(dumps(profile_table(engine, VIEW, "t", interpret, budget)))
    engine.connect().execute("SET threads = 2").fetchall()
    assert len(found) == 1
