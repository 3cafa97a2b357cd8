"""How often a version of a message was heard, and how far: sums that are kept as calls report it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Integer, bindparam, case, cast, func, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from records.call_events import CallEvent, CallEventKind
from records.database.engine import Database
from records.database.get_or_create import get_or_create
from records.schema import MessageListens

TENTHS = 10

_KEY = ("version_id", "tenths", "whole")
_THE_ROW = [getattr(MessageListens, name) == bindparam(f"the_{name}") for name in _KEY]
_PLAYS = select(MessageListens.plays).where(*_THE_ROW).with_for_update()
_NEW = (
    insert(MessageListens)
    .values({name: bindparam(f"the_{name}") for name in _KEY} | {"plays": 0})
    .returning(MessageListens.plays)
)
_ADD = update(MessageListens).where(*_THE_ROW).values(plays=MessageListens.plays + bindparam("more"))


@dataclass(frozen=True, slots=True)
class ListenStatistics:
    """`plays`, and of these `completed_plays`. `listeners_per_tenth`: listeners at the end of each tenth."""

    plays: int = 0
    completed_plays: int = 0
    listeners_per_tenth: tuple[int, ...] = (0,) * TENTHS


def count_in(connection: Connection, events: Iterable[CallEvent]) -> None:
    """Adds what callers heard of messages in these events to the sums."""
    heard = Counter(_key(event) for event in events if event.kind == CallEventKind.MESSAGE_HEARD)
    for key, more in sorted(heard.items()):
        row = {f"the_{name}": value for name, value in zip(_KEY, key, strict=True)}
        if connection.execute(_ADD, row | {"more": more}).rowcount == 0:
            get_or_create(connection, _PLAYS, _NEW, row)
            connection.execute(_ADD, row | {"more": more})


def get_listen_statistics(database: Database, version_id: int, seconds: float) -> ListenStatistics:
    """How a version of this length in seconds was heard."""
    bounds: Sequence[float] = [seconds * part / TENTHS for part in range(1, TENTHS + 1)]
    still = [_sum(or_(MessageListens.whole, MessageListens.tenths >= int(bound * 10))) for bound in bounds]
    rows = select(_sum(MessageListens.tenths >= 0), _sum(MessageListens.whole), *still)
    with database.read() as connection:
        times, entire, *reached = connection.execute(rows.where(MessageListens.version_id == version_id)).one()
        return ListenStatistics(times, entire, tuple(reached))


def count_plays(database: Database, versions: Collection[int]) -> Mapping[int, int]:
    """How often each of these versions was played; versions never played are left out."""
    rows = select(MessageListens.version_id, func.sum(MessageListens.plays))
    rows = rows.where(MessageListens.version_id.in_(tuple(versions))).group_by(MessageListens.version_id)
    with database.read() as connection:
        return {version: int(plays) for version, plays in connection.execute(rows)}


def _key(event: CallEvent) -> tuple[int, int, bool]:
    version, seconds = event.detail.get("version", 0), event.detail.get("seconds", 0)
    return int(str(version)), int(float(str(seconds)) * 10), event.detail.get("whole") is True


def _sum(condition: ColumnElement[bool] | InstrumentedAttribute[bool]) -> ColumnElement[int]:
    plays = case((condition, MessageListens.plays), else_=0)
    return cast(func.coalesce(func.sum(plays), 0), Integer)
