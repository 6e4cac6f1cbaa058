"""Separators, headers, lines and quotes of delimited files."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from reading_bed import Bed

from voyant_core import errors


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", ":", "^", "~", "\x1f", "\x01", "||", "::", "§", " ", "   "])
def test_any_separator_is_found(take: Bed, mark: str) -> None:
    taken = take(f"id{mark}name{mark}amount\n" + "".join(f"{at}{mark}n{at}{mark}{at}.5\n" for at in range(20)))
    assert taken.names == ["id", "name", "amount"]
    assert taken.rows[7] == (7, "n7", 7.5)
    assert len(taken.rows) == 20


def test_times_of_one_column_are_not_split_at_their_colons(take: Bed) -> None:
    assert take("t\n10:00:00\n11:30:00\n").types == {"t": "TIME"}


@pytest.mark.parametrize("quoted", ['"x, y"', "'x, y'"])
def test_either_quote_holds_the_separator(take: Bed, quoted: str) -> None:
    assert take(f"a,b\n1,{quoted}\n2,{quoted}\n").rows == [(1, "x, y"), (2, "x, y")]


def test_a_backslash_may_escape_a_quote(take: Bed) -> None:
    assert take('a,b\n1,"say \\"hi\\", all"\n2,"x"\n').rows == [(1, 'say "hi", all'), (2, "x")]


def test_stray_quotes_stay_and_are_told(take: Bed) -> None:
    taken = take('a,b\n1,"x\n2,y\n3,z\n')
    assert taken.rows == [(1, '"x'), (2, "y"), (3, "z")]
    assert "Quotes do not close" in taken.notes


def test_a_quote_that_stays_open_behind_the_sample_is_named_with_its_line(take: Bed) -> None:
    error = take.refused("a,b\n" + f"1,{'x' * 110}\n" * 2600 + '1,"x\n2,y\n')
    assert error.code is errors.UNREADABLE_FILE
    assert "2602" in error.detail


def test_a_hash_inside_a_value_is_no_comment(take: Bed) -> None:
    taken = take("# made by hand\na,b\n1,C# code\n# a note\n2,#5\n")
    assert taken.rows == [(1, "C# code"), (2, "#5")]
    assert "comments" in taken.notes


def test_a_row_that_starts_with_a_hash_is_a_row(take: Bed) -> None:
    assert take("a,b\n1,x\n#5,y\n3,z\n").column() == ["1", "#5", "3"]


@pytest.mark.parametrize("above", ["Report of May\nmade: 2024-01-01\n\n", "Report of May,,\n,,\n", "# one\n# two\n", "sep=,\n"])
def test_lines_above_the_header_are_left_out_and_told(take: Bed, above: str) -> None:
    taken = take(above + "id,name,amount\n1,a,2.5\n2,b,3.5\n")
    assert (taken.names, len(taken.rows)) == (["id", "name", "amount"], 2)
    assert "above the header" in taken.notes


def test_years_as_names_are_names(take: Bed) -> None:
    assert take("country,2019,2020\nFrance,1.5,2.5\nSpain,2.5,3.5\n").names == ["country", "2019", "2020"]


def test_a_header_over_nothing_but_text_is_told_as_a_guess(take: Bed) -> None:
    assert "without proof" in take("name,city\nann,berlin\nbob,paris\n").notes


def test_a_first_row_whose_text_comes_again_below_is_data(take: Bed) -> None:
    assert len(take("red,big\nblue,small\nred,big\n").rows) == 3


@pytest.mark.parametrize("content", ["a,b,\n1,2,\n3,4,\n", "a,b\n1,2,\n3,4,\n", "a,b,\n1,2\n3,4\n", "a,b,,,\n1,2,,,\n3,4,,,\n"])
def test_blank_columns_at_the_end_are_left_out(take: Bed, content: str) -> None:
    assert take(content).rows == [(1, 2), (3, 4)]


@pytest.mark.parametrize(
    "content", ["a,b\r\n1,x\n2,y\r3,z\r\n", "a,b\n\r1,x\n\r2,y\n\r3,z", "a,b\r1,x\r2,y\r3,z", "a,b\r\n\r\n1,x\r\n2,y\r\n\r\n3,z\n\x1a"]
)
def test_every_mixture_of_line_ends_gives_the_same_rows(take: Bed, content: str) -> None:
    assert take(content).rows == [(1, "x"), (2, "y"), (3, "z")]


@pytest.mark.parametrize("name", ["a\rb", "a\nb", "a\r\nb", 'a"b', "select", "x" * 300, "ü€"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_any_name_is_kept(take: Bed, name: str, ends: str) -> None:
    quoted = name.replace('"', '""')
    taken = take(f'"{quoted}",n{ends}1,2{ends}3,4{ends}')
    assert (taken.names, taken.rows) == ([name, "n"], [(1, 2), (3, 4)])


PROSE = [
    "It was the best of times, it was the worst of times,\nit was the age of wisdom.\n\nIt was the epoch of belief, and more.\nThe end\n"
    * 5,
    "Dear Sir,\n\nI write to you about the matter.\nIt is long, and it is dull.\n\nYours,\nBob\n",
    "# Title\n\nSome text here. More text.\n\n- item one\n- item two, with comma\n",
    "import os\n\n\ndef f(a, b):\n    return os.path.join(a, b)\n\n\nclass C:\n    def m(self):\n        print(x)\n",
    "".join(f"2024-01-01 10:00:{at:02d} INFO the server started with pid {at}\n" for at in range(20)),
]


@pytest.mark.parametrize("text", PROSE)
def test_running_text_is_no_table(take: Bed, text: str) -> None:
    error = take.refused(text)
    assert error.code is errors.UNREADABLE_FILE
    assert "running text" in error.detail


def test_sentences_under_a_name_are_a_column(take: Bed) -> None:
    assert take("review\nI liked it, really.\nNot my kind of film at all\nGood, bad, ugly\n").rows[0] == ("I liked it, really.",)


def test_a_line_beyond_the_limit_is_told_as_such(take: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resources.duckdb.reading.LONGEST_LINE", 2**22)
    error = take.refused("a,b\n1," + "x" * 5_000_000 + "\n2,y\n")
    assert error.code is errors.UNREADABLE_FILE
    assert "longer than 4 MiB" in error.detail


def test_many_columns_are_read(take: Bed) -> None:
    wide = ",".join(f"c{at}" for at in range(300)) + "\n" + (",".join(map(str, range(300))) + "\n") * 3
    assert take(wide).rows == [tuple(range(300))] * 3


TABLES = st.integers(2, 5).flatmap(
    lambda width: st.tuples(
        st.lists(st.sampled_from(["int", "float", "text", "date", "bool"]), min_size=width, max_size=width),
        st.integers(3, 12),
        st.randoms(use_true_random=False),
    )
)
TEXTS = [
    "plain",
    "with, comma",
    "semi;colon",
    'a "quoted" one',
    "line\nbreak",
    "tab\there",
    "Zoë",
    "pipe|pipe",
    "o'hara",
    "#hash",
    " lead",
    "trail ",
]


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=TABLES,
    delimiter=st.sampled_from([",", ";", "\t", "|", "^", "~", "\x1f"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    ends=st.sampled_from(["\n", "\r\n"]),
    escaped=st.booleans(),
)
def test_any_table_in_any_dialect_comes_back_equal(take: Bed, table: Any, delimiter: str, quoting: Any, ends: str, escaped: bool) -> None:
    kinds, count, random_ = table
    makers = {
        "int": lambda: random_.randint(-(2**62), 2**62), "float": lambda: random_.uniform(-1e9, 1e9), "text": lambda: random_.choice(TEXTS),
        "date": lambda: dt.date(2000, 1, 1) + dt.timedelta(days=random_.randint(0, 9999)), "bool": lambda: random_.random() < 0.5,
    }  # fmt: skip
    rows = [[at, *(makers[kind]() for kind in kinds)] for at in range(count)]
    rows[0][1:] = ["plain" if kind == "text" else value for kind, value in zip(kinds, rows[0][1:], strict=True)]
    out = io.StringIO()
    style: dict[str, Any] = {"doublequote": False, "escapechar": "\\"} if escaped else {}
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=ends, **style)
    writer.writerow(["id", *(f"{kind} {at}" for at, kind in enumerate(kinds))])
    writer.writerows(rows)
    taken = take(out.getvalue())
    assert len(taken.rows) == count
    for want, got in zip(rows, taken.rows, strict=True):
        assert [str(value) if isinstance(other, str) else value for value, other in zip(want, got, strict=True)] == list(got)


def test_short_rows_of_a_wide_table_are_filled(take: Bed) -> None:
    wide = ",".join(f"c{at}" for at in range(600)) + "\n" + (",".join(map(str, range(600))) + "\n") * 3 + "7,8\n"
    assert take(wide).rows[-1] == (7, 8, *[None] * 598)


def test_a_row_that_is_much_too_long_is_refused_with_its_number(take: Bed) -> None:
    error = take.refused("a,b\n1,2\n3,4\n" + ",".join("x" * 50) + "\n5,6\n7,8\n")
    assert error.code is errors.UNREADABLE_FILE
    assert "row 3 has 50 values" in error.detail


def test_many_columns_that_need_checks_fit_the_memory(take: Bed) -> None:
    head, row = ",".join(f"c{at}" for at in range(200)) + "\n", ",".join(["true"] * 200) + "\n"
    assert take(head + row * 3).rows == [(True,) * 200] * 3
    taken = take(head + row * 700 + row.replace("true", "maybe", 1))
    assert (taken.rows[-1][:2], taken.types["c0"], taken.types["c1"]) == (("maybe", True), "VARCHAR", "BOOLEAN")
