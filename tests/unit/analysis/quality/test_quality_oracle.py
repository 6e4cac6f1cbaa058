"""Rules against plain Python over generated tables: rows checked, rows that break the rule, verdict, score. Gaps, NaN, infinities, negative
zeros, blanks of every kind, equal rows, dates at the limits.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from resources.duckdb.engine import DuckDBEngine
from voyant_assets.analysis.meaning.interpret import interpret
from voyant_assets.analysis.profile.table import profile_table
from voyant_assets.analysis.quality import request
from voyant_assets.analysis.quality.evaluate import evaluate
from voyant_assets.analysis.quality.report import WEIGHT, report
from voyant_assets.analysis.quality.rules import Suggestion
from voyant_assets.analysis.quality.suggest import suggest
from voyant_assets.stages.quality import QualityParameters
from voyant_core.canonical import dumps
from voyant_core.model.profile import TableProfile
from voyant_core.model.quality import RuleResult

TABLE = {"x": "DOUBLE", "n": "BIGINT", "s": "VARCHAR", "d": "DATE", "t": "TIMESTAMP"}
BLANKS = " \t\n\v\f\r\u00a0"
CLOCK = re.compile(r"([01]?\d|2[0-3]):?[0-5]\d(:?[0-5]\d(\.\d+)?)?", re.ASCII)

third = 1 / 3
reals = st.sampled_from([None, 0.0, -0.0, 1.0, 2.5, -7.0, third, 2 * third, 0.1, 1e300, math.nan, math.inf, -math.inf, 1745.0, 2400.0])
wholes = st.sampled_from([None, 0, 1, -1, 7, 930, 1260, 2359, 2**53 + 1, -(2**63)])
texts = st.sampled_from(
    [None, "", " ", "\t\u00a0", "N/A", " n/a ", "\tN/A", "a", "A", "ab", "a'b", "1", "12", "9:30", "24:00", "0930", "é", "a\0b", "None"]
)
days = st.sampled_from([None, *map(dt.date.fromisoformat, ("0001-01-01", "1969-12-31", "2024-02-29", "2024-03-01", "9999-12-31"))])
moments = st.sampled_from([None, *map(dt.datetime.fromisoformat, ("1969-12-31T23:59:59.999999", "2024-02-29", "2024-02-29T00:00:01"))])
tables = st.lists(st.tuples(reals, wholes, texts, days, moments), max_size=14)

Row = tuple[Any, ...]
Rule = dict[str, Any]


def bounds(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    both = st.fixed_dictionaries({}, optional={"min": values, "max": values})
    return both.filter(lambda found: any(value is not None for value in found.values()))


NOTHING = st.just(dict[str, Any]())


def of(kind: str, columns: Sequence[str], arguments: st.SearchStrategy[dict[str, Any]] = NOTHING) -> st.SearchStrategy[Rule]:
    given_columns = st.sampled_from(list(columns)).map(lambda name: [name])
    return st.fixed_dictionaries({"type": st.just(kind), "columns": given_columns, "arguments": arguments})


some = st.lists(st.sampled_from(list(TABLE)), min_size=1, max_size=3, unique=True)
iso_days = st.sampled_from(["0001-01-01", "2024-02-29", "2024-03-01", "9999-12-31"])
kinds = st.one_of(
    st.fixed_dictionaries({"type": st.sampled_from(["not_null", "unique"]), "columns": some}),
    st.just({"type": "no_duplicate_rows"}),
    of("between", ["x"], bounds(reals.filter(lambda v: v is None or math.isfinite(v)))),
    of("between", ["n"], bounds(wholes)),
    of("between", ["d", "t"], bounds(iso_days)),
    of("not_in_future", ["d", "t"], st.fixed_dictionaries({"as_of": iso_days})),
    of("not_negative", ["x", "n"]),
    of("whole", ["x", "n"]),
    of("clock_time", ["x", "n", "s"]),
    of("in_set", ["s"], st.fixed_dictionaries({"values": st.lists(texts.filter(bool) | st.sampled_from([1, 12]), min_size=1, max_size=4)})),
    of("in_set", ["n"], st.fixed_dictionaries({"values": st.lists(wholes.filter(lambda v: v is not None), min_size=1, max_size=4)})),
    of("in_set", ["d"], st.fixed_dictionaries({"values": st.lists(iso_days, min_size=1, max_size=3)})),
    of("length", ["s"], bounds(st.integers(0, 4))),
    of("matches", ["s"], st.fixed_dictionaries({"regex": st.sampled_from(["^a", "b", "[0-9]", "'"])})),
    of("not_blank", ["s"], st.fixed_dictionaries({}, optional={"placeholders": st.lists(texts.filter(bool), min_size=1, max_size=3)})),
)
rules = st.tuples(kinds, st.integers(0, 100), st.sampled_from(["high", "medium", "low"])).map(
    lambda parts: {**parts[0], "at_least": parts[1] / 100, "severity": parts[2]}
)


def equal(value: Any) -> Any:
    """What stands for a value where equal values are counted: every NaN is the same one."""
    return "nan" if isinstance(value, float) and math.isnan(value) else value


def moment(value: Any) -> dt.datetime:
    return value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(str(value))


def breaks(kind: str, value: Any, arguments: dict[str, Any]) -> bool:
    """Does a filled value break a rule of one column?"""
    match kind:
        case "between" | "not_in_future" if isinstance(value, dt.date):
            low, high = arguments.get("min"), arguments.get("max", arguments.get("as_of"))
            return not ((low is None or moment(value) >= moment(low)) and (high is None or moment(value) <= moment(high)))
        case "between" | "length":
            low, high = arguments.get("min"), arguments.get("max")
            measured = len(value) if kind == "length" else value
            return not ((low is None or measured >= low) and (high is None or measured <= high))
        case "not_negative":
            return value < 0
        case "whole":
            return not (math.isfinite(value) and value == math.floor(value))
        case "clock_time" if isinstance(value, str):
            return CLOCK.fullmatch(value) is None
        case "clock_time":
            return not (0 <= value <= 2359 and value % 100 < 60 and value == math.floor(value))
        case "in_set" if isinstance(value, int):
            return value not in arguments["values"]
        case "in_set":
            return str(value) not in map(str, arguments["values"])
        case "matches":
            return re.search(re.sub(r"\$$", r"\\Z", arguments["regex"]), value) is None
        case _:
            words = {word.strip(BLANKS).lower() for word in arguments.get("placeholders", [])}
            return not value.strip(BLANKS) or value.strip(BLANKS).lower() in words


def expected(rule: Rule, rows: Sequence[Row]) -> tuple[int, int]:
    """Rows checked, and rows that break the rule."""
    kind, places = rule["type"], [list(TABLE).index(name) for name in rule.get("columns", [])]
    picked = [tuple(row[place] for place in places) for row in rows]
    if kind == "not_null":
        return len(rows), sum(None in values for values in picked)
    if kind == "no_duplicate_rows":
        return len(rows), len(rows) - len({tuple(map(equal, row)) for row in rows})
    filled = [values for values in picked if None not in values]
    if kind == "unique":
        return len(filled), len(filled) - len({tuple(map(equal, values)) for values in filled})
    return len(filled), sum(breaks(kind, values[0], rule.get("arguments", {})) for values in filled)


def written(engine: DuckDBEngine, rows: Sequence[Row]) -> TableProfile:
    """The rows as a table, and its profile as the stage reads it: with the figures of the artifact, rounding included."""
    columns = ", ".join(f"{name} {kind}" for name, kind in TABLE.items())
    engine.rows(f"CREATE OR REPLACE TABLE drawn ({columns})")
    if rows:
        engine.connect().executemany("INSERT INTO drawn VALUES (?, ?, ?, ?, ?)", [list(row) for row in rows])
    return TableProfile.model_validate_json(dumps(profile_table(engine, "drawn", "drawn", interpret)))


def asked(engine: DuckDBEngine, profile: TableProfile, given_rules: Sequence[Rule]) -> list[RuleResult]:
    parameters = QualityParameters.model_validate({"rules": list(given_rules)})
    made = request.rules([rule.model_dump() for rule in parameters.rules], profile, engine.rows)
    return evaluate([Suggestion(rule) for rule in made], profile, "drawn", engine.rows)


@settings(max_examples=12)
@example([(math.nan, 1, "N/A", None, None), (1.0, 1, "b", None, None)], [{"type": "unique", "columns": ["x"], "at_least": 1.0}])
@example(
    [(1.0, value, "b", None, None) for value in range(10)],
    [{"type": "between", "columns": ["n"], "arguments": {"max": 0}, "at_least": 0.1}],
)
@example(
    [(1.0, 1, None, None, None), (0.99999999999, 2, None, None, None)], [{"type": "between", "columns": ["x"], "arguments": {"min": 1}}]
)
@example([(1.0, 1, "N/A", None, None)], [{"type": "not_blank", "columns": ["s"], "arguments": {"placeholders": ["N/A"]}}])
@given(tables, st.lists(rules, min_size=4, max_size=16))
def test_every_rule_counts_and_judges_as_plain_python_does(engine: DuckDBEngine, rows: list[Row], given_rules: list[Rule]) -> None:
    results = asked(engine, written(engine, rows), given_rules)
    by_id: dict[str, RuleResult] = {}
    for rule, found in zip(given_rules, results, strict=True):
        checked, failing = expected(rule, rows)
        assert (found.checked, found.failing) == (checked, failing), rule
        passing = Fraction(checked - failing, checked) if checked else Fraction(1)
        assert found.passed is (passing >= Fraction(round(100 * rule.get("at_least", 1.0)), 100)), rule
        assert abs(Fraction(found.share) - passing) < Fraction(1, 10**15)
        assert len(found.examples) <= 3
        by_id[found.id] = found
    _check_scores(list(by_id.values()))


def _check_scores(results: list[RuleResult]) -> None:
    quality = report("drawn", 0, results)
    for found, chosen in [(quality.score, results)] + [
        (scored.score, [r for r in results if r.dimension is dimension]) for dimension, scored in quality.dimensions.items()
    ]:
        weight = sum(WEIGHT[r.severity] for r in chosen)
        shares = sum(
            (WEIGHT[r.severity] * Fraction(r.checked - r.failing, r.checked or 1) if r.checked else WEIGHT[r.severity]) for r in chosen
        )
        assert abs(Fraction(found) - 100 * Fraction(shares) / weight) < Fraction(1, 10**9)
    assert Counter(r.passed for r in results)[False] == sum(scored.failed for scored in quality.dimensions.values())


@settings(max_examples=12)
@given(tables, st.integers(1, 40))
def test_every_suggested_rule_counts_as_plain_python_does(engine: DuckDBEngine, rows: list[Row], times: int) -> None:
    rows = rows * times
    profile = written(engine, rows)
    for found in evaluate(suggest(profile), profile, "drawn", engine.rows):
        if found.type == "row_count":
            assert found.passed is bool(rows)
        elif found.type == "columns":
            assert (found.checked, found.failing) == (len(TABLE), 0)
        else:
            assert (found.checked, found.failing) == expected(found.model_dump(), rows), found
