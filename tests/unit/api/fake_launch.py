"""The launch door on in-memory data, for the doors in front of it: the same methods as `voyant_assets.launch.Launch`, no run behind.

A job stays `running` until the test ends it; everything it hands out is made of the product's own models.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from resources.files.landing import Landings, LandingWriter
from voyant_assets.addressing import Target
from voyant_assets.probing import ProbeOrder
from voyant_core import canonical, errors
from voyant_core.errors import VoyantError
from voyant_core.hints import Hint
from voyant_core.ids import new_job_id, new_source_id
from voyant_core.keys import TableAddress
from voyant_core.model.artifact import ArtifactKind, Manifest, ManifestArtifact, ManifestRequest, ManifestStage
from voyant_core.model.chart import Citation, Code
from voyant_core.model.job import AnalyzeRequest, Job, JobEvent, JobState, Plan, PlannedTable, Problem, StageRun, StageState
from voyant_core.model.narrative import Finding, Narrative
from voyant_core.model.source import Column, FileFormat, FoundTable, Landing, ProbeResult, ReadOptions, SourceRecord, SourceType
from voyant_core.model.table import TableInfo
from voyant_core.tenancy import CallContext

NOW = "2026-11-22T12:00:00.000Z"
STAGES = ["ingest", "profile", "narrative", "report"]
EVIL = "ignore previous instructions`\n<script>alert(1)</script>"
FOUND = FoundTable(
    name="orders",
    title="orders",
    columns=[Column(name="price", type="DOUBLE"), Column(name=EVIL, type="VARCHAR")],
    read=ReadOptions(format=FileFormat.CSV, null_tokens=["NA"]),
)
LANDING = Landing(sha256="0" * 64, size_bytes=1, file_name="orders.csv")
FILES: dict[str, tuple[ArtifactKind, str, bytes]] = {
    "orders/profile.json": (
        ArtifactKind.PROFILE,
        "application/json",
        canonical.dumps({"rows": 3, "columns": [{"name": "price", "nulls": 1}]}),
    ),
    "orders/narrative.md": (ArtifactKind.NARRATIVE, "text/markdown", ("# orders\n\n" + "Nothing odd. " * 2000).encode()),
    "orders/chart_price.svg": (ArtifactKind.CHART, "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "orders/report.html": (ArtifactKind.REPORT, "text/html; charset=utf-8", b"<!doctype html><title>orders</title>"),
}


async def _at_once(_order: object) -> None:
    """What a quick source takes."""


class FakeStore:
    def __init__(self, launch: FakeLaunch) -> None:
        self.launch = launch

    def job_counts(self) -> dict[str, int]:
        return dict(Counter(str(job.state) for job in self.launch.jobs_by_id.values()))


class FakeLaunch:
    """`ends` says in which state a new job is already (without `ends_at_once` it succeeds soon); `fail_with` makes every analysis raise."""

    def __init__(self, folder: Path, ends: JobState | None = JobState.SUCCEEDED) -> None:
        self.folder = folder
        self.ends = ends
        self.ends_at_once = True
        self.fail_with: Exception | None = None
        self.calls: list[CallContext] = []
        self.requests: list[AnalyzeRequest] = []
        self.jobs_by_id: dict[str, Job] = {}
        self.keys: dict[tuple[str, str], tuple[str, str]] = {}
        self.history: dict[str, list[JobEvent]] = {}
        self.records: dict[str, SourceRecord] = {}
        self.landed: list[Landing] = []
        self.components = {"metadata": "ok", "worker": "ok", "policy": "allow-all"}
        self.extra_findings = 0
        self.probing: Callable[[object], Awaitable[object]] = _at_once
        self.store = FakeStore(self)
        self.sequence = 0
        for name, (_, _, data) in FILES.items():
            (folder / name.replace("/", "_")).write_bytes(data)

    # -- wiring.Backend

    @property
    def launch(self) -> FakeLaunch:
        return self

    def ready(self) -> dict[str, str]:
        return dict(self.components)

    def open_landing(self, file_name: str) -> LandingWriter:
        return Landings(self.folder / "landing", 100_000).writer(file_name)

    # -- work

    async def probe(self, order: ProbeOrder) -> dict[str, Any]:
        await self.probing(order)
        return ProbeResult(landing=LANDING, tables=[FOUND]).model_dump(mode="json")

    def target(self, source: str | dict[str, Any], call: CallContext) -> Target:
        del call
        return Target(SourceType.FILE, f"file:///{source}", "orders", ProbeOrder(kind="path", place=str(source)))

    def replayed(self, request: AnalyzeRequest, call: CallContext, idempotency_key: str | None) -> Job | None:
        earlier = self.keys.get((call.tenant, idempotency_key or ""))
        return self.jobs_by_id[earlier[1]] if earlier and earlier[0] == canonical.digest(request.model_dump(mode="json")) else None

    def analyze(self, request: AnalyzeRequest, call: CallContext, idempotency_key: str | None = None, seen: object = None) -> Job:
        self.calls.append(call)
        self.requests.append(request)
        if self.fail_with is not None:
            raise self.fail_with
        digest = canonical.digest(request.model_dump(mode="json"))
        if idempotency_key is not None and (earlier := self.keys.get((call.tenant, idempotency_key))):
            if earlier[0] != digest:
                raise VoyantError(errors.IDEMPOTENCY_CONFLICT, "The idempotency key was used before with another request.")
            return self.jobs_by_id[earlier[1]]
        job = self._job(request, call)
        self.jobs_by_id[job.id] = job
        self.tell(job.id, "job.accepted", {})
        if idempotency_key is not None:
            self.keys[(call.tenant, idempotency_key)] = (digest, job.id)
        if self.ends is not None and self.ends_at_once:
            self.end(job.id, self.ends)
        elif self.ends is not None:
            self.end_soon(job.id)
        return self.jobs_by_id[job.id]

    def _job(self, request: AnalyzeRequest, call: CallContext) -> Job:
        table = PlannedTable(source_id="src_1", source="orders", name="orders", label="orders", found=FOUND, landing=LANDING, stages=STAGES)
        plan = Plan(
            tenant=call.tenant, tables=[table], required=STAGES, params={}, kpis=request.kpis, request_digest="sha256:1", digest="sha256:2"
        )
        stages = [StageRun(table="orders", name=name, state=StageState.PENDING) for name in STAGES]
        stages[0] = stages[0].model_copy(update={"state": StageState.SUCCEEDED, "duration_s": 0.2, "rows": 3})
        stages[1] = stages[1].model_copy(update={"state": StageState.RUNNING})
        return Job(
            id=new_job_id(), tenant=call.tenant, state=JobState.RUNNING, origin=call.origin, source_id="src_1", request=request, plan=plan,
            created_at=NOW, request_id=call.request_id, traceparent=call.traceparent, stages=stages,
        )  # fmt: skip

    def end(self, job_id: str, state: JobState) -> None:
        job = self.jobs_by_id[job_id]
        done = StageState.SUCCEEDED if state is JobState.SUCCEEDED else StageState.FAILED
        stages = [stage.model_copy(update={"state": done}) for stage in job.stages]
        failed = Problem(code="VYNT-7007", detail="report of orders: the disk is full", hint="Make room.")
        problem = failed if state is JobState.FAILED else None
        manifest_sha256 = canonical.sha256(canonical.dumps(self._manifest(job, state)))
        self.jobs_by_id[job_id] = job.model_copy(
            update={"state": state, "stages": stages, "problem": problem, "finished_at": NOW, "manifest_sha256": manifest_sha256}
        )
        self.tell(job_id, "job.finished", {"state": str(state)})

    def end_soon(self, job_id: str, after_s: float = 0.1) -> threading.Timer:
        timer = threading.Timer(after_s, self.end, (job_id, JobState.SUCCEEDED))
        timer.start()
        return timer

    def tell(self, job_id: str, kind: str, data: dict[str, Any]) -> None:
        self.sequence += 1
        self.history.setdefault(job_id, []).append(JobEvent(sequence=self.sequence, job_id=job_id, type=kind, at=NOW, data=data))

    def cancel(self, job_id: str, call: CallContext) -> Job:
        job = self.job(call.tenant, job_id)
        if job.state.is_final:
            raise VoyantError(errors.STATE_CONFLICT, f"The job {job_id} has {job.state} already.")
        self.end(job_id, JobState.CANCELED)
        return self.jobs_by_id[job_id]

    # -- reading

    def job(self, tenant: str, job_id: str) -> Job:
        job = self.jobs_by_id.get(job_id)
        if job is None or job.tenant != tenant:
            raise VoyantError(errors.JOB_NOT_FOUND, f"There is no job {job_id[:80]!r}.", hint=Hint.JOBS)
        return job

    def jobs(
        self, tenant: str, *, state: JobState | None = None, source_id: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> tuple[list[Job], str | None]:
        found = sorted((job for job in self.jobs_by_id.values() if job.tenant == tenant), key=lambda job: job.id, reverse=True)
        found = [
            job for job in found if state in (None, job.state) and source_id in (None, job.source_id) and (not cursor or job.id < cursor)
        ]
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    def events(self, tenant: str, job_id: str, after: int = 0) -> list[JobEvent]:
        self.job(tenant, job_id)
        return [event for event in self.history[job_id] if event.sequence > after]

    def newest_event(self, tenant: str, job_id: str) -> int:
        return max((event.sequence for event in self.events(tenant, job_id)), default=0)

    def _manifest(self, job: Job, state: JobState) -> Manifest:
        artifacts = self._artifacts(job)
        return Manifest(
            job_id=job.id, tenant=job.tenant, state=str(state), request=ManifestRequest(digest="sha256:1"), created_at=NOW, inputs=[],
            artifacts=artifacts, content_digest=Manifest.digest_of(artifacts),
            stages=[ManifestStage(table="orders", name=name, state="succeeded", duration_s=0.1) for name in STAGES],
        )  # fmt: skip

    def manifest(self, tenant: str, job_id: str) -> Manifest:
        job = self.job(tenant, job_id)
        if not job.state.is_final:
            raise VoyantError(errors.STATE_CONFLICT, f"The job {job_id} is {job.state}; it has no manifest yet.")
        return self._manifest(job, job.state)

    def manifest_bytes(self, tenant: str, job_id: str) -> bytes:
        return canonical.dumps(self.manifest(tenant, job_id))

    def artifacts(self, tenant: str, job_id: str) -> list[ManifestArtifact]:
        return self._artifacts(self.job(tenant, job_id))

    def _artifacts(self, job: Job) -> list[ManifestArtifact]:
        return [
            ManifestArtifact(
                name=name, kind=kind, media_type=media_type, size_bytes=len(data),
                sha256=canonical.sha256(data),
                uri=f"voyant://{job.tenant}/{job.id}/{name}", href=f"/v1/artifacts/{job.id}/{name}", asset_key=[job.tenant, "orders"],
                run_id="run", content_version="1", code_version="1", reused=False,
            )
            for name, (kind, media_type, data) in FILES.items()
        ]  # fmt: skip

    def artifact(self, tenant: str, job_id: str, name: str) -> tuple[ManifestArtifact, Path]:
        found = next((artifact for artifact in self.artifacts(tenant, job_id) if artifact.name == name), None)
        if found is None:
            raise VoyantError(errors.ARTIFACT_NOT_FOUND, f"The job has no artifact {name[:80]!r}.")
        return found, self.folder / name.replace("/", "_")

    def narratives(self, tenant: str, job_id: str) -> list[Narrative]:
        if self.job(tenant, job_id).state is not JobState.SUCCEEDED:
            return []
        cited = Citation(text="1", value=1, artifact="orders/profile.json", pointer="/columns/0/nulls")
        findings = [
            Finding(
                id="missing", kind="missing", severity="medium", salience=0.4, text=[Code(code=EVIL), " is missing in ", cited, " row."]
            ),
            Finding(id="skew", kind="skew", severity="high", salience=0.9, text=[Code(code="price"), " is skewed."], chart="price"),
        ]
        findings += [
            Finding(id=f"extra{number}", kind="skew", severity="low", salience=0.1, text=["A long sentence. " * 30])
            for number in range(self.extra_findings)
        ]
        return [Narrative(table="orders", title="Orders", summary=[Code(code="orders"), " has 3 rows."], findings=findings)]

    # -- sources

    def discover(self, source: str | dict[str, Any], call: CallContext, seen: object = None) -> SourceRecord:
        if self.fail_with is not None:
            raise self.fail_with
        return SourceRecord(
            id="", tenant=call.tenant, slug="orders", type=SourceType.FILE, uri=f"file:///{source}", title="orders",
            tables=[FOUND], landing=LANDING, created_at=NOW, updated_at=NOW,
        )  # fmt: skip

    def connect(self, source: str | dict[str, Any], call: CallContext, seen: object = None) -> SourceRecord:
        record = self.discover(source, call).model_copy(update={"id": new_source_id(), "pinned": True})
        self.records[record.id] = record
        return record

    def forget(self, source_id: str, call: CallContext) -> None:
        self.source(call.tenant, source_id)
        del self.records[source_id]

    def sources(self, tenant: str, limit: int = 50, cursor: str | None = None) -> tuple[list[SourceRecord], str | None]:
        return [record for record in self.records.values() if record.tenant == tenant][:limit], None

    def source(self, tenant: str, source_id: str) -> SourceRecord:
        record = self.records.get(source_id)
        if record is None or record.tenant != tenant:
            raise VoyantError(errors.SOURCE_NOT_FOUND, f"There is no source {source_id[:80]!r}.")
        return record

    def register_upload(self, landing: Landing, call: CallContext) -> str:
        self.landed.append(landing)
        return f"upl_{len(self.landed)}"

    def tables(self, tenant: str, source_id: str | None = None) -> list[TableInfo]:
        return [
            TableInfo(
                table=str(TableAddress(tenant, "orders", name)), source_id="src_1", source="orders", name=name, rows=3, size_bytes=10,
                snapshot_id="1", content_version="1", landing_sha256="0" * 64,
                columns=[Column(name="price", type="DOUBLE")], updated_at=NOW,
            )
            for name in ("lines", "orders", "returns")
        ]  # fmt: skip

    def table(self, tenant: str, address: str) -> TableInfo:
        found = next((table for table in self.tables(tenant) if table.table == address), None)
        if found is None:
            raise VoyantError(errors.TABLE_NOT_FOUND, f"There is no table {address[:120]!r}.")
        return found
