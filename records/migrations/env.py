"""Run by Alembic with the connection that `records.database.migrate` hands over, inside its transaction."""

from alembic import context

from records.schema import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite changes a column by remaking its table
    transactional_ddl=True,
)
context.run_migrations()
