"""Versions that are not on air yet: withdrawn, brought back, or moved to another period.

A version is never changed. One that is withdrawn has a row that says so; one that is moved or edited is withdrawn, and
a new version takes its place in the same transaction.
"""

from datetime import UTC, datetime

from sqlalchemy import Connection, insert

from records import changes
from records.actor import Actor
from records.database.engine import Database
from records.errors import NotFound
from records.messages import message_versions
from records.messages.draft_types import AirPeriod, ApprovalRequired, VersionStarted
from records.plan.reader import find_plan_in
from records.schema import MessageWithdrawal as Withdrawals
from records.webhooks import outbox
from routing.access.permissions import Permission
from routing.approval import Approval
from routing.messages import MessageVersion


def find_scheduled(database: Database, version_id: int, *, at: datetime) -> int | None:
    """The id, if this version is still to come and was not withdrawn; else None."""
    with database.read() as connection:
        try:
            return require_scheduled(connection, version_id, at).id
        except VersionStarted:
            return None


def withdraw_version(database: Database, actor: Actor, version_id: int, *, at: datetime) -> MessageVersion:
    """Takes a scheduled version back. Raises Forbidden, NotFound, VersionStarted."""
    actor.require(Permission.PUBLISH_MESSAGES)
    with database.write() as connection:
        version = _lock_scheduled(connection, version_id, at)
        withdraw_in(connection, version, by=actor.name, at=at)
        before = message_versions.change_fields(version)
        changes.record(connection, actor, "message.withdraw", version.announcement, before=before, at=at)
        return version


def restore_version(database: Database, actor: Actor, version_id: int, *, at: datetime) -> MessageVersion:
    """Schedules again, as a new version, one that was withdrawn and whose time has not come.

    Raises Forbidden, NotFound, VersionStarted.
    """
    actor.require(Permission.PUBLISH_MESSAGES)
    with database.write() as connection:
        before = _lock(connection, version_id)
        if before.withdrawn_at is None or before.valid_from <= at:
            raise VersionStarted(before)
        period = AirPeriod(before.valid_from, before.valid_until)
        again = message_versions.republish_for_in(connection, before, period, by=actor.name, at=at)
        after = {**message_versions.change_fields(again), "again": version_id}
        changes.record(connection, actor, "message.put_back", again.announcement, after=after, at=at)
        return again


def move_version(
    database: Database, actor: Actor, version_id: int, period: AirPeriod, *, at: datetime
) -> MessageVersion:
    """The new version, for `period`, in the place of a scheduled one. Its start is given.

    Raises Forbidden, NotFound, VersionStarted, ApprovalRequired.
    """
    actor.require(Permission.PUBLISH_MESSAGES)
    with database.write() as connection:
        version = _lock_scheduled(connection, version_id, at)
        if needs_approval(connection, version.announcement):
            raise ApprovalRequired("A second person must approve messages here; submit this one for approval.")
        moved = message_versions.republish_for_in(connection, version, period, by=actor.name, at=at)
        withdraw_in(connection, version, by=actor.name, at=at, successor=moved)
        before, after = (message_versions.change_fields(each) for each in (version, moved))
        changes.record(connection, actor, "message.move", version.announcement, before=before, after=after, at=at)
        return moved


def needs_approval(connection: Connection, announcement: str) -> bool:
    """Whether the plan in force asks for a second person to approve the messages of this announcement."""
    plan = find_plan_in(connection)
    return (
        plan is not None
        and announcement in plan.announcements
        and plan.announcements[announcement].approval is Approval.SECOND
    )


def require_scheduled(connection: Connection, version_id: int, at: datetime) -> MessageVersion:
    """The version, in a transaction that has locked its announcement. Raises NotFound, VersionStarted."""
    version = message_versions.get_version_in(connection, version_id)
    if version.blackout_period:
        raise NotFound("This is the neutral message of a blackout period; it is on air during that period alone.")
    if version.withdrawn_at or version.valid_from <= at:
        raise VersionStarted(version)
    return version


def withdraw_in(
    connection: Connection, version: MessageVersion, *, by: str, at: datetime, successor: MessageVersion | None = None
) -> None:
    """Withdraws a version that `require_scheduled` gave; `successor` takes its place."""
    row = {"version_id": version.id, "withdrawn_at": at, "withdrawn_by": by}
    connection.execute(insert(Withdrawals).values(**row, successor_id=successor.id if successor else None))
    data = {
        "version": version.id,
        "slot": version.announcement,
        "valid_from": version.valid_from.astimezone(UTC).isoformat(),
        "successor": successor.id if successor else None,
    }
    outbox.add_event(connection, outbox.MESSAGE_WITHDRAWN, data, at)


def _lock_scheduled(connection: Connection, version_id: int, at: datetime) -> MessageVersion:
    _lock(connection, version_id)
    return require_scheduled(connection, version_id, at)


def _lock(connection: Connection, version_id: int) -> MessageVersion:
    announcement = message_versions.get_announcement_in(connection, version_id)
    message_versions.lock_announcement(connection, announcement)
    return message_versions.get_version_in(connection, version_id)
