"""The narrative stage: two artifacts, a preview, and a model that can be read back."""

from text_stage_context import context, skewed_profile

from voyant_assets.stages.narrative import STAGE
from voyant_core.canonical import dumps
from voyant_core.stage import Output


def outputs_of() -> dict[str, Output]:
    return {output.file: output for output in STAGE.run(context({"profile": skewed_profile()})).outputs}


def test_it_needs_nothing_but_the_profile():
    result = STAGE.run(context({"profile": skewed_profile()}))
    assert [finding.kind for finding in result.model.findings] == ["skew"]
    assert result.metadata == {"findings": 1, "severe_findings": 0}
    assert set(STAGE.needs) == {"ingest", "profile"}


def test_the_stored_narrative_is_the_model():
    outputs = outputs_of()
    model = STAGE.load({name: output.data for name, output in outputs.items()})
    assert dumps(model) == outputs["narrative.json"].data
    assert model.title == "Flights of 2013"


def test_the_preview_is_the_half_page():
    preview = STAGE.run(context({"profile": skewed_profile()})).preview
    assert outputs_of()["narrative.md"].data.decode() == preview
    assert preview is not None
    assert preview.startswith("# Flights of 2013\n")


def test_the_same_models_give_the_same_bytes():
    assert outputs_of() == outputs_of()
