"""Text columns: the way values are written, the name, and how often they repeat."""

from __future__ import annotations

import random

import pytest
from meaning_build import meaning

R = random.Random(4)
LONG = ["the parcel arrived late but the support was helpful and answered quickly " + str(i) for i in range(90)]


@pytest.mark.parametrize(
    ("name", "cells", "role", "semantic_type"),
    [
        ("contact", [f"a{i}@example.org" for i in range(50)], "identifier", "email"),
        ("link", [f"https://example.org/{i}" for i in range(50)], "identifier", "url"),
        ("host", [f"10.0.0.{i}" for i in range(50)], "identifier", "ip"),
        ("ref", [f"{i:08x}-0000-4000-8000-{i:012x}" for i in range(50)], "identifier", "id"),
        ("call", [f"+49 30 12345{i:02d}" for i in range(50)], "identifier", "phone"),
        ("payload", [f'{{"n": {i}}}' for i in range(50)], "text", "json"),
        ("when", [f"{1 + i % 28:02d}.03.2024" for i in range(50)], "time", "date"),
        ("when", [f"2024-03-01 12:{i:02d}" for i in range(50)], "time", "datetime"),
        ("when", [f"Mar {1 + i % 28} 2024" for i in range(50)], "time", "date"),
        ("start", [f"{i % 24}:30" for i in range(50)], "time", "time_of_day"),
        ("month", [f"{1950 + i // 12}-{1 + i % 12:02d}" for i in range(144)], "time", "month"),
        ("m", ["January", "May", "June"] * 20, "dimension", "month"),
        ("d", ["Mon", "Tue", "Sun"] * 20, "dimension", "weekday"),
        ("discovered year", ["Ancient", *[str(1700 + i) for i in range(60)]], "time", "year"),
        ("smoker", ["yes", "no"] * 20, "dimension", "boolean"),
        ("x", ["Male", "Female"] * 20, "dimension", "gender"),
        ("x", ["m", "w", "d"] * 20, "dimension", "category"),
        ("Geschlecht", ["m", "w", "d"] * 20, "dimension", "gender"),
        ("x", ["low", "medium", "high"] * 20, "dimension", "ordinal"),
        ("x", ["0-4", "5-9", "10-14", "100+"] * 20, "dimension", "ordinal"),
        ("x", ["France", "Germany", "Peru"] * 20, "dimension", "country"),
        ("x", ["Texas", "Ohio", "Utah"] * 20, "dimension", "region"),
        ("x", ["EUR", "USD", "CHF"] * 20, "dimension", "currency_code"),
        ("Ville", ["Lyon", "Paris"] * 20, "dimension", "city"),
        ("zip_code", ["01067", "10115"] * 20, "dimension", "postal_code"),
        ("standard state", ["gas", "solid", "liquid"] * 20, "dimension", "category"),
        ("symbol", ["AAPL", "IBM", "MSFT"] * 40, "dimension", "code"),
        ("tailnum", [f"N{700 + i}MQ" for i in range(300)] * 2, "identifier", "code"),
        ("InvoiceNo", [str(536_365 + i % 200) for i in range(2000)], "identifier", "code"),
        ("name", [f"Doe, Mr. John {i}" for i in range(90)], "identifier", "name"),
        ("country_name", ["France", "Peru"] * 40, "dimension", "country"),
        ("review", LONG, "text", "free_text"),
        ("x", LONG, "text", "free_text"),
        ("interest", [f"{i / 7:.2f}%" for i in range(90)], "text", "free_text"),
        ("position", [f"({41 + i / 90:.5f}, {-87 - i / 90:.5f})" for i in range(90)], "text", "free_text"),
        ("colour", ["#ff0000", "#00ff00", "#0000ff"] * 9, "dimension", "category"),
        ("segment", ["Consumer", "Corporate"] * 30, "dimension", "category"),
    ],
)
def test_text_is_told_by_writing_name_and_repetition(name, cells, role, semantic_type):
    found = meaning(name, cells)
    assert (found.role, found.semantic_type) == (role, semantic_type), found.reason


@pytest.mark.parametrize("name", ["price", "sales", "temperature", "count", "age", "x"])
def test_text_is_never_a_measure(name):
    for cells in (["12", "n/a", "17"] * 30, [f"${R.randint(1, 999)}.50" for _ in range(90)], ["1", "2", "x"] * 9):
        assert meaning(name, cells).role != "measure"
