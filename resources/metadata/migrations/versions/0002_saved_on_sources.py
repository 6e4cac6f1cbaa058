"""What a source keeps of the requests for it: KPIs, and the groups of tables that were analyzed together."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

document = sa.JSON(none_as_null=True)


def upgrade() -> None:
    op.add_column("source", sa.Column("kpis", document, nullable=False, server_default="[]"))
    op.add_column("source", sa.Column("table_groups", document, nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("source") as table:
        table.drop_column("table_groups")
        table.drop_column("kpis")
