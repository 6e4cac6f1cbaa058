"""Relationships: which column of one table refers to the key of another, with exact evidence."""

from __future__ import annotations

from collections.abc import Mapping

from voyant_core import errors
from voyant_core.canonical import dumps
from voyant_core.joint_stage import JointContext, JointStage
from voyant_core.model.artifact import ArtifactKind
from voyant_core.model.relationship import RelationshipReport
from voyant_core.stage import CheckOutcome, Output, StageResult, StageSkipped

FILE = "relationships.json"
CHECK = "references"


def run(context: JointContext) -> StageResult:
    """Raises `StageSkipped` where fewer than two tables were profiled."""
    from voyant_assets.analysis.relationships.compare import find_relationships
    from voyant_assets.analysis.wording.markdown import code

    profiles = {table.label: table.results["profile"] for table in context.ingested if "profile" in table.results}
    if len(profiles) < 2:
        raise StageSkipped(errors.TOO_LITTLE_DATA, "fewer than two tables could be profiled")
    data = dumps(find_relationships(profiles, context.engine.rows))
    report = load({FILE: data})
    lines = [
        f"- {code(f'{r.child.table}.{r.child.column}')} → {code(f'{r.parent.table}.{r.parent.column}')} ({r.cardinality}), "
        f"{r.orphan_rows:,} orphans"
        for r in report.relationships
    ]
    return StageResult(
        model=report,
        outputs=(Output(FILE, ArtifactKind.RELATIONSHIPS, "application/json", data),),
        metadata={"relationships": len(report.relationships), "orphan_rows": sum(r.orphan_rows for r in report.relationships)},
        preview="\n".join(lines) or "No column of one table refers to a key of another.",
        checks=(_check(report),),
    )


def _check(report: RelationshipReport) -> CheckOutcome:
    broken = [found for found in report.relationships if found.orphan_rows]
    return CheckOutcome(
        CHECK,
        passed=not broken,
        severity="WARN",
        description=f"{len(broken)} of {len(report.relationships)} references have values that the table they refer to lacks.",
        metadata={"references": len(report.relationships), "orphan_rows": sum(found.orphan_rows for found in broken)},
    )


def load(files: Mapping[str, bytes]) -> RelationshipReport:
    return RelationshipReport.model_validate_json(files[FILE])


STAGE = JointStage(
    name="relationships",
    title="Every reference leads to a row",
    description="Which columns refer to keys of other tables, how many rows refer to nothing.",
    run=run,
    load=load,
    code_version="1",
    reads=("profile",),
    produces=(ArtifactKind.RELATIONSHIPS,),
    checks=(CHECK,),
)
