"""What the other columns change: series, totals, market prices, wide tables, codes beside texts."""

from __future__ import annotations

import random

from meaning_build import meanings

R = random.Random(6)
YEARS = list(range(1950, 2010))


def rising(first: float, step: float) -> list[float]:
    return [round(first + step * i + R.random(), 3) for i in range(len(YEARS))]


def test_the_population_of_a_series_is_the_last_one_and_that_of_places_is_summed():
    people = [R.randint(10_000, 900_000) for _ in YEARS]
    assert meanings("t", {"year": YEARS, "population": people})["population"].default_aggregation == "last"
    assert meanings("t", {"district": [f"North {i}" for i in YEARS], "population": people})["population"].default_aggregation == "sum"


def test_votes_are_known_by_their_total():
    a, b = [R.randint(100, 6_000) for _ in YEARS], [R.randint(100, 6_000) for _ in YEARS]
    found = meanings(
        "poll", {"district": [f"D{i}" for i in YEARS], "Meier": a, "Huber": b, "total": [x + y for x, y in zip(a, b, strict=True)]}
    )
    assert [found[name].default_aggregation for name in ("Meier", "Huber", "total")] == ["sum"] * 3


def test_high_and_low_are_prices_only_in_a_market():
    prices = {name: rising(20, 0.1) for name in ("open", "high", "low", "close")}
    market = meanings("quotes", {"year": YEARS, **prices, "volume": [R.randint(10**6, 10**7) for _ in YEARS]})
    assert [market[name].default_aggregation for name in ("open", "high", "low", "close")] == ["mean", "max", "min", "last"]
    assert (market["volume"].semantic_type, market["volume"].default_aggregation) == ("count", "sum")
    weather = meanings("weather", {"year": YEARS, "high": prices["high"], "low": prices["low"]})
    assert [weather[name].default_aggregation for name in ("high", "low")] == ["mean", "mean"]


def test_a_wide_table_holds_what_it_is_named_after():
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun")
    found = meanings("unemployment", {"Year": YEARS, **{month: rising(3, 0.1) for month in months}})
    assert {found[month].semantic_type for month in months} == {"percentage"}


def test_a_column_named_value_holds_what_the_table_is_named_after():
    found = meanings("world_population", {"place": [f"P {i % 9}" for i in YEARS], "Value": [R.randint(0, 10**8) for _ in YEARS]})
    assert (found["Value"].semantic_type, found["Value"].default_aggregation) == ("count", "sum")


def test_a_number_beside_the_text_it_encodes_is_a_code():
    places = [f"Place {chr(65 + i % 20)}" for i in range(400)]
    found = meanings("t", {"state": places, "state_ic": [7 + 3 * (i % 20) for i in range(400)]})
    assert (found["state_ic"].role, found["state_ic"].semantic_type) == ("dimension", "code")
