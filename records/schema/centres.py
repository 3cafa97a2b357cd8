"""Calls that were handed over to overflow centres, and what these have sent about them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import LASTING_NUMBERS, Table


class Handoff(Table):
    """One call to one centre: it was dialled, and may have answered."""

    __tablename__ = "handoff"
    __table_args__ = (
        UniqueConstraint("reference", "centre"),
        Index("ix_handoff_centre_dialled_at", "centre", "dialled_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(64))
    """Random; until version 0.2 that of the call, which the centres tried in turn shared."""
    call_ref: Mapped[str] = mapped_column(ForeignKey("call.ref"), index=True)
    centre: Mapped[str] = mapped_column(String(32))
    """The name of a centre of the plan; it stays when the plan drops the centre."""
    dialled_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    """When it ended without an answer that counts: busy, nobody, or no voice; the call went on elsewhere."""
    left_at: Mapped[datetime | None]
    """When the centre hung up, where the call went on after that."""
    is_anonymous: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The call was purged or its caller erased: nothing personal is stored about it any more."""


class HandoffOutcome(Table):
    """What the centre said became of the call; the last one counts, those before it were corrected."""

    __tablename__ = "handoff_outcome"

    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoff.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(32))
    """The name of an outcome of the plan; it stays when the plan drops it."""
    note: Mapped[str | None]
    at: Mapped[datetime]
    by: Mapped[str]


class CentreDay(Table):
    """The counts of the calls that a centre was given on one day (routing/centres/day_counts.py)."""

    __tablename__ = "centre_day"

    centre: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    timezone: Mapped[str] = mapped_column(String(64))
    """By whose clock the day begins and ends."""
    sent: Mapped[int]
    abandoned: Mapped[int]
    not_taken: Mapped[int]
    missing: Mapped[int]
    talk_ms: Mapped[int] = mapped_column(BigInteger)
    rings: Mapped[dict[str, Any]]
    """How many calls were answered after so many seconds; the seconds are text, as the names of JSON are."""
    talks: Mapped[dict[str, Any]]


class CentreDayChange(Table):
    """A hand-off of the moment `at` has changed: a count of its day that was kept before does not hold."""

    __tablename__ = "centre_day_change"
    __table_args__ = (Index("ix_centre_day_change_centre_at", "centre", "at"), LASTING_NUMBERS)

    id: Mapped[int] = mapped_column(primary_key=True)
    centre: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]


class CentreAccount(Table):
    """A person of a centre, who may log in to its pages; not a user of the console. The two share no row.

    Without `password_hash` they have not come yet, or start again: `link_hash` is that of the link that lets them.
    """

    __tablename__ = "centre_account"
    __table_args__ = (
        CheckConstraint("role IN ('agent', 'supervisor')", "role"),
        CheckConstraint("email = lower(email)", "email"),
        LASTING_NUMBERS,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre: Mapped[str] = mapped_column(String(32), index=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    password_hash: Mapped[str | None]
    totp_secret: Mapped[str | None]
    """Base32."""
    totp_step: Mapped[int] = mapped_column(server_default="0")
    """The last time step whose code was used."""
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    link_expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class CentreSession(Table):
    __tablename__ = "centre_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("centre_account.id"), index=True)
    second_factor: Mapped[bool]
    """Whether the second factor was verified."""
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class CentreCardView(Table):
    """Somebody of a centre has looked at the card of a call."""

    __tablename__ = "centre_card_view"
    __table_args__ = (Index("ix_centre_card_view_centre_at", "centre", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoff.id"), index=True)
    centre: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[int]
    by: Mapped[str]
    """Their name; it stays when the account is removed."""
    at: Mapped[datetime]
    found_by: Mapped[str] = mapped_column(String(8))
    """"code" or "link"."""


class CentreClosing(Table):
    """What was taken away from a centre at the end of its contract: it is the evidence of it, and never changed."""

    __tablename__ = "centre_closing"
    __table_args__ = (LASTING_NUMBERS,)

    id: Mapped[int] = mapped_column(primary_key=True)
    centre: Mapped[str] = mapped_column(String(32), index=True)
    ended_on: Mapped[date]
    """The last day of the contract."""
    closed_at: Mapped[datetime]
    removed: Mapped[dict[str, Any]]
    """Accounts with their names, the number of sessions, the labels of keys (records/centres/closings.py)."""
    calls: Mapped[int]
    looks: Mapped[int]


class CentreReminder(Table):
    """When the supervisors of a centre were last reminded of missing outcomes."""

    __tablename__ = "centre_reminder"

    centre: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]


class CentreStatement(Table):
    """What a centre has sent for a month: its invoice, or the hours of its agents. `month` is its first day."""

    __tablename__ = "centre_statement"
    __table_args__ = (
        UniqueConstraint("centre", "month", "kind"),
        CheckConstraint("kind IN ('invoice', 'hours')", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre: Mapped[str] = mapped_column(String(32))
    month: Mapped[date]
    kind: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[str]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]


class CentreStatementLine(Table):
    """One line of it. Amounts, seconds and hours are decimals in text: SQLite would keep them as floating numbers."""

    __tablename__ = "centre_statement_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("centre_statement.id"), index=True)
    line: Mapped[int]
    reference: Mapped[str | None] = mapped_column(String(64))
    day: Mapped[date | None]
    seconds: Mapped[str | None]
    amount: Mapped[str | None]
    hours: Mapped[str | None]
