"""Overrides for one number, with an end and with words; holds of one number."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN_OVERRIDE = sa.text("ended_at IS NULL")
OPEN_HOLD = sa.text("ends_at IS NULL")


def upgrade() -> None:
    _rename("former_override")
    op.create_table(
        "override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
    )
    # `since` of an inactive one is when it was switched off.
    op.execute(
        'INSERT INTO override (name, number, "by", since, ended_at, note, words, sentences) '
        "SELECT name, '', \"by\", since, CASE WHEN active THEN NULL ELSE since END, note, '', '{}' FROM former_override"
    )
    op.drop_table("former_override")
    op.create_index(
        "one_open_override",
        "override",
        ["name", "number"],
        unique=True,
        sqlite_where=OPEN_OVERRIDE,
        postgresql_where=OPEN_OVERRIDE,
    )
    op.create_index("ix_override_ended_at", "override", ["ended_at"])
    op.add_column("hold", sa.Column("number", sa.String(length=16), nullable=False, server_default=""))
    with op.batch_alter_table("hold") as hold:
        hold.alter_column("number", existing_type=sa.String(length=16), server_default=None)
    op.drop_index("one_open_hold", "hold")
    _one_open_hold(["name", "number"])


def downgrade() -> None:
    op.drop_index("one_open_hold", "hold")
    op.execute("DELETE FROM hold WHERE number <> ''")
    op.drop_column("hold", "number")
    _one_open_hold(["name"])
    _rename("later_override")
    op.create_table(
        "override",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_override")),
    )
    op.execute(
        'INSERT INTO override (name, active, "by", since, note) '
        'SELECT name, ended_at IS NULL, "by", coalesce(ended_at, since), note FROM later_override WHERE id IN '
        "(SELECT max(id) FROM later_override WHERE number = '' AND name <> 'open' GROUP BY name)"
    )
    op.drop_table("later_override")


def _one_open_hold(columns: list[str]) -> None:
    op.create_index("one_open_hold", "hold", columns, unique=True, sqlite_where=OPEN_HOLD, postgresql_where=OPEN_HOLD)


def _rename(other: str) -> None:
    """Gives the table another name, and frees the name of its key, which PostgreSQL keeps."""
    op.rename_table("override", other)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {other} RENAME CONSTRAINT pk_override TO pk_{other}")
