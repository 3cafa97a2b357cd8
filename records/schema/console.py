"""Who uses the staff console, and the record of what was changed."""

from datetime import datetime

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table

ROLES = "'administrator', 'supervisor', 'staff', 'mediator', 'message_editor', 'overflow_agent'"


class Account(Table):
    """A person who may log in. Without `password_hash`: invited, and not yet come."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(f"role IN ({ROLES})", "role"),
        CheckConstraint("email = lower(email)", "email"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    shortcuts: Mapped[bool]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), unique=True)
    """Who this is at the telephone."""
    password_hash: Mapped[str | None]
    totp_secret: Mapped[str | None]
    """Base32; checking a code needs it itself, not a digest of it."""
    totp_step: Mapped[int]
    """The last time step whose code was used."""
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]


class RecoveryCode(Table):
    """Opens once, in the place of a second factor that is lost."""

    __tablename__ = "recovery_code"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class ConsoleSession(Table):
    __tablename__ = "console_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    second_factor: Mapped[bool]
    """Whether one was shown."""
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Invitation(Table):
    """A link that opens once. Without an account it makes the first administrator's."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was used, or another took its place."""


class LoginTry(Table):
    """Somebody tries to log in, or failed to. `account`: a digest of the address typed, whether there is one or not."""

    __tablename__ = "login_try"
    __table_args__ = (
        Index("ix_login_try_account_at", "account", "at"),
        Index("ix_login_try_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    account: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))


class Change(Table):
    """Who changed what, from what to what: JSON objects of the fields that changed. Never changed itself."""

    __tablename__ = "change"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 and so on, without a gap."""
    at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by: Mapped[str]
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    previous: Mapped[str] = mapped_column(String(64))
    """The hash of the change before."""
    hash: Mapped[str] = mapped_column(String(64))


KEPT = "what was changed is kept as it was written"
TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER change_update BEFORE UPDATE ON change BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
        f"CREATE TRIGGER change_delete BEFORE DELETE ON change BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
        # INSERT OR REPLACE would take a row away without a word to the other two.
        "CREATE TRIGGER change_replace BEFORE INSERT ON change "
        "WHEN EXISTS (SELECT 1 FROM change WHERE number = NEW.number) "
        f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END",
    ),
    "postgresql": (
        f"CREATE FUNCTION keep_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{KEPT}'; END $$",
        "CREATE TRIGGER change_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON change "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_change()",
    ),
}
for _engine, _statements in TRIGGERS.items():
    for _statement in _statements:
        event.listen(Change.__table__, "after_create", DDL(_statement).execute_if(dialect=_engine))
