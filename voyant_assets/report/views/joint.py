"""The sections of the report over several tables."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from voyant_assets.analysis.wording import numbers
from voyant_assets.report.joint_inputs import JointInputs, TableInputs
from voyant_assets.report.markup import clipped, code, rich
from voyant_assets.report.values import bare
from voyant_assets.report.views.findings import FindingView
from voyant_assets.report.views.masthead import Verdict, score_text
from voyant_assets.report.views.stages import TOLD, StagesView, ToldStage
from voyant_core.keys import JOINT
from voyant_core.model.narrative import Finding

MOST_FINDINGS = 12
LARGEST_SHARE = 5  # findings of one table among them


@dataclass(frozen=True, slots=True)
class TableRow:
    label: str
    href: str
    rows: str
    columns: str
    score: str
    failing: str
    findings: str
    high: bool
    top: Markup
    trouble: str


@dataclass(frozen=True, slots=True)
class Reference:
    child: Markup
    parent: Markup
    cardinality: str
    share: str
    orphans: str
    has_orphans: bool
    examples: str
    basis: str


def verdicts(inputs: JointInputs) -> list[Verdict]:
    whole = sum(table.profile is not None for table in inputs.tables)
    found = [finding for _, finding in _all(inputs)]
    high = sum(finding.severity == "high" for finding in found)
    references = inputs.relationships.relationships if inputs.relationships is not None else []
    broken = sum(reference.orphan_rows > 0 for reference in references)
    scores = [table.quality.score for table in inputs.tables if table.quality is not None and table.quality.rules]
    lowest = Markup("{}").format(score_text(min(scores))) if scores else Markup("–")
    lost = len(inputs.tables) - whole
    return [
        Verdict("#tables", Markup("{}").format(whole), f"of {len(inputs.tables)} tables read", f"{lost or 'none'} missing", lost > 0),
        Verdict("#tables", lowest, "lowest quality, of 100", f"over {len(scores)} tables", False),
        Verdict("#findings", Markup("{}").format(len(found)), "findings", f"{high or 'none'} high", high > 0),
        Verdict("#relationships", Markup("{}").format(len(references)), "references", f"{broken or 'none'} with orphans", broken > 0),
    ]


def _all(inputs: JointInputs) -> list[tuple[str, Finding]]:
    """Every finding with its table, most salient first."""
    found = [(JOINT, finding) for finding in inputs.narrative.findings]
    for table in inputs.tables:
        found += [(table.label, finding) for finding in (table.narrative.findings if table.narrative is not None else [])]
    return sorted(found, key=lambda item: (-item[1].salience, item[0], item[1].id))


def findings_view(inputs: JointInputs) -> tuple[list[FindingView], int]:
    """The most salient of all tables, not all of one; and how many more there are."""
    everything = _all(inputs)
    taken: dict[str, int] = {}
    shown: list[FindingView] = []
    for label, finding in everything:
        if len(shown) < MOST_FINDINGS and taken.get(label, 0) < LARGEST_SHARE:
            taken[label] = taken.get(label, 0) + 1
            shown.append(_finding(label, finding))
    return shown, len(everything) - len(shown)


def _finding(label: str, found: Finding) -> FindingView:
    if label == JOINT:
        return FindingView(found.severity, rich(found.text), rich(found.consequence), "#relationships", "Relationships", [])
    return FindingView(
        found.severity, rich(found.text), rich(found.consequence), f"../{label}/report.html#findings", clipped(label, 24), []
    )


def tables_view(inputs: JointInputs) -> list[TableRow]:
    return [_table(table) for table in inputs.tables]


def _table(table: TableInputs) -> TableRow:
    found = table.narrative.findings if table.narrative is not None else []
    rules = table.quality.rules if table.quality is not None else []
    failing = sum(not rule.passed for rule in rules)
    lost = next((run for run in table.progress if run.state in TOLD and table.profile is None), None)
    return TableRow(
        label=table.label,
        href=f"../{table.label}/report.html" if table.has_report else "",
        rows=numbers.integer(table.profile.rows) if table.profile is not None else "",
        columns=numbers.integer(len(table.profile.columns)) if table.profile is not None else "",
        score=score_text(table.quality.score) if table.quality is not None and rules else "–",
        failing=f"{failing} of {len(rules)} rules fail" if failing else "",
        findings=str(len(found)) if found else "none",
        high=any(finding.severity == "high" for finding in found),
        top=rich(found[0].text) if found else Markup(""),
        trouble=f"{lost.name} {lost.state}: {lost.code or ''} {lost.reason or ''}".strip() if lost is not None else "",
    )


def references_view(inputs: JointInputs) -> list[Reference]:
    found = inputs.relationships.relationships if inputs.relationships is not None else []
    return [
        Reference(
            child=code(f"{link.child.table}.{link.child.column}"),
            parent=code(f"{link.parent.table}.{link.parent.column}"),
            cardinality=link.cardinality,
            share=numbers.pct(link.containment),
            orphans=numbers.integer(link.orphan_rows),
            has_orphans=link.orphan_rows > 0,
            examples=", ".join(clipped(bare(value), 24) for value in link.orphan_examples[:3]),
            basis=link.basis,
        )
        for link in found
    ]


def stages_view(inputs: JointInputs) -> StagesView:
    """What failed or was skipped, in whatever table; a stage that every table has is told once."""
    runs = [run for table in inputs.tables for run in table.progress] + list(inputs.progress)
    told = sorted((run for run in runs if run.state in TOLD), key=lambda run: TOLD.index(run.state))
    done = dict.fromkeys(run.name for run in runs if run.state.is_done)
    return StagesView(
        told=[ToldStage(f"{run.table}.{run.name}", str(run.state), run.code or "", run.reason or "") for run in told[:40]],
        done=list(done),
    )
