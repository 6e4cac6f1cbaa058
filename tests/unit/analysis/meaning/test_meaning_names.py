"""Words of a column's name, and any name and any values without a failure."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from meaning_build import meanings

from voyant_assets.analysis.meaning.names import read_name


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("dep_time", ("dep", "time")),
        ("TotalSales", ("total", "sales")),
        ("HTTPStatusCode", ("http", "status", "code")),
        ("tailnum", ("tail", "number")),
        ("wtkg", ("wt", "kg")),
        ("userid", ("user", "id")),
        ("paid", ("paid",)),
        ("AVGEXP", ("average", "exp")),
        ("Größe_cm", ("height", "cm")),
        ("año", ("year",)),
        ("价格", ("price",)),
        ("co2_ppm", ("co2", "ppm")),
        ("smoking_no_cancer_no", ("smoking", "no", "cancer", "no")),
        ("Store #", ("store", "number")),
        ("", ()),
        ("_ - _", ()),
    ],
)
def test_a_name_is_taken_apart_into_plain_words(raw, words):
    assert read_name(raw).words == words


def test_what_stands_in_brackets_is_kept_apart():
    assert (read_name("Price (USD)").words, read_name("Price (USD)").bracket) == (("price",), "usd")


CELLS = st.one_of(
    st.lists(st.none() | st.integers(-(10**30), 10**30), max_size=30),
    st.lists(st.none() | st.floats(-1e90, 1e90), max_size=30),
    st.lists(st.none() | st.text(max_size=12), max_size=30),
    st.lists(st.booleans(), max_size=30),
    st.lists(st.dates(), max_size=30),
)
NAMES = st.one_of(
    st.text(max_size=20), st.sampled_from(["per", "of", "x of", "n", "id", "no", "(kg)", "Unnamed: 0", "%", "<b>", 'a"b', "x" * 300])
)


@example({"0#": [0, -1]}, "")  # heads a number, and holds no second word
@settings(max_examples=60, deadline=None)
@given(st.dictionaries(NAMES, CELLS, min_size=1, max_size=6), st.text(max_size=10))
def test_every_column_of_any_table_has_a_meaning(table, title):
    rows = max(len(cells) for cells in table.values())
    found = meanings(title, {name: [*cells, *[None] * (rows - len(cells))] for name, cells in table.items()})
    assert list(found) == list(table)
