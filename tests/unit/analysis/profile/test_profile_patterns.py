"""Shapes of strings, in Python and in SQL."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from profile_views import VIEW, rows_of, view_of

from voyant_assets.analysis.profile import queries
from voyant_assets.analysis.profile.collect import Budget, collect
from voyant_assets.analysis.profile.kinds import TypedColumn, quote
from voyant_assets.analysis.profile.patterns import expression, shape_of, shapes


def test_a_shape_keeps_signs_and_folds_letters_and_digits() -> None:
    assert shape_of("N14228") == "A99999"
    assert shape_of("Ab-ç É/٣") == "Aa-a A/9"
    assert shape_of("x" * 60) == "a" * 50 + "…"


def test_shapes_are_ranked_by_rows_and_then_by_themselves() -> None:
    found = shapes(["B1", "A2", "ab", "-", "x9", "?"], [3, 2, 4, 1, 1, 1], 12)
    assert [(pattern.pattern, pattern.count) for pattern in found] == [("A9", 5), ("aa", 4), ("-", 1), ("?", 1), ("a9", 1)]


def test_prose_has_no_shapes() -> None:
    draw = random.Random(1)
    values = [" ".join("x" * draw.randint(1, 9) for _ in range(draw.randint(5, 20))) for _ in range(300)]
    assert shapes(values, [1] * 300, 300) == []


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text("aZß9٣ -.éÉ名'\\\n", max_size=60), min_size=1, max_size=20))
def test_the_engine_counts_the_same_shapes(values: list[str]) -> None:
    engine = rows_of({"s": "VARCHAR"}, [[value] for value in [*values, None]])
    expected: dict[str, int] = {}
    for value in values:
        expected[shape_of(value)] = expected.get(shape_of(value), 0) + 1
    asked = [expression(shape) for shape in expected]
    assert list(engine.rows(queries.matches(quote(VIEW), TypedColumn("s", 0, "VARCHAR"), asked))[0]) == list(expected.values())


def test_common_shapes_of_many_values_are_counted_over_all_rows() -> None:
    engine = view_of("SELECT CASE WHEN i % 10 = 0 THEN 'N' || i ELSE 'n-' || (100000 + i) END AS s FROM range(60000) rows(i)")
    (column,) = collect(engine, quote(VIEW), Budget()).statistics
    assert column.distinct == 60000
    assert [(found.pattern, found.count) for found in column.patterns] == [
        ("a-999999", 54000),
        ("A99999", 5000),
        ("A9999", 900),
        ("A999", 90),
        ("A99", 9),
    ]
