"""JSON files of all shapes."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from reading_bed import Bed

from voyant_core import errors


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ('[{"a":1},{"a":2}]', [(1,), (2,)]), ('{"a":1}\n{"a":2}\n', [(1,), (2,)]), ('{\n "a": 1\n}', [(1,)]), ("[1, 2]", [(1,), (2,)]),
        ('["x", "y"]', [("x",), ("y",)]), ('\ufeff[{"a":1}]', [(1,)]), ('{"a":1}{"a":2}', [(1,), (2,)]), ('[{"a":1},null]', [(1,),
        (None,)]),
    ],
)  # fmt: skip
def test_every_shape_gives_its_rows(take: Bed, content: str, rows: list[Any]) -> None:
    assert take(content, "x.json").rows == rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_encoding_is_read(take: Bed, encoding: str) -> None:
    assert take('[{"a":"ü"},{"a":"x"}]'.encode(encoding), "x.json").column() == ["ü", "x"]


def test_the_one_array_of_an_object_is_the_table_and_what_is_beside_it_is_told(take: Bed) -> None:
    taken = take(json.dumps({"meta": {"n": 2}, "data": [{"a": 1, "b": {"c": 1}}, {"a": 2}]}, indent=1), "x.json")
    assert taken.rows == [(1, {"c": 1}), (2, None)]
    assert "its array data is the table" in taken.notes
    assert "beside it are left out" in taken.notes


def test_an_object_with_two_arrays_of_objects_is_one_row(take: Bed) -> None:
    assert len(take('{"a":[{"x":1}],"b":[{"y":1},{"y":2}]}', "x.json").rows) == 1


def test_structs_and_lists_are_kept_and_told(take: Bed) -> None:
    taken = take('{"a":{"b":1,"c":{"d":[1]}},"l":["x"]}\n{"a":{"b":2}}\n', "x.json")
    assert taken.rows == [({"b": 1, "c": {"d": [1]}}, ["x"]), ({"b": 2, "c": None}, None)]
    assert "a is nested and kept as a struct. l is nested and kept as a list." in taken.notes


def test_values_of_several_kinds_are_text_without_quotes(take: Bed) -> None:
    taken = take('{"a":1}\n{"a":"x"}\n{"a":[1]}\n{"a":{"b":1}}\n', "x.json")
    assert taken.column() == ["1", "x", "[1]", '{"b":1}']
    assert "several kinds" in taken.notes


def test_numbers_keep_all_their_digits(take: Bed) -> None:
    assert take('{"a":12345678901234567890123}\n{"a":1}\n', "x.json").column() == [Decimal(12345678901234567890123), Decimal(1)]
    assert take('{"a":18446744073709551615}\n', "x.json").column() == [Decimal(18446744073709551615)]
    assert take('{"a":' + "1" * 40 + "}\n", "x.json").column() == ["1" * 40]
    assert take('{"a":1e999}\n', "x.json").column() == ["1e999"]


def test_keys_that_differ_in_case_only_lose_no_value(take: Bed) -> None:
    assert take('{"a":1,"A":2}\n', "x.json").rows == [(1, 2)]


def test_missing_keys_are_nulls(take: Bed) -> None:
    assert take('{"a":1}\n{"b":2}\n', "x.json").rows == [(1, None), (None, 2)]


def test_many_keys_of_one_type_are_columns(take: Bed) -> None:
    assert len(take(json.dumps([{f"c{at}": at for at in range(300)}] * 2), "x.json").names) == 300


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"a":1}\nhello\n{"a":3}\n', "line 2"), ('[{"a":1},\n{"a":2 "b":3},\n{"a":3}]', "line 2, character 8"),
        ('[{"a":1},{"a":2', "line 1"),
        ('{"a":1}\n{"a":', "line 2"), ('{"a":' * 10_000 + "1" + "}" * 10_000, "levels deep"), ("[" * 100_000, "levels deep"),
        ('{"a":1}\n' + '{"a":' * 10_000 + "1" + "}" * 10_000, "levels deep"), ('{"a":"x\x00y"}', "line 1"),
    ],
)  # fmt: skip
def test_broken_json_is_told_with_its_place(take: Bed, content: str, told: str) -> None:
    error = take.refused(content, "x.json")
    assert error.code is errors.UNREADABLE_FILE
    assert told in error.detail


@pytest.mark.parametrize("content", ["[]", "{}", "[{},{}]"])
def test_json_without_a_value_is_empty(take: Bed, content: str) -> None:
    assert take.refused(content, "x.json").code is errors.EMPTY_FILE


def test_a_key_that_comes_twice_is_refused_and_not_halved(take: Bed) -> None:
    assert take.refused('{"a":1,"a":2}\n', "x.json").code is errors.UNREADABLE_FILE
