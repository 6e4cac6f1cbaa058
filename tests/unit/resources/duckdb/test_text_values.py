"""Numbers, times and texts of delimited files: each is read as what it says, or stays text and is told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from reading_bed import Bed

LATE = 2_600  # rows of 100 characters and more are behind the sample


def column(*values: str) -> str:
    return "v\tn\n" + "".join(f"{value}\t1\n" for value in values)


def late(usual: str, last: str) -> str:
    return "v\tn\n" + f"{usual}\t{'x' * 110}\n" * LATE + f"{last}\tx\n"


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (["1.234,56", "2,5"], [1234.56, 2.5]),
        (["1 234,56", "2,5"], [1234.56, 2.5]),
        (["1\u00a0234,5", "2,5"], [1234.5, 2.5]),
        (["1\u202f234,5", "2,5"], [1234.5, 2.5]),
        (["1'234.5", "2.5"], [1234.5, 2.5]),
        (["1,234.5", "2.5"], [1234.5, 2.5]),
        (["1,234,567", "2"], [1234567, 2]),
        (["(5.5)", "1.5"], [-5.5, 1.5]),
        (["1e5", "-.5"], [100000.0, -0.5]),
    ],
)
def test_numbers_are_read_as_people_write_them(take: Bed, values: list[str], numbers: list[float]) -> None:
    assert take(column(*values)).column() == numbers


def test_each_column_has_its_own_decimal_mark(take: Bed) -> None:
    taken = take("a\tb\n1,5\t1.5\n2,25\t2.25\n")
    assert taken.rows == [(1.5, 1.5), (2.25, 2.25)]


def test_a_comma_that_could_be_either_mark_follows_the_separator_and_is_told(take: Bed) -> None:
    tab, semicolon = take("a\tb\n1,234\tx\n"), take("a;b\n1,234;x\n")
    assert (tab.column(), semicolon.column()) == ([1234], [1.234])
    assert "rules out" in tab.notes
    assert "rules out" in semicolon.notes


def test_points_are_between_thousands_where_the_file_proves_decimal_commas(take: Bed) -> None:
    assert take("a;b\n1.234;2,5\n2.000;3,5\n").rows == [(1234, 2.5), (2000, 3.5)]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["$1.50", "$2.50"], "money"), (["1,50 €", "2 €"], "money"), (["5%", "7.5%"], "percentages"),
        (["+4912345", "+4912346"], "plus sign"),
        (["1" * 39, "2"], "38 digits"), (["1e999", "2"], "beyond the range"), (["1.5", "2.5", "3.5", "oops"], "'oops'"),
        (["2024-01-01", "2023-01-01", "20233-05-01"], "20233"), (["13/02/2024", "02/14/2024"], "both as day/month"),
    ],
)  # fmt: skip
def test_what_is_no_number_or_date_stays_text_and_is_told(take: Bed, values: list[str], told: str) -> None:
    taken = take(column(*values))
    assert taken.column() == values
    assert told in taken.notes


@pytest.mark.parametrize("value", ["00123", "0x1F", "1_000", "25:30:00", "2024-02-31", "01.10", "007"])
def test_codes_stay_as_they_are(take: Bed, value: str) -> None:
    assert take(column(value, value)).column() == [value, value]


@pytest.mark.parametrize(
    ("usual", "last"),
    [
        ("12345", "00501"),
        ("12345", "1.5"),
        ("12345", "15e-1"),
        ("12345", "0x1F"),
        ("1.5", "1e999"),
        ("1.5", "01.10"),
        ("2024-01-01", "20233-05-01"),
    ],
)
def test_a_late_value_is_never_changed(take: Bed, usual: str, last: str) -> None:
    got = take(late(usual, last)).column()[-1]
    assert got == last or (isinstance(got, float) and got == float(last))


def test_an_offset_behind_the_sample_is_not_dropped(take: Bed) -> None:
    taken = take(late("2024-01-01T10:00:00", "2024-01-01T10:00:00+02:00"))
    assert taken.types["v"] == "TIMESTAMP WITH TIME ZONE"
    assert taken.column()[-1] == dt.datetime(2024, 1, 1, 8, tzinfo=dt.UTC)
    assert "taken as UTC" in taken.notes


def test_a_time_without_offset_behind_the_sample_is_told(take: Bed) -> None:
    taken = take(late("2024-01-01T10:00:00Z", "2024-01-01T11:00:00"))
    assert taken.column()[-1] == dt.datetime(2024, 1, 1, 11, tzinfo=dt.UTC)
    assert "taken as UTC" in taken.notes


def test_digits_below_a_microsecond_are_cut_and_told(take: Bed) -> None:
    taken = take(late("2024-01-01T10:00:00", "2024-01-01T10:00:00.123456789"))
    assert str(taken.column()[-1]) == "2024-01-01 10:00:00.123456"
    assert "finer than a microsecond" in taken.notes


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (["2024-01-02", "13/02/2024"], [dt.date(2024, 1, 2), dt.date(2024, 2, 13)]),
        (["13/02/24", "02/03/99"], [dt.date(2024, 2, 13), dt.date(1999, 3, 2)]),
        (["13/02/24", "02/03/1999"], [dt.date(2024, 2, 13), dt.date(1999, 3, 2)]),
        (["2024/01/02", "2024/1/3"], [dt.date(2024, 1, 2), dt.date(2024, 1, 3)]),
        (["2 Jan 2024", "13 February 2024"], [dt.date(2024, 1, 2), dt.date(2024, 2, 13)]),
        (["10:00 AM", "11:30 pm"], [dt.time(10), dt.time(23, 30)]),
        (["9:05", "23:59:59"], [dt.time(9, 5), dt.time(23, 59, 59)]),
        (["1/13/2024 9:05 PM", "1/2/2024 9:05 AM"], [dt.datetime(2024, 1, 13, 21, 5), dt.datetime(2024, 1, 2, 9, 5)]),  # noqa: DTZ001
        (["0001-01-01", "9999-12-31"], [dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
    ],
)
def test_dates_and_times_are_read_in_all_their_forms(take: Bed, values: list[str], read: list[Any]) -> None:
    assert take(column(*values)).column() == read


def test_another_column_settles_the_order_of_day_and_month(take: Bed) -> None:
    taken = take("a,b\n01/22/2024,01/02/2024\n02/23/2024,03/04/2024\n")
    assert taken.rows[0][1] == dt.date(2024, 1, 2)
    assert "no value of the sample rules out the other order" in taken.notes


def test_numbers_keep_all_their_digits(take: Bed) -> None:
    assert take(column("9" * 38, "-1")).column() == [Decimal("9" * 38), Decimal(-1)]
    assert take(late("1", "9223372036854775808")).column()[-1] == Decimal(9223372036854775808)


def test_more_digits_than_a_double_keeps_are_told(take: Bed) -> None:
    assert "19 digits" in take(column("12345678901234567.89", "2.5")).notes


@pytest.mark.parametrize(
    ("values", "read"), [(["yes", "No"], [True, False]), (["T", "f"], [True, False]), (["0", "1"], [0, 1]), (["Y", "N"], [True, False])]
)
def test_words_for_true_and_false_are_such_and_digits_are_numbers(take: Bed, values: list[str], read: list[Any]) -> None:
    taken = take(column(*values)).column()
    assert taken == read
    assert type(taken[0]) is type(read[0])


def test_minus_999_is_a_number(take: Bed) -> None:
    assert take(column("1", "-999")).column() == [1, -999]


def test_a_nul_character_stays_in_its_text(take: Bed) -> None:
    assert take("v,n\nx\x00y,1\nz,2\n").column() == ["x\x00y", "z"]
