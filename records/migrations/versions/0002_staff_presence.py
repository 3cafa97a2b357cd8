"""Staff: rank, outside number, languages, presence. Switches, leases, and the place that a callback keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # In SQL: Alembic would write a check on an added column as a change of the table, which SQLite has not.
    op.execute(
        "ALTER TABLE person ADD COLUMN rank INTEGER DEFAULT 1 NOT NULL "
        "CONSTRAINT ck_person_rank CHECK (rank BETWEEN 1 AND 3)"
    )
    op.add_column("person", sa.Column("outside_number", sa.String(length=16), nullable=True))
    op.add_column("person", sa.Column("speaks", sa.Text(), server_default="", nullable=False))
    op.execute("UPDATE person SET speaks = language")
    op.add_column("request", sa.Column("place_since", MOMENT, nullable=True))
    op.create_table(
        "presence",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('out', 'ready', 'paused')", name=op.f("ck_presence_state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_presence_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_presence")),
    )
    # Whoever works here already is rung as before.
    op.execute(
        'INSERT INTO presence (person_id, state, reason, since, "by", version) '
        "SELECT id, 'ready', '', added_at, 'standardiste', 1 FROM person WHERE left_at IS NULL"
    )
    op.create_table(
        "switch",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_switch")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )


def downgrade() -> None:
    for table in ("lease", "switch", "presence"):
        op.drop_table(table)
    op.drop_column("request", "place_since")
    for column in ("speaks", "outside_number", "rank"):
        op.drop_column("person", column)
