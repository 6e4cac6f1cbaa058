"""What is suggested for a table, and what the rules then find. Counts are those that the rows were made with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voyant_assets.analysis.quality.suggest import MOST_RULES, suggest
from voyant_core.canonical import dumps
from voyant_core.model.profile import TableProfile
from voyant_core.model.quality import Dimension

Make = Callable[[str], Any]

TWO_LETTERS = "chr(CAST(65 + i % 26 AS INTEGER)) || chr(CAST(65 + i // 26 AS INTEGER))"
DIRTY = """
SELECT i AS order_id,
    CASE WHEN i % 100 = 7 THEN NULL ELSE 'C' || (i % 50) END AS customer_code,
    CASE WHEN i = 10 THEN 'north ' WHEN i IN (11, 12) THEN 'NORTH' ELSE ['north', 'south', 'east', 'west'][1 + i % 4] END AS region,
    CASE WHEN i = 500 THEN 999999.0 ELSE 20 + (i * 37 % 100) / 10.0 END AS price,
    CASE WHEN i = 3 THEN -1 ELSE i % 9 END AS quantity,
    CASE WHEN i = 8 THEN 123.0 ELSE -90 + (i * 7919 % 18000) / 100.0 END AS latitude,
    CASE WHEN i IN (20, 21, 22) THEN 2400 ELSE (i % 24) * 100 + i % 60 END AS dep_time,
    TIMESTAMP '2024-01-01' + INTERVAL (i) HOUR AS ordered_at,
    CASE WHEN i % 10 = 0 THEN 'x' END AS remark,
    CASE WHEN i = 600 THEN 'A-12' ELSE printf('%s%05d', chr(CAST(65 + i % 26 AS INTEGER)), i * 7 % 90000) END AS part_number
FROM range(1000) t(i)
"""


def test_sentinels_midnights_spellings_and_gaps_are_found_in_dirty_rows(table: Make) -> None:
    results = table(DIRTY).results()
    failing = {name: (result.failing, result.checked) for name, result in results.items() if result.failing}
    assert failing["clock_time:dep_time"] == (3, 1000)
    assert failing["between:latitude"] == (1, 1000)
    assert failing["between:price"] == (1, 1000)
    assert failing["in_set:region"] == (3, 1000)
    assert failing["not_null:customer_code"] == (10, 1000)
    assert failing["not_null:remark"] == (900, 1000)
    assert failing["not_negative:quantity"] == (1, 1000)


def test_examples_show_the_values_that_break_the_rule(table: Make) -> None:
    results = table(DIRTY).results()
    assert results["clock_time:dep_time"].examples == [{"dep_time": 2400}]
    assert results["in_set:region"].examples == [{"region": "NORTH"}, {"region": "north "}]
    assert results["between:price"].examples == [{"price": 999999.0}]


def test_a_value_that_is_hardly_true_fails_whatever_the_tolerance(table: Make) -> None:
    rule = table(DIRTY).results()["between:price"]
    assert (rule.passed, rule.severity, rule.at_least) == (False, "medium", 1.0)


def test_keys_are_unique_and_filled_with_high_severity(table: Make) -> None:
    results = table(DIRTY).results()
    assert (results["unique:order_id"].passed, results["unique:order_id"].severity) == (True, "high")
    assert results["not_null:order_id"].severity == "high"
    assert results["not_null:ordered_at"].severity == "high"


def test_a_nearly_unique_key_fails_and_shows_what_repeats(table: Make) -> None:
    made = table("SELECT CASE WHEN i IN (5, 6) THEN 4 ELSE i END AS customer_id, i % 7 AS size FROM range(1000) t(i)")
    rule = made.results()["unique:customer_id"]
    assert (rule.failing, rule.passed, rule.severity) == (2, False, "high")
    assert rule.examples == [{"customer_id": 4}]


def test_a_column_that_is_far_from_unique_is_no_key(table: Make) -> None:
    assert "unique:customer_id" not in table("SELECT i % 400 AS customer_id, i AS n FROM range(1000) t(i)").results()


def test_a_thing_per_period_is_a_compound_key(table: Make) -> None:
    made = table("""SELECT ['Chile', 'Peru', 'Cuba', 'Fiji', 'Mali'][1 + i % 5] AS country, 1950 + i // 5 AS year,
        1000 + i * 31 % 997 AS population FROM range(300) t(i)""")
    assert made.results()["unique:country,year"].passed


def test_mostly_empty_columns_are_told_once(table: Make) -> None:
    made = table("SELECT i AS id, CASE WHEN i % 9 = 0 THEN i END AS a, CASE WHEN i % 8 = 0 THEN i END AS b FROM range(200) t(i)")
    results = made.results()
    rule = results["not_null:mostly_empty_columns"]
    assert (rule.columns, rule.severity, rule.failing) == (["a", "b"], "low", 197)
    assert not {"not_null:a", "not_null:b"} & set(results)


def test_columns_missing_together_are_said_to_have_one_cause(table: Make) -> None:
    made = table(
        "SELECT i AS n, CASE WHEN i % 50 > 0 THEN i * 2.5 END AS width, CASE WHEN i % 50 > 0 THEN i % 30 END AS height FROM range(500) t(i)"
    )
    assert "together with height" in made.results()["not_null:width"].why


def test_a_lost_namibia_is_suspected(table: Make) -> None:
    made = table(f"SELECT CASE WHEN i <> 7 THEN {TWO_LETTERS} END AS country FROM range(200) t(i)")
    suggested = {s.rule.id: s.rule for s in suggest(made.profile, null_tokens=["", "NA"])}
    assert "Namibia" in suggested["not_null:country"].why


def test_a_dominant_form_is_demanded_of_codes(table: Make) -> None:
    made = table("SELECT CASE WHEN i = 1 THEN 'X1' ELSE printf('%05d-AB', i) END AS part_code FROM range(500) t(i)")
    rule = made.results()["matches:part_code"]
    assert rule.arguments["regex"] == r"^\p{Nd}{5}\-\p{Lu}{2}$"
    assert (rule.failing, rule.examples) == (1, [{"part_code": "X1"}])


def test_numbers_kept_as_text_by_a_few_words_are_found(table: Make) -> None:
    made = table("SELECT CASE WHEN i % 100 = 0 THEN 'n. a.' ELSE CAST(i * 3 AS VARCHAR) END AS charges, i % 3 AS grp FROM range(1000) t(i)")
    assert made.results()["matches:charges"].failing == 10


def test_blanks_at_the_ends_are_found(table: Make) -> None:
    made = table(f"SELECT 'Town ' || {TWO_LETTERS} || CASE WHEN i = 5 THEN ' ' ELSE '' END AS town FROM range(300) t(i)")
    assert made.results()["matches:town"].failing == 1


def test_a_placeholder_is_no_value(table: Make) -> None:
    made = table("SELECT CASE WHEN i % 40 = 0 THEN '?' ELSE ['red', 'green', 'blue'][1 + i % 3] END AS colour FROM range(400) t(i)")
    rule = made.results()["not_blank:colour"]
    assert (rule.failing, rule.examples) == (10, [{"colour": "?"}])


def test_a_date_that_stands_for_none_is_found(table: Make) -> None:
    made = table("""SELECT CASE WHEN i = 3 THEN DATE '1900-01-01' WHEN i = 4 THEN DATE '9999-12-31'
        ELSE DATE '2020-01-01' + CAST(i % 700 AS INTEGER) END AS closed FROM range(1000) t(i)""")
    rule = made.results()["between:closed"]
    assert rule.failing == 2
    assert rule.dimension is Dimension.VALIDITY


def test_not_a_number_and_infinity_are_found(table: Make) -> None:
    made = table("SELECT CASE WHEN i = 1 THEN 'nan'::DOUBLE WHEN i = 2 THEN 'inf'::DOUBLE ELSE i * 0.5 END AS weight FROM range(200) t(i)")
    rule = made.results()["between:weight"]
    assert (rule.failing, rule.passed) == (2, False)
    assert [example["weight"] for example in rule.examples] == ["nan", "inf"]


def test_the_largest_value_of_a_column_with_nan_is_a_finite_number_however_many_digits_it_has(table: Make) -> None:
    made = table("SELECT CASE WHEN i = 1 THEN 'nan'::DOUBLE ELSE i / 3 END AS weight FROM range(200) t(i)")
    made.profile = TableProfile.model_validate_json(dumps(made.profile))
    assert made.results()["between:weight"].failing == 1


@pytest.mark.parametrize("values", ["[-5, 120]", "[-1, 30]"])
def test_a_rate_of_change_is_no_share_of_a_whole(table: Make, values: str) -> None:
    made = table(f"SELECT CASE WHEN i % 10 = 0 THEN {values}[1 + i % 2] ELSE i % 40 END AS growth_percent FROM range(300) t(i)")
    assert "between:growth_percent" not in made.results()


def test_an_altitude_may_lie_below_the_sea(table: Make) -> None:
    made = table("SELECT i * 13 % 900 - CASE WHEN i = 4 THEN 60 ELSE 0 END AS alt, i AS id FROM range(400) t(i)")
    assert "not_negative:alt" not in made.results()


def test_a_bound_that_holds_by_construction_is_not_suggested(table: Make) -> None:
    made = table("SELECT 50 + i * 17 % 40 AS weight FROM range(400) t(i)")
    assert "between:weight" not in made.results()


def test_a_wide_table_gets_a_bounded_number_of_rules_and_keeps_what_fails(table: Make) -> None:
    columns = ", ".join(f"CASE WHEN i = {place} THEN -1 ELSE i % 50 END AS count_{place}" for place in range(150))
    results = table(f"SELECT {columns} FROM range(2000) t(i)").results()
    assert len(results) <= MOST_RULES
    assert all(result.failing == 1 for name, result in results.items() if name.startswith("not_negative"))
    assert sum(name.startswith("not_negative") for name in results) > 40


def test_one_rule_per_type_and_columns(table: Make) -> None:
    suggested = suggest(table(DIRTY).profile)
    assert len({s.rule.id for s in suggested}) == len(suggested)


def test_an_empty_table_breaks_the_one_rule_that_counts(table: Make) -> None:
    results = table("SELECT 1 AS a, 'x' AS b WHERE false").results()
    assert not results["row_count"].passed
    assert all(result.passed for name, result in results.items() if name != "row_count")


def test_hostile_names_and_values_do_no_harm(table: Make) -> None:
    name = 'a "b"; drop table x; --\n<b>' + "é" * 200
    quoted = '"' + name.replace('"', '""') + '"'
    spelled = """CASE WHEN i IN (2, 3) THEN 'o''neil" ' ELSE 'O''Neil"' END"""
    made = table(f'SELECT {spelled} AS {quoted}, i AS "select" FROM range(100) t(i)')
    assert made.results()[f"in_set:{name}"].failing == 2


def test_the_same_rows_give_the_same_results_in_another_order(table: Make) -> None:
    first = table(DIRTY).results()
    second = table(f"SELECT * FROM ({DIRTY}) ORDER BY hash(order_id)").results()
    assert first == second
