"""Blackout periods: only a neutral message is heard and nobody is called back, such as on the eve of an election."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from records import changes
from records.actor import Actor
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.messages import message_versions
from records.schema import BlackoutPeriod as BlackoutPeriods
from routing.access.permissions import Permission
from routing.messages import BlackoutPeriod, MessageVersion, find_active_blackout


class InvalidBlackoutPeriod(RecordsError):
    """The period ends before it begins, or is over."""


def list_blackout_periods(database: Database) -> tuple[BlackoutPeriod, ...]:
    """All periods in order of time."""
    with database.read() as connection:
        return _list_in(connection)


def is_blackout(connection: Connection, at: datetime) -> bool:
    """Whether callbacks are held at `at` by a blackout period."""
    return find_active_blackout(_list_in(connection), at) is not None


def create_blackout_period(
    database: Database,
    actor: Actor,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    audio: message_versions.Audio,
    text: str,
    announcements: Iterable[str],
    at: datetime,
) -> BlackoutPeriod:
    """From `starts_at` to `ends_at`, `announcements` play the neutral message `audio`, and nobody is called back.

    Raises Forbidden, InvalidBlackoutPeriod.
    """
    actor.require(Permission.APPROVE_MESSAGES)
    if ends_at <= max(starts_at, at):
        raise InvalidBlackoutPeriod("This blackout period would be over before it begins; choose a later end.")
    with database.write(notify=True) as connection:
        row = {"starts_at": starts_at, "ends_at": ends_at, "reason": reason, "by": actor.name, "set_at": at}
        number = connection.execute(insert(BlackoutPeriods).values(row).returning(BlackoutPeriods.id)).scalar_one()
        blackout_period = BlackoutPeriod(number, starts_at, ends_at, reason, actor.name)
        for announcement in announcements:
            message_versions.lock_announcement(connection, announcement)
            new = MessageVersion(
                message_versions.UNNUMBERED,
                announcement,
                audio.sha256,
                starts_at,
                ends_at,
                at,
                actor.name,
                text,
                number,
            )
            message_versions.publish_message_in(connection, new, audio)
        changes.record(connection, actor, "embargo.impose", reason, after=_change_fields(blackout_period), at=at)
        return blackout_period


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
