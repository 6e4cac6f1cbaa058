"""The profile as a stage."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import ValidationError

from resources.duckdb.engine import DuckDBEngine
from voyant_assets.stages.profile import STAGE, ProfileParameters, budget_of, load, metadata_of
from voyant_core.model.profile import TableProfile
from voyant_core.model.table import TableSnapshot
from voyant_core.settings import Engine, settings
from voyant_core.stage import StageContext, StageResult

ROWS = """SELECT DATE '2024-01-01' + (i % 40)::INTEGER AS day, (i * i) % 97 / 3.0 AS price, 'N' || (i % 7) AS seller,
    CASE WHEN i % 5 = 0 THEN NULL ELSE i % 11 END AS quantity, NULL AS nothing FROM range(200) rows(i)"""


@pytest.fixture(scope="module")
def result() -> StageResult:
    return run(ROWS)


def run(query: str, rows: int = 200, size_bytes: int = 5000, **parameters: object) -> StageResult:
    engine = DuckDBEngine(Engine(threads=2), Path(tempfile.mkdtemp()))
    engine.connect().execute(f'CREATE VIEW "my sales" AS {query}').fetchall()
    snapshot = SimpleNamespace(rows=rows, size_bytes=size_bytes)
    chosen = ProfileParameters.model_validate(parameters)
    context = SimpleNamespace(engine=engine, view="my sales", table="sales", snapshot=snapshot, parameters=chosen)
    try:
        return STAGE.run(cast(StageContext, cast(Any, context)))
    finally:
        engine.close()


def test_the_artifact_is_canonical_and_says_its_format(result: StageResult) -> None:
    (output,) = result.outputs
    document = json.loads(output.data)
    assert (output.file, output.kind, output.media_type) == ("profile.json", "profile", "application/json")
    assert (document["schema"], document["table"], document["rows"]) == ("voyant.profile/1", "sales", 200)
    assert document["columns"]["seller"]["patterns"] == [{"pattern": "A9", "count": 200, "share": 1.0}]


def test_the_model_is_what_stands_in_the_artifact_so_that_citations_agree(result: StageResult) -> None:
    assert result.model == load({"profile.json": result.outputs[0].data})
    mean = json.loads(result.outputs[0].data)["columns"]["price"]["mean"]
    assert result.model.columns["price"].mean == mean


def test_metadata_are_plain_numbers(result: StageResult) -> None:
    assert result.metadata == {
        "rows": 200,
        "columns": 5,
        "null_share": pytest.approx((0.2 + 1.0) / 5),
        "complete_rows": 0,
        "empty_columns": 1,
        "measures": 2,
        "duplicate_rows": 0,
    }


def test_duplicates_that_were_not_counted_are_not_reported_as_none(result: StageResult) -> None:
    profile = cast(TableProfile, result.model)
    uncounted = profile.model_copy(update={"duplicate_rows": profile.duplicate_rows.model_copy(update={"count": None})})
    assert "duplicate_rows" not in metadata_of(uncounted)


def test_the_preview_is_a_table_of_the_columns(result: StageResult) -> None:
    assert result.preview is not None
    assert result.preview.startswith("| Column |")
    assert "| seller | VARCHAR |" in result.preview


def test_two_runs_give_the_same_bytes(result: StageResult) -> None:
    assert run(ROWS).outputs[0].data == result.outputs[0].data


def test_a_table_without_rows_is_profiled() -> None:
    profile = run(f"{ROWS} LIMIT 0").model
    assert (profile.rows, profile.time, profile.entity, profile.correlations) == (0, None, None, [])
    assert metadata_of(profile)["null_share"] == 0.0


def test_the_stage_stands_on_ingest_and_must_succeed() -> None:
    assert (STAGE.name, STAGE.needs, STAGE.required) == ("profile", ("ingest",), True)


def test_a_table_beyond_the_budget_in_rows_or_bytes_is_sampled_unless_exact_figures_are_asked_for() -> None:
    many = "SELECT sqrt(i) AS x FROM range(60000) rows(i)"
    for limit in ({"exact_rows": 59_999}, {"exact_bytes": 900_000}):
        sampled = run(many, rows=60_000, size_bytes=1_000_000, sample_rows=5000, **limit)
        assert sampled.model.sampling.of_rows == 60_000
        assert sampled.metadata["sampled_rows"] == sampled.model.sampling.rows
        exact = run(many, rows=60_000, size_bytes=1_000_000, exact=True, **limit)
        assert exact.model.sampling is None
        assert exact.model.columns["x"].distinct == 60_000


def test_a_changed_setting_changes_the_parameters_and_with_them_what_may_be_reused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOYANT_PROFILE__EXACT_ROWS", "1000")
    settings.cache_clear()
    try:
        assert ProfileParameters().model_dump()["exact_rows"] == 1000
    finally:
        settings.cache_clear()


def test_the_budget_has_limits() -> None:
    for wrong in ({"sample_rows": 10}, {"exact_rows": -1}, {"salt": 2**40}, {"seconds": 3}):
        with pytest.raises(ValidationError):
            ProfileParameters.model_validate(wrong)
    plain = budget_of(ProfileParameters(), cast(TableSnapshot, cast(Any, SimpleNamespace(rows=10, size_bytes=10))))
    assert (plain.exact_rows, plain.sample_rows, plain.salt) == (20_000_000, 1_000_000, 0)
