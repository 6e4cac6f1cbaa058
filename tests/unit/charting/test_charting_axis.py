"""Ticks at round places, texts that fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voyant_assets.charting.axis import nice_step, seconds, tick_texts, ticks, time_ticks
from voyant_assets.charting.typeface import fit, width


def test_ticks_are_round_and_within() -> None:
    assert ticks(-50, 200, 5) == [-50, 0, 50, 100, 150, 200]
    assert ticks(0.1, 0.49, 4) == [0.1, 0.2, 0.3, 0.4]
    assert ticks(5, 5, 4) == [5]


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12), st.integers(2, 8))
def test_ticks_never_leave_the_axis_nor_flood_it(low: float, span: float, count: int) -> None:
    found = ticks(low, low + span, count)
    assert len(found) <= count * 2.5 + 1
    slack = 1e-6 * max(abs(low), span)
    assert all(low - slack <= tick <= low + span + slack for tick in found)


@pytest.mark.parametrize(
    ("values", "share", "texts"),
    [
        ([-50, 0, 50], False, ["−50", "0", "50"]),
        ([0, 0.5, 1], False, ["0.0", "0.5", "1.0"]),
        ([0, 50_000, 150_000], False, ["0", "50k", "150k"]),
        ([0, 0.005, 0.01], True, ["0.0%", "0.5%", "1.0%"]),
        ([0, 2.5e9], False, ["0", "2.5G"]),
    ],
)
def test_all_ticks_of_an_axis_have_the_same_decimals(values: list[float], share: bool, texts: list[str]) -> None:
    assert tick_texts(values, share=share) == texts


@pytest.mark.parametrize(
    ("first", "last", "room", "some"),
    [
        ("2013-01-01", "2013-12-31", 860, ["Jan", "Feb", "Mar"]),
        ("1949-01-01", "1960-12-01", 290, ["1950", "1952", "1954"]),
        ("2020-01-01", "2021-06-01", 860, ["Jan 2020", "Mar 2020", "May 2020"]),
        ("2020-01-01T00:00:00", "2020-01-01T23:00:00", 860, ["00:00", "03:00", "06:00"]),
        ("0001-01-01", "9999-12-31", 860, []),
    ],
)
def test_time_ticks_stand_at_round_moments_and_fit(first: str, last: str, room: float, some: list[str]) -> None:
    found = time_ticks(seconds(first), seconds(last), room)
    assert found.texts[: len(some)] == some
    assert sum(width(text) for text in found.texts) <= room
    assert all(seconds(first) <= at <= seconds(last) for at in found.at)


def test_a_step_is_round() -> None:
    assert [nice_step(span, 5) for span in (10, 11, 33, 0.7)] == pytest.approx([2, 2.5, 10, 0.2])


@given(st.text(max_size=400), st.floats(20, 400))
def test_a_cut_text_fits_its_room(text: str, room: float) -> None:
    shown = fit(text, room)
    assert width(shown) <= max(room, width(shown[:1] + "…")) + 1e-9
