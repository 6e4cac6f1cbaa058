import datetime as dt
import decimal
import hashlib
import json
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voyant_core import canonical


def test_noise_in_the_last_digits_gives_the_same_bytes():
    assert canonical.dumps(0.1 + 0.2) == canonical.dumps(0.3) == b"0.3"


def test_a_skewness_that_is_noise_becomes_zero_without_a_sign():
    assert canonical.dumps([1e-14, -1e-14, -0.0]) == b"[0.0,0.0,0.0]"


def test_what_json_cannot_hold_becomes_null():
    assert canonical.dumps([math.nan, math.inf, -math.inf]) == b"[null,null,null]"


def test_dates_decimals_and_numpy_scalars_become_plain_json():
    value = {
        "d": dt.date(2013, 1, 2),
        "n": decimal.Decimal("1.50"),
        "i": np.int64(7),
        "f": np.float64(0.5),
        "a": np.array([1, 2]),
        "b": b"\x01",
    }
    assert json.loads(canonical.dumps(value)) == {"d": "2013-01-02", "n": 1.5, "i": 7, "f": 0.5, "a": [1, 2], "b": "01"}


def test_keys_are_sorted_and_text_is_utf8():
    assert canonical.dumps({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda s: st.lists(s) | st.dictionaries(st.text(), s),
        max_leaves=12,
    )
)
def test_canonical_json_is_a_fixed_point(value):
    once = canonical.dumps(value)
    assert canonical.dumps(json.loads(once)) == once


def test_the_content_digest_is_over_sorted_name_and_hash_pairs():
    expected = hashlib.sha256(b'[["a","2"],["b","1"]]').hexdigest()
    assert canonical.content_digest([("b", "1"), ("a", "2")]) == f"sha256:{expected}"
