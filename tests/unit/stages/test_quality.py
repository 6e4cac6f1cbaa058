"""Quality as a stage, on a real engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from resources.duckdb.engine import DuckDBEngine
from voyant_assets.analysis.meaning.interpret import interpret
from voyant_assets.analysis.profile.table import profile_table
from voyant_assets.stages.quality import STAGE, QualityParameters, load
from voyant_core import errors
from voyant_core.model.quality import Dimension
from voyant_core.settings import Engine
from voyant_core.stage import StageContext, StageResult

ROWS = """SELECT i AS order_id, CASE WHEN i % 20 = 0 THEN NULL ELSE i % 13 END AS quantity,
    CASE WHEN i = 4 THEN 'Red ' ELSE ['Red', 'Blue', 'Green'][1 + i % 3] END AS colour FROM range(400) rows(i)"""


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Any]:
    engine = DuckDBEngine(Engine(threads=2), tmp_path)
    engine.rows(f'CREATE VIEW "my sales" AS {ROWS}')
    yield SimpleNamespace(
        engine=engine,
        view="my sales",
        table="sales",
        parameters=None,
        found=SimpleNamespace(read=SimpleNamespace(null_tokens=[""])),
        results={"profile": profile_table(engine, "my sales", "sales", interpret)},
    )
    engine.close()


def run(context: Any) -> StageResult:
    return STAGE.run(cast(StageContext, context))


def test_the_artifact_is_what_later_stages_read(context: Any) -> None:
    result = run(context)
    (output,) = result.outputs
    document = json.loads(output.data)
    assert (output.file, output.kind, document["schema"], document["table"]) == ("quality.json", "quality", "voyant.quality/1", "sales")
    assert load({"quality.json": output.data}) == result.model
    assert {rule["id"] for rule in document["rules"] if not rule["passed"]} == {"in_set:colour", "not_null:quantity"}


def test_failing_rules_do_not_fail_the_stage_but_their_dimension(context: Any) -> None:
    outcomes = {outcome.name: outcome.passed for outcome in run(context).checks}
    assert (outcomes["schema"], outcomes["completeness"], outcomes["uniqueness"], outcomes["validity"]) == (True, False, True, False)


def test_every_verdict_is_declared_beforehand(context: Any) -> None:
    assert STAGE.checks == tuple(Dimension)
    assert {outcome.name for outcome in run(context).checks} <= set(STAGE.checks)


def test_metadata_are_numbers_worth_plotting(context: Any) -> None:
    metadata = run(context).metadata
    assert metadata["failed_rules"] == 2
    assert 90 < float(metadata["quality_score"]) < 100


def test_a_rule_of_the_caller_takes_the_place_of_a_suggested_one(context: Any) -> None:
    rules = [{"type": "not_null", "columns": ["quantity"], "at_least": 0.9, "severity": "high"}]
    context.parameters = QualityParameters.model_validate({"rules": rules})
    (found,) = [rule for rule in run(context).model.rules if rule.id == "not_null:quantity"]
    assert (found.origin, found.passed, found.severity) == ("request", True, "high")


def test_only_the_callers_rules_run_when_nothing_shall_be_suggested(context: Any) -> None:
    context.parameters = QualityParameters.model_validate({"suggest": False, "rules": [{"type": "unique", "columns": ["colour"]}]})
    (found,) = run(context).model.rules
    assert (found.id, found.failing) == ("unique:colour", 396)
    # 134 of red, 133 of green, 132 of blue: one of these has a blank behind
    assert found.examples == [{"colour": "Red"}, {"colour": "Green"}, {"colour": "Blue"}]


def test_a_wrong_rule_fails_with_its_place(context: Any) -> None:
    context.parameters = QualityParameters.model_validate({"rules": [{"type": "unique", "columns": ["color"]}]})
    with pytest.raises(errors.VoyantError, match="did you mean `colour`") as caught:
        run(context)
    assert caught.value.code == errors.UNKNOWN_COLUMN


def test_two_runs_give_the_same_bytes(context: Any) -> None:
    assert run(context).outputs[0].data == run(context).outputs[0].data


def test_the_preview_shows_the_score_and_what_fails(context: Any) -> None:
    preview = run(context).preview or ""
    assert "of 100" in preview
    assert "`quantity is filled`, broken by 20 of 400" in preview
