"""Quality: rules suggested from the profile or given by the caller, and how many rows break each. A failing rule fails no stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from voyant_core.canonical import dumps
from voyant_core.model.artifact import ArtifactKind
from voyant_core.model.quality import Dimension, QualityReport, Severity
from voyant_core.stage import Output, Stage, StageContext, StageResult

FILE = "quality.json"
RuleType = Literal[
    "row_count", "columns", "not_null", "unique", "no_duplicate_rows", "in_set", "between", "not_negative", "not_in_future", "whole",
    "clock_time", "length", "matches", "not_blank",
]  # fmt: skip


class RequestedRule(BaseModel):
    """A rule of the caller. `arguments` by type: see `voyant_core.model.quality.Rule`; `between` {min, max}, `in_set` {values} ..."""

    model_config = ConfigDict(extra="forbid")

    type: RuleType
    columns: list[str] = Field(default=[], max_length=50)
    arguments: dict[str, Any] = {}
    at_least: float = Field(default=1.0, ge=0, le=1, description="Share of the checked rows that must pass.")
    severity: Severity = "medium"
    description: str | None = Field(default=None, max_length=500)
    why: str = Field(default="", max_length=1000)


class QualityParameters(BaseModel):
    """Parameters of the stage. Rules given take the place of suggested ones of the same type and columns."""

    model_config = ConfigDict(extra="forbid")

    rules: list[RequestedRule] = Field(default=[], max_length=500)
    suggest: bool = Field(default=True, description="Suggest rules from the profile beside those given.")


def run(context: StageContext) -> StageResult:
    from voyant_assets.analysis.quality import evaluate, report, request, suggest
    from voyant_assets.analysis.quality.preview import preview
    from voyant_assets.analysis.quality.rules import Suggestion

    profile = context.results["profile"]
    parameters: QualityParameters = context.parameters or QualityParameters()
    given = request.rules([rule.model_dump() for rule in parameters.rules], profile, context.engine.rows)
    suggested: list[Suggestion] = []
    if parameters.suggest:
        values = evaluate.value_counts(suggest.spelling_columns(profile), context.view, context.engine.rows)
        suggested = suggest.suggest(profile, values, context.found.read.null_tokens)
    chosen = {suggestion.rule.id: suggestion for suggestion in suggested} | {rule.id: Suggestion(rule) for rule in given}
    results = evaluate.evaluate(list(chosen.values()), profile, context.view, context.engine.rows)
    data = dumps(report.report(context.table, profile.rows, results))
    # what later stages cite is what stands in the artifact, rounding included
    quality = load({FILE: data})
    failed = [rule for rule in quality.rules if not rule.passed]
    return StageResult(
        model=quality,
        outputs=(Output(FILE, ArtifactKind.QUALITY, "application/json", data),),
        metadata={
            "quality_score": round(quality.score, 4),
            "rules": len(quality.rules),
            "failed_rules": len(failed),
            "failed_rules_high": sum(rule.severity == "high" for rule in failed),
        },
        preview=preview(quality),
        checks=report.outcomes(quality),
    )


def load(files: Mapping[str, bytes]) -> QualityReport:
    return QualityReport.model_validate_json(files[FILE])


STAGE = Stage(
    name="quality",
    title="Quality",
    description="Rules on schema, completeness, uniqueness, validity, range and form, each with the rows that break it.",
    run=run,
    load=load,
    code_version="3",
    needs=("ingest", "profile"),
    produces=(ArtifactKind.QUALITY,),
    parameters=QualityParameters,
    checks=tuple(dimension.value for dimension in Dimension),
)
