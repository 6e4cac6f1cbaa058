"""From a job, its manifest and its narratives to the answer: pure, so that every door tells the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voyant_api.features.jobs.schemas import Evidence, Figure, FindingOut, JobAnswer, JobLinks
from voyant_core.keys import JOINT
from voyant_core.model.artifact import ArtifactKind, Manifest
from voyant_core.model.chart import Code, Text
from voyant_core.model.job import Job, JobState, StageState
from voyant_core.model.kpi import KpiReport
from voyant_core.model.narrative import Finding, Narrative

_POLL_MS = {JobState.QUEUED: 500, JobState.RUNNING: 1000}
MOST_FINDINGS = 40
MOST_ROWS = 20
MOST_TOLD = 3
"""Tables whose summaries stand in the answer's."""


def told(text: Text) -> str:
    """The text with names from the data in backticks. Line breaks and backticks inside such a name cannot end the quotation."""
    return "".join(_quoted(part.code) if isinstance(part, Code) else part if isinstance(part, str) else part.text for part in text)


def _quoted(name: str) -> str:
    shown = "".join(character if character.isprintable() else " " for character in name).replace("`", "'")
    return f"`{shown[:77]}...`" if len(shown) > 80 else f"`{shown}`"


def job_answer(
    job: Job, manifest: Manifest | None, narratives: Sequence[Narrative], kpis: Mapping[str, KpiReport] | None = None
) -> JobAnswer:
    """The answer; `manifest`, `narratives` and `kpis` (reports by the name of their artifact) only of a final job."""
    findings = [_finding(finding, narrative.table, manifest) for narrative in narratives for finding in narrative.findings]
    findings.sort(key=lambda finding: (-finding.salience, finding.table, finding.id))
    return JobAnswer(
        job_id=job.id,
        state=job.state,
        summary=_summary(job, narratives),
        figures=_figures(job, kpis or {}),
        findings=findings[:MOST_FINDINGS],
        stages=job.stages,
        manifest=manifest,
        problem=job.problem,
        next_poll_after_ms=_POLL_MS.get(job.state),
        links=_links(job, manifest),
        source_id=job.source_id,
        origin=job.origin,
        run_id=job.run_id,
        retry_of=job.retry_of,
        cancel_requested=job.cancel_requested,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )


def _summary(job: Job, narratives: Sequence[Narrative]) -> str:
    told_tables = _tables_told(narratives)
    done = sum(stage.state not in (StageState.PENDING, StageState.RUNNING) for stage in job.stages)
    planned = len(job.plan.steps())
    match job.state:
        case JobState.QUEUED:
            return "Waiting for a free slot."
        case JobState.RUNNING:
            return f"Running: {done} of {planned} stages are done."
        case JobState.CANCELED:
            return f"Canceled after {done} of {planned} stages."
        case JobState.FAILED:
            reason = f"Failed: {job.problem.detail}" if job.problem else "Failed."
            return f"{reason} {told_tables}".strip()
        case JobState.SUCCEEDED:
            return " ".join([told_tables or f"Done: {done} of {planned} stages.", *_failures(job)])


def _tables_told(narratives: Sequence[Narrative]) -> str:
    """What the job is about, small whatever the number of tables: over all of them first, then each while there are few."""
    over = [told(narrative.summary) for narrative in narratives if narrative.table == JOINT]
    each = [told(narrative.summary) for narrative in narratives if narrative.table != JOINT]
    shown = each if len(each) <= MOST_TOLD else [] if over else each[:MOST_TOLD]
    more = [f"{len(each) - len(shown)} more tables are told in their reports."] if not over and len(each) > len(shown) else []
    return " ".join([*over, *shown, *more]).strip()


def _failures(job: Job) -> list[str]:
    """A job succeeds without a stage that nobody required; that it is missing is told all the same."""
    failed = [stage for stage in job.stages if stage.state is StageState.FAILED]
    told_stages = [f"The stage {stage.name} of {_quoted(stage.table)} failed: {_shortened(stage.reason)}" for stage in failed[:3]]
    return [*told_stages, f"{len(failed) - 3} more stages failed."] if len(failed) > 3 else told_stages


def _shortened(reason: str | None) -> str:
    shown = " ".join((reason or "no reason is known").split()).rstrip(".")
    return f"{shown[:297]}..." if len(shown) > 300 else f"{shown}."


def _figures(job: Job, reports: Mapping[str, KpiReport]) -> list[Figure]:
    """What was asked for, under the names that the request gave and in its order."""
    figures: dict[str, Figure] = {}
    for artifact, report in reports.items():
        answers = [kpi for kpi in report.kpis if kpi.origin == "request"]
        for asked, kpi in zip(job.plan.kpis_of(report.table), answers, strict=True):
            figures[asked.name] = Figure(
                name=asked.name,
                table=report.table,
                value=kpi.value,
                columns=kpi.columns,
                rows=kpi.data[:MOST_ROWS],
                total=kpi.total,
                artifact=artifact,
            )
    return [figures[kpi.name] for kpi in job.plan.kpis if kpi.name in figures]


def _finding(finding: Finding, table: str, manifest: Manifest | None) -> FindingOut:
    chart = None
    if finding.chart is not None and manifest is not None:
        wanted = f"{table}/chart_{finding.chart}."
        names = [artifact.name for artifact in manifest.artifacts if artifact.name.startswith(wanted)]
        chart = next((name for name in names if name.endswith(".svg")), names[0] if names else None)
    return FindingOut(
        id=finding.id,
        table=table,
        kind=finding.kind,
        severity=finding.severity,
        salience=finding.salience,
        text=told(finding.text),
        consequence=told(finding.consequence),
        columns=finding.columns,
        chart=chart,
        evidence=[Evidence(**citation.model_dump()) for citation in finding.citations()],
    )


def _links(job: Job, manifest: Manifest | None) -> JobLinks:
    this = f"/v1/jobs/{job.id}"
    links = JobLinks(self=this, events=f"{this}/events")
    if manifest is None:
        links.cancel = None if job.state.is_final else f"{this}/cancel"
        return links
    links.manifest = f"/v1/artifacts/{job.id}/manifest"
    links.artifacts = f"/v1/artifacts/{job.id}"
    reports = [artifact for artifact in manifest.artifacts if artifact.kind is ArtifactKind.REPORT]
    links.reports = [artifact.href for artifact in sorted(reports, key=lambda artifact: not artifact.name.startswith(f"{JOINT}/"))]
    return links
