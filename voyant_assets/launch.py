"""The one door through which work starts: probe, plan, submit, follow, cancel. REST, MCP and the command line are faces of it.

A `Launch` belongs to a process. What differs between a server and a lone shell is given to it: how a probe runs and how a run starts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from voyant_assets.addressing import Named, Target, parse_source, registered_target, title_of
from voyant_assets.catalogue import catalogue, joint_catalogue
from voyant_assets.kpi_planning import kept_kpis
from voyant_assets.planning import make_plan, planned
from voyant_assets.probing import ProbeOrder
from voyant_assets.runtime.environment import Environment
from voyant_core import clock, errors, ids
from voyant_core.canonical import digest
from voyant_core.hints import Hint
from voyant_core.keys import TableAddress
from voyant_core.model.artifact import Manifest, ManifestArtifact
from voyant_core.model.job import AnalyzeRequest, Job, JobEvent, JobState, Plan, StageRun, StageState
from voyant_core.model.kpi import KpiReport
from voyant_core.model.narrative import Narrative
from voyant_core.model.source import Landing, ProbeResult, SourceRecord, SourceType, table_groups
from voyant_core.model.table import TableInfo
from voyant_core.tenancy import CallContext

ANALYZE = "analyze"
MOST_GROUPS = 20
"""Groups of tables that a source keeps, newest first."""

log = logging.getLogger(__name__)

RunTask = Callable[[str, dict[str, Any]], dict[str, Any]]
StartRun = Callable[[Job], None]
Seen = tuple[Target, ProbeResult]
"""A place, and what a probe found there."""


def new_job(call: CallContext, request: AnalyzeRequest, plan: Plan) -> Job:
    """A job in its first state: queued, every stage pending."""
    return Job(
        id=ids.new_job_id(),
        tenant=call.tenant,
        state=JobState.QUEUED,
        origin=call.origin,
        source_id=plan.tables[0].source_id,
        request=request,
        plan=plan,
        created_at=clock.now(),
        request_id=call.request_id,
        traceparent=call.traceparent,
        user_id=call.user_id,
        session_id=call.session_id,
        stages=[StageRun(table=label, name=stage, state=StageState.PENDING) for label, stage in plan.steps()],
    )


def _unregistered(target: Target, result: ProbeResult, call: CallContext, slug: str = "") -> SourceRecord:
    """The source as it would be registered, without an id."""
    now = clock.now()
    return SourceRecord(
        id="", tenant=call.tenant, slug=slug, type=target.type, uri=target.uri, title=target.title, tables=result.tables,
        landing=result.landing, created_at=now, updated_at=now,
    )  # fmt: skip


def _body(request: AnalyzeRequest) -> str:
    return digest(request.model_dump(mode="json"))


class Launch:
    """`run_task(name, arguments)` runs a small task in a worker's process; `start_run(job)` starts an accepted job's run, `stop_run(job)`
    ends one; `sources_changed()` is told whenever the graph should show something else."""

    def __init__(
        self,
        environment: Environment,
        run_task: RunTask,
        start_run: StartRun,
        stop_run: Callable[[Job], None],
        sources_changed: Callable[[], None],
    ) -> None:
        self.environment = environment
        self._run_task = run_task
        self._start_run = start_run
        self._stop_run = stop_run
        self._sources_changed = sources_changed
        self.store = environment.store

    # -- work -------------------------------------------------------------------------------------------------------------

    def replayed(self, request: AnalyzeRequest, call: CallContext, idempotency_key: str | None) -> Job | None:
        """The job that this key and request made before. VYNT-2009 when the request was another, VYNT-4002 when no new job may wait."""
        if idempotency_key is not None:
            earlier = self.store.jobs(call.tenant).replayed(ANALYZE, idempotency_key, _body(request))
            if earlier is not None:
                return earlier
        self._refuse_more_than_may_wait(call)
        return None

    def analyze(self, request: AnalyzeRequest, call: CallContext, idempotency_key: str | None = None, seen: Seen | None = None) -> Job:
        """Accept a request: the job, queued or already running. The same key with the same request gives the same job again.

        `seen`: what a probe found already; else it is probed here.
        """
        if (earlier := self.replayed(request, call, idempotency_key)) is not None:
            return earlier
        jobs = self.store.jobs(call.tenant)
        target, result = seen or self._seen(request.source, call)
        slug = self.store.sources(call.tenant).slug_for(target.uri, target.title)
        self._plan(request, _unregistered(target, result, call, slug))  # refuses before anything is stored
        source = self.store.sources(call.tenant).register(target.type, target.uri, target.title, result, pinned=False)
        plan = self._plan(request, source)
        job = new_job(call, request, plan)
        accepted = jobs.create(job, None if idempotency_key is None else (ANALYZE, idempotency_key, _body(request)))
        if accepted.id == job.id:
            self._keep(request, plan, source)
            self._start(job)
            self._sources_changed()
        return jobs.get(accepted.id)

    def _keep(self, request: AnalyzeRequest, plan: Plan, source: SourceRecord) -> None:
        """What a run that Dagit starts later does as well: the KPIs, and what is over this group of tables."""
        everything = planned([(source, table, []) for table in source.tables])
        kpis = kept_kpis(source.kpis, request.kpis, everything, source.tenant)
        group = [table.name for table in plan.tables] if plan.joint is not None else []
        known = table_groups([table.name for table in source.tables], [group, *source.table_groups])
        groups = [list(names) for names in known[1 : MOST_GROUPS + 1]]  # all tables together need not be kept
        if (kpis, groups) != (source.kpis, source.table_groups):
            self.store.sources(source.tenant).keep(source.id, kpis, groups)

    def _refuse_more_than_may_wait(self, call: CallContext) -> None:
        most = self.environment.settings.runs.queued_per_tenant
        if self.store.jobs(call.tenant).count_queued() >= most:
            raise errors.VoyantError(
                errors.CONCURRENT_QUOTA,
                f"{most} jobs of the tenant {call.tenant} wait already.",
                hint="Come back when some have ended, or cancel some. The operator sets the limit with VOYANT_RUNS__QUEUED_PER_TENANT.",
            )

    def _start(self, job: Job) -> None:
        from voyant_assets.finishing import finish

        try:
            self._start_run(job)
        except Exception as error:
            reason = f"The run could not be started: {error.detail if isinstance(error, errors.VoyantError) else type(error).__name__}."
            finish(self.store, self.environment.objects, job.tenant, job.id, JobState.FAILED, reason)
            raise

    def _plan(self, request: AnalyzeRequest, source: SourceRecord) -> Plan:
        most = self.environment.settings.runs.most_tables
        return make_plan(source.tenant, request, [source], catalogue(), joint_catalogue(), most)

    def target(self, source: str | dict[str, Any], call: CallContext) -> Target:
        """Where a source is, checked that the caller may read there. VYNT-1004, 1006, 1007, 2003 or 2008."""
        layout, files = self.environment.layout, self.environment.settings.files
        found = parse_source(source, files.roots, layout.inbox, may_read_any=call.may_read_any_file)
        if isinstance(found, Target):
            return found
        return self._named_target(found, call)

    def _named_target(self, named: Named, call: CallContext) -> Target:
        sources = self.store.sources(call.tenant)
        if named.id.startswith("upl_"):
            landed = sources.upload(named.id)
            order = ProbeOrder(kind="landing", landing=landed)
            return Target(SourceType.UPLOAD, f"upload:{landed.file_name}", title_of(landed.file_name), order)
        return registered_target(sources.get(named.id))

    def _seen(self, source: str | dict[str, Any], call: CallContext) -> Seen:
        target = self.target(source, call)
        return target, ProbeResult.model_validate(self._run_task("probe", target.order.model_dump(mode="json")))

    def cancel(self, job_id: str, call: CallContext) -> Job:
        """Ask the job to stop; what is done stays. VYNT-2010 when it has ended already, unless it was canceled."""
        jobs = self.store.jobs(call.tenant)
        job = jobs.get(job_id)
        if job.state is JobState.CANCELED:
            return job
        if job.state.is_final:
            raise errors.VoyantError(errors.STATE_CONFLICT, f"The job {job_id} has {job.state} already.", hint="Its results stay readable.")
        jobs.request_cancel(job_id)
        self._stop_run(job)
        return jobs.get(job_id)

    # -- sources ----------------------------------------------------------------------------------------------------------

    def discover(self, source: str | dict[str, Any], call: CallContext, seen: Seen | None = None) -> SourceRecord:
        """What is in a source, without registering it: `id` is empty."""
        return _unregistered(*(seen or self._seen(source, call)), call)

    def connect(self, source: str | dict[str, Any], call: CallContext, seen: Seen | None = None) -> SourceRecord:
        """Register a source and keep it."""
        target, result = seen or self._seen(source, call)
        record = self.store.sources(call.tenant).register(target.type, target.uri, target.title, result, pinned=True)
        self._sources_changed()
        return record

    def forget(self, source_id: str, call: CallContext) -> None:
        """Remove a source from the graph, with its tables; finished jobs keep their artifacts. VYNT-2010 while a job works on it."""
        busy, _ = self.store.jobs(call.tenant).page(None, source_id, 20, None)
        running = next((job for job in busy if not job.state.is_final), None)
        if running is not None:
            raise errors.VoyantError(errors.STATE_CONFLICT, f"The job {running.id} still works on this source.", hint="Cancel it or wait.")
        record = self.store.sources(call.tenant).remove(source_id)
        for table in record.tables:
            self.environment.lake.drop(TableAddress(record.tenant, record.slug, table.name))
        self._sources_changed()

    def register_upload(self, landing: Landing, call: CallContext) -> str:
        """The id under which landed bytes can be named as a source."""
        return self.store.sources(call.tenant).add_upload(landing)

    # -- reading ----------------------------------------------------------------------------------------------------------

    def job(self, tenant: str, job_id: str) -> Job:
        return self.store.jobs(tenant).get(job_id)

    def jobs(
        self, tenant: str, *, state: JobState | None = None, source_id: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> tuple[list[Job], str | None]:
        return self.store.jobs(tenant).page(state, source_id, limit, cursor)

    def events(self, tenant: str, job_id: str, after: int = 0) -> list[JobEvent]:
        return self.store.jobs(tenant).events(job_id, after)

    def newest_event(self, tenant: str, job_id: str) -> int:
        """The sequence number of the job's last event; 0 when there is none. The cheapest way to see that something changed."""
        return self.store.jobs(tenant).newest_event(job_id)

    def manifest(self, tenant: str, job_id: str) -> Manifest:
        return Manifest.model_validate_json(self.manifest_bytes(tenant, job_id))

    def manifest_bytes(self, tenant: str, job_id: str) -> bytes:
        """The manifest as it was stored. VYNT-2010 while the job has not ended."""
        job = self.store.jobs(tenant).get(job_id)
        if job.manifest_sha256 is None:
            raise errors.VoyantError(
                errors.STATE_CONFLICT, f"The job {job_id} is {job.state}; it has no manifest yet.", hint="Ask again when it has ended."
            )
        return self.environment.objects.get(tenant, job.manifest_sha256)

    def artifacts(self, tenant: str, job_id: str) -> list[ManifestArtifact]:
        self.store.jobs(tenant).get(job_id)
        return self.store.artifacts(tenant).of_job(job_id)

    def artifact(self, tenant: str, job_id: str, name: str) -> tuple[ManifestArtifact, Path]:
        """The artifact and where its bytes lie."""
        try:
            found = self.store.artifacts(tenant).named(job_id, name)
        except errors.VoyantError:
            self.store.jobs(tenant).get(job_id)  # a job that does not exist is told as that; to read it first takes long when it is large
            raise
        return found, self.environment.objects.path(tenant, found.sha256)

    def narratives(self, tenant: str, job_id: str) -> list[Narrative]:
        """What the job's narratives say, one per table that has one."""
        chosen = [a for a in self.artifacts(tenant, job_id) if a.kind == "narrative" and a.media_type == "application/json"]
        return [Narrative.model_validate_json(self.environment.objects.get(tenant, artifact.sha256)) for artifact in chosen]

    def kpi_reports(self, tenant: str, job_id: str) -> dict[str, KpiReport]:
        """The job's key figures by the name of their artifact."""
        chosen = [a for a in self.artifacts(tenant, job_id) if a.kind == "kpi"]
        return {a.name: KpiReport.model_validate_json(self.environment.objects.get(tenant, a.sha256)) for a in chosen}

    def sources(self, tenant: str, limit: int = 50, cursor: str | None = None) -> tuple[list[SourceRecord], str | None]:
        return self.store.sources(tenant).page(limit, cursor)

    def source(self, tenant: str, source_id: str) -> SourceRecord:
        return self.store.sources(tenant).get(source_id)

    def tables(self, tenant: str, source_id: str | None = None) -> list[TableInfo]:
        return self.store.sources(tenant).tables(source_id)

    def table(self, tenant: str, address: str) -> TableInfo:
        found = next((table for table in self.tables(tenant) if table.table == address), None)
        if found is None:
            raise errors.VoyantError(errors.TABLE_NOT_FOUND, f"There is no table {address[:120]!r}.", hint=Hint.TABLES)
        return found
