"""Small graphics: what they draw, and what they leave out."""

import re

from voyant_assets.report.graphics import bars, sparkline


def test_the_tallest_bar_fills_the_height_and_a_rare_value_is_still_seen():
    drawn = bars([1000, 1, 0])
    assert "M0 26v-26" in drawn
    assert "v-1h" in drawn
    assert drawn.count("z") == 2


def test_the_rest_is_drawn_in_its_own_colour():
    assert re.findall(r'<path class="(\w)" d="M', bars([5, 3, 2, 2], rest=2)) == ["b", "m", "x"]


def test_nothing_is_drawn_of_nothing():
    assert bars([]) == bars([0, 0]) == ""
    assert sparkline([1.0], "one") == sparkline([], "none") == ""


def test_a_missing_period_breaks_the_line():
    assert sparkline([1, 2, None, 4, 5], "x").count("M") == 2
    assert sparkline([1, 2, 3, 4, 5], "x").count("M") == 1


def test_a_long_series_keeps_its_peak():
    values = [0.0] * 3000
    values[1234] = 9.0
    drawn = sparkline(values, "x")
    assert len(drawn) < 5000
    assert re.search(r"[ML][\d.]+ 5\.0", drawn)


def test_a_label_from_the_data_stays_a_label():
    assert '"><script>' not in sparkline([1, 2, 3], '"><script>')
