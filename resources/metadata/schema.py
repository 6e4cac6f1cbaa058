"""Tables of the metadata store. Portable types only: the same schema runs on SQLite and Postgres.

Every row that belongs to somebody carries `tenant`; it is read and written through `resources.metadata.scope`. Times are ISO 8601 text in
UTC, so that they sort as text; `lease.expires_at` is seconds since 1970 because it is compared with a clock.
"""

from __future__ import annotations

import sqlalchemy as sa

HEAD = "0001"
"""The newest revision in `migrations/versions`; compared at start-up without importing Alembic."""

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

source = sa.Table(
    "source",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("tenant", sa.String(64), nullable=False),
    sa.Column("slug", sa.String(64), nullable=False),
    sa.Column("type", sa.String(32), nullable=False),
    sa.Column("uri", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("tables", sa.JSON, nullable=False),
    sa.Column("landing", sa.JSON, nullable=False),
    sa.Column("pinned", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.String(32), nullable=False),
    sa.Column("updated_at", sa.String(32), nullable=False),
    sa.UniqueConstraint("tenant", "uri"),
    sa.UniqueConstraint("tenant", "slug"),
)

landing = sa.Table(
    "landing",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("tenant", sa.String(64), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("file_name", sa.Text, nullable=False),
    sa.Column("created_at", sa.String(32), nullable=False),
)

table_version = sa.Table(
    "table_version",
    metadata,
    sa.Column("tenant", sa.String(64), primary_key=True),
    sa.Column("source_id", sa.String(64), primary_key=True),
    sa.Column("table_name", sa.String(64), primary_key=True),
    sa.Column("snapshot_id", sa.String(32), primary_key=True),
    sa.Column("source", sa.String(64), nullable=False),
    sa.Column("content_version", sa.String(32), nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("columns", sa.JSON, nullable=False),
    sa.Column("landing_sha256", sa.String(64), nullable=False),
    sa.Column("found", sa.JSON, nullable=False),
    sa.Column("created_at", sa.String(32), nullable=False),
)

job = sa.Table(
    "job",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("tenant", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("origin", sa.String(16), nullable=False),
    sa.Column("source_id", sa.String(64), nullable=False),
    sa.Column("retry_of", sa.String(64)),
    sa.Column("run_id", sa.String(64)),
    sa.Column("request", sa.JSON, nullable=False),
    sa.Column("plan", sa.JSON, nullable=False),
    sa.Column("problem", sa.JSON),
    sa.Column("manifest_sha256", sa.String(64)),
    sa.Column("created_at", sa.String(32), nullable=False),
    sa.Column("started_at", sa.String(32)),
    sa.Column("finished_at", sa.String(32)),
    sa.Column("request_id", sa.String(128)),
    sa.Column("traceparent", sa.String(128)),
    sa.Column("user_id", sa.String(128)),
    sa.Column("session_id", sa.String(128)),
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    sa.Index("ix_job_tenant_id", "tenant", "id"),
    sa.Index("ix_job_state", "state"),
    sa.Index("ix_job_run_id", "run_id"),
)

stage_run = sa.Table(
    "stage_run",
    metadata,
    sa.Column("job_id", sa.String(64), primary_key=True),
    sa.Column("table_name", sa.String(130), primary_key=True),
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("tenant", sa.String(64), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("code", sa.String(16)),
    sa.Column("reason", sa.Text),
    sa.Column("started_at", sa.String(32)),
    sa.Column("duration_s", sa.Float, nullable=False),
    sa.Column("rows", sa.BigInteger),
)

job_input = sa.Table(
    "job_input",
    metadata,
    sa.Column("job_id", sa.String(64), primary_key=True),
    sa.Column("table_name", sa.String(130), primary_key=True),
    sa.Column("tenant", sa.String(64), nullable=False),
    sa.Column("document", sa.JSON, nullable=False),
)

artifact = sa.Table(
    "artifact",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("tenant", sa.String(64), nullable=False),
    sa.Column("reuse_key", sa.String(80), nullable=False),
    sa.Column("file", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("media_type", sa.String(100), nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("content_version", sa.String(32), nullable=False),
    sa.Column("code_version", sa.String(32), nullable=False),
    sa.Column("created_at", sa.String(32), nullable=False),
    sa.UniqueConstraint("tenant", "reuse_key", "file"),
)

computed_stage = sa.Table(
    "computed_stage",
    metadata,
    sa.Column("tenant", sa.String(64), primary_key=True),
    sa.Column("reuse_key", sa.String(80), primary_key=True),
    sa.Column("told", sa.JSON, nullable=False),
    sa.Column("created_at", sa.String(32), nullable=False),
)

job_artifact = sa.Table(
    "job_artifact",
    metadata,
    sa.Column("job_id", sa.String(64), primary_key=True),
    sa.Column("name", sa.String(300), primary_key=True),
    sa.Column("tenant", sa.String(64), nullable=False),
    sa.Column("artifact_id", sa.String(64), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("asset_key", sa.JSON, nullable=False),
    sa.Column("run_id", sa.String(64), nullable=False),
    sa.Column("reused", sa.Boolean, nullable=False),
    sa.Index("ix_job_artifact_artifact_id", "artifact_id"),
)

lineage_edge = sa.Table(
    "lineage_edge",
    metadata,
    sa.Column("tenant", sa.String(64), primary_key=True),
    sa.Column("upstream", sa.String(400), primary_key=True),
    sa.Column("downstream", sa.String(400), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("job_id", sa.String(64), nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("tenant", sa.String(64), nullable=False),
    sa.Column("job_id", sa.String(64), nullable=False),
    sa.Column("type", sa.String(32), nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Index("ix_outbox_job_id_sequence", "job_id", "sequence"),
    sqlite_autoincrement=True,
)

idempotency_key = sa.Table(
    "idempotency_key",
    metadata,
    sa.Column("tenant", sa.String(64), primary_key=True),
    sa.Column("route", sa.String(64), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("body_digest", sa.String(80), nullable=False),
    sa.Column("job_id", sa.String(64), nullable=False),
    sa.Column("created_at", sa.String(32), nullable=False),
)

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("name", sa.String(300), primary_key=True),
    sa.Column("owner", sa.String(64), nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
)
