"""Sums against exact fractions, and in every order of the rows."""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from fractions import Fraction

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voyant_assets.analysis import sums
from voyant_core.model.profile import ColumnProfile

values = (
    st.floats(-1e300, 1e300) | st.integers(-(10**6), 10**6).map(lambda n: n / 100) | st.sampled_from([1e16, -1e16, 1 / 3, 5e-324, None])
)


@functools.cache
def engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def column(kind: str, held: Sequence[float]) -> ColumnProfile:
    return ColumnProfile(
        name="x", position=0, type=kind, kind="number", count=len(held), nulls=0, null_share=0.0, distinct=1, min=min(held, default=None),
        max=max(held, default=None), role="measure", semantic_type="number", default_aggregation="sum",
    )  # fmt: skip


def asked(kind: str, rows: Sequence[float | None], found: ColumnProfile) -> tuple[float | None, float | None]:
    held = f"(SELECT CAST(unnest(CAST($1 AS DOUBLE[])) AS {kind}) AS x)"
    return engine().execute(f"SELECT {sums.total('x', found)}, {sums.mean('x', found)} FROM {held}", [list(rows)]).fetchall()[0]


@settings(max_examples=25)
@example([1e16, 1.0, -1e16, 1e-3], 1)
@example([None], 1)
@given(st.lists(values, min_size=1, max_size=30), st.integers(0, 2**32))
def test_a_sum_of_doubles_is_exact_to_thirty_digits_of_the_largest_in_every_order(rows: list[float | None], seed: int) -> None:
    filled = [row for row in rows if row is not None]
    found = column("DOUBLE", filled)
    total, mean = asked("DOUBLE", rows, found)
    if not filled:
        assert (total, mean) == (None, None)
        return
    exact, largest = sum(map(Fraction, filled)), max(abs(Fraction(row)) for row in filled)
    assert total is not None
    assert abs(Fraction(total) - exact) <= largest / 10**30 * len(filled) + abs(exact) / 2**52 + Fraction(1, 2**1000) * len(filled)
    assert mean == pytest.approx(float(exact / len(filled)), rel=1e-12, abs=max(float(largest) * 1e-28, 1e-290))
    random.Random(seed).shuffle(rows)
    assert asked("DOUBLE", rows, found) == (total, mean)


@pytest.mark.parametrize(("kind", "total"), [("BIGINT", 3), ("DECIMAL(18, 4)", 3), ("FLOAT", 3.0)])
def test_every_kind_of_number_has_a_sum(kind: str, total: float) -> None:
    assert asked(kind, [1, 2, None], column(kind, [1, 2])) == (total, 1.5)
