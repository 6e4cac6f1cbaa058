"""The narrative: what a manager should know about the table, ranked, every number with its evidence."""

from __future__ import annotations

from collections.abc import Mapping

from voyant_core.canonical import dumps
from voyant_core.model.artifact import ArtifactKind
from voyant_core.model.narrative import Narrative
from voyant_core.stage import Output, Stage, StageContext, StageResult

JSON_FILE, TEXT_FILE = "narrative.json", "narrative.md"


def run(context: StageContext) -> StageResult:
    from voyant_assets.analysis.narrative.compose import narrate
    from voyant_assets.analysis.narrative.markdown import to_markdown
    from voyant_assets.analysis.narrative.material import Material
    from voyant_assets.analysis.narrative.titles import humanized

    results = context.results
    material = Material(
        table=context.table,
        title=humanized(context.found.title),
        profile=results["profile"],
        quality=results.get("quality"),
        kpis=results.get("kpi"),
        charts=results.get("charts"),
    )
    narrative = narrate(material)
    text = to_markdown(narrative)
    outputs = (
        Output(JSON_FILE, ArtifactKind.NARRATIVE, "application/json", dumps(narrative)),
        Output(TEXT_FILE, ArtifactKind.NARRATIVE, "text/markdown", text.encode()),
    )
    severe = sum(found.severity == "high" for found in narrative.findings)
    return StageResult(
        model=narrative, outputs=outputs, metadata={"findings": len(narrative.findings), "severe_findings": severe}, preview=text
    )


def load(files: Mapping[str, bytes]) -> Narrative:
    return Narrative.model_validate_json(files[JSON_FILE])


STAGE = Stage(
    name="narrative",
    title="Narrative",
    description="Three to seven findings in sentences, ranked; each number points at its evidence.",
    run=run,
    load=load,
    code_version="2",
    needs=("ingest", "profile"),
    wants=("quality", "kpi", "charts"),
    produces=(ArtifactKind.NARRATIVE,),
    required=True,
    kind="markdown",
)
