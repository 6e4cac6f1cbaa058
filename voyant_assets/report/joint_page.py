"""The report over several tables: an index that leads to each table's own page, how the tables hang together, and the joint figures."""

from __future__ import annotations

from markupsafe import Markup

from voyant_assets.analysis.narrative.evidence import Evidence
from voyant_assets.analysis.wording import numbers
from voyant_assets.report.joint_inputs import JointInputs
from voyant_assets.report.markup import rich, without_controls
from voyant_assets.report.page import frame
from voyant_assets.report.views.entities import diagram
from voyant_assets.report.views.joint import findings_view, references_view, stages_view, tables_view, verdicts
from voyant_assets.report.views.key_figures import figures_of
from voyant_assets.report.views.masthead import Masthead
from voyant_core.canonical import content_digest
from voyant_core.keys import JOINT
from voyant_core.model.artifact import ArtifactKind


def render(inputs: JointInputs) -> bytes:
    """The page, UTF-8."""
    made = frame()
    findings, more = findings_view(inputs)
    known = [name for table in inputs.tables if table.profile is not None for name in table.profile.columns]
    listed = [artifact for artifact in inputs.artifacts if artifact.kind is not ArtifactKind.REPORT]
    profiles = [table.profile for table in inputs.tables if table.profile is not None]
    deck = f"{len(inputs.tables)} tables, {numbers.integer(sum(profile.rows for profile in profiles))} rows in all."
    html = made.joint.render(
        css=made.css,
        script=made.script,
        script_hash=made.script_hash,
        table=JOINT,
        source=inputs.source,
        title=inputs.narrative.title,
        summary=rich(inputs.narrative.summary),
        head=Masthead(Markup.escape(deck), deck, verdicts(inputs), facts=[]),
        findings=findings,
        more_findings=more,
        tables=tables_view(inputs),
        references=references_view(inputs),
        diagram=diagram(inputs),
        key_figures=figures_of(inputs.kpis, Evidence(f"{JOINT}/kpis.json", inputs.kpis), known) if inputs.kpis is not None else None,
        stages=stages_view(inputs),
        engine=inputs.engine,
        digest=content_digest((artifact.name, artifact.sha256) for artifact in listed),
        n_files=len(listed),
    )
    return without_controls(html).encode()
