"""Figures as the report writes them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voyant_assets.analysis.wording import numbers

NB = "\u00a0"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (336776, "336,776"),
        (12.639, "12.6"),
        (1234.5678, "1,235"),
        (0.0012345, "0.00123"),
        (-2.0, "−2"),
        (999.96, "1,000"),
        (0.5, "0.5"),
        (0.09996, "0.1"),
        (1e-12, "<0.000000001"),
        (-1e-12, ">−0.000000001"),
        (1.234e18, f"1.23{NB}×{NB}10¹⁸"),
        (-2e15, f"−2{NB}×{NB}10¹⁵"),
        (None, "none"),
        (float("nan"), "none"),
        (float("inf"), "none"),
    ],
)
def test_a_measure_keeps_three_significant_digits_and_its_integer_part(value: float | None, text: str) -> None:
    assert numbers.sig(value) == text


def test_a_count_stands_in_full() -> None:
    assert numbers.integer(336776) == "336,776"
    assert numbers.integer(-8255.0) == "−8,255"


def test_a_correlation_has_two_places_always() -> None:
    assert [numbers.r2(r) for r in (0.9, -0.351, -0.001)] == ["0.90", "−0.35", "0.00"]


@pytest.mark.parametrize(
    ("share", "places", "text"),
    [(0.1053, 1, "10.5%"), (0, 1, "0%"), (1, 1, "100%"), (0.0001, 1, "<0.1%"), (0.9996, 1, ">99.9%"), (0.003, 0, "<1%"), (0.997, 0, ">99%"),
     (0.9995, 1, ">99.9%"), (-0.25, 1, "−25.0%"), (12.5, 1, "1,250.0%"), (0.85012, 2, "85.01%")],
)  # fmt: skip
def test_a_share_is_never_rounded_to_nothing_or_everything(share: float, places: int, text: str) -> None:
    assert numbers.pct(share, places) == text


@given(st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True), st.integers(0, 2))
def test_no_share_between_the_ends_reads_0_or_100(share: float, places: int) -> None:
    text = numbers.pct(share, places)
    assert text.startswith(("<", ">")) or 0 < float(text[:-1]) < 100


def test_differences_are_signed_and_small_ones_are_not_zero() -> None:
    assert numbers.pp(0.132) == f"+13.2{NB}pp"
    assert numbers.pp(-0.0001) == f"<0.1{NB}pp"
    assert numbers.pp(0) == f"0{NB}pp"
    assert numbers.change(908, 909) == "−0.1%"
    assert numbers.change(0, -3) == "+100.0%"
    assert numbers.change(1, 0) == "none"
    assert numbers.signed(3, "min") == f"+3{NB}min"
    assert numbers.signed(-3.25) == "−3.25"


def test_a_unit_follows_a_no_break_space_and_a_per_cent_sign_stands_close() -> None:
    assert numbers.with_unit(88, "min") == f"88{NB}min"
    assert numbers.with_unit(5.885, "%") == "5.88%"
    assert numbers.with_unit(88, None) == "88"
    assert numbers.with_unit(None, "min") == "none"


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2013-01-01", "2013-12-31", f"1{NB}Jan{NB}– 31{NB}Dec{NB}2013"),
        ("2013-02-03", "2013-02-07T10:00:00", f"3–7{NB}Feb{NB}2013"),
        ("2012-12-30", "2013-01-02", f"30{NB}Dec{NB}2012{NB}– 2{NB}Jan{NB}2013"),
        ("2013-02-03T01:00:00Z", "2013-02-03T09:00:00Z", f"3{NB}Feb{NB}2013"),
        ("-infinity", "2013-02-03", f"-infinity{NB}– 3{NB}Feb{NB}2013"),
    ],
)
def test_a_range_says_once_what_both_ends_share(first: str, last: str, text: str) -> None:
    assert numbers.date_range(first, last) == text


def test_dates_come_as_dates_times_or_iso_text() -> None:
    day = f"8{NB}Feb{NB}2013"
    assert [numbers.date(d) for d in (dt.date(2013, 2, 8), dt.datetime(2013, 2, 8, 9, tzinfo=dt.UTC), "2013-02-08")] == [day] * 3
    assert numbers.date("not a date") == "not a date"


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0"), (999, "999"), (1000, "1 k"), (48213, "48.2 k"), (999_600, "1 M"), (5_000_000_000, "5 G"), (2 * 10**15, "2,000 T")],
)
def test_sizes_are_decimal(size: int, text: str) -> None:
    assert numbers.size(size) == (text if " " in text else text + " ").replace(" ", NB) + "B"


def test_any_value_of_a_column_can_be_written() -> None:
    assert [numbers.scalar(v) for v in (True, "a<b", 12.5, None, 1234567.0)] == ["true", "a<b", "12.5", "none", "1,234,567"]
