"""The messages that keys play: every version ever published."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from records import changes, outbox
from records.base import Base, take_turn
from records.errors import NotFound
from records.once import found_or_made
from records.schema import Audio as Audios
from records.schema import EmbargoMessage
from records.schema import MessageVersion as Versions
from records.viewer import at_machine
from routing.messages import MessageVersion, WhenNone, on_air

UNNUMBERED = 0
"""Stands for the number of a version that the base has not numbered yet."""


@dataclass(frozen=True, slots=True)
class Audio:
    """A recording ready for the air. `sha256`: 64 hexadecimal digits of its content; `media_type`: of the upload."""

    sha256: str
    seconds: float
    media_type: str
    original_name: str
    level_dbfs: float | None = None
    peak_dbfs: float | None = None


def publish(
    base: Base,
    *,
    slot: str,
    audio: Audio,
    text: str,
    valid_from: datetime,
    valid_until: datetime | None,
    by: str,
    at: datetime,
) -> MessageVersion:
    """The new version, on air from `valid_from` until `valid_until` (None: until another one)."""
    with base.write() as connection:
        take_turn_at(connection, slot)
        new = MessageVersion(UNNUMBERED, slot, audio.sha256, valid_from, valid_until, at, by, text)
        version = publish_in(connection, new, audio)
        changes.write(connection, at_machine(by), "message.publish", slot, after=told(version), at=at)
        return version


def publish_in(connection: Connection, new: MessageVersion, audio: Audio) -> MessageVersion:
    """As `publish`, inside a transaction that has taken its turn at the slot; gives it with its number."""
    _keep(connection, audio)
    return _add(connection, new, _on_air(connection, new.slot, new.valid_from))


def roll_back(base: Base, slot: str, *, by: str, at: datetime) -> MessageVersion:
    """Puts back, as a new version from `at` on, what callers would hear without the version on air.

    A second time puts the other one back again. Raises NotFound when nothing else was ever on air.
    """
    with base.write() as connection:
        take_turn_at(connection, slot)
        now = _on_air(connection, slot, at)
        others = [version for version in versions_of(connection, slot) if now and version.audio != now.audio]
        before = on_air(others, slot, at, WhenNone.LAST).version
        if before is None:
            raise NotFound(f"No earlier message has been on air in {slot}; publish one instead.")
        again = put_back_in(connection, before, by=by, at=at)
        after = {**told(again), "again": before.id}
        changes.write(connection, at_machine(by), "message.put_back", slot, after=after, at=at)
        return again


def put_back_in(connection: Connection, before: MessageVersion, *, by: str, at: datetime) -> MessageVersion:
    """This version once more, as a new one from `at` on, inside a transaction that has taken its turn at the slot.

    It keeps its end only if that is still to come.
    """
    until = before.valid_until if before.valid_until and before.valid_until > at else None
    again = MessageVersion(UNNUMBERED, before.slot, before.audio, at, until, at, by, before.text)
    return _add(connection, again, _on_air(connection, before.slot, at))


def versions(base: Base, slot: str) -> tuple[MessageVersion, ...]:
    """Every version of this slot, newest publication first."""
    with base.read() as connection:
        return versions_of(connection, slot)


def audio(base: Base, sha256: str) -> Audio:
    """What is known of this recording. Raises NotFound."""
    with base.read() as connection:
        row = connection.execute(select(*Audios.__table__.c).where(Audios.sha256 == sha256)).one_or_none()
        if row is None:
            raise NotFound(f"There is no recording {sha256}.")
        return Audio(**row._mapping)


def slot(base: Base, version_id: int) -> str:
    """The slot in which this version was published. Raises NotFound."""
    with base.read() as connection:
        return slot_of(connection, version_id)


def lengths(base: Base) -> dict[str, float]:
    """Seconds of every recording, by content hash."""
    with base.read() as connection:
        return {row.sha256: row.seconds for row in connection.execute(select(Audios.sha256, Audios.seconds))}


def take_turn_at(connection: Connection, slot: str) -> None:
    """Whoever follows finds this version on air, and not the one that it replaces."""
    take_turn(connection, f"message {slot}")


def versions_of(connection: Connection, slot: str) -> tuple[MessageVersion, ...]:
    """As `versions`, inside a transaction."""
    columns = [column for column in Versions.__table__.c if column.name != "replaces"]
    rows = select(*columns, EmbargoMessage.embargo_id.label("embargo")).outerjoin(EmbargoMessage)
    rows = rows.where(Versions.slot == slot).order_by(Versions.published_at.desc(), Versions.id.desc())
    return tuple(MessageVersion(**row._mapping) for row in connection.execute(rows))


def told(version: MessageVersion) -> dict[str, object]:
    """For the record of changes."""
    until = version.valid_until.isoformat() if version.valid_until else None
    start = version.valid_from.isoformat()
    return {"version": version.id, "audio": version.audio, "text": version.text, "from": start, "until": until}


def slot_of(connection: Connection, version_id: int) -> str:
    """As `slot`, inside a transaction."""
    found = connection.scalar(select(Versions.slot).where(Versions.id == version_id))
    if found is None:
        raise NotFound(f"There is no version {version_id}.")
    return found


def _keep(connection: Connection, audio: Audio) -> None:
    """Keeps the recording; the same content is kept once, under the name it first came with."""
    known = select(Audios.sha256).where(Audios.sha256 == audio.sha256)
    found_or_made(connection, known, insert(Audios).values(asdict(audio)).returning(Audios.sha256))


def _on_air(connection: Connection, slot: str, at: datetime) -> MessageVersion | None:
    return on_air(versions_of(connection, slot), slot, at, WhenNone.LAST).version


def _add(connection: Connection, version: MessageVersion, replaced: MessageVersion | None) -> MessageVersion:
    row = {**asdict(version), "replaces": replaced.id if replaced else None}
    del row["id"], row["embargo"]
    new = insert(Versions).values(row).returning(Versions.id)
    published = replace(version, id=connection.execute(new).scalar_one())
    if version.embargo:
        connection.execute(insert(EmbargoMessage).values(version_id=published.id, embargo_id=version.embargo))
    outbox.put(connection, outbox.MESSAGE_PUBLISHED, _told(published, replaced), version.published_at)
    return published


def _told(version: MessageVersion, replaced: MessageVersion | None) -> dict[str, Any]:
    """For programs outside."""
    return {
        "version": version.id,
        "slot": version.slot,
        "audio": version.audio,
        "text": version.text,
        "valid_from": version.valid_from.astimezone(UTC).isoformat(),
        "valid_until": version.valid_until.astimezone(UTC).isoformat() if version.valid_until else None,
        "replaces": replaced.id if replaced else None,
    }
