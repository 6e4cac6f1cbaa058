from __future__ import annotations

import csv
import datetime as dt
import io
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from resources.duckdb import convert
from resources.duckdb.engine import DuckDBEngine
from resources.duckdb.probe import SAMPLE_BYTES, probe_tables
from resources.files.landing import Landings
from resources.iceberg.catalog import IcebergLake
from voyant_assets.stages.ingest import Ingested, ingest
from voyant_core import errors, settings
from voyant_core.keys import TableAddress

ADDRESS = TableAddress("acme", "upload", "table")


class Lake:
    """The whole way of a file: land, probe, ingest."""

    def __init__(self, home: Path) -> None:
        self.engine = DuckDBEngine(settings.Engine(threads=2), home / "tmp")
        self.lake = IcebergLake(home / "catalog.db", home / "warehouse")
        self.landings = Landings(home / "landing", 2**30)

    def take(self, content: str | bytes, name: str = "table.csv", address: TableAddress = ADDRESS) -> Ingested:
        landing = self.landings.land_stream([content if isinstance(content, bytes) else content.encode()], name)
        path = self.landings.path(landing.sha256)
        (found,) = probe_tables(path, name, settings.Files(), self.engine)
        return ingest(address, found, landing, path, self.lake, self.engine)

    def rows(self, ingested: Ingested) -> list[tuple[Any, ...]]:
        return self.engine.rows(f"SELECT * FROM {ingested.snapshot.relation}")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    lake = Lake(tmp_path_factory.mktemp("home"))
    yield lake
    lake.engine.close()


@pytest.fixture
def lake(shared: Lake) -> Lake:
    shared.lake.drop(ADDRESS)
    return shared


def types(ingested: Ingested) -> dict[str, str]:
    assert [(c.name, c.type) for c in ingested.snapshot.columns] == [(c.name, c.type) for c in ingested.found.columns]
    return {column.name: column.type for column in ingested.snapshot.columns}


def padded(head: str, row: str, tail: str) -> str:
    """A CSV whose sample holds only `row`s and whose last rows are `tail`."""
    return head + row * (2 * SAMPLE_BYTES // len(row)) + tail


def test_a_csv_becomes_a_table_with_its_nulls(lake: Lake) -> None:
    taken = lake.take("id,name,delay,at\n1,ann,NA,2024-01-01T10:00:00Z\n2,,5,2024-01-02T10:00:00Z\n")
    assert lake.rows(taken) == [
        (1, "ann", None, dt.datetime(2024, 1, 1, 10, tzinfo=dt.UTC)),
        (2, None, 5, dt.datetime(2024, 1, 2, 10, tzinfo=dt.UTC)),
    ]
    assert not taken.reused
    assert taken.snapshot.landing_sha256


def test_identical_bytes_are_reused(lake: Lake) -> None:
    first = lake.take("a\n1\n")
    again = lake.take("a\n1\n")
    assert again.reused
    assert again.snapshot == first.snapshot
    assert not lake.take("a\n2\n").reused


def test_a_token_behind_the_sample_is_still_a_null(lake: Lake) -> None:
    taken = lake.take(padded("n,s\n", "12345,abcdefghij\n", "NA,last\n"))
    assert types(taken) == {"n": "BIGINT", "s": "VARCHAR"}
    assert lake.rows(taken)[-1] == (None, "last")
    assert "'NA' is read as null." in taken.found.read.notes


def test_a_type_that_the_sample_got_wrong_is_widened_and_told(lake: Lake) -> None:
    content = padded("n,s\n", "12345,1\n", "1.5,2\n")
    taken = lake.take(content)
    assert types(taken) == {"n": "DOUBLE", "s": "BIGINT"}
    assert lake.rows(taken)[-1] == (1.5, 2)
    assert len(lake.rows(taken)) == content.count("\n") - 1
    assert any("n is a number and not a whole number" in note and "'1.5'" in note for note in taken.found.read.notes)


def test_a_time_of_day_behind_the_sample_is_not_cut_off(lake: Lake) -> None:
    taken = lake.take(padded("d,n\n", "2024-01-02,1234567\n", "2024-01-03 10:30:00,5\n"))
    assert types(taken) == {"d": "TIMESTAMP", "n": "BIGINT"}
    assert str(lake.rows(taken)[-1][0]) == "2024-01-03 10:30:00"


def test_long_numbers_keep_their_last_digit_beside_fractions(lake: Lake) -> None:
    taken = lake.take(padded("n,s\n", "1234567890123456789,abc\n", "1234567890123456787,1.5\n"))
    assert types(taken)["n"] == "BIGINT"
    assert lake.rows(taken)[-1] == (1234567890123456787, "1.5")


def test_codes_whose_leading_zeros_come_late_stay_text(lake: Lake) -> None:
    taken = lake.take(padded("zip,n\n", "98765,1234567\n", "00501,1\n00544,2\n"))
    assert types(taken) == {"zip": "VARCHAR", "n": "BIGINT"}
    assert lake.rows(taken)[-1] == ("00544", 2)


def test_a_value_that_fits_no_number_makes_its_column_text(lake: Lake) -> None:
    taken = lake.take(padded("n,s\n", "12345,1\n", "twelve,2\n"))
    assert types(taken) == {"n": "VARCHAR", "s": "BIGINT"}
    assert lake.rows(taken)[-1] == ("twelve", 2)
    assert any("n is text" in note and "'twelve'" in note for note in taken.found.read.notes)


def test_what_the_second_reading_found_is_remembered_on_reuse(lake: Lake) -> None:
    content = padded("n,s\n", "12345,1\n", "twelve,2\n")
    first, again = lake.take(content), lake.take(content)
    assert again.reused
    assert again.found == first.found


def test_the_order_of_day_and_month_follows_the_whole_file(lake: Lake) -> None:
    taken = lake.take(padded("d,n\n", "01/02/2024,1\n", "01/13/2024,2\n"))
    assert types(taken)["d"] in {"DATE", "VARCHAR"}
    assert lake.rows(taken)[-1][0] in {dt.date(2024, 1, 13), "01/13/2024"}
    if types(taken)["d"] == "DATE":
        assert lake.rows(taken)[0][0] == dt.date(2024, 1, 2)


def test_quotes_behind_the_sample_are_understood(lake: Lake) -> None:
    taken = lake.take(padded("n,s\n", "12345,abcdefghij\n", '6,"one, ""two""\nthree"\n'))
    assert lake.rows(taken)[-1] == (6, 'one, "two"\nthree')


def test_a_short_row_behind_the_sample_is_filled_and_told(lake: Lake) -> None:
    taken = lake.take(padded("n,s\n", "12345,abcdefghij\n", "6\n"))
    assert lake.rows(taken)[-1] == (6, None)
    assert any("fewer values" in note for note in taken.found.read.notes)


def test_a_long_row_behind_the_sample_gets_columns_of_its_own_and_is_told(lake: Lake) -> None:
    content = padded("n,s\n", "12345,abcdefghij\n", "6,x,too,many\n")
    taken = lake.take(content)
    assert lake.rows(taken)[-1] == (6, "x", "too", "many")
    line = content.count("\n")
    assert any(f"first line {line}" in note and "added columns" in note for note in taken.found.read.notes)


def test_a_row_that_is_much_too_long_is_refused_with_its_line(lake: Lake) -> None:
    with pytest.raises(errors.VoyantError) as caught:
        lake.take(padded("n,s\n", "12345,abcdefghij\n", ",".join(map(str, range(40))) + "\n"))
    assert caught.value.code is errors.UNREADABLE_FILE
    assert "line" in caught.value.detail
    assert lake.lake.snapshot(ADDRESS) is None


def test_text_that_stops_being_utf8_is_read_anew_and_told(lake: Lake) -> None:
    taken = lake.take(padded("n,s\n", "12345,abcdefghij\n", "").encode() + "7,fünf €\n".encode("cp1252"))
    assert lake.rows(taken)[-1] == (7, "fünf €")
    assert any("Windows-1252" in note for note in taken.found.read.notes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_every_encoding_gives_the_same_rows(lake: Lake, encoding: str) -> None:
    taken = lake.take("größe,n\nfaß,1\nmaß,2\n".encode(encoding))
    assert list(types(taken)) == ["größe", "n"]
    assert lake.rows(taken) == [("faß", 1), ("maß", 2)]


def test_mixed_line_ends_lose_no_row(lake: Lake) -> None:
    assert lake.rows(lake.take("a,b\r\n1,x\n2,y\r\n3,z\n")) == [(1, "x"), (2, "y"), (3, "z")]


def test_a_very_long_value_is_read(lake: Lake) -> None:
    assert lake.rows(lake.take("n,s\n1," + "x" * 5_000_000 + "\n"))[0][1] == "x" * 5_000_000


def test_decimal_commas_and_dates_arrive_as_values(lake: Lake) -> None:
    taken = lake.take("preis;tag\n1.234,5;31.12.2024\n2,25;01.02.2024\n")
    assert lake.rows(taken) == [(1234.5, dt.date(2024, 12, 31)), (2.25, dt.date(2024, 2, 1))]


def test_numbers_beyond_64_bits_keep_all_their_digits(lake: Lake) -> None:
    assert lake.rows(lake.take("id\n12345678901234567890123\n1\n")) == [(Decimal(12345678901234567890123),), (Decimal(1),)]


def test_rows_keep_the_order_of_the_file(lake: Lake) -> None:
    numbers = [(n * 7919) % 200_003 for n in range(150_000)]
    taken = lake.take("n\n" + "\n".join(map(str, numbers)) + "\n")
    assert [row[0] for row in lake.rows(taken)] == numbers


def test_ndjson_keeps_its_nested_values(lake: Lake) -> None:
    taken = lake.take('{"a": 1, "b": {"c": ["x", null]}}\n{"a": 2.5, "d": {"e": 1}}\n', "x.json")
    assert lake.rows(taken) == [(1.0, {"c": ["x", None]}, None), (2.5, None, {"e": 1})]


def test_parquet_keeps_types_and_casts_what_iceberg_lacks(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    lake.engine.rows(
        "COPY (SELECT 1::UTINYINT AS u, 18446744073709551615::UBIGINT AS big, TIMESTAMP_NS '2024-01-01 00:00:00.1234564' AS ns, "
        "[1, 2]::INTEGER[2] AS arr, 'a'::ENUM('a', 'b') AS e, {'x': 1::UBIGINT} AS st, INTERVAL 1 DAY AS iv, DATE '2024-01-01' AS d, "
        f"'123e4567-e89b-12d3-a456-426614174000'::UUID AS id) TO '{path}'"
    )
    taken = lake.take(path.read_bytes(), "x.parquet")
    (row,) = lake.rows(taken)
    assert row[:2] == (1, Decimal(18446744073709551615))
    assert row[2:5] == (dt.datetime(2024, 1, 1, 0, 0, 0, 123456), [1, 2], "a")  # noqa: DTZ001
    assert row[5:8] == ({"x": Decimal(1)}, "1 day", dt.date(2024, 1, 1))
    assert str(row[8]) == "123e4567-e89b-12d3-a456-426614174000"
    assert any("big is UBIGINT" in note for note in taken.found.read.notes)


def test_the_same_bytes_give_the_same_rows_in_another_home(lake: Lake, tmp_path: Path) -> None:
    content = padded("n,s\n", "12345,abcdefghij\n", "NA,last\n")
    other = Lake(tmp_path)
    assert other.rows(other.take(content)) == lake.rows(lake.take(content))
    other.engine.close()


NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), min_size=0, max_size=20) | st.sampled_from(
    ["select", 'a"b', "a'b", "x" * 300, "a\nb", "a,b", "ü€", " ", "é́", "column_2"]
)


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAMES, min_size=2, max_size=5))
def test_any_header_gives_distinct_columns_with_their_values(lake: Lake, names: list[str]) -> None:
    out = io.StringIO()
    written = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    written.writerow(names)
    written.writerows([[f"v{at}" for at in range(len(names))], [f"w{at}" for at in range(len(names))]])
    taken = lake.take(out.getvalue())
    stored = [column.name for column in taken.snapshot.columns]
    assert len({name.casefold() for name in stored}) == len(stored)
    rows = lake.rows(taken)
    assert rows[-2:] == [tuple(f"v{at}" for at in range(len(names))), tuple(f"w{at}" for at in range(len(names)))]
    if taken.found.read.header:
        assert [taken.found.read.renamed.get(name, name).strip() for name in stored] == [name.strip() for name in names]


def test_a_bare_carriage_return_as_a_name_hides_no_row(lake: Lake) -> None:
    taken = lake.take('"","\r"\n"1","2"\n')
    assert lake.rows(taken) == [(1, 2)]


VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\ufeff"), min_size=1, max_size=12)


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.tuples(VALUES, st.integers(-(2**40), 2**40)), min_size=3, max_size=8))
def test_any_text_comes_back_as_it_was_written(lake: Lake, values: list[tuple[str, int]]) -> None:
    out = io.StringIO()
    written = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    written.writerow(["text", "number"])
    rows = [("plain words", 0), *values]
    written.writerows(rows)
    taken = lake.take(out.getvalue())
    tokens = {*taken.found.read.null_tokens, ""}
    assert types(taken)["text"] == "VARCHAR"
    assert [row[0] for row in lake.rows(taken)] == [None if text in tokens else text for text, _ in rows]
    assert [int(row[1]) for row in lake.rows(taken)] == [number for _, number in rows]


def test_the_way_of_a_file_imports_no_pandas(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2024-01-01\n")
    script = f"""
import sys
from pathlib import Path
from resources.duckdb import convert
from resources.duckdb.engine import DuckDBEngine
from resources.duckdb.probe import probe_tables
from resources.files.landing import Landings
from resources.iceberg.catalog import IcebergLake
from voyant_assets.stages.ingest import ingest
from voyant_core import settings
from voyant_core.keys import TableAddress
home = Path({str(tmp_path)!r})
heavy = {{"duckdb", "pyarrow", "pyiceberg", "sqlalchemy", "numpy"}} & set(sys.modules)
assert not heavy, heavy
engine = DuckDBEngine(settings.Engine(), home / "tmp")
landings = Landings(home / "landing", 1000)
landing = landings.land_file(home / "x.csv")
found = probe_tables(landings.path(landing.sha256), "x.csv", settings.Files(), engine)[0]
taken = ingest(TableAddress("a", "b", "c"), found, landing, landings.path(landing.sha256), IcebergLake(home / "c.db", home / "w"), engine)
engine.attach("t", taken.snapshot)
assert engine.arrays("select * from t")
assert "pandas" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_rows_too_wide_for_the_usual_memory_get_all_of_it(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "COPY_MEMORY_MIB", 1)
    taken = lake.take("id,text\n" + "".join(f"{number},{'x' * 500}{number}\n" for number in range(3000)))
    assert taken.snapshot.rows == 3000
    assert lake.rows(taken)[-1] == (2999, "x" * 500 + "2999")
