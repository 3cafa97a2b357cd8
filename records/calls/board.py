"""The figures of the wall board: counts by queue and by level. No name or number is in them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Float, case, cast, func, select

from records.call_events import CallEventKind
from records.calls.live_calls import list_live_calls
from records.database.engine import Database
from records.schema import Call
from records.schema import CallEvent as Events
from records.staff.presence import Presence, PresenceState, list_presences
from records.staff.wrapups import find_wrapup_end
from routing.queue.service_level import SHORT_ABANDON_S, ServiceLevel

_LEFT = (CallEventKind.STAFF_ANSWERED, CallEventKind.QUEUE_ABANDONED)
STATES = ("free", "talking", "wrapup", "paused", "out")


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """The callers of one language: how many wait, since when the first of them, and what became of those of today."""

    language: str
    waiting: int
    longest_since: datetime | None
    today: ServiceLevel


@dataclass(frozen=True, slots=True)
class LevelFigures:
    """The agents of one level by state (STATES), and how many calls of today they answered."""

    level: int
    people: Mapping[str, int]
    answered: int


@dataclass(frozen=True, slots=True)
class Board:
    """All of it; queues without any caller today are left out, except the first."""

    at: datetime
    queues: tuple[QueueFigures, ...]
    levels: tuple[LevelFigures, ...]

    @property
    def waiting(self) -> int:
        return sum(queue.waiting for queue in self.queues)

    @property
    def longest_since(self) -> datetime | None:
        return min((queue.longest_since for queue in self.queues if queue.longest_since), default=None)

    @property
    def today(self) -> ServiceLevel:
        return sum((queue.today for queue in self.queues), ServiceLevel())

    @property
    def people(self) -> Mapping[str, int]:
        return {state: sum(level.people[state] for level in self.levels) for state in STATES}


def read_board(database: Database, *, languages: Sequence[str], since: datetime, at: datetime, within_s: int) -> Board:
    """The figures at `at`, those of the day from `since` on; answered in time is within `within_s` seconds."""
    live, presences = list_live_calls(database, at), list_presences(database)
    today, by_phone = _count_today(database, since, within_s)
    queues = []
    for language in sorted({*today, *(one.language for one in live.waiting), *languages[:1]}):
        waiting = [one.since for one in live.waiting if one.language == language]
        figures = today.get(language, ServiceLevel())
        queues.append(QueueFigures(language, len(waiting), min(waiting, default=None), figures))
    levels = []
    for level in sorted({one.rank for one in presences}):
        people = Counter(_state(one, one.sip_account in live.talking, at) for one in presences if one.rank == level)
        answered = sum(by_phone.get(one.sip_account, 0) for one in presences if one.rank == level)
        levels.append(LevelFigures(level, {state: people[state] for state in STATES}, answered))
    return Board(at, tuple(queues), tuple(levels))


def _state(presence: Presence, talks: bool, at: datetime) -> str:
    if talks:
        return "talking"
    if find_wrapup_end(presence, at):
        return "wrapup"
    return {PresenceState.READY: "free", PresenceState.PAUSED: "paused", PresenceState.OUT: "out"}[presence.state]


def _count_today(
    database: Database, since: datetime, within_s: int
) -> tuple[Mapping[str, ServiceLevel], Mapping[str, int]]:
    """By language of the call, and the answers by telephone."""
    waited = cast(Events.detail["waited"].as_float(), Float)
    in_time = func.sum(case((waited <= within_s, 1), else_=0))
    short = func.sum(case((waited < SHORT_ABANDON_S, 1), else_=0))
    left = select(Call.language, Events.kind, func.count(waited), in_time, short)
    left = left.join(Call, Call.ref == Events.call_ref).group_by(Call.language, Events.kind)
    left = left.where(Events.kind.in_(_LEFT), Events.at >= since)
    phone = Events.detail["phone"].as_string()
    answers = select(phone, func.count()).where(Events.kind == CallEventKind.STAFF_ANSWERED, Events.at >= since)
    today: dict[str, ServiceLevel] = {}
    with database.read() as connection:
        for language, kind, count, timely, soon in connection.execute(left):
            part = (
                ServiceLevel(answered=count, in_time=timely)
                if kind == CallEventKind.STAFF_ANSWERED
                else ServiceLevel(abandoned=count - soon, short=soon)
            )
            today[language] = today.get(language, ServiceLevel()) + part
        by_phone = {account: count for account, count in connection.execute(answers.group_by(phone))}
    return today, by_phone
