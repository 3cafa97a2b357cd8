"""The messages that announcements play: every version ever published."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, bindparam, func, insert, select

from records import changes
from records.actor import command_line_actor
from records.database.engine import Database, acquire_lock
from records.errors import NotFound
from records.messages.draft_types import AirPeriod
from records.messages.message_audio import Audio, save_audio_in
from records.schema import BlackoutMessage
from records.schema import MessageVersion as Versions
from records.schema import MessageWithdrawal as Withdrawals
from records.webhooks import outbox
from routing.messages import MessageVersion, NoMessagePolicy, find_on_air

UNNUMBERED = 0
"""The id of a version that the database has not numbered yet."""


def _rows(*conditions: ColumnElement[bool]) -> Select[Any]:
    columns = [column for column in Versions.__table__.c if column.name != "replaces"]
    blackout = BlackoutMessage.blackout_period_id.label("blackout_period")
    rows = select(*columns, blackout, Withdrawals.withdrawn_at)
    rows = rows.outerjoin(BlackoutMessage, BlackoutMessage.version_id == Versions.id)
    return rows.outerjoin(Withdrawals, Withdrawals.version_id == Versions.id).where(*conditions)


# Built once: a call, and a page of the console, ask for each announcement.
_IN_PLACE, _ORDINARY = Withdrawals.version_id.is_(None), BlackoutMessage.version_id.is_(None)
_AT: BindParameter[Any] = bindparam("at")
_ITS = _rows(Versions.announcement == bindparam("announcement"), _IN_PLACE)
_LATEST_FIRST = (Versions.valid_from.desc(), Versions.published_at.desc(), Versions.id.desc())
_NEWEST = _ITS.where(_ORDINARY).order_by(Versions.published_at.desc(), Versions.id.desc()).limit(1)
_CURRENT = (
    _ITS.where(Versions.valid_from > _AT),
    _ITS.where(Versions.valid_until > _AT),
    # Of the versions without an end, the one that began last hides all others for ever.
    _ITS.where(Versions.valid_until.is_(None), Versions.valid_from <= _AT).order_by(*_LATEST_FIRST).limit(1),
    # The one that ended last is played when none is valid and the plan keeps the last one.
    _ITS.where(Versions.valid_until <= _AT, _ORDINARY).order_by(Versions.valid_until.desc(), *_LATEST_FIRST).limit(1),
    _NEWEST,
)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to publish in an announcement of the plan. `text` is its transcript, `by` the name of its publisher."""

    announcement: str
    text: str
    period: AirPeriod
    by: str
    title: str = ""


def publish_message(database: Database, message: NewMessage, audio: Audio, *, at: datetime) -> MessageVersion:
    """The new version, on air for its period: from `at` when it has no start, until another one when it has no end."""
    start, end = message.period.start or at, message.period.end
    with database.write() as connection:
        lock_announcement(connection, message.announcement)
        new = MessageVersion(
            UNNUMBERED,
            message.announcement,
            audio.sha256,
            start,
            end,
            at,
            message.by,
            message.text,
            title=message.title,
        )
        version = publish_message_in(connection, new, audio)
        changes.record(
            connection,
            command_line_actor(message.by),
            "message.publish",
            message.announcement,
            after=change_fields(version),
            at=at,
        )
        return version


def publish_message_in(connection: Connection, new: MessageVersion, audio: Audio) -> MessageVersion:
    """Like `publish_message`, inside a transaction that has locked the announcement; gives the version with its id."""
    save_audio_in(connection, audio)
    return _add(connection, new, _on_air(connection, new.announcement, new.valid_from))


def roll_back_message(database: Database, announcement: str, *, by: str, at: datetime) -> MessageVersion:
    """Publishes, as a new version from `at` on, what callers would hear without the version on air.

    A second time publishes the other one again. Raises NotFound when nothing else was ever on air.
    """
    with database.write() as connection:
        lock_announcement(connection, announcement)
        now = _on_air(connection, announcement, at)
        others = [
            version for version in list_versions_in(connection, announcement) if now and version.audio != now.audio
        ]
        before = find_on_air(others, announcement, at, NoMessagePolicy.KEEP_LAST).version
        if before is None:
            raise NotFound(f"No earlier message has been on air in {announcement}; publish one instead.")
        again = republish_in(connection, before, by=by, at=at)
        after = {**change_fields(again), "again": before.id}
        changes.record(connection, command_line_actor(by), "message.put_back", announcement, after=after, at=at)
        return again


def republish_in(connection: Connection, before: MessageVersion, *, by: str, at: datetime) -> MessageVersion:
    """Publishes this version again from `at` on, inside a transaction that has locked the announcement.

    It keeps its end only if that is still to come.
    """
    until = before.valid_until if before.valid_until and before.valid_until > at else None
    return republish_for_in(connection, before, AirPeriod(at, until), by=by, at=at)


def republish_for_in(
    connection: Connection, before: MessageVersion, period: AirPeriod, *, by: str, at: datetime
) -> MessageVersion:
    """Publishes this version again for another period, inside a transaction that has locked the announcement."""
    start = period.start or at
    again = replace(
        before,
        id=UNNUMBERED,
        valid_from=start,
        valid_until=period.end,
        published_at=at,
        published_by=by,
        withdrawn_at=None,
    )
    return _add(connection, again, _on_air(connection, before.announcement, start))


def list_versions(database: Database, announcement: str) -> tuple[MessageVersion, ...]:
    """Every version of this announcement, newest publication first."""
    with database.read() as connection:
        return list_versions_in(connection, announcement)


def list_current_versions(database: Database, announcement: str, at: datetime) -> tuple[MessageVersion, ...]:
    """The versions of this announcement that can be on air at `at` or later, newest publication first.

    `find_on_air` gives the same for them as for all versions, however many there have been. The version published last
    is always among them.
    """
    with database.read() as connection:
        return list_current_versions_in(connection, announcement, at)


def find_last_change(database: Database) -> tuple[int, int]:
    """A mark of what is stored, of whatever announcement: it differs after each new version and each withdrawal."""
    newest, withdrawn = select(func.max(Versions.id)), select(func.count()).select_from(Withdrawals)
    with database.read() as connection:
        return connection.scalar(newest) or UNNUMBERED, connection.scalar(withdrawn) or 0


def find_newest_in(connection: Connection, announcement: str) -> MessageVersion | None:
    """The version published last, without those of blackout periods and withdrawn ones.

    It tells whether another publisher was faster.
    """
    return next(iter(_versions(connection, _NEWEST, {"announcement": announcement})), None)


def list_newest_versions(database: Database, announcement: str, limit: int, skip: int = 0) -> list[MessageVersion]:
    """The versions of this announcement without the `skip` published last; `limit` at most, newest first."""
    rows = _rows(Versions.announcement == announcement).order_by(Versions.published_at.desc(), Versions.id.desc())
    with database.read() as connection:
        return _versions(connection, rows.limit(limit).offset(skip), {})


def list_withdrawn(database: Database, announcement: str, at: datetime) -> list[MessageVersion]:
    """The withdrawn versions whose time has not come at `at` and which nothing replaces, in order of time."""
    rows = _rows(
        Versions.announcement == announcement,
        Versions.valid_from > at,
        Withdrawals.withdrawn_at.is_not(None),
        Withdrawals.successor_id.is_(None),
    )
    with database.read() as connection:
        return [MessageVersion(**row._mapping) for row in connection.execute(rows.order_by(Versions.valid_from))]


def get_version(database: Database, version_id: int) -> MessageVersion:
    """Raises NotFound."""
    with database.read() as connection:
        return get_version_in(connection, version_id)


def get_version_in(connection: Connection, version_id: int) -> MessageVersion:
    """Like `get_version`, inside a transaction."""
    if found := _versions(connection, _rows(Versions.id == version_id), {}):
        return found[0]
    raise NotFound(f"There is no version {version_id}.")


def get_announcement(database: Database, version_id: int) -> str:
    """The announcement in which this version was published. Raises NotFound."""
    with database.read() as connection:
        return get_announcement_in(connection, version_id)


def lock_announcement(connection: Connection, announcement: str) -> None:
    """Holds the announcement: the next publisher finds this version on air, and not the one that it replaces."""
    acquire_lock(connection, f"message {announcement}")


def list_versions_in(connection: Connection, announcement: str) -> tuple[MessageVersion, ...]:
    """Like `list_versions`, inside a transaction."""
    rows = _rows(Versions.announcement == announcement).order_by(Versions.published_at.desc(), Versions.id.desc())
    return tuple(_versions(connection, rows, {}))


def list_current_versions_in(connection: Connection, announcement: str, at: datetime) -> tuple[MessageVersion, ...]:
    """Like `list_current_versions`, inside a transaction."""
    asked = {"announcement": announcement, "at": at}
    found = {one.id: one for rows in _CURRENT for one in _versions(connection, rows, asked)}
    return tuple(sorted(found.values(), key=lambda one: (one.published_at, one.id), reverse=True))


def change_fields(version: MessageVersion) -> dict[str, object]:
    """The fields for the record of changes."""
    until = version.valid_until.isoformat() if version.valid_until else None
    start = version.valid_from.isoformat()
    title = {"title": version.title} if version.title else {}
    return {"version": version.id, "audio": version.audio, **title, "text": version.text, "from": start, "until": until}


def get_announcement_in(connection: Connection, version_id: int) -> str:
    """Like `get_announcement`, inside a transaction."""
    found = connection.scalar(select(Versions.announcement).where(Versions.id == version_id))
    if found is None:
        raise NotFound(f"There is no version {version_id}.")
    return found


def _on_air(connection: Connection, announcement: str, at: datetime) -> MessageVersion | None:
    current = list_current_versions_in(connection, announcement, at)
    return find_on_air(current, announcement, at, NoMessagePolicy.KEEP_LAST).version


def _versions(connection: Connection, rows: Select[Any], asked: Mapping[str, object]) -> list[MessageVersion]:
    return [MessageVersion(**row._mapping) for row in connection.execute(rows, asked)]


def _add(connection: Connection, version: MessageVersion, replaced: MessageVersion | None) -> MessageVersion:
    row = {**asdict(version), "replaces": replaced.id if replaced else None}
    del row["id"], row["blackout_period"], row["withdrawn_at"]
    new = insert(Versions).values(row).returning(Versions.id)
    published = replace(version, id=connection.execute(new).scalar_one())
    if version.blackout_period:
        connection.execute(
            insert(BlackoutMessage).values(version_id=published.id, blackout_period_id=version.blackout_period)
        )
    outbox.add_event(connection, outbox.MESSAGE_PUBLISHED, _event_data(published, replaced), version.published_at)
    return published


def _event_data(version: MessageVersion, replaced: MessageVersion | None) -> dict[str, Any]:
    """The data of an event for external programs."""
    return {
        "version": version.id,
        "slot": version.announcement,
        "audio": version.audio,
        "title": version.title,
        "text": version.text,
        "valid_from": version.valid_from.astimezone(UTC).isoformat(),
        "valid_until": version.valid_until.astimezone(UTC).isoformat() if version.valid_until else None,
        "replaces": replaced.id if replaced else None,
    }
