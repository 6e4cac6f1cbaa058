"""Artifact rows of one tenant: what was computed, which job links to it, and the lineage between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from resources.metadata.schema import artifact, computed_stage, job_artifact, lineage_edge
from resources.metadata.scope import TenantScope
from voyant_core import clock, errors, ids
from voyant_core.hints import Hint
from voyant_core.model.artifact import Artifact, ArtifactKind, ManifestArtifact
from voyant_core.model.lineage import LineageEdge


@dataclass(frozen=True, slots=True)
class Computed:
    """One stored file of a computed stage."""

    file: str
    kind: ArtifactKind
    media_type: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class NewStage:
    """A stage that was computed: its files, what it told beside them (JSON), and of which versions."""

    files: Sequence[Computed]
    told: dict[str, Any]
    content_version: str
    code_version: str


@dataclass(frozen=True, slots=True)
class Link:
    """How a job uses a computed stage: `label` goes before the file's name."""

    job_id: str
    label: str
    asset_key: list[str]
    run_id: str
    reused: bool


class ArtifactRepository(TenantScope):
    def told(self, reuse_key: str) -> dict[str, Any] | None:
        """What the stage run with this key told beside its files; None when it was never computed."""
        with self.database.read() as connection:
            query = self.select(computed_stage, computed_stage.c.told).where(computed_stage.c.reuse_key == reuse_key)
            return connection.execute(query).scalar()

    def computed(self, reuse_key: str) -> list[Computed]:
        """The files of the stage run with this key."""
        with self.database.read() as connection:
            rows = self._files(connection, reuse_key)
            return [Computed(r["file"], ArtifactKind(r["kind"]), r["media_type"], r["size_bytes"], r["sha256"]) for r in rows]

    def _files(self, connection: sa.Connection, reuse_key: str) -> Sequence[sa.RowMapping]:
        query = self.select(artifact).where(artifact.c.reuse_key == reuse_key).order_by(artifact.c.file)
        return connection.execute(query).mappings().all()

    def add(self, connection: sa.Connection, reuse_key: str, stage: NewStage) -> None:
        """Remember a computed stage. When an equal one was stored meanwhile, that one stays, and housekeeping waits until it is linked."""
        while not self.insert_once(connection, computed_stage, reuse_key=reuse_key, told=stage.told, created_at=clock.now()):
            kept = self.select(computed_stage, computed_stage.c.reuse_key).where(computed_stage.c.reuse_key == reuse_key)
            if connection.execute(kept.with_for_update(read=True)).first() is not None:
                return
        versions = {"content_version": stage.content_version, "code_version": stage.code_version, "created_at": clock.now()}
        for file in stage.files:
            row = {"id": f"art_{ids.ulid()}", "file": file.file, "kind": str(file.kind), "media_type": file.media_type}
            row |= {"size_bytes": file.size_bytes, "sha256": file.sha256}
            connection.execute(self.insert(artifact, reuse_key=reuse_key, **versions, **row))

    def link(self, connection: sa.Connection, reuse_key: str, link: Link) -> list[Artifact]:
        """Link the files of a computed stage to a job, in the order of their names."""
        position = connection.execute(self.select(job_artifact, sa.func.count()).where(job_artifact.c.job_id == link.job_id)).scalar_one()
        linked: list[Artifact] = []
        for offset, row in enumerate(self._files(connection, reuse_key)):
            name = f"{link.label}/{row['file']}"
            values = {"job_id": link.job_id, "name": name, "artifact_id": row["id"], "position": position + offset}
            values |= {"asset_key": link.asset_key, "run_id": link.run_id, "reused": link.reused}
            self.insert_once(connection, job_artifact, **values)
            linked.append(
                Artifact(name=name, kind=row["kind"], media_type=row["media_type"], size_bytes=row["size_bytes"], sha256=row["sha256"])
            )
        return linked

    def of_job(self, job_id: str, name: str | None = None) -> list[ManifestArtifact]:
        """What the job links to, in order; with `name` only that one."""
        joined = sa.join(job_artifact, artifact, sa.and_(artifact.c.id == job_artifact.c.artifact_id, artifact.c.tenant == self.tenant))
        query = self.select(job_artifact, *job_artifact.c, *(c for c in artifact.c if c.name not in job_artifact.c)).select_from(joined)
        with self.database.read() as connection:
            chosen = query.where(job_artifact.c.job_id == job_id)
            chosen = chosen if name is None else chosen.where(job_artifact.c.name == name)
            rows = connection.execute(chosen.order_by(job_artifact.c.position)).mappings().all()
        return [
            ManifestArtifact(
                name=row["name"],
                kind=row["kind"],
                media_type=row["media_type"],
                size_bytes=row["size_bytes"],
                sha256=row["sha256"],
                uri=f"voyant://{self.tenant}/{job_id}/{row['name']}",
                href=f"/v1/artifacts/{job_id}/{row['name']}",
                asset_key=row["asset_key"],
                run_id=row["run_id"],
                content_version=row["content_version"],
                code_version=row["code_version"],
                reused=row["reused"],
            )
            for row in rows
        ]

    def named(self, job_id: str, name: str) -> ManifestArtifact:
        found = next(iter(self.of_job(job_id, name)), None)
        if found is None:
            raise errors.VoyantError(
                errors.ARTIFACT_NOT_FOUND,
                f"The job {job_id} has no artifact {name[:120]!r}.",
                hint=Hint.ARTIFACTS.of(job_id),
            )
        return found

    def add_lineage(self, connection: sa.Connection, edges: Sequence[LineageEdge]) -> None:
        for edge in edges:
            self.insert_once(connection, lineage_edge, **edge.model_dump())

    def lineage(self, urn: str) -> list[LineageEdge]:
        """The edges that touch `urn`, both ways."""
        query = self.select(lineage_edge).where(sa.or_(lineage_edge.c.upstream == urn, lineage_edge.c.downstream == urn))
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(lineage_edge.c.upstream, lineage_edge.c.downstream)).mappings().all()
        return [LineageEdge.model_validate({key: row[key] for key in ("upstream", "downstream", "kind", "job_id")}) for row in rows]
