"""Jobs: what was asked for, the plan, and how far it is."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from voyant_core import errors
from voyant_core.keys import JOINT
from voyant_core.model.kpi import KpiRequest
from voyant_core.model.source import FoundTable, Landing


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELED)


class StageState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    REUSED = "reused"
    SKIPPED = "skipped"
    FAILED = "failed"

    @property
    def is_done(self) -> bool:
        return self in (StageState.SUCCEEDED, StageState.REUSED)


SOURCE = (
    "What to read: a path or http(s) URL of a table file (CSV and other text, JSON, Parquet), also compressed; of a zip archive, workbook "
    "(xlsx, xlsb, xls, ods), SQLite or DuckDB database; a folder, or a pattern such as `sales/*.csv`, whose like files are one table; "
    "a source id (src_...) or upload id (upl_...); or an object with `type` (file, url, upload, source)."
)


SourceText = Annotated[str, WithJsonSchema({"type": "string", "minLength": 1})]
"""Told in the schema only: an empty source is refused with the code that says so (VYNT-1004)."""


class AnalyzeRequest(BaseModel):
    """What `POST /v1/analyze` and `voyant.analyze` take, beside `wait_s` and `idempotency_key`."""

    model_config = ConfigDict(extra="forbid")

    source: SourceText | dict[str, Any] = Field(description=SOURCE)
    tables: list[str] = Field(default=[], description="Tables of the source; none given: all.")
    kpis: list[KpiRequest] = Field(default=[], max_length=50)
    stages: list[str] = Field(default=[], description="Stages to run (what they need is added); none given: all that apply.")
    preset: str | None = None
    params: dict[str, dict[str, Any]] = Field(default={}, description="Parameters by stage name.")
    baseline: str | None = None


class PlannedTable(BaseModel):
    """One table of a plan, with the bytes to read and how to read them: what becomes of the source meanwhile does not matter.

    `label` names it in artifacts and views: the table's slug, with the source's before it where two would collide.
    """

    model_config = ConfigDict(frozen=True)

    source_id: str
    source: str = Field(description="Slug of the source.")
    name: str
    label: str
    found: FoundTable
    landing: Landing
    stages: list[str] = Field(description="In dependency order, `ingest` first.")

    @property
    def readable(self) -> Landing:
        """The bytes that `found.read` reads: the table's own where it came out of a container."""
        return self.found.landing or self.landing


class PlannedKpi(KpiRequest):
    """A KPI and where it runs."""

    place: str = Field(default="", description="Label of the table in whose stage it runs; `joint` when it reads several.")
    reads: dict[str, str] = Field(default={}, description="The tables' names in the SQL, and their labels.")


class JointPlan(BaseModel):
    """What is done over several tables once each has been: stages in dependency order, by the labels of the tables."""

    model_config = ConfigDict(frozen=True)

    source: str = Field(description="Slug of the source beside whose tables the joint assets stand.")
    digest: str = Field(description="Of the tables' addresses; part of the asset keys.")
    tables: list[str]
    stages: list[str]
    required: list[str]


class Plan(BaseModel):
    """What a run will do; a pure function of request, sources and catalogue of stages. `digest` covers everything but the ids."""

    model_config = ConfigDict(frozen=True)

    tenant: str
    tables: list[PlannedTable]
    required: list[str] = Field(description="Stages whose failure, in any table, fails the job.")
    params: dict[str, dict[str, Any]]
    kpis: list[PlannedKpi]
    request_digest: str
    digest: str
    joint: JointPlan | None = None

    def kpis_of(self, place: str) -> list[PlannedKpi]:
        """The KPIs that run in the stage of this table, or over several (`joint`)."""
        return [kpi for kpi in self.kpis if kpi.place == place]

    def steps(self) -> list[tuple[str, str]]:
        """(table's label or `joint`, stage) of everything that will be done, in order."""
        found = [(table.label, stage) for table in self.tables for stage in table.stages]
        return [*found, *((JOINT, stage) for stage in (self.joint.stages if self.joint is not None else []))]

    def misses(self, stage: StageRun) -> bool:
        """Whether this end of a stage means that something required is missing: it failed, or was skipped because what it needs did."""
        required = self.required if stage.table != JOINT else self.joint.required if self.joint is not None else []
        is_lost = stage.state is StageState.FAILED or (stage.state is StageState.SKIPPED and stage.code == errors.STAGE_FAILED.code)
        return is_lost and stage.name in required


class StageRun(BaseModel):
    """One stage of one table in one job. Times are seconds and ISO 8601 in UTC."""

    table: str
    name: str
    state: StageState
    code: str | None = None
    reason: str | None = None
    started_at: str | None = None
    duration_s: float = 0.0
    rows: int | None = None


class Problem(BaseModel):
    """Why a job ended as it did."""

    code: str
    detail: str
    hint: str | None = None
    retryable: bool = False


class Job(BaseModel):
    """A job as callers see it."""

    id: str
    tenant: str
    state: JobState
    origin: str
    source_id: str
    retry_of: str | None = None
    run_id: str | None = None
    request: AnalyzeRequest
    plan: Plan
    problem: Problem | None = None
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None
    request_id: str | None = None
    traceparent: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    cancel_requested: bool = False
    manifest_sha256: str | None = None
    stages: list[StageRun] = []


class JobEvent(BaseModel):
    """One line of a job's history. Types: `job.accepted`, `job.started`, `stage.started`, `stage.finished`, `job.finished`."""

    sequence: int = Field(description="Grows with time; unique in an installation.")
    job_id: str
    type: str
    at: str
    data: dict[str, Any]
