"""Number columns alone: calendar, keys, codes, quantities."""

from __future__ import annotations

import random

import pytest
from meaning_build import meaning

R = random.Random(3)
CLOCK = [hour * 100 + minute for hour in range(24) for minute in (0, 7, 15, 30, 59)]
PRICES = [round(R.lognormvariate(3, 1), 2) for _ in range(400)]


@pytest.mark.parametrize(
    ("name", "cells", "role", "semantic_type"),
    [
        ("dep_time", CLOCK, "time", "time_of_day"),
        ("air_time", [20 + i for i in range(400)], "measure", "duration"),
        ("year", [1999, 2008] * 50, "time", "year"),
        ("model_year", [70, 71, 82] * 50, "time", "year"),
        ("YearBuilt", [R.randint(1890, 2020) for _ in range(200)], "time", "year"),
        ("month", [1 + i % 12 for i in range(120)], "dimension", "month"),
        ("months", [1 + i % 60 for i in range(120)], "measure", "duration"),
        ("day", list(range(1, 400)), "time", "day"),
        ("date", [20240101 + i for i in range(28)], "time", "date"),
        ("period", [202401 + i for i in range(12)], "dimension", "ordinal"),
        ("yearmonth", [202401 + i for i in range(12)], "time", "month"),
        ("created_at", [1_700_000_000 + 977 * i for i in range(200)], "time", "datetime"),
        ("event_ts", [1_700_000_000_000 + 977 * i for i in range(200)], "time", "datetime"),
        ("year_income", [R.randint(1200, 2200) for _ in range(300)], "measure", "amount"),
        ("num_years", [R.randint(0, 30) for _ in range(300)], "measure", "count"),
    ],
)
def test_calendar_words_count_only_where_the_values_fit(name, cells, role, semantic_type):
    found = meaning(name, cells)
    assert (found.role, found.semantic_type) == (role, semantic_type)


@pytest.mark.parametrize(
    "name", ["id", "customer_id", "CustomerID", "kunden_nr", "idCliente", "order #", "invoice_no", "account_number", "fips"]
)
def test_a_number_that_names_a_thing_is_an_identifier(name):
    found = meaning(name, [R.randint(10_000, 90_000) for _ in range(300)])
    assert (found.role, found.default_aggregation) == ("identifier", "count_distinct")


@pytest.mark.parametrize("name", ["paid", "humid", "grid_load", "num_orders", "n_rooms", "order_count", "total_passengers", "customers"])
def test_a_name_that_only_looks_like_a_key_stays_a_measure(name):
    assert meaning(name, [R.randint(1, 9_000) for _ in range(300)]).role == "measure"


def test_a_key_with_few_values_and_many_rows_each_groups():
    found = meaning("store_id", [1 + i % 5 for i in range(500)])
    assert (found.role, found.semantic_type) == ("dimension", "code")


@pytest.mark.parametrize("name", ["", "column0", "instant", "foo"])
def test_numbers_that_count_the_rows_are_an_identifier_without_a_telling_name(name):
    assert meaning(name, list(range(1, 200))).role == "identifier"


def test_a_series_of_levels_that_never_repeat_is_no_identifier():
    from meaning_build import meanings

    found = meanings("jobs", {"year": list(range(1950, 2010)), "nonfarm": [129_000 + 211 * i for i in range(60)]})
    assert found["nonfarm"].role == "measure"


@pytest.mark.parametrize(
    ("name", "cells", "semantic_type"),
    [
        ("q7", [R.randint(1, 5) for _ in range(300)], "ordinal"),
        ("pclass", [1, 2, 3] * 100, "ordinal"),
        ("treated", [0, 1] * 100, "boolean"),
        ("menopause", [1, 2] * 100, "boolean"),
        ("sex", [1, 2] * 100, "gender"),
        ("karnofsky", [70, 80, 90, 100] * 100, "ordinal"),
        ("status", [200, 404, 500] * 100, "category"),
        ("zip", [10_115, 99_998, 50_010] * 100, "postal_code"),
        ("income", list(range(1, 25)) * 20, "ordinal"),
    ],
)
def test_coded_numbers_group(name, cells, semantic_type):
    found = meaning(name, cells)
    assert (found.role, found.semantic_type) == ("dimension", semantic_type)


@pytest.mark.parametrize(
    ("name", "semantic_type", "aggregation", "unit"),
    [
        ("Weight_in_lbs", "mass", "mean", "lb"),
        ("temp_c", "temperature", "mean", "°C"),
        ("Temperature [K]", "temperature", "mean", "K"),
        ("price (EUR)", "amount", "mean", "EUR"),
        ("Umsatz_€", "amount", "sum", "EUR"),
        ("response_time_ms", "duration", "median", "ms"),
        ("days_on_market", "duration", "median", "days"),
        ("humidity_pct", "percentage", "mean", "%"),
        ("wind_kmh", "speed", "mean", "km/h"),
        ("LivingAreaSqFt", "area", "mean", "sq ft"),
        ("Miles_per_Gallon", "ratio", "mean", "miles per gallon"),
        ("deaths_per_1000", "rate", "mean", "per 1000"),
        ("unit_cost", "amount", "mean", None),
        ("avg_sales", "amount", "mean", None),
        ("wind_dir", "number", "none", "°"),
    ],
)
def test_the_name_tells_quantity_unit_and_how_it_adds_up(name, semantic_type, aggregation, unit):
    found = meaning(name, [round(R.uniform(10, 90), 2) for _ in range(300)])
    assert (found.role, found.semantic_type, found.default_aggregation, found.unit) == ("measure", semantic_type, aggregation, unit)


def test_shares_and_percentages_are_told_apart_by_their_range():
    assert meaning("discount_pct", [R.random() for _ in range(200)]).semantic_type == "share"
    assert meaning("market share", [100 * R.random() for _ in range(200)]).semantic_type == "percentage"


def test_shares_that_make_up_the_whole_are_summed():
    assert meaning("share", [0.5, 0.25, 0.125, 0.125]).default_aggregation == "sum"


def test_a_skewed_level_has_the_median():
    assert meaning("price", [*PRICES, 90_000.0]).default_aggregation == "median"


def test_latitude_needs_values_of_the_globe():
    assert meaning("lat", [R.uniform(-80, 80) for _ in range(90)]).role == "location"
    assert meaning("lat", [R.uniform(100, 5000) for _ in range(90)]).role == "measure"
    assert meaning("long_url", [0.0, 0.5, 1.0] * 90).role == "dimension"


def test_one_value_or_none_is_a_constant():
    assert meaning("year", [2013] * 9).semantic_type == "year"
    assert meaning("year", [2013] * 9).role == meaning("comment", [None] * 9).role == "constant"


def test_an_outcome_is_averaged_and_another_flag_is_not():
    assert meaning("survived", [0, 1] * 90).default_aggregation == "mean"
    assert meaning("weekend", [0, 1] * 90).default_aggregation == "none"
