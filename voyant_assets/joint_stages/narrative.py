"""The narrative over several tables: how they hang together, and what refers to nothing. Each table has its own besides."""

from __future__ import annotations

from voyant_assets.stages.narrative import JSON_FILE, TEXT_FILE, load
from voyant_core.canonical import dumps
from voyant_core.joint_stage import JointContext, JointStage
from voyant_core.model.artifact import ArtifactKind
from voyant_core.stage import Output, StageResult


def run(context: JointContext) -> StageResult:
    from voyant_assets.analysis.narrative.markdown import to_markdown
    from voyant_assets.analysis.narrative.titles import humanized
    from voyant_assets.analysis.relationships.narrate import narrate

    ingested = [table.label for table in context.ingested]
    missing = [table.label for table in context.tables if table.snapshot is None]
    narrative = narrate(humanized(context.source_title), ingested, missing, context.results.get("relationships"))
    text = to_markdown(narrative)
    return StageResult(
        model=narrative,
        outputs=(
            Output(JSON_FILE, ArtifactKind.NARRATIVE, "application/json", dumps(narrative)),
            Output(TEXT_FILE, ArtifactKind.NARRATIVE, "text/markdown", text.encode()),
        ),
        metadata={"findings": len(narrative.findings)},
        preview=text,
    )


STAGE = JointStage(
    name="narrative",
    title="Narrative over several tables",
    description="How the tables hang together, in sentences; each number points at its evidence.",
    run=run,
    load=load,
    code_version="1",
    wants=("relationships", "kpi"),
    produces=(ArtifactKind.NARRATIVE,),
    required=True,
    kind="markdown",
)
