"""Distances between times."""

from __future__ import annotations

import pytest

from voyant_assets.analysis.profile.time_axis import distances, frequency, seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-02", 31 * 86_400.0),
        ("1970Q2", 90 * 86_400.0),
        ("1970-01-02", 86_400.0),
        ("1970-01-01T01:00:00Z", 3600.0),
        ("yesterday", None),
        ("1970-13", None),
        ("", None),
    ],
)
def test_texts_of_times_are_read(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


def test_no_distance_is_irregular() -> None:
    assert frequency({}) == "irregular"
    assert frequency(distances([5.0])) == "irregular"


def test_leap_years_and_short_months_are_the_same_distance() -> None:
    assert frequency({365 * 86_400.0: 3, 366 * 86_400.0: 1}) == "year"
    assert frequency({28 * 86_400.0: 1, 30 * 86_400.0: 4, 31 * 86_400.0: 7}) == "month"


def test_four_weeks_are_a_matter_of_months_and_two_weeks_of_weeks() -> None:
    assert frequency({14 * 86_400.0: 9}) == "week"
    assert frequency({28 * 86_400.0: 9}) == "month"
