"""What is worth saying of several tables together: how they hang together, and what refers to nothing."""

from __future__ import annotations

from collections.abc import Sequence

from voyant_assets.analysis.narrative.evidence import Evidence
from voyant_assets.analysis.narrative.phrases import counted, joined, names, say
from voyant_assets.analysis.wording import numbers
from voyant_core.keys import JOINT
from voyant_core.model.chart import Code, Text
from voyant_core.model.narrative import Finding, Narrative
from voyant_core.model.relationship import Relationship, RelationshipReport

FILE = f"{JOINT}/relationships.json"
MOST_FINDINGS = 7
SHOWN = 4


def narrate(title: str, tables: Sequence[str], missing: Sequence[str], report: RelationshipReport | None) -> Narrative:
    """`tables` are those that were ingested, `missing` those that were not."""
    findings = _orphans(report) if report is not None else []
    findings.sort(key=lambda found: (-found.salience, found.id))
    return Narrative(table=JOINT, title=title, summary=_summary(tables, missing, report), findings=findings[:MOST_FINDINGS])


def _summary(tables: Sequence[str], missing: Sequence[str], report: RelationshipReport | None) -> Text:
    parts: Text = say("{} tables: {}.", str(len(tables)), names(list(tables), 6)) if tables else ["No table could be read."]
    if missing:
        parts = joined([*parts, *say(" Not read: {}.", names(list(missing), 6))])
    if report is None:
        return parts
    if not report.relationships:
        return joined([*parts, " No column of one refers to a key of another."])
    told = [_link(found) for found in report.relationships[:SHOWN]]
    linked: Text = []
    for place, link in enumerate(told):
        linked += [*(["; "] if place else [" "]), *link]
    more = len(report.relationships) - SHOWN
    return joined([*parts, *linked, f"; and {more} more links." if more > 0 else "."])


def _link(found: Relationship) -> Text:
    return say("{} refers to {} by {}", Code(code=found.child.table), Code(code=found.parent.table), Code(code=found.child.column))


def _orphans(report: RelationshipReport) -> list[Finding]:
    evidence = Evidence(FILE, report)
    findings: list[Finding] = []
    for place, found in enumerate(report.relationships):
        if not found.orphan_rows:
            continue
        share = found.orphan_rows / found.child_rows
        rows = counted(evidence.cite(numbers.integer, "relationships", place, "orphan_rows"), "row", "rows")
        text = say(
            "{} of {} in {} name a {} that {} does not hold.",
            rows,
            evidence.cite(numbers.integer, "relationships", place, "child_rows"),
            Code(code=found.child.table),
            Code(code=found.child.column),
            Code(code=found.parent.table),
        )
        values = counted(evidence.cite(numbers.integer, "relationships", place, "orphan_values"), "value", "values")
        findings.append(
            Finding(
                id=f"orphans_{found.child.table}_{place}",
                kind="orphans",
                severity="high" if share >= 0.05 else "medium" if share >= 0.001 else "low",
                salience=min(1.0, 0.55 + share),
                text=text,
                consequence=say("{} without a match: an inner join drops these rows silently.", values),
                columns=[found.child.column],
                section="relationships",
            )
        )
    return findings
