"""Statistics of whole views, over every path a column can take, against numpy and plain counting."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from profile_views import QUOTED, VIEW, rows_of, view_of

from voyant_assets.analysis.profile.collect import Budget, Collected, collect, collect_statistics
from voyant_core.model.profile import ColumnStatistics

COUNTED = Budget()
"""Frequency tables of few rows, by one GROUP BY."""
UNION = Budget(few_rows=0)
STREAMED = Budget(few_rows=0, materialized_cells=0)
MEASURED = Budget(frequency_values=0)
ESTIMATED = Budget(frequency_values=0, exact_rows=0, sample_rows=4000)
EXACT = {"counted": COUNTED, "union": UNION, "streamed": STREAMED, "measured": MEASURED}

ALL_TYPES = """
    SELECT i::TINYINT AS tiny, i::HUGEINT * 170141183460469231731687303 AS huge, i::UBIGINT AS unsigned, i::UHUGEINT AS unsigned_huge,
        (i / 7.0)::DECIMAL(30, 4) AS money, (i / 7.0)::FLOAT AS single, i / 7.0 AS dbl, i % 2 = 0 AS flag, NULL AS nothing,
        NULL::INTEGER AS empty, DATE '2020-01-01' + i::INTEGER AS day, TIMESTAMP '2020-01-01 00:00:00' + to_seconds(i) AS moment,
        TIMESTAMP_NS '2020-01-01 00:00:00.123456789' AS nano, TIMESTAMPTZ '2020-01-01 00:00:00+02' AS zoned,
        TIME '10:00:00' + to_seconds(i) AS clock, '10:00:00+02'::TIMETZ AS zoned_clock, to_days(i::INTEGER) AS span,
        ('a' || i)::BLOB AS bytes,
        ('00000000-0000-0000-0000-0000000000' || (10 + i % 89))::UUID AS uuid, [i, i + 1] AS list, {'a': i, 'b': 'x'} AS struct,
        map {'k': i} AS map, ['a']::VARCHAR[1] AS array, '{"a": 1}'::JSON AS json, 'a'::ENUM ('a', 'b') AS enum,
        union_value(n := i) AS union_, '101'::BIT AS bits,
        i AS "q""uo\nte; DROP", 'v' || i AS word
    FROM range(40) rows(i)
"""


def statistics(found: Collected) -> dict[str, ColumnStatistics]:
    return {column.name: column for column in found.statistics}


def as_numbers(column: ColumnStatistics) -> dict[str, Any]:
    """Everything that must not depend on the path."""
    fields = column.model_dump()
    return fields | {f"quantiles.{name}": value for name, value in (fields.pop("quantiles") or {}).items()}


@pytest.mark.parametrize("path", ["union", "streamed", "measured"])
def test_every_type_gets_the_same_figures_on_every_exact_path(path: str) -> None:
    engine = view_of(ALL_TYPES)
    expected, found = statistics(collect(engine, QUOTED, COUNTED)), statistics(collect(engine, QUOTED, EXACT[path]))
    assert list(found) == list(expected)
    for name, column in expected.items():
        for field, value in as_numbers(column).items():
            other = as_numbers(found[name])[field]
            assert other == (pytest.approx(value, rel=1e-9, abs=1e-9) if isinstance(value, float) else value), (name, field)


def test_kinds_and_values_follow_the_type() -> None:
    found = statistics(collect(view_of(ALL_TYPES), QUOTED))
    kinds = {name: column.kind for name, column in found.items()}
    assert [n for n, kind in kinds.items() if kind == "number"][:7] == [
        "tiny", "huge", "unsigned", "unsigned_huge", "money", "single", "dbl",
    ]  # fmt: skip
    assert [n for n, kind in kinds.items() if kind == "temporal"] == ["day", "moment", "nano", "zoned", "clock", "zoned_clock"]
    assert [n for n, kind in kinds.items() if kind == "string"] == ["json", "enum", "word"]
    assert kinds["flag"] == "boolean"
    assert found["huge"].max == 39 * 170141183460469231731687303
    assert found["zoned"].min == "2019-12-31T22:00:00Z"
    assert found["nano"].min == "2020-01-01T00:00:00.123456789"
    assert found["moment"].quantiles is not None
    assert found["moment"].quantiles.p50 == "2020-01-01T00:00:19"
    assert found["struct"].top[0].value == '{"a":0,"b":"x"}'
    assert found["map"].top[0].value == '{"k":0}'
    assert (found["flag"].min, found["flag"].max, found["flag"].top[0].value) == (False, True, False)
    assert (found["nothing"].kind, found["nothing"].count, found["nothing"].nulls) == ("other", 0, 40)
    assert (found["empty"].count, found["empty"].distinct, found["empty"].min, found["empty"].mean) == (0, 0, None, None)


cells = st.one_of(st.none(), st.integers(-3, 3).map(float), st.floats(-1e4, 1e4, allow_nan=False), st.sampled_from([math.nan, math.inf]))


@settings(max_examples=12, deadline=None)
@given(st.lists(cells, min_size=1, max_size=40), st.sampled_from(sorted(EXACT)))
def test_random_numbers_with_nulls_and_nan_agree_with_numpy(values: list[float | None], path: str) -> None:
    found = statistics(collect(rows_of({"x": "DOUBLE"}, [[value] for value in values]), QUOTED, EXACT[path]))["x"]
    filled = [value for value in values if value is not None]
    x = np.asarray([value for value in filled if math.isfinite(value)])
    assert (found.count, found.nulls, found.non_finite) == (len(filled), len(values) - len(filled), len(filled) - len(x))
    assert found.distinct == len(set((x + 0.0).tolist()))
    if not len(x):
        assert (found.mean, found.quantiles, found.histogram) == (None, None, [])
        return
    assert (found.min, found.max) == (x.min(), x.max())
    assert found.mean == pytest.approx(x.mean(), abs=1e-8)
    assert found.quantiles is not None
    assert found.quantiles.p25 == pytest.approx(np.quantile(x, 0.25), abs=1e-8)
    assert found.mad == pytest.approx(np.median(np.abs(x - np.median(x))), abs=1e-8)
    assert sum(bar.count for bar in found.histogram) == len(x)
    assert found.unique == sum(count == 1 for count in Counter((x + 0.0).tolist()).values())
    assert found.top[0].count == max(Counter((x + 0.0).tolist()).values())


words = st.one_of(st.none(), st.sampled_from(["", " a", "b\u00a0", "Ab9", "x\n", "é", "名前"]), st.text("aB1 \tß", max_size=5))


@settings(max_examples=12, deadline=None)
@given(st.lists(words, min_size=1, max_size=30), st.sampled_from(sorted(EXACT)))
def test_random_strings_agree_with_plain_counting(values: list[str | None], path: str) -> None:
    found = statistics(collect(rows_of({"s": "VARCHAR"}, [[value] for value in values]), QUOTED, EXACT[path]))["s"]
    filled = [value for value in values if value is not None]
    counts = Counter(filled)
    assert (found.count, found.nulls, found.distinct) == (len(filled), len(values) - len(filled), len(counts))
    expected = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].encode()))
    assert [(entry.value, entry.count) for entry in found.top] == expected[:10]
    if filled:
        assert found.lengths is not None
        assert (found.lengths.min, found.lengths.max) == (min(map(len, filled)), max(map(len, filled)))
        assert found.lengths.mean == pytest.approx(sum(map(len, filled)) / len(filled))
        assert (found.empty, found.padded) == (filled.count(""), sum(value != value.strip(" \t\n\u00a0") for value in filled))
        assert (found.min, found.max) == (min(filled), max(filled))


def test_estimates_say_how_far_they_may_be_off() -> None:
    engine = view_of("SELECT i % 5000 AS n, (i * i) % 7919 / 8.0 AS x, 'w' || (i % 4000) AS s FROM range(20000) rows(i)")
    found, exact = statistics(collect(engine, QUOTED, ESTIMATED)), statistics(collect(engine, QUOTED))
    for name in ("n", "x", "s"):
        assert not found[name].distinct_exact
        assert found[name].distinct_error == 0.025
        assert found[name].distinct == pytest.approx(exact[name].distinct, rel=0.15)
        assert (found[name].unique, found[name].entropy, found[name].mad) == (None, None, None)
    for name in ("n", "x"):
        assert found[name].quantiles_error
        assert found[name].mean == pytest.approx(exact[name].mean)
        for field in ("p01", "p05", "p25", "p50", "p75", "p95", "p99"):
            estimate, truth = getattr(found[name].quantiles, field), getattr(exact[name].quantiles, field)
            assert abs(estimate - truth) <= found[name].quantiles_error + 1e-9


def test_what_is_not_listed_occurs_at_most_as_often_as_the_bound_says() -> None:
    engine = view_of(
        "SELECT CASE WHEN i % 10 = 0 THEN 'often' WHEN i % 10 = 1 THEN 'also' ELSE 'v' || i END AS s FROM range(30000) rows(i)"
    )
    found = statistics(collect(engine, QUOTED, ESTIMATED))["s"]
    assert [(entry.value, entry.count) for entry in found.top[:2]] == [("also", 3000), ("often", 3000)]
    assert found.top_bound is not None
    assert 1 <= found.top_bound < 3000


def test_dates_that_python_cannot_hold_are_profiled() -> None:
    days = "(DATE '20000-01-01'), (DATE '0044-03-15 (BC)'), (DATE 'infinity'), (DATE '-infinity'), (DATE '2020-02-29')"
    for budget in EXACT.values():
        found = statistics(collect(view_of(f"SELECT * FROM (VALUES {days}) days(d)"), QUOTED, budget))["d"]
        assert (found.min, found.max) == ("-0043-03-15", "20000-01-01")
        assert (found.count, found.non_finite, found.distinct) == (5, 2, 3)
        assert sum(bar.count for bar in found.histogram) == 3


@pytest.mark.parametrize("budget", [COUNTED, UNION, MEASURED, ESTIMATED])
def test_a_table_without_rows_has_columns_without_figures(budget: Budget) -> None:
    found = collect(view_of(ALL_TYPES + " WHERE i < 0"), QUOTED, budget)
    assert found.rows == 0
    assert len(found.statistics) == 29
    assert all((c.count, c.nulls, c.null_share, c.distinct, c.top) == (0, 0, 0.0, 0, []) for c in found.statistics)


@pytest.mark.parametrize("path", sorted(EXACT))
def test_a_single_row_is_a_table(path: str) -> None:
    found = collect(view_of(ALL_TYPES + " LIMIT 1"), QUOTED, EXACT[path])
    assert found.rows == 1
    assert statistics(found)["dbl"].std is None
    assert statistics(found)["word"].top[0].share == 1.0


def test_a_thousand_columns_take_a_bounded_number_of_statements() -> None:
    wide = ", ".join(f"i % {place % 5 + 1} AS c{place}" for place in range(1000))
    engine = view_of(f"SELECT {wide} FROM range(3) rows(i)")
    asked: list[str] = []

    class Counting:
        def rows(self, sql: str) -> list[tuple[Any, ...]]:
            asked.append(sql)
            return engine.rows(sql)

        def arrays(self, sql: str) -> dict[str, Any]:
            asked.append(sql)
            return engine.arrays(sql)

        def columns(self, sql: str) -> list[tuple[str, str]]:
            return engine.columns(sql)

        def batches(self, sql: str, rows_per_batch: int) -> Any:
            return engine.batches(sql, rows_per_batch)

    found = collect(Counting(), QUOTED)
    assert len(found.statistics) == 1000
    assert [c.distinct for c in found.statistics[:5]] == [1, 2, 3, 3, 3]
    assert len(asked) < 25


def test_the_public_door_quotes_the_view_and_keeps_the_tables_order() -> None:
    engine = view_of("SELECT i AS b, 'x' AS a FROM range(400) rows(i)")
    rows, columns, values = collect_statistics(engine, VIEW)
    assert rows == 400
    assert [column.name for column in columns] == ["b", "a"]
    assert len(values["b"]) == 300
    assert values["a"] == [("x", 400)]


def test_text_of_any_length_is_bounded_before_it_leaves_the_engine() -> None:
    found = collect(view_of("SELECT repeat('ab', 100000) || i AS s FROM range(3) rows(i)"), QUOTED)
    column = found.statistics[0]
    assert column.lengths is not None
    assert (column.distinct, column.lengths.max) == (3, 200_001)
    assert all(isinstance(value, str) and len(value) == 1000 for value, _ in found.values["s"])


@pytest.mark.parametrize("path", sorted(EXACT))
def test_identifiers_beyond_what_a_double_can_count_keep_every_digit(path: str) -> None:
    found = collect(view_of("SELECT 1152921504606846977 + i AS id FROM range(3) rows(i)"), QUOTED, EXACT[path])
    column = found.statistics[0]
    assert (column.min, column.max, column.distinct) == (2**60 + 1, 2**60 + 3, 3)
    assert [entry.value for entry in column.top] == [2**60 + 1, 2**60 + 2, 2**60 + 3]


def test_a_column_whose_first_rows_hold_too_many_values_needs_no_estimate() -> None:
    engine = view_of("SELECT i AS n, sqrt(i) AS x, sqrt(i % 7) AS y, 's' || (i * 3 // 4) AS s FROM range(2500) rows(i)")
    asked: list[str] = []
    rows = engine.rows

    def noted(sql: str) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return rows(sql)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "rows", noted)
        found = collect(engine, QUOTED, Budget(frequency_values=50))
    (estimates,) = [sql for sql in asked if "approx_count_distinct" in sql]
    assert '"y"' in estimates
    assert '"x"' not in estimates
    assert '"s"' not in estimates
    assert [column.distinct for column in found.statistics] == [2500, 2500, 7, 1875]
