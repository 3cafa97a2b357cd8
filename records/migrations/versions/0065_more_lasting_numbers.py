"""Every number that stands in an address of a page, or that people read out, is given once, also after a restore."""

from alembic import op

from records.database.autoincrement import count_on

revision = "0065"
down_revision = "0069"
branch_labels = None
depends_on = None

TABLES = (
    *("agent", "blackout_period", "centre_account", "console_user", "message_draft", "message_version"),
    *("request", "site_key"),
)


def upgrade() -> None:
    connection = op.get_bind()
    for table in TABLES:
        count_on(connection, table)
    count_on(connection, "plan_version", "version")


def downgrade() -> None:
    """The tables stay: version 0064 writes into them too."""
