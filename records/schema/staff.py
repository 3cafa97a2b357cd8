"""Agents, their SIP accounts and presence, and click-to-call."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from records.schema.table import LASTING_NUMBERS, Table


class Agent(Table):
    __tablename__ = "agent"
    __table_args__ = LASTING_NUMBERS

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(String(8))
    added_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    rank: Mapped[int] = mapped_column(CheckConstraint("rank BETWEEN 1 AND 3", "rank"), server_default=text("1"))
    outside_number: Mapped[str | None] = mapped_column(String(16))
    speaks: Mapped[str] = mapped_column(server_default="")
    """Languages for callers, such as "fr,en"."""
    in_browser: Mapped[bool] = mapped_column(server_default=false())
    """Calls of the team ring in the console, not at the desk phone; see BrowserPhone."""


class Presence(Table):
    """Whether calls are offered to an agent: desired here, in force in Asterisk since `applied_at`."""

    __tablename__ = "presence"
    __table_args__ = (CheckConstraint("state IN ('out', 'ready', 'paused')", "state"),)

    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str]
    since: Mapped[datetime]
    by: Mapped[str]
    version: Mapped[int]
    applied_at: Mapped[datetime | None]
    wrapup_until: Mapped[datetime | None]
    """The end of the wrap-up of the last call; in the past once it is over."""
    wrapup_lengthened: Mapped[int] = mapped_column(server_default=text("0"))
    """How many times the agent has lengthened it."""
    wrapup_is_ours: Mapped[bool] = mapped_column(server_default=false())
    """It follows a call that the queue did not give, so that Asterisk does not know it."""
    talk_ended_at: Mapped[datetime | None]
    """The end of the last talk after which a wrap-up has begun, so that each begins once."""
    rung_for: Mapped[str | None] = mapped_column(String(64))
    """The reference of the call for which the agent was rung last; `rung_at` is when."""
    rung_at: Mapped[datetime | None]


class AgentPause(Table):
    """A time in which calls were not offered to an agent who was there, and the reason; see records/staff/pauses."""

    __tablename__ = "agent_pause"
    __table_args__ = (Index("ix_agent_pause_agent_id_started_at", "agent_id", "started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    reason: Mapped[str]
    by: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SipAccount(Table):
    """A SIP account created in advance; Asterisk needs the password itself, not a hash of it.

    `name` is the user name of the telephone, `desk` the number that colleagues dial.
    """

    __tablename__ = "sip_account"
    __table_args__ = (Index("ix_sip_account_desk", "desk", unique=True),)

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    desk: Mapped[str] = mapped_column(String(4), server_default="")
    password: Mapped[str]
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("agent.id"), unique=True)


class BrowserPhone(Table):
    """The account by which the browser of a desk's agent is rung; its password is that of one session of the console.

    `password` stands here until Asterisk has it: desired in `version`, in force since `applied_version`.
    """

    __tablename__ = "browser_phone"

    desk: Mapped[str] = mapped_column(String(4), primary_key=True)
    account: Mapped[str] = mapped_column(String(32), unique=True)
    session_id: Mapped[int | None]
    """The session of the console that uses it; no foreign key, because old sessions are deleted."""
    page: Mapped[str] = mapped_column(String(64), server_default="")
    """The page that is connected: another one, or the same after a reload, has another value."""
    password: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default=text("0"))
    applied_version: Mapped[int] = mapped_column(server_default=text("0"))
    lost_at: Mapped[datetime | None]
    """When its page was lost, until its calls were told."""
    away_since: Mapped[datetime | None]
    """When its page was lost, until one is connected again."""


class ClickToCall(Table):
    """A user asked to be called: to record the message of an announcement, or to hear a part of a draft."""

    __tablename__ = "click_to_call"
    __table_args__ = (
        CheckConstraint("(draft_id IS NULL) = (from_s IS NULL) AND (draft_id IS NULL) = (until_s IS NULL)", "part"),
        CheckConstraint("rung_at IS NULL OR taken_at IS NOT NULL", "taken_before"),
        Index("ix_click_to_call_taken_at_asked_at", "taken_at", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("console_user.id"))
    announcement: Mapped[str] = mapped_column(String(64))
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("message_draft.id"))
    from_s: Mapped[float | None]
    until_s: Mapped[float | None]
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    """When the call was handed to Asterisk; written before that."""
    rung_at: Mapped[datetime | None]
    """When the number was handed out for dialling; written before that."""


class PhoneRing(Table):
    """A test: somebody asked in the console to let the telephone of an agent ring."""

    __tablename__ = "phone_ring"
    __table_args__ = (Index("ix_phone_ring_agent_id_asked_at", "agent_id", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    """When the call was handed to Asterisk; written before that."""
    rung_at: Mapped[datetime | None]
    """When the account was handed out for dialling; written before that."""
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(String(16), server_default="")


class PhonePairing(Table):
    """A link that gives a softphone its account, once (console/phones)."""

    __tablename__ = "phone_pairing"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"))
    sip_account: Mapped[str] = mapped_column(String(32))
    """The account at that time: after a reissue the link is worth nothing."""
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
