"""What housekeeping must know of the store, and what it removes from it. It acts for the installation, so it looks across tenants.

A removal says again, in its statement, why it may: what was true when the facts were gathered may have changed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from resources.metadata.database import Database, repeatable
from resources.metadata.jobs import OPEN
from resources.metadata.schema import (
    artifact,
    computed_stage,
    idempotency_key,
    job,
    job_artifact,
    job_input,
    landing,
    lease,
    lineage_edge,
    outbox,
    source,
    stage_run,
    table_version,
)
from voyant_core.model.housekeeping import JobFact, OpenFact, SourceFact, StageFact, UploadFact, VersionFact
from voyant_core.model.job import Plan


class Housekeeping:
    def __init__(self, database: Database) -> None:
        self.database = database

    # -- facts: gathered in one transaction, which sees one state of the store

    def facts(self) -> tuple[list[SourceFact], list[UploadFact], list[VersionFact], list[JobFact], list[OpenFact], list[StageFact]]:
        with self.database.read() as connection:
            return (
                _sources(connection),
                [
                    UploadFact(*row)
                    for row in connection.execute(sa.select(landing.c.tenant, landing.c.id, landing.c.sha256, landing.c.created_at))
                ],
                _versions(connection),
                _ended_jobs(connection),
                _open_jobs(connection),
                _stages(connection),
            )

    def source_exists(self, tenant: str, slug: str) -> bool:
        with self.database.read() as connection:
            return connection.execute(sa.select(source.c.id).where(source.c.tenant == tenant, source.c.slug == slug)).first() is not None

    # -- removals

    @repeatable
    def remove_source(self, source_id: str, unused_since: str) -> bool:
        """Unless it was pinned or used since. Its tables' rows go with it."""
        with self.database.write() as connection:
            idle = (source.c.id == source_id, source.c.pinned.is_(False), source.c.updated_at < unused_since)
            if connection.execute(sa.delete(source).where(*idle)).rowcount != 1:
                return False
            connection.execute(sa.delete(table_version).where(table_version.c.source_id == source_id))
        return True

    @repeatable
    def remove_upload(self, upload_id: str) -> bool:
        with self.database.write() as connection:
            return connection.execute(sa.delete(landing).where(landing.c.id == upload_id)).rowcount == 1

    @repeatable
    def remove_version(self, version: VersionFact) -> bool:
        with self.database.write() as connection:
            chosen = {
                "tenant": version.tenant,
                "source_id": version.source_id,
                "table_name": version.table,
                "snapshot_id": version.snapshot_id,
            }
            return connection.execute(sa.delete(table_version).filter_by(**chosen)).rowcount == 1

    @repeatable
    def remove_job(self, job_id: str) -> bool:
        """An ended job with its stages, history, links and keys."""
        with self.database.write() as connection:
            if connection.execute(sa.delete(job).where(job.c.id == job_id, job.c.state.not_in(OPEN))).rowcount != 1:
                return False
            for table in (stage_run, job_input, job_artifact, outbox, idempotency_key):
                connection.execute(sa.delete(table).where(table.c.job_id == job_id))
        return True

    @repeatable
    def remove_stage(self, tenant: str, reuse_key: str) -> bool:
        """A computed stage that no job links to. Whoever is about to link it holds its row."""
        whole = (computed_stage.c.tenant == tenant, computed_stage.c.reuse_key == reuse_key)
        with self.database.write() as connection:
            connection.execute(sa.select(computed_stage.c.reuse_key).where(*whole).with_for_update())
            ours = (artifact.c.tenant == tenant, artifact.c.reuse_key == reuse_key)
            linked = sa.select(job_artifact.c.artifact_id).join(artifact, artifact.c.id == job_artifact.c.artifact_id).where(*ours)
            if connection.execute(linked.limit(1)).first() is not None:
                return False
            hashes = list(connection.execute(sa.select(artifact.c.sha256).where(*ours)).scalars())
            connection.execute(sa.delete(artifact).where(*ours))
            is_gone = connection.execute(sa.delete(computed_stage).where(*whole)).rowcount == 1
            _remove_lineage(connection, tenant, hashes)
        return is_gone

    @repeatable
    def remove_rows_before(self, keys_before: str, leases_before: float) -> int:
        """Idempotency keys and leases that have run out."""
        with self.database.write() as connection:
            keys = connection.execute(sa.delete(idempotency_key).where(idempotency_key.c.created_at < keys_before)).rowcount
            return keys + connection.execute(sa.delete(lease).where(lease.c.expires_at < leases_before)).rowcount

    def count_rows_before(self, keys_before: str, leases_before: float) -> int:
        with self.database.read() as connection:
            keys = connection.execute(sa.select(sa.func.count()).where(idempotency_key.c.created_at < keys_before)).scalar_one()
            return keys + connection.execute(sa.select(sa.func.count()).where(lease.c.expires_at < leases_before)).scalar_one()


def _sources(connection: sa.Connection) -> list[SourceFact]:
    """Last used: registered anew, or read by a job (which may have named another source first)."""
    used: dict[str, str] = {}
    inputs = sa.select(job_input.c.document, job.c.created_at).join(job, job.c.id == job_input.c.job_id)
    named = sa.select(job.c.source_id, sa.func.max(job.c.created_at)).group_by(job.c.source_id)
    reads = [(row[0]["source_id"], row[1]) for row in connection.execute(inputs)]
    for source_id, at in [*reads, *((row[0], row[1]) for row in connection.execute(named))]:
        used[source_id] = max(used.get(source_id, ""), at)
    columns = (source.c.tenant, source.c.id, source.c.slug, source.c.pinned, source.c.updated_at, source.c.landing, source.c.tables)
    return [
        SourceFact(row.tenant, row.id, row.slug, row.pinned, max(row.updated_at, used.get(row.id, "")), _landings(row.landing, row.tables))
        for row in connection.execute(sa.select(*columns))
    ]


def _landings(whole: dict[str, Any], tables: Iterable[dict[str, Any]]) -> frozenset[str]:
    return frozenset([whole["sha256"], *(table["landing"]["sha256"] for table in tables if table.get("landing"))])


def _versions(connection: sa.Connection) -> list[VersionFact]:
    """In the order of their making; `superseded_at` is when the next one of the table was made."""
    columns = (table_version.c.tenant, table_version.c.source_id, table_version.c.source, table_version.c.table_name)
    more = (table_version.c.snapshot_id, table_version.c.landing_sha256, table_version.c.created_at)
    rows = connection.execute(sa.select(*columns, *more).order_by(table_version.c.created_at, table_version.c.snapshot_id)).all()
    following: dict[tuple[str, str], str] = {}
    found: list[VersionFact] = []
    for tenant, source_id, slug, table, snapshot_id, sha, created_at in reversed(rows):
        found.append(VersionFact(tenant, source_id, slug, table, snapshot_id, sha, following.get((source_id, table))))
        following[(source_id, table)] = created_at
    return found[::-1]


def _ended_jobs(connection: sa.Connection) -> list[JobFact]:
    columns = (job.c.tenant, job.c.id, job.c.run_id, job.c.finished_at, job.c.manifest_sha256)
    return [JobFact(*row) for row in connection.execute(sa.select(*columns).where(job.c.state.not_in(OPEN)))]


def _open_jobs(connection: sa.Connection) -> list[OpenFact]:
    pinned: dict[str, list[tuple[str, str]]] = {}
    inputs = sa.select(job_input.c.job_id, job_input.c.document).join(job, job.c.id == job_input.c.job_id).where(job.c.state.in_(OPEN))
    for job_id, document in connection.execute(inputs):
        pinned.setdefault(job_id, []).append((document["table"], document["snapshot_id"]))
    found: list[OpenFact] = []
    for tenant, job_id, document in connection.execute(sa.select(job.c.tenant, job.c.id, job.c.plan).where(job.c.state.in_(OPEN))):
        tables = Plan.model_validate(document).tables
        landings = frozenset(sha for table in tables for sha in (table.landing.sha256, table.readable.sha256))
        found.append(OpenFact(tenant, frozenset(table.source_id for table in tables), landings, frozenset(pinned.get(job_id, []))))
    return found


def _stages(connection: sa.Connection) -> list[StageFact]:
    links = sa.select(job_artifact.c.artifact_id).distinct().subquery()
    joined = sa.join(artifact, links, links.c.artifact_id == artifact.c.id, isouter=True)
    rows = connection.execute(
        sa.select(artifact.c.tenant, artifact.c.reuse_key, artifact.c.sha256, links.c.artifact_id).select_from(joined)
    ).all()
    hashes: dict[tuple[str, str], set[str]] = {}
    linked: set[tuple[str, str]] = set()
    for tenant, key, sha, link in rows:
        hashes.setdefault((tenant, key), set()).add(sha)
        if link is not None:
            linked.add((tenant, key))
    computed = connection.execute(sa.select(computed_stage.c.tenant, computed_stage.c.reuse_key, computed_stage.c.created_at))
    return [StageFact(t, key, at, (t, key) in linked, frozenset(hashes.get((t, key), ()))) for t, key, at in computed]


def _remove_lineage(connection: sa.Connection, tenant: str, hashes: Sequence[str]) -> None:
    """Edges to artifacts that no longer exist."""
    for sha in set(hashes):
        if connection.execute(sa.select(artifact.c.id).where(artifact.c.tenant == tenant, artifact.c.sha256 == sha)).first() is None:
            urn = f"urn:voyant:{tenant}:artifact:{sha}"
            connection.execute(sa.delete(lineage_edge).where(lineage_edge.c.tenant == tenant, lineage_edge.c.downstream == urn))
