"""Tables of the metadata store. Portable types only: the same schema runs on SQLite and Postgres.

Text has no length: SQLite would not hold it to one, and PostgreSQL would fail. What is part of a key is bounded where it enters; a source's
URI, which is not, is unique by its hash, since an index takes 2.7 kB at most.

Every row that belongs to somebody carries `tenant`; it is read and written through `resources.metadata.scope`. Times are ISO 8601 text in
UTC, so that they sort as text; `lease.expires_at` is seconds since 1970 because it is compared with a clock.
"""

from __future__ import annotations

import sqlalchemy as sa

from resources.metadata.columns import Document, Words

VERSION_TABLE = "voyant_version"  # Alembic's usual name belongs to Dagster, which may share the database
HEAD = "0002"
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
    sa.Column("id", Words, primary_key=True),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("slug", Words, nullable=False),
    sa.Column("type", Words, nullable=False),
    sa.Column("uri", Words, nullable=False),
    sa.Column("uri_sha256", Words, nullable=False),
    sa.Column("title", Words, nullable=False),
    sa.Column("tables", Document, nullable=False),
    sa.Column("landing", Document, nullable=False),
    sa.Column("pinned", sa.Boolean, nullable=False),
    sa.Column("created_at", Words, nullable=False),
    sa.Column("updated_at", Words, nullable=False),
    sa.Column("kpis", Document, nullable=False, server_default="[]"),
    sa.Column("table_groups", Document, nullable=False, server_default="[]"),
    sa.UniqueConstraint("tenant", "uri_sha256"),
    sa.UniqueConstraint("tenant", "slug"),
)

landing = sa.Table(
    "landing",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("sha256", Words, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("file_name", Words, nullable=False),
    sa.Column("created_at", Words, nullable=False),
)

table_version = sa.Table(
    "table_version",
    metadata,
    sa.Column("tenant", Words, primary_key=True),
    sa.Column("source_id", Words, primary_key=True),
    sa.Column("table_name", Words, primary_key=True),
    sa.Column("snapshot_id", Words, primary_key=True),
    sa.Column("source", Words, nullable=False),
    sa.Column("content_version", Words, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("columns", Document, nullable=False),
    sa.Column("landing_sha256", Words, nullable=False),
    sa.Column("found", Document, nullable=False),
    sa.Column("created_at", Words, nullable=False),
)

job = sa.Table(
    "job",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("state", Words, nullable=False),
    sa.Column("origin", Words, nullable=False),
    sa.Column("source_id", Words, nullable=False),
    sa.Column("retry_of", Words),
    sa.Column("run_id", Words),
    sa.Column("request", Document, nullable=False),
    sa.Column("plan", Document, nullable=False),
    sa.Column("problem", Document),
    sa.Column("manifest_sha256", Words),
    sa.Column("created_at", Words, nullable=False),
    sa.Column("started_at", Words),
    sa.Column("finished_at", Words),
    sa.Column("request_id", Words),
    sa.Column("traceparent", Words),
    sa.Column("user_id", Words),
    sa.Column("session_id", Words),
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    sa.Index("ix_job_tenant_id", "tenant", "id"),
    sa.Index("ix_job_state", "state"),
    sa.Index("ix_job_run_id", "run_id"),
)

stage_run = sa.Table(
    "stage_run",
    metadata,
    sa.Column("job_id", Words, primary_key=True),
    sa.Column("table_name", Words, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("state", Words, nullable=False),
    sa.Column("code", Words),
    sa.Column("reason", Words),
    sa.Column("started_at", Words),
    sa.Column("duration_s", sa.Float, nullable=False),
    sa.Column("rows", sa.BigInteger),
)

job_input = sa.Table(
    "job_input",
    metadata,
    sa.Column("job_id", Words, primary_key=True),
    sa.Column("table_name", Words, primary_key=True),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("document", Document, nullable=False),
)

artifact = sa.Table(
    "artifact",
    metadata,
    sa.Column("id", Words, primary_key=True),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("reuse_key", Words, nullable=False),
    sa.Column("file", Words, nullable=False),
    sa.Column("kind", Words, nullable=False),
    sa.Column("media_type", Words, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("sha256", Words, nullable=False),
    sa.Column("content_version", Words, nullable=False),
    sa.Column("code_version", Words, nullable=False),
    sa.Column("created_at", Words, nullable=False),
    sa.UniqueConstraint("tenant", "reuse_key", "file"),
)

computed_stage = sa.Table(
    "computed_stage",
    metadata,
    sa.Column("tenant", Words, primary_key=True),
    sa.Column("reuse_key", Words, primary_key=True),
    sa.Column("told", Document, nullable=False),
    sa.Column("created_at", Words, nullable=False),
)

job_artifact = sa.Table(
    "job_artifact",
    metadata,
    sa.Column("job_id", Words, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("artifact_id", Words, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("asset_key", Document, nullable=False),
    sa.Column("run_id", Words, nullable=False),
    sa.Column("reused", sa.Boolean, nullable=False),
    sa.Index("ix_job_artifact_artifact_id", "artifact_id"),
)

lineage_edge = sa.Table(
    "lineage_edge",
    metadata,
    sa.Column("tenant", Words, primary_key=True),
    sa.Column("upstream", Words, primary_key=True),
    sa.Column("downstream", Words, primary_key=True),
    sa.Column("kind", Words, nullable=False),
    sa.Column("job_id", Words, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("tenant", Words, nullable=False),
    sa.Column("job_id", Words, nullable=False),
    sa.Column("type", Words, nullable=False),
    sa.Column("at", Words, nullable=False),
    sa.Column("data", Document, nullable=False),
    sa.Index("ix_outbox_job_id_sequence", "job_id", "sequence"),
    sqlite_autoincrement=True,
)

idempotency_key = sa.Table(
    "idempotency_key",
    metadata,
    sa.Column("tenant", Words, primary_key=True),
    sa.Column("route", Words, primary_key=True),
    sa.Column("key", Words, primary_key=True),
    sa.Column("body_digest", Words, nullable=False),
    sa.Column("job_id", Words, nullable=False),
    sa.Column("created_at", Words, nullable=False),
)

installation = sa.Table(
    "installation",
    metadata,
    sa.Column("home_id", Words, primary_key=True),
    sa.Column("created_at", Words, nullable=False),
)

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("owner", Words, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),
)
