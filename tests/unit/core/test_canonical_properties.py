"""Canonical JSON, slugs, addresses, ids and errors under hypothesis: what must hold of every value there is."""

from __future__ import annotations

import decimal
import json
import math
import random
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voyant_core import canonical, errors, ids
from voyant_core.keys import LONGEST, TableAddress, is_slug, slugify

any_text = st.text(st.characters()) | st.sampled_from(["\ud800", "é", "e\u0301", "\u2028", "\0", '"\\/', "𝒳"])
leaves = st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats() | any_text
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(any_text, inner, max_size=5), max_leaves=15)
edges = st.sampled_from(
    [0.0, -0.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -1.7976931348623157e308, 0.1 + 0.2, 1e-10, 4.9999999999e-11, 5e-11,
     2.5, 0.00000000005, 1234567890.5, 12345678905.0, 1e16, 2.0**53, 9999999999.5, 99999999995.0, 0.99999999995]
)  # fmt: skip


@given(values)
def test_reading_and_writing_again_changes_no_byte(value: Any) -> None:
    once = canonical.dumps(value)
    read = json.loads(once.decode("utf-8", "surrogatepass"))
    assert canonical.dumps(read) == once
    assert canonical.plain(canonical.plain(value)) == canonical.plain(value)


def shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict):
        items = [(key, shuffled(item, chance)) for key, item in value.items()]
        chance.shuffle(items)
        return dict(items)
    return [shuffled(item, chance) for item in value] if isinstance(value, list) else value


@given(values, st.randoms(use_true_random=False))
def test_the_order_of_keys_is_not_seen(value: Any, chance: random.Random) -> None:
    assert canonical.dumps(shuffled(value, chance)) == canonical.dumps(value)


@given(st.dictionaries(any_text, st.integers(), min_size=2))
def test_keys_stand_in_order_of_their_characters(value: dict[str, int]) -> None:
    read = json.loads(canonical.dumps(value).decode("utf-8", "surrogatepass"), object_pairs_hook=list)
    assert [key for key, _ in read] == sorted(value)


@given(any_text)
def test_no_text_is_normalised(text: str) -> None:
    assert json.loads(canonical.dumps(text).decode("utf-8", "surrogatepass")) == text


@given(st.integers(-(10**400), 10**400))
def test_whole_numbers_keep_every_digit(value: int) -> None:
    assert canonical.dumps(value) == str(value).encode()


def exactly_rounded(value: float) -> set[Decimal]:
    """To 10 significant digits and 10 decimals; at a tie either neighbour is right."""
    with decimal.localcontext(prec=400):
        exact = Decimal(value)
        places = max(-10, exact.adjusted() - 9) if exact else 0
        step = Decimal(1).scaleb(places)
        return {(exact / step).to_integral_value(way) * step for way in (decimal.ROUND_HALF_DOWN, decimal.ROUND_HALF_UP)}


@given(st.floats(allow_nan=False, allow_infinity=False) | edges)
def test_floats_are_rounded_to_ten_digits_and_ten_decimals(value: float) -> None:
    found = canonical.rounded(value)
    assert found is not None
    assert math.isfinite(found)
    assert math.copysign(1, found) == 1 or found < 0
    if abs(value) > 1.79769313485e308:
        assert found == value
        return
    with decimal.localcontext(prec=400):
        near = [abs(Decimal(found) - right) for right in exactly_rounded(value)]
        twice = abs(Decimal(found) - Decimal(value))
        unit = Decimal(1).scaleb(max(-10, Decimal(value).adjusted() - 9)) if value else Decimal(1)
        # the text of the result is the rounded number; the double itself is the nearest to it. Rounding twice may move a tie by one unit
        assert min(near) <= abs(Decimal(found)) * Decimal(2) ** -52 + Decimal("5e-324") or twice <= unit * Decimal("0.50001")
    assert canonical.rounded(found) == found


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numpy_and_python_numbers_give_the_same_bytes(value: float) -> None:
    assert canonical.dumps(np.float64(value)) == canonical.dumps(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity"), Decimal("sNaN")])
def test_no_number_becomes_null(value: Any) -> None:
    assert canonical.dumps({"a": [value]}) == b'{"a":[null]}'


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_any_decimal_can_be_written(value: Decimal) -> None:
    json.loads(canonical.dumps(value))


def test_values_that_are_nested_as_deep_as_the_engine_reads_can_be_written() -> None:
    value: Any = 1
    for _ in range(128):
        value = {"a": [value]}
    assert canonical.dumps(value).count(b"[") == 128


slugs = st.from_regex(r"[a-z0-9]+(_[a-z0-9]+)*", fullmatch=True).filter(lambda text: len(text) <= LONGEST)


@given(slugs, slugs, slugs)
def test_addresses_survive_their_text_form_and_never_meet(tenant: str, source: str, table: str) -> None:
    address = TableAddress(tenant, source, table)
    assert TableAddress.parse(str(address)) == address
    assert tuple(address.op_name.split("__")) == (tenant, source, table)


@given(slugs)
def test_a_slug_is_its_own_slug(slug: str) -> None:
    assert is_slug(slug)
    assert slugify(slug, "other") == slug


@given(any_text, any_text)
def test_every_text_becomes_a_slug_and_long_ones_stay_apart(one: str, other: str) -> None:
    first, second = slugify(one * 30, "t"), slugify(other * 30, "t")
    assert is_slug(first)
    assert slugify(first, "t") == first
    assert first != second or one == other or len(first) < LONGEST - 9


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**48 - 1))
def test_ids_sort_by_their_time(one: int, other: int) -> None:
    first, second = ids.ulid(one), ids.ulid(other)
    assert len(first) == len(second) == 26
    if one != other:
        assert (first < second) == (one < other)


@given(
    st.sampled_from(list(errors.CATALOGUE.values())), any_text, any_text | st.none(), st.booleans(), st.lists(st.tuples(any_text, any_text))
)
def test_any_error_survives_the_way_to_another_process(
    code: errors.ErrorCode, detail: str, hint: str | None, retryable: bool, flaws: list[tuple[str, str]]
) -> None:
    error = errors.VoyantError(code, detail, hint=hint, retryable=retryable, errors=[errors.Flaw(*flaw) for flaw in flaws])
    copy = errors.from_wire(json.loads(json.dumps(errors.to_wire(error))))
    assert errors.to_wire(copy) == errors.to_wire(error)
    assert copy.to_problem() == error.to_problem()
    assert copy.to_text() == error.to_text()
