"""Users of the console, and the record of changes."""

from datetime import date, datetime

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import LASTING_NUMBERS, Table
from routing.access.pins import MAX_WRONG_PINS

ROLES = "'administrator', 'supervisor', 'staff', 'mediator', 'message_editor'"


class User(Table):
    """A person who may log in. Without `password_hash` they were invited and have not come yet."""

    __tablename__ = "console_user"
    __table_args__ = (
        CheckConstraint(f"role IN ({ROLES})", "role"),
        CheckConstraint("email = lower(email)", "email"),
        LASTING_NUMBERS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    shortcuts: Mapped[bool]
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), unique=True)
    """The agent that this user is."""
    password_hash: Mapped[str | None]
    totp_secret: Mapped[str | None]
    """Base32. Checking a code needs the secret itself, not a hash of it."""
    totp_step: Mapped[int]
    """The last time step whose code was used."""
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]
    earlier_role: Mapped[str | None] = mapped_column(String(16))
    """The role before the present one, until the user has been told."""
    request_mails: Mapped[str] = mapped_column(String(20), server_default="nothing")
    """Which mails about requests they get (records/requests/notices.py)."""


class RecoveryCode(Table):
    """A code that logs in once, in place of a lost second factor."""

    __tablename__ = "recovery_code"

    user_id: Mapped[int] = mapped_column(ForeignKey("console_user.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class ConsoleSession(Table):
    __tablename__ = "console_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("console_user.id"), index=True)
    second_factor: Mapped[bool]
    """Whether the second factor was verified."""
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class UserLogin(Table):
    """A day (UTC) on which a user logged in completely; sessions themselves do not last a day."""

    __tablename__ = "user_login"

    day: Mapped[date] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("console_user.id"), primary_key=True)


class Invitation(Table):
    """A link that works once. Without a user it creates the first administrator.

    `purpose`: "invitation" for a link that an administrator gives, "password" for one after a forgotten password.
    """

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("console_user.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was used or replaced."""
    purpose: Mapped[str] = mapped_column(String(16), server_default="invitation")


class LoginAttempt(Table):
    """An attempt to log in. `email_hash` is a hash of the address typed, whether a user has it or not."""

    __tablename__ = "login_attempt"
    __table_args__ = (
        Index("ix_login_attempt_email_hash_at", "email_hash", "at"),
        Index("ix_login_attempt_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    email_hash: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))


class PhonePin(Table):
    """The PIN of a user on the staff line. `wrong_attempts`: wrong ones in a row; MAX_WRONG_PINS lock the PIN."""

    __tablename__ = "phone_pin"
    __table_args__ = (CheckConstraint(f"wrong_attempts BETWEEN 0 AND {MAX_WRONG_PINS}", "wrong_attempts"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("console_user.id"), primary_key=True)
    hash: Mapped[str]
    chosen_at: Mapped[datetime]
    wrong_attempts: Mapped[int]


class Change(Table):
    """Who changed what, from what to what: JSON objects of the fields that changed. Never changed itself."""

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_kind_number", "kind", "number"),
        Index("ix_change_user_id_number", "user_id", "number"),
        Index("ix_change_subject_number", "subject", "number"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 and so on, without a gap."""
    at: Mapped[datetime] = mapped_column(index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("console_user.id"))
    by: Mapped[str]
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    previous: Mapped[str] = mapped_column(String(64))
    """The hash of the change before."""
    hash: Mapped[str] = mapped_column(String(64))


class ChangeValue(Table):
    """What a change of a contact card said before and after: beside the change, so that it can be erased.

    The change itself holds the names of the fields and a keyed digest of these values.
    """

    __tablename__ = "change_value"

    change_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """No foreign key: PostgreSQL would refuse to truncate the log before its trigger can say why."""
    field: Mapped[str] = mapped_column(String(16), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    before: Mapped[str]
    after: Mapped[str]


CHANGES_ARE_APPEND_ONLY = "what was changed is kept as it was written"
"""The error of the triggers."""
_ABORT = f"BEGIN SELECT RAISE(ABORT, '{CHANGES_ARE_APPEND_ONLY}'); END"
TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER change_update BEFORE UPDATE ON change {_ABORT}",
        f"CREATE TRIGGER change_delete BEFORE DELETE ON change {_ABORT}",
        # INSERT OR REPLACE would remove a row without firing the other two.
        "CREATE TRIGGER change_replace BEFORE INSERT ON change "
        f"WHEN EXISTS (SELECT 1 FROM change WHERE number = NEW.number) {_ABORT}",
    ),
    "postgresql": (
        "CREATE FUNCTION keep_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{CHANGES_ARE_APPEND_ONLY}'; END $$",
        "CREATE TRIGGER change_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON change "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_change()",
    ),
}
for _engine, _statements in TRIGGERS.items():
    for _statement in _statements:
        event.listen(Change.__table__, "after_create", DDL(_statement).execute_if(dialect=_engine))  # type: ignore[no-untyped-call]
