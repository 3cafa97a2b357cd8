"""Publishes a message: from a sound file to the version on air.

Each message's sound is stored under the hash of its content and never changed; a published version is a row that names
it. If publishing fails at any step, callers go on hearing the previous version.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prompts.audio import rendering
from prompts.audio.intake import read_speech
from prompts.audio.pcm import Pcm
from prompts.fsync import fsync_path
from records.database.engine import Database
from records.messages import blackout_periods, message_audio, message_versions
from records.messages.message_versions import NewMessage
from routing.messages import MessageVersion, NoMessagePolicy, OnAir, find_on_air

SUFFIXES = (".flac", ".sln16", ".wav")


class PublishError(Exception):
    """A message was not published; str() is one sentence that says why. Callers hear the same message as before."""


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """A version and its state: "on air", "on air, past its end", "coming", "over" or "withdrawn".

    `playable` is False when its sound files are missing.
    """

    version: MessageVersion
    state: str
    playable: bool


def publish(
    database: Database, folder: Path, file: Path, message: NewMessage, *, at: datetime, max_seconds: float = 90
) -> MessageVersion:
    """Publishes the sound in `file` as this message; its sound is stored in `folder`.

    Raises AudioRefused for an unusable file, PublishError for a period that is over, AudioToolError when a tool fails
    (a full disk, say), and RecordsError.
    """
    reject_past_period(message.period.start or at, message.period.end, at)
    speech = read_speech(file, max_seconds=max_seconds)
    audio = store_sound(folder, speech.sound, speech.media_type, file.name)
    return message_versions.publish_message(database, message, audio, at=at)


def reject_past_period(valid_from: datetime, valid_until: datetime | None, at: datetime) -> None:
    """Raises PublishError for a period that ends before anybody could hear the message."""
    if valid_until is not None and valid_until <= max(valid_from, at):
        raise PublishError("this message would end before anybody could hear it; choose a later end")


def store_sound(folder: Path, sound: Pcm, media_type: str, original_name: str) -> message_audio.Audio:
    """The sound, rendered for telephones and pages and stored in `folder` under the hash of its content.

    It is durable when this returns, and on air only once a version names it. Raises AudioToolError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as scratch:
        made = rendering.render(sound, Path(scratch), "message", master=True)
        sha256 = hashlib.sha256((Path(scratch) / "message.flac").read_bytes()).hexdigest()
        for suffix in SUFFIXES:
            new = Path(scratch) / f"message{suffix}"
            fsync_path(new)
            os.replace(new, sound_path(folder, sha256).with_suffix(suffix))
    fsync_path(folder)
    return message_audio.Audio(
        sha256,
        made.seconds,
        media_type,
        printable_file_name(original_name),
        made.level.active_dbfs,
        made.level.peak_dbfs,
    )


def printable_file_name(name: str) -> str:
    """A file's name without control characters, for people to recognise it by; never used as a path."""
    return "".join(character for character in name if character.isprintable())[:100]


def roll_back(database: Database, folder: Path, announcement: str, *, by: str, at: datetime) -> MessageVersion:
    """Puts the previous message of the announcement back on air, from `at`.

    Raises NotFound if there is none; PublishError if its sound is missing: then the current message stays on air.
    """
    version = message_versions.roll_back_message(database, announcement, by=by, at=at)
    if not is_playable(folder, version):
        # The message that was on air is the previous one now: a second roll-back restores it.
        message_versions.roll_back_message(database, announcement, by=by, at=at)
        raise PublishError("the sound of the previous message is gone from the disk; publish that message again")
    return version


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list: `size` rows after the first `skip`."""

    size: int
    skip: int = 0


def list_versions(
    database: Database,
    folder: Path,
    announcement: str,
    *,
    when_none: NoMessagePolicy,
    now: datetime,
    page: Page | None = None,
) -> tuple[ListedVersion, ...]:
    """The versions of the announcement, newest first: all of them, or a page."""
    current = message_versions.list_current_versions(database, announcement, now)
    if page:
        versions = message_versions.list_newest_versions(database, announcement, page.size, page.skip)
    else:
        versions = list(message_versions.list_versions(database, announcement))
    heard = find_on_air(current, announcement, now, when_none, blackout_periods.list_blackout_periods(database))
    return _listed(folder, versions, heard, now)


def list_current_versions(
    database: Database, folder: Path, announcement: str, *, when_none: NoMessagePolicy, now: datetime
) -> tuple[ListedVersion, ...]:
    """The version on air, and those that can be on air later."""
    current = message_versions.list_current_versions(database, announcement, now)
    heard = find_on_air(current, announcement, now, when_none, blackout_periods.list_blackout_periods(database))
    return _listed(folder, current, heard, now)


def _listed(folder: Path, versions: Iterable[MessageVersion], heard: OnAir, now: datetime) -> tuple[ListedVersion, ...]:
    return tuple(
        ListedVersion(
            version,
            _state(version, on_the_air=version == heard.version, stale=heard.stale, now=now),
            is_playable(folder, version),
        )
        for version in versions
    )


def sound_path(folder: Path, sha256: str) -> Path:
    """The path of a message's sound without its suffix, as Asterisk's playback applications take it."""
    return folder / sha256


def is_playable(folder: Path, version: MessageVersion) -> bool:
    """Whether the sound files of every rate exist."""
    return all(sound_path(folder, version.audio).with_suffix(suffix).is_file() for suffix in SUFFIXES)


def _state(version: MessageVersion, *, on_the_air: bool, stale: bool, now: datetime) -> str:
    if version.withdrawn_at:
        return "withdrawn"
    if on_the_air:
        return "on air, past its end" if stale else "on air"
    return "coming" if version.valid_from > now else "over"
