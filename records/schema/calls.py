"""Calls, interactions in any channel, and requests for staff."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import LASTING_NUMBERS, Table, partial_index, partial_unique_index


class Call(Table):
    """One row per INVITE. The caller is known by the interaction and the line."""

    __tablename__ = "call"
    __table_args__ = (
        partial_index("ix_call_open", "ended_at IS NULL", "started_at"),
        Index("ix_call_disposition_started_at", "disposition", "started_at", "ref"),
    )

    ref: Mapped[str] = mapped_column(String(64), primary_key=True)
    landing: Mapped[str]
    public_number: Mapped[str | None]
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"), index=True)
    withheld: Mapped[bool]
    language: Mapped[str] = mapped_column(String(8))
    # No foreign key: a plan read from its file serves calls while the database is away.
    plan_version: Mapped[int | None]
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    disposition: Mapped[str | None] = mapped_column(String(32))
    cause: Mapped[str | None]


class RefusedCalls(Table):
    """How many calls were refused in one minute before they were answered. Nothing of their callers is kept."""

    __tablename__ = "refused_calls"

    minute: Mapped[datetime] = mapped_column(primary_key=True)
    trunk: Mapped[str] = mapped_column(String(32), primary_key=True)
    landing: Mapped[str] = mapped_column(String(16), primary_key=True)
    reason: Mapped[str] = mapped_column(String(16), primary_key=True)
    calls: Mapped[int]


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


class CallTrait(Table):
    """What calls are looked for by: a key that was pressed, an agent who answered, a centre that was dialled.

    `value`: the key, the number of the agent, or the name of the centre in the plan. The primary key has the traits of
    one value in the order of the list of calls.
    """

    __tablename__ = "call_trait"
    __table_args__ = ({"sqlite_with_rowid": False},)

    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    value: Mapped[str] = mapped_column(String(32), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    call_ref: Mapped[str] = mapped_column(ForeignKey("call.ref"), primary_key=True)


class CallWriteup(Table):
    """What an agent writes of a call, and whether they still have to say what became of it.

    The outcome itself is an event of the call (`written_up`), which holds nothing personal.
    """

    __tablename__ = "call_writeup"
    __table_args__ = (
        UniqueConstraint("call_ref", "agent_id"),
        partial_index("ix_call_writeup_awaited", "settled_at IS NULL AND awaited_since IS NOT NULL", "awaited_since"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_ref: Mapped[str] = mapped_column(ForeignKey("call.ref"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    note: Mapped[str | None]
    note_version: Mapped[int] = mapped_column(server_default="0")
    """One more with each change; a page says which one it has changed."""
    noted_at: Mapped[datetime | None]
    awaited_since: Mapped[datetime | None]
    """The end of the talk, after which the plan asks for an outcome."""
    settled_at: Mapped[datetime | None]
    """When there was one, or the wrap-up had ended without."""
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))
    """What the wrap-up without an outcome has left in the inbox."""


class Interaction(Table):
    """One contact with a person, in any channel; `contact_id` is None for an unknown person (a withheld number)."""

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
    request_id: Mapped[int | None]
    """Of a callback that was asked for without a call."""
    author: Mapped[str | None]
    """Who wrote a note."""


class Request(Table):
    """A request that staff must resolve: open until `closed_at`."""

    __tablename__ = "request"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('voicemail', 'callback', 'missed', 'inquiry', 'letter', 'email', 'fax', 'visit', 'other')", "kind"
        ),
        CheckConstraint("closed_at IS NULL OR (closed_by IS NOT NULL AND outcome IS NOT NULL)", "closed_by_somebody"),
        UniqueConstraint("call_ref", "kind"),
        # Those of level 3 are the mediator's, who calls by hand: the team must not learn that there is one.
        partial_unique_index("one_open_callback", "kind = 'callback' AND closed_at IS NULL AND level < 3", "line_id"),
        Index("ix_request_line_id_created_at", "line_id", "created_at"),
        # Not by the time alone: SQLite would read all requests in that order to find a few.
        Index("ix_request_level_created_at", "level", "created_at", "closed_at"),
        LASTING_NUMBERS,
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
    waiting_since: Mapped[datetime | None]
    """When a caller began to wait who is called back in their place in the queue."""
    owner_id: Mapped[int | None]
    """The user of the console who has taken it; `taken_at` is when."""
    taken_at: Mapped[datetime | None]
    subject: Mapped[str | None]
    topic: Mapped[str | None] = mapped_column(String(32))
    """The name of a topic of the plan; it stays when the plan drops the topic."""
    level: Mapped[int] = mapped_column(server_default="1")
    """1 to 3; 3 is the mediator's, whom alone it is shown to (records/requests/visibility.py)."""
    due_at: Mapped[datetime | None]
    escalated_due: Mapped[datetime | None]
    """The due time after which it was long overdue, once the rule for that was applied."""
    due_told: Mapped[datetime | None]
    """The due time that people were told of by mail, if they chose that."""
    joined_to: Mapped[int | None] = mapped_column(index=True)
    """The request that it is treated with, which is open as long as this one is not shown."""


class RequestEntry(Table):
    """What somebody did with a request: a note, or a change of `kind` to `value`."""

    __tablename__ = "request_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[str | None]
    note: Mapped[str | None]


class Voicemail(Table):
    __tablename__ = "voicemail"

    call_ref: Mapped[str] = mapped_column(ForeignKey("call.ref"), primary_key=True)
    file: Mapped[str] = mapped_column(unique=True)
    seconds: Mapped[float]
    left_at: Mapped[datetime]
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"), unique=True)


class WaitingOrder(Table):
    """A supervisor has decided about a caller who waits: first in line, to the centre, or another way out."""

    __tablename__ = "waiting_order"
    __table_args__ = (Index("ix_waiting_order_asked_at", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_ref: Mapped[str] = mapped_column(ForeignKey("call.ref"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    by: Mapped[str]
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    """When Asterisk was asked for it; written before that."""
