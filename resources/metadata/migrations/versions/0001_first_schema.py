"""The first schema: sources, tables, jobs, stages, artifacts, lineage, outbox, leases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
document = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.create_table(
        "artifact",
        sa.Column("id", text, nullable=False),
        sa.Column("tenant", text, nullable=False),
        sa.Column("reuse_key", text, nullable=False),
        sa.Column("file", text, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("media_type", text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", text, nullable=False),
        sa.Column("content_version", text, nullable=False),
        sa.Column("code_version", text, nullable=False),
        sa.Column("created_at", text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifact")),
        sa.UniqueConstraint("tenant", "reuse_key", "file", name=op.f("uq_artifact_tenant_reuse_key_file")),
    )
    op.create_table(
        "computed_stage",
        sa.Column("tenant", text, nullable=False),
        sa.Column("reuse_key", text, nullable=False),
        sa.Column("told", document, nullable=False),
        sa.Column("created_at", text, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "reuse_key", name=op.f("pk_computed_stage")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("tenant", text, nullable=False),
        sa.Column("route", text, nullable=False),
        sa.Column("key", text, nullable=False),
        sa.Column("body_digest", text, nullable=False),
        sa.Column("job_id", text, nullable=False),
        sa.Column("created_at", text, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "route", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "installation",
        sa.Column("home_id", text, nullable=False),
        sa.Column("created_at", text, nullable=False),
        sa.PrimaryKeyConstraint("home_id", name=op.f("pk_installation")),
    )
    op.create_table(
        "job",
        sa.Column("id", text, nullable=False),
        sa.Column("tenant", text, nullable=False),
        sa.Column("state", text, nullable=False),
        sa.Column("origin", text, nullable=False),
        sa.Column("source_id", text, nullable=False),
        sa.Column("retry_of", text, nullable=True),
        sa.Column("run_id", text, nullable=True),
        sa.Column("request", document, nullable=False),
        sa.Column("plan", document, nullable=False),
        sa.Column("problem", document, nullable=True),
        sa.Column("manifest_sha256", text, nullable=True),
        sa.Column("created_at", text, nullable=False),
        sa.Column("started_at", text, nullable=True),
        sa.Column("finished_at", text, nullable=True),
        sa.Column("request_id", text, nullable=True),
        sa.Column("traceparent", text, nullable=True),
        sa.Column("user_id", text, nullable=True),
        sa.Column("session_id", text, nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_run_id", "job", ["run_id"], unique=False)
    op.create_index("ix_job_state", "job", ["state"], unique=False)
    op.create_index("ix_job_tenant_id", "job", ["tenant", "id"], unique=False)
    op.create_table(
        "job_artifact",
        sa.Column("job_id", text, nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("tenant", text, nullable=False),
        sa.Column("artifact_id", text, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("asset_key", document, nullable=False),
        sa.Column("run_id", text, nullable=False),
        sa.Column("reused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "name", name=op.f("pk_job_artifact")),
    )
    op.create_index("ix_job_artifact_artifact_id", "job_artifact", ["artifact_id"], unique=False)
    op.create_table(
        "job_input",
        sa.Column("job_id", text, nullable=False),
        sa.Column("table_name", text, nullable=False),
        sa.Column("tenant", text, nullable=False),
        sa.Column("document", document, nullable=False),
        sa.PrimaryKeyConstraint("job_id", "table_name", name=op.f("pk_job_input")),
    )
    op.create_table(
        "landing",
        sa.Column("id", text, nullable=False),
        sa.Column("tenant", text, nullable=False),
        sa.Column("sha256", text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("file_name", text, nullable=False),
        sa.Column("created_at", text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_landing")),
    )
    op.create_table(
        "lease",
        sa.Column("name", text, nullable=False),
        sa.Column("owner", text, nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "lineage_edge",
        sa.Column("tenant", text, nullable=False),
        sa.Column("upstream", text, nullable=False),
        sa.Column("downstream", text, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("job_id", text, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "upstream", "downstream", name=op.f("pk_lineage_edge")),
    )
    op.create_table(
        "outbox",
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("tenant", text, nullable=False),
        sa.Column("job_id", text, nullable=False),
        sa.Column("type", text, nullable=False),
        sa.Column("at", text, nullable=False),
        sa.Column("data", document, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_outbox")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_job_id_sequence", "outbox", ["job_id", "sequence"], unique=False)
    op.create_table(
        "source",
        sa.Column("id", text, nullable=False),
        sa.Column("tenant", text, nullable=False),
        sa.Column("slug", text, nullable=False),
        sa.Column("type", text, nullable=False),
        sa.Column("uri", text, nullable=False),
        sa.Column("uri_sha256", text, nullable=False),
        sa.Column("title", text, nullable=False),
        sa.Column("tables", document, nullable=False),
        sa.Column("landing", document, nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("created_at", text, nullable=False),
        sa.Column("updated_at", text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("tenant", "slug", name=op.f("uq_source_tenant_slug")),
        sa.UniqueConstraint("tenant", "uri_sha256", name=op.f("uq_source_tenant_uri_sha256")),
    )
    op.create_table(
        "stage_run",
        sa.Column("job_id", text, nullable=False),
        sa.Column("table_name", text, nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("tenant", text, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", text, nullable=False),
        sa.Column("code", text, nullable=True),
        sa.Column("reason", text, nullable=True),
        sa.Column("started_at", text, nullable=True),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", "table_name", "name", name=op.f("pk_stage_run")),
    )
    op.create_table(
        "table_version",
        sa.Column("tenant", text, nullable=False),
        sa.Column("source_id", text, nullable=False),
        sa.Column("table_name", text, nullable=False),
        sa.Column("snapshot_id", text, nullable=False),
        sa.Column("source", text, nullable=False),
        sa.Column("content_version", text, nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("columns", document, nullable=False),
        sa.Column("landing_sha256", text, nullable=False),
        sa.Column("found", document, nullable=False),
        sa.Column("created_at", text, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "source_id", "table_name", "snapshot_id", name=op.f("pk_table_version")),
    )


def downgrade() -> None:
    op.drop_table("table_version")
    op.drop_table("stage_run")
    op.drop_table("source")
    op.drop_index("ix_outbox_job_id_sequence", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("lineage_edge")
    op.drop_table("lease")
    op.drop_table("landing")
    op.drop_table("job_input")
    op.drop_index("ix_job_artifact_artifact_id", table_name="job_artifact")
    op.drop_table("job_artifact")
    op.drop_index("ix_job_tenant_id", table_name="job")
    op.drop_index("ix_job_state", table_name="job")
    op.drop_index("ix_job_run_id", table_name="job")
    op.drop_table("job")
    op.drop_table("installation")
    op.drop_table("idempotency_key")
    op.drop_table("computed_stage")
    op.drop_table("artifact")
