"""Blackout periods: only a neutral message is heard and nobody is called back, such as on the eve of an election."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from records import changes
from records.actor import Actor
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.messages import message_audio, message_versions
from records.schema import BlackoutMessage as BlackoutMessages
from records.schema import BlackoutPeriod as BlackoutPeriods
from routing.access.permissions import Permission
from routing.messages import BlackoutPeriod, MessageVersion, find_active_blackout


class InvalidBlackoutPeriod(RecordsError):
    """The period ends before it begins, or is over."""


def list_blackout_periods(database: Database) -> tuple[BlackoutPeriod, ...]:
    """All periods in order of time."""
    with database.read() as connection:
        return _list_in(connection)


def list_neutral_versions(database: Database) -> dict[int, int]:
    """A message version that is heard in each period, by the period's id; all its announcements have the same sound."""
    played = BlackoutMessages.blackout_period_id, func.min(BlackoutMessages.version_id)
    with database.read() as connection:
        rows = connection.execute(select(*played).group_by(BlackoutMessages.blackout_period_id))
        return {period_id: version_id for period_id, version_id in rows}


def is_blackout(connection: Connection, at: datetime) -> bool:
    """Whether callbacks are held at `at` by a blackout period."""
    return find_active_blackout(_list_in(connection), at) is not None


@dataclass(frozen=True, slots=True)
class NewBlackoutPeriod:
    """A period to create: `announcements` play a neutral message in it, whose transcript is `text`."""

    starts_at: datetime
    ends_at: datetime
    reason: str
    text: str
    announcements: tuple[str, ...]


def create_blackout_period(
    database: Database, actor: Actor, period: NewBlackoutPeriod, audio: message_audio.Audio, *, at: datetime
) -> BlackoutPeriod:
    """The period, in which the neutral message `audio` alone is heard and nobody is called back.

    Raises Forbidden, InvalidBlackoutPeriod.
    """
    actor.require(Permission.APPROVE_MESSAGES)
    if period.ends_at <= max(period.starts_at, at):
        raise InvalidBlackoutPeriod("This blackout period would be over before it begins; choose a later end.")
    start, end, by = period.starts_at, period.ends_at, actor.name
    with database.write(notify=True) as connection:
        row = {"starts_at": start, "ends_at": end, "reason": period.reason, "by": by, "set_at": at}
        period_id = connection.execute(insert(BlackoutPeriods).values(row).returning(BlackoutPeriods.id)).scalar_one()
        for name in period.announcements:
            message_versions.lock_announcement(connection, name)
            new = MessageVersion(
                message_versions.UNNUMBERED, name, audio.sha256, start, end, at, by, period.text, period_id
            )
            message_versions.publish_message_in(connection, new, audio)
        created = BlackoutPeriod(period_id, start, end, period.reason, by)
        changes.record(connection, actor, "embargo.impose", period.reason, after=_change_fields(created), at=at)
        return created


def lift_blackout_period(database: Database, actor: Actor, blackout_period_id: int, *, at: datetime) -> None:
    """Lifts the period. Raises Forbidden, NotFound when none holds or is to come."""
    actor.require(Permission.APPROVE_MESSAGES)
    with database.write(notify=True) as connection:
        live = (
            BlackoutPeriods.id == blackout_period_id,
            BlackoutPeriods.lifted_at.is_(None),
            BlackoutPeriods.ends_at > at,
        )
        lifted = update(BlackoutPeriods).where(*live).values(lifted_at=at).returning(BlackoutPeriods.reason)
        reason = connection.execute(lifted).scalar_one_or_none()
        if reason is None:
            raise NotFound("There is no such blackout period any more; look at the list again.")
        changes.record(connection, actor, "embargo.lift", reason, after={"embargo": blackout_period_id}, at=at)


def _list_in(connection: Connection) -> tuple[BlackoutPeriod, ...]:
    columns = [column for column in BlackoutPeriods.__table__.c if column.name != "set_at"]
    rows = connection.execute(select(*columns).order_by(BlackoutPeriods.starts_at, BlackoutPeriods.id))
    return tuple(BlackoutPeriod(**row._mapping) for row in rows)


def _change_fields(blackout_period: BlackoutPeriod) -> dict[str, object]:
    return {
        "embargo": blackout_period.id,
        "from": blackout_period.starts_at.isoformat(),
        "until": blackout_period.ends_at.isoformat(),
    }
