"""Mails that wait to be sent: each is written in the transaction of its cause, and sent behind it.

They go to users of the console, to supervisors of overflow centres, and to visitors who wrote in the public form.

A row holds no text and no secret. Whoever sends a mail writes its text, and makes its link, at that moment, so that
the database never holds a link that works.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, func, insert, select, update

from records.database.engine import Database
from records.schema import OutgoingMail as Mails
from translations.message import Message, translatable

RETRY_DELAYS = (
    *(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1)),
    *(timedelta(hours=3), timedelta(hours=6), timedelta(hours=12)),
)
"""After each failure that may pass; a mail is given up after about a day."""
SENDING_TIME = timedelta(minutes=2)
"""Longer than sending a mail can last; a mail whose sender died is sent by another one after it."""
MAX_ANSWER_LENGTH = 300
_ADDRESS = re.compile(r"[^\s<>:;,()]*@[^\s<>:;,()]*")
MAX_FORGOTTEN = 3
"""Mails in FORGOTTEN_WINDOW for one address: nobody's mailbox can be flooded."""
FORGOTTEN_WINDOW = timedelta(hours=1)


class MailKind(StrEnum):
    INVITATION = "invitation"
    NEW_LINK = "new_link"
    FORGOTTEN_PASSWORD = "forgotten_password"
    ROLE_CHANGED = "role_changed"
    INQUIRY_ANSWERED = "inquiry_answered"
    """To the visitor who wrote the inquiry of a request."""
    REQUEST_ASSIGNED = "request_assigned"
    REQUEST_DUE = "request_due"
    REQUEST_OVERDUE = "request_overdue"
    CENTRE_MISSING = "centre_missing"
    """To a supervisor of an overflow centre: outcomes of calls are missing."""


NOTICES = (MailKind.REQUEST_ASSIGNED, MailKind.REQUEST_DUE, MailKind.REQUEST_OVERDUE)
"""About requests, to users who chose them."""


class MailProblem(StrEnum):
    """Why a mail could not be sent."""

    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    NO_TLS = "no_tls"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    REFUSED = "refused"


MAIL_PROBLEM_TEXTS: Mapping[MailProblem, Message] = {
    MailProblem.UNREACHABLE: translatable("the mail server cannot be reached"),
    MailProblem.CERTIFICATE: translatable("the mail server's certificate cannot be trusted"),
    MailProblem.NO_TLS: translatable("the mail server offers no encryption (STARTTLS)"),
    MailProblem.LOGIN: translatable("the mail server refuses our user name and password"),
    MailProblem.SENDER: translatable("the mail server refuses our sender address"),
    MailProblem.RECIPIENT: translatable("the mail server refuses this person's address"),
    MailProblem.REFUSED: translatable("the mail server refuses the e-mail"),
}


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail to send now, for the `attempts`th time. `address_hash` is empty unless the user must be found by it.

    `request_id`: the request that it is about; `centre_account_id`: the person of a centre whom it is for.
    """

    id: int
    kind: MailKind
    user_id: int | None
    address_hash: str
    by: str
    earlier_role: str
    attempts: int
    request_id: int | None = None
    centre_account_id: int | None = None


@dataclass(frozen=True, slots=True)
class MailState:
    """How a mail fares. `waits`: it is sent, or tried again, later; `problem`: why the last attempt failed."""

    kind: MailKind
    created_at: datetime
    sent_at: datetime | None
    waits: bool
    problem: MailProblem | None
    answer: str


def queue_mail(
    connection: Connection, kind: MailKind, user_id: int, *, by: str, at: datetime, earlier_role: str | None = None
) -> None:
    """Adds a mail to the transaction that causes it. A mail of the same kind that still waits is replaced."""
    waiting = (Mails.user_id == user_id, Mails.kind == kind, Mails.next_at.is_not(None))
    connection.execute(delete(Mails).where(*waiting))
    _insert(connection, kind, at, user_id=user_id, by=by, earlier_role=earlier_role)


def queue_inquiry_mail(connection: Connection, request_id: int, *, at: datetime) -> None:
    """Adds a mail to who wrote this inquiry to the transaction of the answer; one that waits is replaced."""
    waiting = (Mails.request_id == request_id, Mails.kind == MailKind.INQUIRY_ANSWERED, Mails.next_at.is_not(None))
    connection.execute(delete(Mails).where(*waiting))
    _insert(connection, MailKind.INQUIRY_ANSWERED, at, request_id=request_id, by="")


def queue_notice(connection: Connection, kind: MailKind, user_id: int, *, at: datetime, interval: timedelta) -> None:
    """Adds a mail about requests, unless one of this kind waits for the user; it is sent `interval` after the last."""
    theirs = (Mails.user_id == user_id, Mails.kind == kind)
    if connection.scalar(select(Mails.id).where(*theirs, Mails.next_at.is_not(None)).limit(1)) is not None:
        return
    last = connection.scalar(select(func.max(func.coalesce(Mails.sent_at, Mails.created_at))).where(*theirs))
    _insert(connection, kind, at, user_id=user_id, by="", next_at=max(at, last + interval) if last else at)


def queue_centre_mail(connection: Connection, account_id: int, *, at: datetime) -> None:
    """Adds a mail about missing outcomes to this person of a centre; one that waits is replaced."""
    theirs = (Mails.centre_account_id == account_id, Mails.kind == MailKind.CENTRE_MISSING)
    connection.execute(delete(Mails).where(*theirs, Mails.next_at.is_not(None)))
    _insert(connection, MailKind.CENTRE_MISSING, at, centre_account_id=account_id, by="")


def queue_forgotten_password(database: Database, address_hash: str, *, at: datetime) -> bool:
    """Adds a mail to whoever has this address, if anybody; False when there were enough of them lately.

    It does the same work for every address.
    """
    same = (Mails.address_hash == address_hash, Mails.created_at > at - FORGOTTEN_WINDOW)
    with database.write() as connection:
        lately = connection.scalar(select(func.count()).select_from(Mails).where(*same))
        if (lately or 0) >= MAX_FORGOTTEN:
            return False
        _insert(connection, MailKind.FORGOTTEN_PASSWORD, at, address_hash=address_hash, by="")
        return True


def claim_mail(database: Database, *, at: datetime) -> ClaimedMail | None:
    """The mail that has been due longest; no other sender gets it during SENDING_TIME. None: nothing is due."""
    first = select(Mails.id).where(Mails.next_at <= at).order_by(Mails.next_at, Mails.id).limit(1)
    first = first.with_for_update(skip_locked=True)
    taken = update(Mails).where(Mails.id == first.scalar_subquery())
    taken = taken.values(attempts=Mails.attempts + 1, next_at=at + SENDING_TIME)
    with database.read() as connection:
        if connection.scalar(select(Mails.id).where(Mails.next_at <= at).limit(1)) is None:
            return None
    with database.write(durable=False) as connection:
        columns = (Mails.id, Mails.kind, Mails.user_id, Mails.address_hash, Mails.by, Mails.earlier_role)
        more = (Mails.attempts, Mails.request_id, Mails.centre_account_id)
        row = connection.execute(taken.returning(*columns, *more)).one_or_none()
    if row is None:
        return None
    kind = MailKind(row.kind)
    whom = (row.user_id, row.address_hash or "", row.by, row.earlier_role or "")
    return ClaimedMail(row.id, kind, *whom, row.attempts, row.request_id, row.centre_account_id)


def mark_sent(database: Database, mail_id: int, *, at: datetime) -> None:
    """The mail server has taken it, or there is nobody to send it to."""
    with database.write() as connection:
        sent = {"sent_at": at, "next_at": None, "problem": None, "answer": None}
        connection.execute(update(Mails).where(Mails.id == mail_id).values(sent))


def mark_failed(
    database: Database, claimed: ClaimedMail, problem: MailProblem, answer: str, *, lasting: bool, at: datetime
) -> None:
    """The attempt failed. The mail is tried again later, unless the reason is `lasting` or it was tried often.

    Of a mail to a visitor, `answer` is kept without addresses: `doctor` shows it to people who may not know of them.
    """
    later = None if lasting or claimed.attempts > len(RETRY_DELAYS) else at + RETRY_DELAYS[claimed.attempts - 1]
    visible = " ".join("".join(c if c.isprintable() else " " for c in answer).split())
    if claimed.request_id is not None:
        visible = _ADDRESS.sub("…", visible)
    failed = {"next_at": later, "problem": problem, "answer": visible[:MAX_ANSWER_LENGTH]}
    with database.write() as connection:
        connection.execute(update(Mails).where(Mails.id == claimed.id, Mails.sent_at.is_(None)).values(failed))


def give_up_old(database: Database, before: datetime) -> None:
    """Gives up mails that were caused before this time and have not been sent."""
    old = (Mails.next_at.is_not(None), Mails.created_at < before)
    with database.read() as connection:
        if connection.scalar(select(Mails.id).where(*old).limit(1)) is None:
            return
    with database.write(durable=False) as connection:
        connection.execute(update(Mails).where(*old).values(next_at=None))


def latest_mails(database: Database) -> Mapping[int, MailState]:
    """The latest mail with a link of each user, by the user's id."""
    links = Mails.kind.in_((MailKind.INVITATION, MailKind.NEW_LINK))
    newest = select(func.max(Mails.id)).where(Mails.user_id.is_not(None), links).group_by(Mails.user_id)
    with database.read() as connection:
        rows = connection.execute(select(*Mails.__table__.c).where(Mails.id.in_(newest)))
        return {
            row.user_id: MailState(
                MailKind(row.kind),
                row.created_at,
                row.sent_at,
                row.next_at is not None,
                MailProblem(row.problem) if row.problem else None,
                row.answer or "",
            )
            for row in rows
        }


def count_failing(database: Database) -> tuple[int, MailProblem | None, str]:
    """How many mails failed at their last attempt; the newest reason, and what the server said."""
    failing = Mails.problem.is_not(None)
    with database.read() as connection:
        count = connection.scalar(select(func.count()).select_from(Mails).where(failing)) or 0
        newest = select(Mails.problem, Mails.answer).where(failing).order_by(Mails.id.desc()).limit(1)
        row = connection.execute(newest).one_or_none()
    return (count, MailProblem(row.problem), row.answer or "") if row else (0, None, "")


def purge_mails(database: Database, before: datetime) -> int:
    """Deletes mails that were sent or given up, and caused before this time; returns how many."""
    with database.write(durable=False) as connection:
        return connection.execute(delete(Mails).where(Mails.next_at.is_(None), Mails.created_at < before)).rowcount


def _insert(connection: Connection, kind: MailKind, at: datetime, **values: object) -> None:
    row = {"kind": kind, "created_at": at, "attempts": 0, "next_at": at, **values}
    connection.execute(insert(Mails).values(row))
