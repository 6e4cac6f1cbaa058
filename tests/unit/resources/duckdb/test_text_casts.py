"""The checks that go with the casts of text columns: each text is cast as an independent reader understands it, or refused."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from resources.duckdb import text_columns
from resources.duckdb.engine import DuckDBEngine
from voyant_core import settings
from voyant_core.model.source import Column, FileFormat, ReadOptions

READ = ReadOptions(format=FileFormat.CSV)
LARGEST = 2**63
PIECES = [
    *("0", "1", "2", "5", "9", "00", "99", ".", ",", "+", "-", "_", " ", "\t"),
    *("e", "E", "e2", "e03", "E+3", "e-1", "x", "0x", "0b1", "inf", "nan"),
]
NEAR_NUMBERS = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join),
    st.integers(-(2**64), 2**64).map(str),
    st.builds("{}e{}".format, st.integers(-9999, 99999), st.integers(-3, 20)),
    st.floats().map(repr),
    st.integers(0, 20).map(lambda digits: str(10**digits)),
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    folder: Path = tmp_path_factory.mktemp("casts")
    opened = DuckDBEngine(settings.Engine(threads=1), folder)
    opened.connect().execute("CREATE TABLE texts (text VARCHAR)")
    yield opened
    opened.close()


def cast(engine: DuckDBEngine, texts: Iterable[str], kind: str) -> list[Any]:
    """The values of the texts as ingest would store them; raises on the first that is refused."""
    connection = engine.connect()
    connection.execute("DELETE FROM texts")
    connection.execute("INSERT INTO texts SELECT unnest(?::VARCHAR[])", [list(texts)])
    return [value for (value,) in connection.execute(text_columns.strict([Column(name="text", type=kind)], READ, "texts")).fetchall()]


def taken(engine: DuckDBEngine, texts: Iterable[str], kind: str) -> dict[str, Any]:
    """The texts that are not refused, each tried alone, with their values."""
    found: dict[str, Any] = {}
    for text in texts:
        try:
            (found[text],) = cast(engine, [text], kind)
        except duckdb.Error:
            continue
    return found


def whole(text: str) -> int | None:
    """What a text says as a whole number: digits with at most a sign, no zero in front."""
    return int(text) if re.fullmatch(r"[+-]?(0|[1-9][0-9]*)", text.strip(" ")) and -LARGEST <= int(text) < LARGEST else None


def number(text: str) -> float | None:
    bare = text.strip(" \t")
    if re.fullmatch(r"[+-]?(inf|infinity|nan)", bare, re.IGNORECASE):
        return float(bare)
    if re.match(r"[+-]?0[0-9]", bare):
        return None
    try:
        value = float(bare)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def day(text: str) -> dt.date | None:
    match = re.fullmatch(r"([0-9]{4})[-/ \\]([0-9]{1,2})[-/ \\]([0-9]{1,2})", text.strip(" "))
    try:
        return dt.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


@pytest.mark.parametrize(("kind", "reader"), [("BIGINT", whole), ("DOUBLE", number)])
@hypothesis_settings(max_examples=150, deadline=None)
@given(text=NEAR_NUMBERS)
def test_a_text_is_cast_to_the_number_that_python_reads_in_it_or_refused(
    engine: DuckDBEngine, kind: str, reader: Callable[[str], float | None], text: str
) -> None:
    for stored in taken(engine, [text], kind).values():
        expected = reader(text)
        assert expected is not None, f"{text!r} became {stored!r}"
        assert stored == expected or (math.isnan(stored) and math.isnan(expected)), f"{text!r} became {stored!r}"


def test_no_text_of_few_characters_becomes_another_whole_number(engine: DuckDBEngine) -> None:
    connection = engine.connect()
    texts = ["".join(parts) for size in range(1, 6) for parts in itertools.product("0159.e_+-x ", repeat=size)]
    connection.execute("DELETE FROM texts")
    connection.execute("INSERT INTO texts SELECT unnest(?::VARCHAR[])", [texts])
    castable = [text for (text,) in connection.execute("SELECT text FROM texts WHERE TRY_CAST(text AS BIGINT) IS NOT NULL").fetchall()]
    fitting = [text for text in castable if whole(text) is not None]
    assert cast(engine, fitting, "BIGINT") == [whole(text) for text in fitting]
    assert len(fitting) < len(castable) / 3
    # the quick checks alone: none of the other texts passes one
    quick = text_columns._quick_checks(Column(name="text", type="BIGINT"), text_columns._PLAIN, "text", "number")  # pyright: ignore[reportPrivateUsage]
    rows = connection.execute(
        f"SELECT text FROM (SELECT text, TRY_CAST(text AS BIGINT) AS number FROM texts) WHERE number IS NOT NULL AND ({' OR '.join(quick)})"
    ).fetchall()
    assert {text for (text,) in rows} <= set(fitting)


NO_WHOLE_NUMBERS = "1.5 9.5 99999.5 007 -007 +007 1e2 12e2 10e004 1.5e4 1e0018 1E+3 1_0 0x1F 0xFFFFF 0b11 1. .5 1e-400 9223372036854775808"


@pytest.mark.parametrize("text", NO_WHOLE_NUMBERS.split())
def test_a_text_that_is_no_whole_number_is_never_stored_as_one(engine: DuckDBEngine, text: str) -> None:
    with pytest.raises(duckdb.Error):
        cast(engine, ["1", "23", text], "BIGINT")


@pytest.mark.parametrize("text", ["007.5", "-007.5", "+007.5", " 007.5", "00", "-00.5", "1e999", "-1e999", "1e400"])
def test_a_text_that_a_double_would_change_is_refused(engine: DuckDBEngine, text: str) -> None:
    with pytest.raises(duckdb.Error):
        cast(engine, ["1.5", "-0.5", text], "DOUBLE")


@pytest.mark.parametrize(
    "text", ["0", "-0", "0.5", "-0.5", "-.5", ".5", "+5.25", " 5.25", "5.25 ", "1e5", "-12.75", "0e5", "inf", "-Infinity"]
)
def test_numbers_in_every_usual_form_are_stored(engine: DuckDBEngine, text: str) -> None:
    assert cast(engine, [text], "DOUBLE") == [float(text)]


def test_whole_numbers_of_every_length_are_stored(engine: DuckDBEngine) -> None:
    numbers = [sign * (10**digits + more) for digits in range(19) for more in (-1, 0, 1, 99, 100) for sign in (1, -1)]
    numbers += [LARGEST - 1, -LARGEST]
    assert cast(engine, map(str, numbers), "BIGINT") == numbers


def test_a_day_with_anything_before_or_behind_it_is_refused(engine: DuckDBEngine) -> None:
    signs = [chr(code) for code in range(32, 127)]
    texts = [f"2024-1-1{a}{b}" for a in signs for b in signs] + [f"2024-01-0{sign}" for sign in signs]
    texts += [f"{a}2024-1-01" for a in signs] + [f"2024-1-01{a}" for a in signs] + [f"{a}{b}24-01-01" for a in signs for b in signs]
    texts += [f"2024{a}01{b}01" for a in signs for b in signs]
    connection = engine.connect()
    connection.execute("DELETE FROM texts")
    connection.execute("INSERT INTO texts SELECT unnest(?::VARCHAR[])", [texts])
    castable = [text for (text,) in connection.execute("SELECT text FROM texts WHERE TRY_CAST(text AS DATE) IS NOT NULL").fetchall()]
    for text, stored in taken(engine, castable, "DATE").items():
        assert stored == day(text), text
    assert "2024-01-01" in castable


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-01 10:00",
        "12024-1-01",
        "02024-1-01",
        "-024-01-01",
        "1-1-1 (BC)",
        "infinity",
        "epoch",
        "20240101",
        "2024-02-30",
        "2024-01-01x",
    ],
)
def test_a_text_that_is_more_or_less_than_a_day_is_refused(engine: DuckDBEngine, text: str) -> None:
    with pytest.raises(duckdb.Error):
        cast(engine, ["2024-01-01", text], "DATE")


@pytest.mark.parametrize("text", ["2024-01-01 10:00+05", "2024-01-01T10:00-05", "2024-01-01 10:00 UT"])
def test_a_time_whose_offset_would_be_dropped_is_refused(engine: DuckDBEngine, text: str) -> None:
    with pytest.raises(duckdb.Error):
        cast(engine, ["2024-01-01 10:00:00", text], "TIMESTAMP")
