"""Rules of a caller: every type on real rows, and what is refused before anything runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voyant_assets.analysis.quality import request
from voyant_assets.analysis.quality.evaluate import evaluate
from voyant_assets.analysis.quality.rules import Suggestion
from voyant_assets.stages.quality import QualityParameters
from voyant_core import errors

Make = Callable[[str], Any]

ROWS = """SELECT i AS n, i / 4 AS quarters, CASE WHEN i < 90 THEN 'k' || i END AS name, DATE '2024-01-01' + CAST(i AS INTEGER) AS day,
    CASE WHEN i % 2 = 0 THEN '09:30' ELSE '9.30 h' END AS at_time, i % 10 = 0 AS tenth, [i] AS listed FROM range(100) t(i)"""


def asked(made: Any, *rules: dict[str, Any]) -> list[Any]:
    parameters = QualityParameters.model_validate({"rules": list(rules)})
    given = request.rules([rule.model_dump() for rule in parameters.rules], made.profile, made.engine.rows)
    return evaluate([Suggestion(rule) for rule in given], made.profile, made.view, made.engine.rows)


@pytest.mark.parametrize(
    ("rule", "checked", "failing"),
    [
        ({"type": "row_count", "arguments": {"min": 101}}, 1, 1),
        ({"type": "columns", "arguments": {"names": ["n", "gone"]}}, 2, 1),
        ({"type": "not_null", "columns": ["name"]}, 100, 10),
        ({"type": "not_null", "columns": ["name", "n"]}, 100, 10),
        ({"type": "unique", "columns": ["n"]}, 100, 0),
        ({"type": "unique", "columns": ["at_time", "tenth"]}, 100, 97),
        ({"type": "no_duplicate_rows"}, 100, 0),
        ({"type": "in_set", "columns": ["at_time"], "arguments": {"values": ["09:30"]}}, 100, 50),
        ({"type": "in_set", "columns": ["n"], "arguments": {"values": [1, 2, 3]}}, 100, 97),
        ({"type": "between", "columns": ["n"], "arguments": {"min": 10, "max": 89}}, 100, 20),
        ({"type": "between", "columns": ["day"], "arguments": {"max": "2024-01-10"}}, 100, 90),
        ({"type": "not_negative", "columns": ["n"]}, 100, 0),
        ({"type": "not_in_future", "columns": ["day"], "arguments": {"as_of": "2024-03-01"}}, 100, 39),
        ({"type": "whole", "columns": ["quarters"]}, 100, 75),
        ({"type": "clock_time", "columns": ["at_time"]}, 100, 50),
        ({"type": "clock_time", "columns": ["n"]}, 100, 40),
        ({"type": "length", "columns": ["name"], "arguments": {"min": 3}}, 90, 10),
        ({"type": "matches", "columns": ["name"], "arguments": {"regex": "^k[1-9]"}}, 90, 1),
        ({"type": "not_blank", "columns": ["name"], "arguments": {"placeholders": ["k1"]}}, 90, 1),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else None,
)
def test_every_type_of_rule_counts_the_rows_that_break_it(table: Make, rule: dict[str, Any], checked: int, failing: int) -> None:
    (found,) = asked(table(ROWS), rule)
    assert (found.checked, found.failing, found.passed) == (checked, failing, failing == 0)
    assert found.origin == "request"


@pytest.mark.parametrize(
    ("rule", "detail"),
    [
        ({"type": "not_null", "columns": ["nam"]}, "no column `nam` in things; did you mean `name`?"),
        ({"type": "between", "columns": ["n"]}, "`between` needs `min` or `max`."),
        ({"type": "between", "columns": ["name"], "arguments": {"min": 1}}, "cannot be asked of `name`"),
        ({"type": "between", "columns": ["n"], "arguments": {"min": "low"}}, "must be given numbers"),
        ({"type": "between", "columns": ["day"], "arguments": {"min": "soon"}}, "ISO 8601"),
        ({"type": "between", "columns": ["day"], "arguments": {"min": "2024-02-30"}}, "`2024-02-30` is no DATE, which `day` holds."),
        ({"type": "in_set", "columns": ["name"], "arguments": {"values": ["k1", None]}}, "must be given texts"),
        ({"type": "in_set", "columns": ["n"], "arguments": {"values": []}}, "a list of 1 to"),
        ({"type": "in_set", "columns": ["n"]}, "needs the argument `values`"),
        ({"type": "matches", "columns": ["name"], "arguments": {"regex": "(?=a)"}}, "no regular expression for RE2"),
        ({"type": "matches", "columns": ["name"], "arguments": {"regex": "("}}, "no regular expression for RE2"),
        ({"type": "unique", "columns": []}, "one or more columns"),
        ({"type": "unique", "columns": ["n", "n"]}, "names a column twice"),
        ({"type": "not_blank", "columns": ["name", "n"]}, "takes one column, not 2"),
        ({"type": "row_count", "columns": ["n"], "arguments": {"min": 1}}, "takes no columns"),
        ({"type": "not_null", "columns": ["n"], "arguments": {"min": 1}}, "has no argument `min`"),
        ({"type": "length", "columns": ["name"], "arguments": {"min": "x"}}, "takes whole numbers"),
    ],
)
def test_a_wrong_rule_is_refused_with_what_is_wrong(table: Make, rule: dict[str, Any], detail: str) -> None:
    with pytest.raises(errors.VoyantError) as caught:
        asked(table(ROWS), {"type": "row_count", "arguments": {"min": 1}}, rule)
    (flaw,) = caught.value.errors
    assert flaw.pointer == "/params/quality/rules/1"
    assert detail in flaw.detail


def test_an_unknown_column_has_its_own_code(table: Make) -> None:
    with pytest.raises(errors.VoyantError) as caught:
        asked(table(ROWS), {"type": "not_null", "columns": ["nam"]})
    assert caught.value.code == errors.UNKNOWN_COLUMN


def test_quotes_in_values_are_values(table: Make) -> None:
    (found,) = asked(table(ROWS), {"type": "in_set", "columns": ["name"], "arguments": {"values": ["k1') OR true --", "k2"]}})
    assert found.failing == 89
