"""What a source keeps of the requests for it: KPIs, and the groups of tables that were analyzed together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from resources.metadata.columns import Document

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("kpis", Document, nullable=False, server_default="[]"))
    op.add_column("source", sa.Column("table_groups", Document, nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("source") as table:
        table.drop_column("table_groups")
        table.drop_column("kpis")
