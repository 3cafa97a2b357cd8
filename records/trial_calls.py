"""Test calls: a user asks in the console for a call to one of our own numbers, which the switch process places.

One at a time: whoever asks meanwhile is told who was first. Each is claimed before it is placed, so none is placed
twice or late.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, insert, select, update

from records.actor import Actor
from records.database.engine import Database, acquire_lock
from records.schema import Call as Calls
from records.schema import Line
from records.schema import TrialCall as Trials
from records.schema import User as Users
from routing.access.permissions import Permission

CALLER = "+33639989999"
"""Whom the test calls come from: a number of the range that the French regulator keeps for fiction."""
EXPIRY = timedelta(seconds=20)
"""A call that was not taken by then is not placed any more."""
MAX_DURATION = timedelta(seconds=120)
"""From the moment it is taken; the caller is ended before."""
_CLOCKS = timedelta(seconds=2)


class TrialResult(StrEnum):
    """What came of a test call. The first two are not its end."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    """Everything that was expected was heard."""
    NOT_ANSWERED = "not_answered"
    NOT_HEARD = "not_heard"
    """Answered, but something that was expected was not heard."""
    IMPOSSIBLE = "impossible"
    """There is no test telephone on the machine of the switch process."""
    FAILED = "failed"
    """The switch process did not place it, or did not end it in time."""


class TrialUnderWay(Exception):
    """Somebody else's test call is under way; `name` is theirs."""

    def __init__(self, name: str) -> None:
        super().__init__(f"A test call of {name} is under way.")
        self.name = name


@dataclass(frozen=True, slots=True)
class TrialCall:
    """One test call; `heard` are the keys of the prompts that the caller's telephone recognized."""

    id: int
    number: str
    key: str
    asked_by: int
    asker: str
    asked_at: datetime
    taken_at: datetime | None
    result: TrialResult
    heard: tuple[str, ...] = ()

    @property
    def is_running(self) -> bool:
        return self.result in (TrialResult.WAITING, TrialResult.RUNNING)


def request_trial(database: Database, actor: Actor, number: str, key: str, *, at: datetime) -> int:
    """Asks for one call, and returns its number; while one of the same user is under way, that one.

    Raises Forbidden, TrialUnderWay.
    """
    actor.require(Permission.SET_UP)
    with database.write(notify=True) as connection:
        acquire_lock(connection, "trial call")
        running = select(Trials.id, Trials.asked_by, Users.name).join(Users, Users.id == Trials.asked_by)
        row = connection.execute(running.where(_is_open(at)).limit(1)).one_or_none()
        if row is not None:
            if row.asked_by != actor.user_id:
                raise TrialUnderWay(row.name)
            return int(row.id)
        values = {"number": number, "key": key, "asked_by": actor.user_id, "asked_at": at, "heard": ""}
        new = insert(Trials).values(**values, result=TrialResult.WAITING).returning(Trials.id)
        return int(connection.execute(new).scalar_one())


def find_last_trial(database: Database, *, at: datetime) -> TrialCall | None:
    """The newest test call of anybody."""
    rows = select(*Trials.__table__.c, Users.name).join(Users, Users.id == Trials.asked_by)
    with database.read() as connection:
        row = connection.execute(rows.order_by(Trials.asked_at.desc(), Trials.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    result = TrialResult(row.result)
    late = row.asked_at < at - EXPIRY if row.taken_at is None else row.taken_at < at - MAX_DURATION
    if row.ended_at is None and late:
        result = TrialResult.FAILED
    heard = tuple(json.loads(row.heard)) if row.heard else ()
    return TrialCall(row.id, row.number, row.key, row.asked_by, row.name, row.asked_at, row.taken_at, result, heard)


def has_passed(database: Database) -> bool:
    """Whether a test call ever heard everything."""
    with database.read() as connection:
        passed = select(Trials.id).where(Trials.result == TrialResult.DONE).limit(1)
        return connection.scalar(passed) is not None


def claim_trial(database: Database, *, at: datetime) -> TrialCall | None:
    """The call to place now, given once; committed when this returns."""
    due = (Trials.taken_at.is_(None), Trials.ended_at.is_(None), Trials.asked_at > at - EXPIRY)
    with database.read() as connection:
        if connection.scalar(select(Trials.id).where(*due).limit(1)) is None:
            return None
    with database.write() as connection:
        taken = update(Trials).where(*due).values(taken_at=at, result=TrialResult.RUNNING)
        if not connection.execute(taken).rowcount:
            return None
    return find_last_trial(database, at=at)


def end_trial(database: Database, trial_id: int, result: TrialResult, heard: Sequence[str], *, at: datetime) -> None:
    """Records what came of it, once."""
    with database.write() as connection:
        open_ = (Trials.id == trial_id, Trials.ended_at.is_(None))
        ended = {"ended_at": at, "result": result, "heard": json.dumps(list(heard))}
        connection.execute(update(Trials).where(*open_).values(**ended))


def find_trial_ref(database: Database, trial: TrialCall) -> str | None:
    """The reference of its call; None as long as it has not reached us, and after the number was erased."""
    if trial.taken_at is None:
        return None
    since = trial.taken_at - _CLOCKS
    of_caller = select(Calls.ref).join(Line, Line.id == Calls.line_id).where(Line.e164 == CALLER)
    period = (Calls.started_at >= since, Calls.started_at <= trial.taken_at + MAX_DURATION)
    with database.read() as connection:
        return connection.scalar(of_caller.where(*period).order_by(Calls.started_at).limit(1))


def _is_open(at: datetime) -> ColumnElement[bool]:
    waiting = Trials.taken_at.is_(None) & (Trials.asked_at > at - EXPIRY)
    return Trials.ended_at.is_(None) & (waiting | (Trials.taken_at > at - MAX_DURATION))
