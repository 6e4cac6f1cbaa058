"""Artifacts and the manifest `voyant.manifest/1`."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from voyant_core.canonical import content_digest


class ArtifactKind(StrEnum):
    PROFILE = "profile"
    QUALITY = "quality"
    DRIFT = "drift"
    KPI = "kpi"
    RELATIONSHIPS = "relationships"
    FORECAST = "forecast"
    REGRESSION = "regression"
    ANOMALY = "anomaly"
    CHART = "chart"
    NARRATIVE = "narrative"
    REPORT = "report"


class Artifact(BaseModel):
    """An immutable output of a stage run. `name` is `<table>/<file>` (`joint/<file>` over several tables), unique within a job."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: ArtifactKind
    media_type: str
    size_bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class ManifestInput(BaseModel):
    """What a job read: one table at one snapshot."""

    source_id: str
    table: str = Field(description="Table address, `tenant__source.table`.")
    snapshot_id: str
    content_version: str
    rows: int
    landing_sha256: str = Field(description="Hash of the bytes that the source gave: compare it with the file's own.")
    part_sha256: str | None = Field(default=None, description="Hash of the table's own bytes, where they were taken out of a container.")
    engine: str
    engine_reason: str


class ManifestArtifact(Artifact):
    uri: str
    href: str
    asset_key: list[str]
    run_id: str
    content_version: str
    code_version: str
    reused: bool


class ManifestStage(BaseModel):
    table: str
    name: str
    state: str
    code: str | None = None
    reason: str | None = None
    duration_s: float


class ManifestRequest(BaseModel):
    digest: str
    preset: str | None = None


class Manifest(BaseModel):
    """The list of a job's artifacts plus what it was made from."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    format: Literal["voyant.manifest/1"] = Field(default="voyant.manifest/1", alias="schema")
    job_id: str
    tenant: str
    state: str
    retry_of: str | None = None
    request: ManifestRequest
    created_at: str
    inputs: list[ManifestInput]
    artifacts: list[ManifestArtifact]
    stages: list[ManifestStage]
    content_digest: str

    @staticmethod
    def digest_of(artifacts: list[ManifestArtifact]) -> str:
        return content_digest((artifact.name, artifact.sha256) for artifact in artifacts)
