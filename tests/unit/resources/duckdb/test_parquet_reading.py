"""Parquet files of all types, and broken ones."""

from __future__ import annotations

import datetime as dt
import decimal
import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading_bed import Bed

from voyant_core import errors


def parquet(columns: dict[str, Any] | Any, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), out, **options)
    return out.getvalue()


FULL = parquet({"a": pa.array(range(1000), pa.int64()), "b": pa.array(["x" * 20] * 1000, pa.string())})


def test_nested_values_are_kept(take: Bed) -> None:
    kinds = {
        "s": pa.array([{"a": 1, "b": {"c": "x"}}], pa.struct([("a", pa.int64()), ("b", pa.struct([("c", pa.string())]))])),
        "l": pa.array([[1, None]], pa.list_(pa.int64())),
        "m": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
        "ls": pa.array([[{"x": 1}]], pa.list_(pa.struct([("x", pa.int64())]))),
    }
    assert take(parquet(kinds)).rows == [({"a": 1, "b": {"c": "x"}}, [1, None], {"k": 1}, [{"x": 1}])]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_times_of_every_unit_are_times(take: Bed, unit: Any, zone: str | None) -> None:
    taken = take(parquet({"t": pa.array([10**9], pa.int64()).cast(pa.timestamp(unit, zone))}))
    assert taken.types["t"] == ("TIMESTAMP WITH TIME ZONE" if zone else "TIMESTAMP")
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    assert taken.column()[0].timestamp() == pytest.approx(10**9 / per_second) or zone is None
    assert ("ns is" in taken.notes or "_NS" in taken.notes) is (unit == "ns")


def test_int96_times_are_times(take: Bed) -> None:
    taken = take(parquet({"t": pa.array([10**18], pa.timestamp("ns"))}, use_deprecated_int96_timestamps=True))
    assert taken.rows == [(dt.datetime(2001, 9, 9, 1, 46, 40),)]  # noqa: DTZ001


def test_decimals_and_small_types_keep_their_values(take: Bed) -> None:
    one = decimal.Decimal("1.23")
    kinds = {
        "d": pa.array([one], pa.decimal128(38, 10)), "u": pa.array([2**64 - 1], pa.uint64()), "f": pa.array([1.5], pa.float16()),
        "e": pa.array(["a"]).dictionary_encode(), "n": pa.nulls(1), "b": pa.array([b"\xff\x00"], pa.binary()),
    }  # fmt: skip
    assert take(parquet(kinds)).rows == [(one, decimal.Decimal(2**64 - 1), 1.5, "a", None, b"\xff\x00")]


def test_decimals_beyond_38_digits_are_told(take: Bed) -> None:
    assert "60 digits" in take(parquet({"d": pa.array([decimal.Decimal("1.23")], pa.decimal256(60, 5))})).notes


def test_names_are_made_distinct_and_dots_stay_where_they_may(take: Bed) -> None:
    twice = pa.table([pa.array([1], pa.int64()), pa.array([2], pa.int64())], names=["a", "A"])
    assert take(parquet(twice)).rows == [(1, 2)]
    assert take(parquet({"a.b": pa.array([1], pa.int64())})).names == ["a.b"]


def test_empty_row_groups_change_nothing(take: Bed) -> None:
    out = io.BytesIO()
    empty, one = (pa.table({"a": pa.array(values, pa.int64())}) for values in ([], [1]))
    with pq.ParquetWriter(out, empty.schema) as writer:
        for table in (empty, one, empty):
            writer.write_table(table)
    assert take(out.getvalue()).rows == [(1,)]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (FULL[:-100], "cut short"), (FULL[:500], "cut short"), (b"PARE" + FULL[4:-4] + b"PARE", "encrypted"),
        (FULL[:60] + b"\xff" * 200 + FULL[260:], ""), (FULL[:-8] + b"\xff\xff\xff\x7fPAR1", ""), (b"PAR1" + bytes(64) + b"PAR1", ""),
        (parquet({"a": pa.array([b"\xff\xfe"], pa.binary()).view(pa.string())}), "UTF8"),
    ],
)  # fmt: skip
def test_broken_files_are_unreadable_with_a_hint(take: Bed, content: bytes, told: str) -> None:
    error = take.refused(content)
    assert error.code is errors.UNREADABLE_FILE
    assert told in error.detail
    assert error.hint


def test_a_file_without_rows_is_empty(take: Bed) -> None:
    assert take.refused(parquet({"a": pa.array([], pa.int64())})).code is errors.EMPTY_FILE
