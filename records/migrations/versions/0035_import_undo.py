"""A row of an import says what it has added to its card, so that the import can be undone."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contact_import_row", sa.Column("added", sa.Text(), nullable=True))


def downgrade() -> None:
    op.execute("UPDATE contact_import SET state = 'done' WHERE state IN ('undoing', 'undone')")
    op.execute("DELETE FROM contact_import_row WHERE outcome IN ('removed', 'taken_back', 'kept')")
    op.drop_column("contact_import_row", "added")
