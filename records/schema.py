"""The tables. What they promise is written as constraints, so that it holds whoever writes.

A card is a person and a line is a number: uniqueness belongs to the line, a household shares one. Merging two cards
moves nothing (one row of contact_merge), so that undoing it is exact. Retention hangs on the purpose of an interaction.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from records.moment import Moment


class Table(DeclarativeBase):
    # Named constraints: a later migration can change them on every engine.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: Moment, str: Text, dict[str, Any]: JSON}


def _one_only(name: str, where: str, *columns: str) -> Index:
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


class Contact(Table):
    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    name_folded: Mapped[str | None] = mapped_column(index=True)
    """The name without accents and capitals, for searching."""
    language: Mapped[str | None] = mapped_column(String(8))
    created_at: Mapped[datetime]


class Line(Table):
    __tablename__ = "line"
    __table_args__ = (CheckConstraint("e164 LIKE '+%' AND length(e164) BETWEEN 5 AND 16", "e164"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    e164: Mapped[str] = mapped_column(String(16), unique=True)
    created_at: Mapped[datetime]


class ContactLine(Table):
    """Who can be reached on which line, and when that was so."""

    __tablename__ = "contact_line"
    __table_args__ = (_one_only("one_open_link", "until IS NULL", "line_id", "contact_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"))
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class ContactMerge(Table):
    """`absorbed` is read as part of `kept` until the merge is undone."""

    __tablename__ = "contact_merge"
    __table_args__ = (
        CheckConstraint("kept_id <> absorbed_id", "two_cards"),
        _one_only("one_open_merge", "undone_at IS NULL", "absorbed_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    absorbed_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]


class Purpose(Table):
    """Why personal data are kept, and for how long after the interaction (the operator's choice within the law)."""

    __tablename__ = "purpose"
    __table_args__ = (CheckConstraint("retention_days > 0", "retention_days"),)

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    label: Mapped[str]
    retention_days: Mapped[int]


class Consent(Table):
    __tablename__ = "consent"
    __table_args__ = (CheckConstraint("contact_id IS NOT NULL OR line_id IS NOT NULL", "somebody"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"), index=True)
    purpose: Mapped[str] = mapped_column(ForeignKey("purpose.code"))
    text_version: Mapped[str]
    source: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Call(Table):
    """One row per INVITE. Who called is told by its interaction, and by its line."""

    __tablename__ = "call"

    ref: Mapped[str] = mapped_column(String(64), primary_key=True)
    landing: Mapped[str]
    public_number: Mapped[str | None]
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"), index=True)
    withheld: Mapped[bool]
    language: Mapped[str] = mapped_column(String(8))
    # No foreign key: a plan read from its file serves calls while the base is away.
    plan_version: Mapped[int | None]
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    ending: Mapped[str | None] = mapped_column(String(32))
    cause: Mapped[str | None]


class CallEvent(Table):
    __tablename__ = "call_event"
    __table_args__ = (
        Index("ix_call_event_call_ref_at", "call_ref", "at"),
        Index("ix_call_event_kind_at", "kind", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_ref: Mapped[str] = mapped_column(ForeignKey("call.ref"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    detail: Mapped[dict[str, Any]]


class Interaction(Table):
    """One moment with somebody, in any channel; `contact_id` is None for who is not known (a withheld number)."""

    __tablename__ = "interaction"
    __table_args__ = (
        Index("ix_interaction_contact_id_at", "contact_id", "at"),
        Index("ix_interaction_purpose_at", "purpose", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    purpose: Mapped[str] = mapped_column(ForeignKey("purpose.code"))
    channel: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    call_ref: Mapped[str | None] = mapped_column(ForeignKey("call.ref"), unique=True)
    summary: Mapped[str | None]


class Request(Table):
    """A row that staff must treat: open until `closed_at`."""

    __tablename__ = "request"
    __table_args__ = (
        CheckConstraint("kind IN ('voicemail', 'callback', 'missed')", "kind"),
        CheckConstraint("closed_at IS NULL OR (closed_by IS NOT NULL AND outcome IS NOT NULL)", "closed_by_somebody"),
        UniqueConstraint("call_ref", "kind"),
        _one_only("one_open_callback", "kind = 'callback' AND closed_at IS NULL", "line_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"))
    call_ref: Mapped[str | None] = mapped_column(ForeignKey("call.ref"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_by: Mapped[str | None]
    outcome: Mapped[str | None] = mapped_column(String(32))
    note: Mapped[str | None]
    place_since: Mapped[datetime | None]
    """When the caller began to wait, of whoever asked to be rung back without losing the place."""


class Voicemail(Table):
    __tablename__ = "voicemail"

    call_ref: Mapped[str] = mapped_column(ForeignKey("call.ref"), primary_key=True)
    file: Mapped[str] = mapped_column(unique=True)
    seconds: Mapped[float]
    left_at: Mapped[datetime]
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), unique=True)


class Audio(Table):
    """A recording, known by its content."""

    __tablename__ = "audio"
    __table_args__ = (CheckConstraint("length(sha256) = 64", "sha256"), CheckConstraint("seconds > 0", "seconds"))

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    seconds: Mapped[float]
    media_type: Mapped[str]
    original_name: Mapped[str]
    level_dbfs: Mapped[float | None]
    peak_dbfs: Mapped[float | None]


class MessageVersion(Table):
    """What a slot plays between two instants; never changed, only followed by another version."""

    __tablename__ = "message_version"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", "interval"),
        Index("ix_message_version_slot_valid_from", "slot", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slot: Mapped[str] = mapped_column(String(64))
    audio: Mapped[str] = mapped_column(ForeignKey("audio.sha256"))
    text: Mapped[str]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime | None]
    published_at: Mapped[datetime]
    published_by: Mapped[str]
    replaces: Mapped[int | None] = mapped_column(ForeignKey("message_version.id"))


class PlanVersion(Table):
    __tablename__ = "plan_version"

    version: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[datetime]


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
