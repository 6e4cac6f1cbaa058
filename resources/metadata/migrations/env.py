"""Alembic's entry: always on the connection that `Database.upgrade` hands over, so one transaction covers all revisions."""

from alembic import context

from resources.metadata.schema import VERSION_TABLE, metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
context.run_migrations()
