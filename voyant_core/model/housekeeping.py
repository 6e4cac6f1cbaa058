"""What housekeeping knows of a home, and what it decides to remove. Times of rows are ISO 8601 in UTC, of files seconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, Field


@dataclass(frozen=True, slots=True)
class SourceFact:
    """`landings` are the hashes of its bytes and of its tables' own."""

    tenant: str
    id: str
    slug: str
    is_pinned: bool
    last_used: str
    landings: frozenset[str]


@dataclass(frozen=True, slots=True)
class UploadFact:
    tenant: str
    id: str
    sha256: str
    created_at: str


@dataclass(frozen=True, slots=True)
class VersionFact:
    """`source` is the slug. `superseded_at` is None for a table's newest version."""

    tenant: str
    source_id: str
    source: str
    table: str
    snapshot_id: str
    landing_sha256: str
    superseded_at: str | None


@dataclass(frozen=True, slots=True)
class JobFact:
    """A job that has ended."""

    tenant: str
    id: str
    run_id: str | None
    finished_at: str | None
    manifest_sha256: str | None


@dataclass(frozen=True, slots=True)
class OpenFact:
    """A job that has not ended: what its plan reads. `pinned` are (table address, snapshot id)."""

    tenant: str
    source_ids: frozenset[str]
    landings: frozenset[str]
    pinned: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class StageFact:
    """A computed stage with the hashes of its artifacts. Linked: some job shows it."""

    tenant: str
    reuse_key: str
    created_at: str
    is_linked: bool
    objects: frozenset[str]


@dataclass(frozen=True, slots=True)
class FileFact:
    """A stored file. `name` is its hash where it is named by its content, else its path; `tenant` is empty for landings."""

    tenant: str
    name: str
    size_bytes: int
    stored_at: float


@dataclass(frozen=True, slots=True)
class Facts:
    """A home at one moment. `left` are files and folders of writers that may have died."""

    sources: list[SourceFact]
    uploads: list[UploadFact]
    versions: list[VersionFact]
    jobs: list[JobFact]
    open_jobs: list[OpenFact]
    stages: list[StageFact]
    landings: list[FileFact]
    objects: list[FileFact]
    left: list[FileFact]


@dataclass(frozen=True, slots=True)
class Removals:
    """What may go. Rows first, then files; what a removed row referred to is left to a later look."""

    sources: list[SourceFact]
    uploads: list[UploadFact]
    versions: list[VersionFact]
    jobs: list[JobFact]
    stages: list[StageFact]
    landings: list[FileFact]
    objects: list[FileFact]
    left: list[FileFact]


class Freed(BaseModel):
    """What a round of housekeeping removed, or would remove."""

    dry_run: bool
    counts: dict[str, int] = Field(default={}, description="How many of each kind.")
    bytes: int = 0
    is_complete: bool = Field(default=True, description="False: time ran out, and the next round goes on.")

    def add(self, kind: str, size_bytes: int = 0) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.bytes += size_bytes
