import pytest
from hypothesis import given
from hypothesis import strategies as st

from voyant_core.keys import TableAddress, is_slug, slugify


@given(st.text())
def test_every_text_becomes_a_slug(text):
    assert is_slug(slugify(text, "table"))


def test_a_long_name_keeps_a_trace_of_what_was_cut():
    first, second = slugify("a" * 100 + "1", "t"), slugify("a" * 100 + "2", "t")
    assert first != second
    assert len(first) <= 60


def test_reserved_words_are_left_alone():
    assert slugify("Marts", "t", frozenset({"marts"})) == "marts_data"


def test_an_address_survives_its_text_form():
    address = TableAddress("acme", "sales_eu", "orders")
    assert TableAddress.parse(str(address)) == address
    assert address.asset_key() == ["acme", "sales_eu", "orders"]
    assert address.asset_key("profile") == ["acme", "sales_eu", "orders", "profile"]


@pytest.mark.parametrize("text", ["", "orders", "acme__sales", "a__b__c.d", "Acme__s.t", "a__b.c.d", "a__b.c'"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match="not a table address"):
        TableAddress.parse(text)
