from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.duckdb.engine import DuckDBEngine
from resources.duckdb.probe import probe_tables
from voyant_core import errors, settings
from voyant_core.model.source import FileFormat, FoundTable, TextForm


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    opened = DuckDBEngine(settings.Engine(threads=1), tmp_path_factory.mktemp("spill"))
    yield opened
    opened.close()


class Probe:
    def __init__(self, folder: Path, engine: DuckDBEngine) -> None:
        self.folder, self.engine = folder, engine

    def __call__(self, content: str | bytes, name: str = "my data.csv", **limits: int) -> FoundTable:
        path = self.folder / "landing"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (found,) = probe_tables(path, name, settings.Files.model_validate(limits), self.engine)
        return found

    def refused(self, content: str | bytes, name: str = "x.csv", **limits: int) -> errors.VoyantError:
        with pytest.raises(errors.VoyantError) as caught:
            self(content, name, **limits)
        return caught.value


@pytest.fixture
def probe(tmp_path: Path, engine: DuckDBEngine) -> Probe:
    return Probe(tmp_path, engine)


def types(found: FoundTable) -> dict[str, str]:
    return {column.name: column.type for column in found.columns}


def test_a_plain_csv_gets_names_types_and_a_slug(probe: Probe) -> None:
    found = probe("Id,name,amount,day\n1,ann,1.5,2024-01-02\n2,bob,2.5,2024-01-03\n", "Sales 2024.csv")
    assert (found.name, found.title) == ("sales_2024", "Sales 2024")
    assert types(found) == {"Id": "BIGINT", "name": "VARCHAR", "amount": "DOUBLE", "day": "DATE"}
    assert (found.read.format, found.read.delimiter, found.read.header, found.read.encoding) == (FileFormat.CSV, ",", True, "utf-8")


@pytest.mark.parametrize("token", ["NA", "N/A", "n/a", "NaN", "null", "NULL", "None", "-", "?", "."])
def test_a_null_token_that_hides_numbers_is_found_and_reported(probe: Probe, token: str) -> None:
    found = probe(f"a,b\n1,x\n{token},y\n3,z\n")
    assert types(found)["a"] == "BIGINT"
    assert found.read.null_tokens == [token]
    assert any(f"'{token}'" in note for note in found.read.notes)


def test_a_token_that_only_stands_in_text_stays_text(probe: Probe) -> None:
    found = probe("continent,n\nNA,1\nEU,2\n")
    assert found.read.null_tokens == []
    assert any("'NA'" in note and "kept as text" in note for note in found.read.notes)


def test_a_token_that_hides_times_is_found(probe: Probe) -> None:
    assert types(probe("t\n2024-01-01 10:00:00\nNULL\n"))["t"] == "TIMESTAMP"


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("latin-1", "latin-1"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_told(probe: Probe, encoding: str, expected: str) -> None:
    text = "größe,n\nfaß,1\nmaß,2\n" + ("€,3\n" if encoding == "cp1252" else "")
    found = probe(text.encode(encoding))
    assert found.read.encoding == expected
    assert list(types(found)) == ["größe", "n"]
    assert any("UTF-16" in note or "Western" in note for note in found.read.notes) is not encoding.startswith("utf-8")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(probe: Probe, delimiter: str) -> None:
    found = probe(f"a{delimiter}b\n1{delimiter}x\n2{delimiter}y\n")
    assert (found.read.delimiter, types(found)) == (delimiter, {"a": "BIGINT", "b": "VARCHAR"})


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_any_line_end_is_read(probe: Probe, ends: str) -> None:
    assert types(probe(f"a,b{ends}1,2{ends}3,4{ends}")) == {"a": "BIGINT", "b": "BIGINT"}


def test_a_decimal_comma_is_found_with_its_thousands_mark(probe: Probe) -> None:
    found = probe("a;b\n1,5;x\n1.234,5;y\n")
    assert types(found)["a"] == "DOUBLE"
    assert found.read.forms["a"] == TextForm(decimal=",", thousands=".")


def test_a_thousands_comma_is_found(probe: Probe) -> None:
    found = probe('a,b\n"1,234",x\n"12",y\n')
    assert (types(found)["a"], found.read.forms["a"].thousands) == ("BIGINT", ",")


@pytest.mark.parametrize(
    ("values", "type_name", "form"),
    [
        ("13/02/2024\n02/03/2024", "DATE", "%d/%m/%Y"),
        ("02/13/2024\n03/02/2024", "DATE", "%m/%d/%Y"),
        ("13.02.2024\n02.03.2024", "DATE", "%d.%m.%Y"),
        ("Jan 2 2024\nFeb 13 2024", "DATE", "%b %d %Y"),
    ],
)
def test_a_date_format_is_found(probe: Probe, values: str, type_name: str, form: str) -> None:
    found = probe(f"d\n{values}\n")
    assert (types(found)["d"], found.read.forms["d"].times) == (type_name, [form])
    assert not any("rules out" in note for note in found.read.notes)


def test_a_timestamp_format_is_found(probe: Probe) -> None:
    found = probe("t,n\n1/15/2024 13:45,1\n2/16/2024 08:05,2\n")
    assert (types(found)["t"], found.read.forms["t"].times) == ("TIMESTAMP", ["%m/%d/%Y %H:%M"])


def test_an_order_of_day_and_month_that_no_value_proves_is_told(probe: Probe) -> None:
    assert any("rules out the other order" in note for note in probe("d\n01/02/2024\n03/04/2024\n").read.notes)


def test_codes_with_leading_zeros_stay_text(probe: Probe) -> None:
    assert types(probe("zip\n00123\n04567\n"))["zip"] == "VARCHAR"


def test_blank_and_repeated_names_are_made_safe_and_kept_as_originals(probe: Probe) -> None:
    found = probe("a,A, ,a,b\n1,2,3,4,5\n")
    assert list(types(found)) == ["a", "A_2", "column_3", "a_3", "b"]
    assert found.read.renamed == {"A_2": "A", "column_3": " ", "a_3": "a"}


def test_a_file_without_header_is_named_by_position(probe: Probe) -> None:
    found = probe("1,2.5\n3,4.5\n")
    assert (found.read.header, types(found)) == (False, {"column_1": "BIGINT", "column_2": "DOUBLE"})
    assert any("no header" in note for note in found.read.notes)


def test_lines_above_the_header_are_left_out_and_told(probe: Probe) -> None:
    found = probe("Report of May\n\na,b\n1,2\n3,4\n")
    assert (found.read.skip, list(types(found))) == (2, ["a", "b"])
    assert any("2 lines above the header" in note for note in found.read.notes)


@pytest.mark.parametrize("content", ["a,b,c\n1,2\n3,4,5\n6,7,8\n", "a,b\n1,2\n3,4,5\n6,7\n"])
def test_rows_of_unequal_length_are_columns_all_the_same_and_told(probe: Probe, content: str) -> None:
    found = probe(content)
    assert len(found.columns) == 3
    assert found.read.short_rows
    assert any("differ in length" in note for note in found.read.notes)


def test_quotes_are_expected_even_when_the_sample_has_none(probe: Probe) -> None:
    assert probe("a,b\n1,x\n").read.quote == '"'


def test_ndjson_is_told_from_its_content(probe: Probe) -> None:
    found = probe('{"a": 1, "b": {"c": "x"}}\n{"a": 2, "d": [1.5]}\n', "x.csv")
    assert found.read.format is FileFormat.NDJSON
    assert types(found) == {"a": "BIGINT", "b": 'STRUCT("c" VARCHAR)', "d": "DOUBLE[]"}


def test_an_array_of_objects_is_read_like_ndjson(probe: Probe) -> None:
    assert types(probe('[{"a": 1},\n {"a": 2}]', "x.json")) == {"a": "BIGINT"}


def test_parquet_types_that_iceberg_lacks_are_told(probe: Probe, engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    engine.rows(f"COPY (SELECT 1::UTINYINT u, 2::UBIGINT big, TIMESTAMP_NS '2024-01-01' ns, 1::INTEGER i) TO '{path}'")
    found = probe(path.read_bytes(), "x.csv")
    assert found.read.format is FileFormat.PARQUET
    assert types(found) == {"u": "INTEGER", "big": "DECIMAL(20,0)", "ns": "TIMESTAMP", "i": "INTEGER"}
    assert len(found.read.notes) == 2


@pytest.mark.parametrize(
    ("content", "word"),
    [(bytes(range(256)) * 8, "binary"), (b"PAR1 cut", "cut short"),
     (b"%PDF-1.7", "PDF"), (b"<!DOCTYPE html><p>", "HTML")],
)  # fmt: skip
def test_what_is_no_table_is_unreadable_with_a_hint(probe: Probe, content: bytes, word: str) -> None:
    error = probe.refused(content)
    assert error.code is errors.UNREADABLE_FILE
    assert word in error.detail
    assert error.hint


@pytest.mark.parametrize("content", ["", "\n\n", "a,b,c\n", "a,b,c"])
def test_a_file_without_rows_is_empty(probe: Probe, content: str) -> None:
    assert probe.refused(content).code is errors.EMPTY_FILE


def test_a_parquet_file_without_rows_is_empty(probe: Probe, engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    engine.rows(f"COPY (SELECT 1 a WHERE false) TO '{path}' (FORMAT parquet)")
    assert probe.refused(path.read_bytes()).code is errors.EMPTY_FILE


def test_too_many_columns_are_refused(probe: Probe) -> None:
    assert probe.refused("a,b,c\n1,2,3\n", max_columns=2).code is errors.TOO_LARGE


def test_broken_json_is_unreadable(probe: Probe) -> None:
    assert probe.refused('{"a": 1}\n{"a": \n').code is errors.UNREADABLE_FILE


def test_probing_opens_an_engine_of_its_own_when_it_gets_none(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a\n1\n")
    assert types(probe_tables(tmp_path / "a", "a.csv", settings.Files())[0]) == {"a": "BIGINT"}
