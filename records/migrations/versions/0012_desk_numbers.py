"""A SIP account has a desk number, which its name contained before: p07 is the account of the desk 07."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sip_account", sa.Column("desk", sa.String(length=4), server_default="", nullable=False))
    connection = op.get_bind()
    names = connection.execute(sa.text("SELECT name FROM sip_account ORDER BY name")).scalars().all()
    desks = {name: name[1:] for name in names if len(name) == 3 and name[0] == "p" and name[1:].isdecimal()}
    free = (f"{number:02}" for number in range(1, len(names) + 100) if f"{number:02}" not in set(desks.values()))
    for name in names:
        desk = desks.get(name) or next(free)
        connection.execute(
            sa.text("UPDATE sip_account SET desk = :desk WHERE name = :name"), {"desk": desk, "name": name}
        )
    op.create_index("ix_sip_account_desk", "sip_account", ["desk"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_sip_account_desk", "sip_account")
    op.drop_column("sip_account", "desk")
