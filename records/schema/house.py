"""Who works here, what is decided by hand, and who alone may do what."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import Table


class Person(Table):
    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(String(8))
    added_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    rank: Mapped[int] = mapped_column(CheckConstraint("rank BETWEEN 1 AND 3", "rank"), server_default=text("1"))
    outside_number: Mapped[str | None] = mapped_column(String(16))
    speaks: Mapped[str] = mapped_column(server_default="")
    """Languages for callers, such as "fr,en"."""


class Presence(Table):
    """Whether calls are offered to a person: desired here, in force at Asterisk since `applied_at`."""

    __tablename__ = "presence"
    __table_args__ = (CheckConstraint("state IN ('out', 'ready', 'paused')", "state"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str]
    since: Mapped[datetime]
    by: Mapped[str]
    version: Mapped[int]
    applied_at: Mapped[datetime | None]


class Switch(Table):
    """What somebody decides for the whole house, by hand, until somebody decides otherwise."""

    __tablename__ = "switch"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    on: Mapped[bool]
    by: Mapped[str]
    since: Mapped[datetime]
    note: Mapped[str]


class Lease(Table):
    """Who alone may do something, until when."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    holder: Mapped[str]
    expires_at: Mapped[datetime]


class PhoneAccount(Table):
    """A SIP account made in advance; Asterisk needs the password itself, not a digest of it."""

    __tablename__ = "phone_account"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    password: Mapped[str]
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"), unique=True)


class Cursor(Table):
    """How far a log outside the base has been read into it."""

    __tablename__ = "cursor"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
