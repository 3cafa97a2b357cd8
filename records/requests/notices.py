"""Who gets a mail about requests: each user chooses; a mail says only that something waits, never what or whose.

A mail that waits for a user stands for all that happens meanwhile, and the next one comes NOTICE_INTERVAL after it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, update

from records.actor import Actor
from records.database.engine import Database
from records.mail_queue import MailKind, queue_notice
from records.requests.visibility import is_joined, roles_for_level, visible_to
from records.schema import Request as Requests
from records.schema import User as Users
from routing.access.permissions import Permission, Role
from routing.request_rules import EscalationAudience

NOTICE_INTERVAL = timedelta(minutes=15)
"""The least time between two mails of one kind to one user."""
AT_ONCE = 200


class RequestMails(StrEnum):
    """Which mails about requests a user has chosen to get. The values are stored."""

    NOTHING = "nothing"
    ASSIGNED = "assigned"
    """When somebody hands a request to them."""
    ASSIGNED_AND_DUE = "assigned_and_due"
    """Also when a request of theirs is due, or one that is nobody's, and when one is long overdue."""


_CHOICES = {
    MailKind.REQUEST_ASSIGNED: (RequestMails.ASSIGNED, RequestMails.ASSIGNED_AND_DUE),
    MailKind.REQUEST_DUE: (RequestMails.ASSIGNED_AND_DUE,),
    MailKind.REQUEST_OVERDUE: (RequestMails.ASSIGNED_AND_DUE,),
}
"""With which choices each kind of mail is sent."""


def tell_assigned(connection: Connection, user_id: int, *, by: Actor, at: datetime) -> None:
    """Somebody has handed a request to this user: adds the mail to the transaction, if they chose it."""
    if user_id != by.user_id:
        _queue(connection, MailKind.REQUEST_ASSIGNED, Users.id == user_id, at)


def tell_overdue(
    connection: Connection, owner_id: int | None, audience: EscalationAudience, *, level: int, at: datetime
) -> None:
    """A request is long overdue: adds the mails to the transaction. `owner_id`: whose it was; `level`: where it is."""
    owner = Users.id == owner_id
    others = {
        EscalationAudience.SUPERVISORS: or_(owner, Users.role == Role.SUPERVISOR),
        EscalationAudience.EVERYBODY: Users.id.is_not(None),
        EscalationAudience.NOBODY: owner,
    }
    _queue(connection, MailKind.REQUEST_OVERDUE, and_(others[audience], Users.role.in_(roles_for_level(level))), at)


def tell_due(database: Database, now: datetime) -> int:
    """Queues the mails about the requests that have become due, each request once for its due time; gives how many.

    The owner of a request is told; those who may treat it, if it is nobody's. May be repeated at any time.
    """
    is_new = and_(
        Requests.closed_at.is_(None),
        Requests.due_at <= now,
        Requests.due_told.is_distinct_from(Requests.due_at),
        ~is_joined(),
    )
    told = 0
    while True:
        with database.read() as connection:
            ids = connection.scalars(select(Requests.id).where(is_new).order_by(Requests.id).limit(AT_ONCE)).all()
        if not ids:
            return told
        with database.write() as connection:
            marked = update(Requests).where(Requests.id.in_(ids), is_new).values(due_told=Requests.due_at)
            rows = connection.execute(marked.returning(Requests.owner_id, Requests.level)).all()
            _queue_due(connection, [(row.owner_id, row.level) for row in rows], now)
        told += len(rows)


def count_choosers(database: Database) -> int:
    """How many users have chosen to get mails about requests."""
    chosen = and_(Users.deactivated_at.is_(None), Users.request_mails != RequestMails.NOTHING)
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(Users).where(chosen)) or 0


def is_still_wanted(connection: Connection, kind: MailKind, user: Actor, choice: RequestMails, at: datetime) -> bool:
    """Whether a queued mail is still true and wanted, at the moment in which it is sent."""
    if choice not in _CHOICES[kind] or not user.may(Permission.SEE_REQUESTS):
        return False
    mine, is_due = Requests.owner_id == user.user_id, Requests.due_at <= at
    which = {
        MailKind.REQUEST_ASSIGNED: mine,
        MailKind.REQUEST_DUE: and_(is_due, or_(mine, Requests.owner_id.is_(None))),
        MailKind.REQUEST_OVERDUE: and_(is_due, Requests.escalated_due == Requests.due_at),
    }
    found = exists().where(Requests.closed_at.is_(None), visible_to(user), ~is_joined(), which[kind])
    return bool(connection.scalar(select(found)))


def _queue_due(connection: Connection, due: Iterable[tuple[int | None, int]], at: datetime) -> None:
    """Of requests with these owners and levels; each user gets one mail, however many they are."""
    owners: set[int] = set()
    roles: set[Role] = set()
    for owner_id, level in due:
        if owner_id is None:
            roles.update(roles_for_level(level))
        else:
            owners.add(owner_id)
    _queue(connection, MailKind.REQUEST_DUE, or_(Users.id.in_(owners), Users.role.in_(roles)), at)


def _queue(connection: Connection, kind: MailKind, whom: ColumnElement[bool], at: datetime) -> None:
    chosen = and_(Users.deactivated_at.is_(None), Users.request_mails.in_(_CHOICES[kind]))
    # The lock lets two transactions that tell the same user come one after the other.
    users = select(Users.id).where(chosen, whom).order_by(Users.id).with_for_update()
    for user_id in connection.scalars(users).all():
        queue_notice(connection, kind, user_id, at=at, interval=NOTICE_INTERVAL)
