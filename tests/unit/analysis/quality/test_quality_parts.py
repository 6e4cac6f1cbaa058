"""Spellings, fences, shapes, wording, scores and verdicts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voyant_assets.analysis.quality.patterns import shape_regex
from voyant_assets.analysis.quality.preview import preview
from voyant_assets.analysis.quality.ranges import fences
from voyant_assets.analysis.quality.report import outcomes, report
from voyant_assets.analysis.quality.rules import rule
from voyant_assets.analysis.quality.spelling import odd_spellings
from voyant_assets.analysis.wording.markdown import code
from voyant_core.model.profile import ColumnProfile, Quantiles
from voyant_core.model.quality import RuleResult, Severity


def result(kind: str, column: str, failing: int, severity: Severity = "medium", at_least: float = 1.0) -> RuleResult:
    made = rule(kind, [column], severity=severity, at_least=at_least)
    share = 1 - failing / 100
    return RuleResult(**made.model_dump(), checked=100, failing=failing, share=share, passed=share >= at_least)


@pytest.mark.parametrize(
    ("counts", "odd"),
    [
        ([("Male", 90), ("male", 3), ("Female", 80)], {"male"}),
        ([("New York", 50), ("New York ", 48)], {"New York "}),
        ([("New York", 1), ("New York ", 48)], {"New York "}),
        ([("semi-detached", 50), ("semi detached", 2)], {"semi detached"}),
        ([("etc", 40), ("etc.", 1)], {"etc."}),
        ([("CO", 50), ("Co", 48)], set()),
        ([("a", 5), ("b", 5)], set()),
    ],
)
def test_odd_spellings_are_the_rare_or_padded_ones(counts: list[tuple[str, int]], odd: set[str]) -> None:
    assert odd_spellings(counts) == odd


@given(st.lists(st.tuples(st.text(max_size=6), st.integers(1, 1000)), unique_by=lambda pair: pair[0]))
def test_at_least_one_spelling_of_every_word_is_right(counts: list[tuple[str, int]]) -> None:
    odd = odd_spellings(counts)
    kept = {value for value, _ in counts} - odd
    assert bool(kept) == bool(counts)


@pytest.mark.parametrize(
    ("shape", "fitting", "other"), [("A99999", "N14228", "N1422"), ("9.9-aa", "1.2-xy", "1x2-xy"), ("A(9)", "É(7)", "É(77)")]
)
def test_a_shape_becomes_an_expression_that_only_it_meets(shape: str, fitting: str, other: str) -> None:
    python = shape_regex(shape).replace(r"\p{Lu}", "[A-ZÉ]").replace(r"\p{Ll}", "[a-z]").replace(r"\p{Nd}", r"\d")
    assert re.search(python, fitting)
    assert not re.search(python, other)


def measure(p01: float, p25: float, p50: float, p75: float, p99: float, negatives: int = 0) -> ColumnProfile:
    quantiles = Quantiles(p01=p01, p05=p01, p25=p25, p50=p50, p75=p75, p95=p99, p99=p99)
    return ColumnProfile(
        name="x", position=0, type="DOUBLE", kind="number", count=1000, nulls=0, null_share=0, distinct=500, negatives=negatives,
        quantiles=quantiles, role="measure", semantic_type="number", default_aggregation="mean",
    )  # fmt: skip


def test_fences_stand_far_outside_and_give_a_long_tail_its_room() -> None:
    assert fences(measure(-12, -5, -2, 11, 191, negatives=500)) == (-85, 770)
    low, high = fences(measure(10, 20, 25, 30, 40)) or (None, None)
    assert (low, high) == (0, 85)
    assert fences(measure(1, 1, 1, 1, 1)) is None


@given(st.lists(st.floats(-1e12, 1e12), min_size=5, max_size=5).map(sorted))
def test_fences_enclose_the_quantiles(values: list[float]) -> None:
    bounds = fences(measure(*values, negatives=sum(value < 0 for value in values)))
    assert bounds is None or (bounds[0] <= values[0] and bounds[1] >= values[4])


def test_rules_are_worded_for_people() -> None:
    described = {
        rule("not_null", ["arr_delay"]).description,
        rule("not_null", ["a", "b"], at_least=0.5).description,
        rule("between", ["age"], arguments={"min": 0, "max": 130}).description,
        rule("between", ["price"], arguments={"min": 1000}).description,
        rule("unique", ["country", "year"]).description,
        rule("in_set", ["sex"], arguments={"values": ["m", "f"]}).description,
    }
    assert described == {
        "arr_delay is filled",
        "a and b are filled in at least 50% of the rows",
        "age is between 0 and 130",
        "price is at least 1,000",
        "country and year together are unique",
        "sex is one of m, f",
    }


def test_scores_are_passing_shares_weighted_by_severity() -> None:
    quality = report("t", 100, [result("not_null", "a", 0, "high"), result("not_null", "b", 40, "low"), result("whole", "c", 10)])
    # (3 * 1 + 1 * 0.6) / 4, 0.9, and (3 * 1 + 1 * 0.6 + 2 * 0.9) / 6
    assert quality.dimensions["completeness"].score == pytest.approx(90)  # pyright: ignore[reportArgumentType]
    assert quality.dimensions["validity"].score == pytest.approx(90)  # pyright: ignore[reportArgumentType]
    assert quality.score == pytest.approx(90)


def test_failing_rules_come_first_then_the_grave_ones() -> None:
    quality = report("t", 100, [result("whole", "c", 0, "high"), result("not_null", "b", 1, "low"), result("not_null", "a", 1, "high")])
    assert [found.id for found in quality.rules] == ["not_null:a", "not_null:b", "whole:c"]


@pytest.mark.parametrize(("severity", "shown"), [("high", "ERROR"), ("medium", "WARN"), ("low", "WARN")])
def test_only_a_grave_failure_is_an_error(severity: Severity, shown: str) -> None:
    (outcome,) = outcomes(report("t", 100, [result("not_null", "a", 5, severity), result("not_null", "b", 0, "high")]))
    assert (outcome.name, outcome.passed, outcome.severity) == ("completeness", False, shown)
    assert outcome.metadata["failed"] == 1
    assert "`a is filled`, broken by 5 of 100" in outcome.metadata["failing"]


def test_a_dimension_without_rules_has_no_verdict() -> None:
    assert [outcome.name for outcome in outcomes(report("t", 1, [result("whole", "a", 0)]))] == ["validity"]


def test_names_cannot_leave_their_code_span() -> None:
    assert code("a`|\n<script>") == "`a'¦ <script>`"
    shown = preview(report("t", 100, [result("not_null", "x`\n| y <img>", 3)]))
    assert "`x' ¦ y <img> is filled`" in shown
