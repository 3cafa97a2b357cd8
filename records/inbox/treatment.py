"""What staff do with a request beside taking and closing it: sort, hand over, join, write, reopen."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from records import changes
from records.actor import Actor
from records.callbacks.mediation import require_no_other_callback, withdraw_from_team
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.inbox.inbox import require_free_or_own
from records.inbox.rows import InboxRow, list_rows
from records.requests.entries import EntryKind, RequestEntry, add_entry, list_entries
from records.requests.notices import tell_assigned
from records.requests.requests import RequestKind
from records.requests.visibility import roles_for_level, visible_to, visible_to_all
from records.schema import Callback, Interaction
from records.schema import Request as Requests
from records.schema import User as Users
from routing.access.permissions import Permission
from routing.request_rules import LEVELS, MEDIATION_LEVEL


class NotReopened(RecordsError):
    """A callback that has ended stays closed; the person is called back anew."""


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """A request, open or closed, with what was done with it, oldest first, and the requests that are joined to it."""

    row: InboxRow
    entries: tuple[RequestEntry, ...]
    joined: tuple[InboxRow, ...]


@dataclass(frozen=True, slots=True)
class Sorting:
    """How a request is sorted. `due_at`: when it is due by the rule of its topic; `level`: the topic's."""

    subject: str | None
    topic: str | None
    level: int
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may treat a request."""

    id: int
    name: str


def get_detail(database: Database, actor: Actor, request_id: int) -> RequestDetail:
    """Raises NotFound, also for what the actor may not see; Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.read() as connection:
        rows = list_rows(connection, (Requests.id == request_id) & visible_to(actor))
        if not rows:
            raise NotFound(f"There is no request {request_id}.")
        joined = list_rows(connection, (Requests.joined_to == request_id) & visible_to(actor))
        return RequestDetail(rows[0], list_entries(connection, request_id), joined)


def list_colleagues(database: Database, level: int) -> tuple[Colleague, ...]:
    """Those who may treat a request of this level, by name."""
    with database.read() as connection:
        rows = (
            select(Users.id, Users.name)
            .where(Users.deactivated_at.is_(None), Users.role.in_(roles_for_level(level)))
            .order_by(Users.name, Users.id)
        )
        return tuple(Colleague(*row) for row in connection.execute(rows))


def find_colleague(database: Database, actor: Actor, email: str, *, level: int = LEVELS[0]) -> Colleague:
    """The user of the console with this address who may treat requests of this level. Raises NotFound, Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    theirs = (
        (Users.email == email.strip().lower()) & Users.deactivated_at.is_(None) & Users.role.in_(roles_for_level(level))
    )
    with database.read() as connection:
        row = connection.execute(select(Users.id, Users.name).where(theirs)).one_or_none()
    if row is None:
        raise NotFound("No user of the console who may treat this request has this address.")
    return Colleague(*row)


def add_note(database: Database, actor: Actor, request_id: int, note: str, *, at: datetime) -> None:
    """Adds a note, whoever has the request, open or closed. Raises NotFound, Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.write(notify=True) as connection:
        if not list_rows(connection, (Requests.id == request_id) & visible_to(actor)):
            raise NotFound(f"There is no request {request_id}.")
        add_entry(connection, actor, request_id, EntryKind.NOTE, at=at, note=note)


def sort_request(database: Database, actor: Actor, request_id: int, wanted: Sorting, *, at: datetime) -> None:
    """Gives it a subject and a topic; another topic brings its level and its due time.

    Raises NotFound, RequestClosed, RequestTaken, Forbidden.
    """
    actor.require(Permission.SEE_REQUESTS)
    with database.write(notify=True) as connection:
        before = require_free_or_own(connection, actor, request_id).request
        values: dict[str, object] = {"subject": wanted.subject}
        if wanted.topic != before.topic:
            values |= {"topic": wanted.topic, "due_at": wanted.due_at, "level": max(wanted.level, before.level)}
        # Before the entries, so that no event tells of a request that becomes the mediator's.
        connection.execute(update(Requests).where(Requests.id == request_id).values(values))
        if wanted.subject != before.subject:
            add_entry(connection, actor, request_id, EntryKind.SUBJECT, at=at, note=wanted.subject)
        if wanted.topic != before.topic:
            add_entry(connection, actor, request_id, EntryKind.TOPIC, at=at, value=wanted.topic)
        if wanted.topic != before.topic and wanted.level > before.level:
            _raise_to(connection, actor, request_id, wanted.level, note=None, at=at)


def move_due(database: Database, actor: Actor, request_id: int, due_at: datetime, *, reason: str, at: datetime) -> None:
    """Raises NotFound, RequestClosed, RequestTaken, Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.write(notify=True) as connection:
        require_free_or_own(connection, actor, request_id)
        connection.execute(update(Requests).where(Requests.id == request_id).values(due_at=due_at))
        add_entry(connection, actor, request_id, EntryKind.DUE, at=at, value=due_at.isoformat(), note=reason)


def hand_to_person(
    database: Database, actor: Actor, request_id: int, user_id: int, *, note: str | None, at: datetime
) -> None:
    """The request becomes a colleague's, with a note.

    Raises NotFound (also for somebody who may not see it), RequestClosed, RequestTaken, Forbidden.
    """
    actor.require(Permission.SEE_REQUESTS)
    with database.write(notify=True) as connection:
        row = require_free_or_own(connection, actor, request_id)
        colleague = connection.execute(
            select(Users.name, Users.role).where(Users.id == user_id, Users.deactivated_at.is_(None))
        ).first()
        if colleague is None or colleague.role not in roles_for_level(row.request.level):
            raise NotFound(f"There is nobody {user_id} who may treat it.")
        taken = update(Requests).where(Requests.id == request_id).values(owner_id=user_id, taken_at=at)
        connection.execute(taken)
        add_entry(connection, actor, request_id, EntryKind.PERSON, at=at, value=colleague.name, note=note)
        tell_assigned(connection, user_id, by=actor, at=at)


def hand_to_level(
    database: Database, actor: Actor, request_id: int, level: int, *, note: str | None, at: datetime
) -> None:
    """The request goes to a level, and is nobody's there. At level 3 others do not see it any more.

    Raises NotFound, RequestClosed, RequestTaken, Forbidden; AnotherCallbackWaits when the mediator hands a callback
    back beside another one to the same number.
    """
    actor.require(Permission.SEE_REQUESTS)
    with database.write(notify=True) as connection:
        before = require_free_or_own(connection, actor, request_id).request.level
        if level < MEDIATION_LEVEL <= before:
            require_no_other_callback(connection, request_id)
        _raise_to(connection, actor, request_id, level, note=note, at=at)


def join_requests(database: Database, actor: Actor, ids: Collection[int], *, at: datetime) -> int:
    """Open requests of one matter are treated with the oldest of them, whose id is given; the highest level counts.

    Raises NotFound, RequestClosed, RequestTaken, Forbidden.
    """
    actor.require(Permission.SEE_REQUESTS)
    with database.write(notify=True) as connection:
        rows = [require_free_or_own(connection, actor, each).request for each in sorted(set(ids))]
        root, *others = sorted(rows, key=lambda row: (row.created_at, row.id))
        level = max(row.level for row in rows)
        joined = Requests.id.in_([each.id for each in others])
        with_theirs = joined | Requests.joined_to.in_([each.id for each in others])
        connection.execute(update(Requests).where(with_theirs).values(joined_to=root.id))
        connection.execute(update(Requests).where(Requests.id == root.id).values(joined_to=None))
        # Before the entries, so that no event tells of a request that becomes the mediator's.
        if level > root.level:
            _raise_to(connection, actor, root.id, level, note=None, at=at)
        else:
            connection.execute(update(Requests).where(Requests.joined_to == root.id).values(level=level))
            _hide(connection, root.id, level, at)
        for each in others:
            add_entry(connection, actor, root.id, EntryKind.JOINED, at=at, value=str(each.id))
        return root.id


def split_request(database: Database, actor: Actor, request_id: int, *, at: datetime) -> None:
    """A joined request is one of its own again. Raises NotFound, RequestClosed, RequestTaken, Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.write(notify=True) as connection:
        root = require_free_or_own(connection, actor, request_id).request.joined_to
        connection.execute(update(Requests).where(Requests.id == request_id).values(joined_to=None))
        if root is not None:
            add_entry(connection, actor, root, EntryKind.SPLIT, at=at, value=str(request_id))


def reopen_request(database: Database, actor: Actor, request_id: int, *, at: datetime) -> None:
    """A closed request is open again, and the actor's. Raises NotFound, NotReopened for a callback, Forbidden."""
    actor.require(Permission.SEE_REQUESTS)
    with database.write(notify=True) as connection:
        this = (Requests.id == request_id) & visible_to(actor)
        row = connection.execute(select(Requests.kind, Requests.closed_at).where(this)).one_or_none()
        if row is None:
            raise NotFound(f"There is no request {request_id}.")
        if row.kind == RequestKind.CALLBACK:
            raise NotReopened("A callback that has ended stays closed; call the person back anew.")
        if row.closed_at is None:
            return
        opened = {"closed_at": None, "closed_by": None, "outcome": None, "note": None}
        owned = {"owner_id": actor.user_id, "taken_at": at, "joined_to": None}
        connection.execute(update(Requests).where(this).values(**opened, **owned))
        add_entry(connection, actor, request_id, EntryKind.REOPENED, at=at)


def open_mediation(database: Database, actor: Actor, reason: str, *, at: datetime) -> tuple[InboxRow, ...]:
    """The open requests of level 3, for an emergency; the change log keeps who looked, when and why.

    Raises Forbidden.
    """
    actor.require(Permission.OPEN_MEDIATION)
    with database.write() as connection:
        rows = list_rows(connection, ~visible_to_all() & Requests.closed_at.is_(None))
        changes.record(connection, actor, "request.open_mediation", "", after={"note": reason}, at=at)
        return rows


def move_to_level(connection: Connection, request_id: int, level: int) -> None:
    """The request, and those joined to it, are at this level, and nobody's there. The caller writes the entry."""
    whole = (Requests.id == request_id) | (Requests.joined_to == request_id)
    moved = {"level": level, "owner_id": None, "taken_at": None}
    connection.execute(update(Requests).where(whole).values(moved))


def _raise_to(
    connection: Connection, actor: Actor, request_id: int, level: int, *, note: str | None, at: datetime
) -> None:
    move_to_level(connection, request_id, level)
    if level >= MEDIATION_LEVEL:  # what others go on treating would hide it from the mediator too
        connection.execute(update(Requests).where(Requests.id == request_id).values(joined_to=None))
    add_entry(connection, actor, request_id, EntryKind.LEVEL, at=at, value=str(level), note=note)
    _hide(connection, request_id, level, at)


def _hide(connection: Connection, request_id: int, level: int, at: datetime) -> None:
    """Nobody else finds what is at the mediator's level in the history of a contact, or hears of it at a telephone."""
    if level >= MEDIATION_LEVEL:
        whole = (Requests.id == request_id) | (Requests.joined_to == request_id)
        ids = list(connection.scalars(select(Requests.id).where(whole)))
        _tie_history(connection, ids)
        withdraw_from_team(connection, ids, at)


def _tie_history(connection: Connection, ids: Collection[int]) -> None:
    """Entries of contacts' histories from before they knew their request; so they are hidden with it."""
    for request_id, ref in connection.execute(
        select(Callback.request_id, Callback.ref).where(Callback.request_id.in_(ids))
    ).all():
        told = Interaction.request_id.is_(None) & Interaction.summary.like(f"callback {ref}%")
        connection.execute(update(Interaction).where(told).values(request_id=request_id))
