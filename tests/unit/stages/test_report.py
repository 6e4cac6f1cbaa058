"""The report stage: a page whenever profile and narrative exist."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from text_stage_context import artifact, context, ended, skewed_profile

from voyant_assets import catalogue as catalogue_module
from voyant_assets.catalogue import Catalogue
from voyant_assets.stages import narrative
from voyant_assets.stages.report import STAGE
from voyant_core.model.job import StageState
from voyant_core.stage import StageContext


@pytest.fixture(autouse=True)
def two_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_module, "catalogue", lambda: Catalogue.of([narrative.STAGE, STAGE]))


def results() -> dict[str, Any]:
    profile = skewed_profile()
    return {"profile": profile, "narrative": narrative.STAGE.run(context({"profile": profile})).model}


def page_of(made: StageContext) -> str:
    (output,) = STAGE.run(made).outputs
    assert (output.file, output.media_type) == ("report.html", "text/html")
    return output.data.decode()


def progress(**states: StageState) -> tuple[Any, ...]:
    known: Mapping[str, StageState] = {"ingest": StageState.SUCCEEDED, "profile": StageState.SUCCEEDED, "narrative": StageState.SUCCEEDED}
    return tuple(ended(name, state, "VYNT-7002", "no measure") for name, state in {**known, **states}.items())


def test_a_page_is_made_from_profile_and_narrative_alone():
    page = page_of(context(results(), progress()))
    assert "strongly skewed" in page
    assert page.count("This stage was not part of the request.") == 3


def test_a_failed_stage_is_told():
    page = page_of(context(results(), progress(charts=StageState.FAILED, kpi=StageState.SKIPPED)))
    assert re.search(r"<b>Failed</b> <code>VYNT-7002</code> no measure", page)
    assert "1 failed, 1 skipped" in page


def test_the_page_names_hashes_and_versions_but_no_id_and_no_path():
    page = page_of(context(results(), progress(), (artifact("profile.json"),)))
    assert "a" * 64 in page
    assert "c" * 64 in page
    assert f"narrative <code>{narrative.STAGE.code_version}</code>" in page
    assert "DuckDB 2.0.0" in page
    assert not re.search(r"771001|/home/|acme", page)


def test_two_builds_are_the_same_bytes():
    first, second = (page_of(context(results(), progress(), (artifact("profile.json"),))) for _ in range(2))
    assert first == second


def test_the_page_can_be_read_back_as_nothing():
    assert STAGE.load({"report.html": b"<!doctype html>"}) is None
