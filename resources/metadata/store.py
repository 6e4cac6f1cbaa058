"""The metadata store: repositories by tenant, leases, and the few questions that span tenants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from resources.metadata.artifacts import ArtifactRepository
from resources.metadata.database import Database, repeatable
from resources.metadata.housekeeping import Housekeeping
from resources.metadata.jobs import OPEN, JobRepository
from resources.metadata.leases import Leases
from resources.metadata.schema import installation, job, source
from resources.metadata.sources import SourceRepository
from voyant_core import clock


@dataclass(frozen=True, slots=True)
class OpenJob:
    tenant: str
    job_id: str
    run_id: str | None
    cancel_requested: bool


_SHOWN = (
    source.c.id, source.c.tenant, source.c.slug, source.c.type, source.c.title, source.c.uri, source.c.tables, source.c.table_groups,
)  # fmt: skip
"""What the graph needs of a source."""


class MetadataStore:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.leases = Leases(database)

    @property
    def housekeeping(self) -> Housekeeping:
        return Housekeeping(self.database)

    def sources(self, tenant: str) -> SourceRepository:
        return SourceRepository(self.database, tenant)

    def jobs(self, tenant: str) -> JobRepository:
        return JobRepository(self.database, tenant)

    def artifacts(self, tenant: str) -> ArtifactRepository:
        return ArtifactRepository(self.database, tenant)

    @repeatable
    def claim(self, home_id: str) -> str:
        """The home whose records these are: `home_id`, unless another one was first."""
        with self.database.write() as connection:
            self.database.serialize(connection, "installation")
            owner = connection.execute(sa.select(installation.c.home_id)).scalar()
            if owner is None:
                connection.execute(sa.insert(installation).values(home_id=home_id, created_at=clock.now()))
            return owner or home_id

    # The graph, the reaper and recovery act for the installation, not for a caller: they alone may look across tenants.

    def registry_rows(self) -> list[dict[str, Any]]:
        """Every source as the graph needs it: id, tenant, slug, type, title, uri, and its tables' names and columns."""
        with self.database.read() as connection:
            rows = connection.execute(sa.select(*_SHOWN).order_by(source.c.tenant, source.c.slug)).mappings().all()
        return [dict(row) for row in rows]

    def source_row(self, source_id: str) -> dict[str, Any] | None:
        with self.database.read() as connection:
            row = connection.execute(sa.select(*_SHOWN).where(source.c.id == source_id)).mappings().first()
        return None if row is None else dict(row)

    def tenant_of_job(self, job_id: str) -> str | None:
        with self.database.read() as connection:
            return connection.execute(sa.select(job.c.tenant).where(job.c.id == job_id)).scalar()

    def job_of_run(self, run_id: str) -> tuple[str, str] | None:
        """(tenant, job id) of a Dagster run."""
        with self.database.read() as connection:
            row = connection.execute(sa.select(job.c.tenant, job.c.id).where(job.c.run_id == run_id)).first()
        return None if row is None else (row[0], row[1])

    def open_jobs(self) -> list[OpenJob]:
        """Every job without a final state, oldest first."""
        columns = (job.c.tenant, job.c.id, job.c.run_id, job.c.cancel_requested)
        with self.database.read() as connection:
            rows = connection.execute(sa.select(*columns).where(job.c.state.in_(OPEN)).order_by(job.c.id)).all()
        return [OpenJob(*row) for row in rows]

    def job_counts(self) -> dict[str, int]:
        """How many jobs are in each state."""
        with self.database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(sa.select(job.c.state, sa.func.count()).group_by(job.c.state))}
