"""The report over several tables: one page that needs no network and leads to the page of each table."""

from __future__ import annotations

from voyant_assets.stages.report import FILE, engine_name, load
from voyant_core.joint_stage import JointContext, JointStage, JointTable
from voyant_core.model.artifact import Artifact, ArtifactKind
from voyant_core.stage import Output, StageResult


def run(context: JointContext) -> StageResult:
    from voyant_assets.report.joint_inputs import JointInputs, TableInputs
    from voyant_assets.report.joint_page import render

    def of(table: JointTable) -> TableInputs:
        return TableInputs(
            label=table.label,
            title=table.title,
            profile=table.results.get("profile"),
            quality=table.results.get("quality"),
            narrative=table.results.get("narrative"),
            has_report=any(artifact.kind is ArtifactKind.REPORT for artifact in table.artifacts),
            progress=table.progress,
        )

    page = render(
        JointInputs(
            source=context.source_title,
            narrative=context.results["narrative"],
            tables=tuple(of(table) for table in context.tables),
            relationships=context.results.get("relationships"),
            kpis=context.results.get("kpi"),
            progress=context.progress,
            artifacts=_artifacts(context),
            engine=engine_name(context.engine),
        )
    )
    return StageResult(model=None, outputs=(Output(FILE, ArtifactKind.REPORT, "text/html", page),), metadata={"size_bytes": len(page)})


def _artifacts(context: JointContext) -> tuple[Artifact, ...]:
    return tuple(sorted([*context.artifacts, *(a for table in context.tables for a in table.artifacts)], key=lambda a: a.name))


STAGE = JointStage(
    name="report",
    title="Report over several tables",
    description="One HTML page: the tables with their quality and findings, how they refer to each other, the joint figures.",
    run=run,
    load=load,
    code_version="1",
    needs=("narrative",),
    wants=("relationships", "kpi"),
    reads=("profile", "quality", "narrative", "report"),
    produces=(ArtifactKind.REPORT,),
    required=True,
    kind="html",
)
