"""The daily message, from somebody's file to the air.

Audio is kept under the hash of its content and never changed; a version on the air is a row that names it. Whatever
fails on the way, callers go on hearing the version before.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prompts import audio
from prompts.decoding import decode
from records import embargoes, messages
from records.base import Base
from routing.messages import MessageVersion, WhenNone, on_air

SUFFIXES = (".flac", ".sln16", ".wav")


class PublishError(Exception):
    """A message was not published; str() says why in one sentence. What callers hear has not changed."""


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """One version with its state at a moment: "on air", "on air, past its end", "coming" or "over".

    `playable` is False when its sound is gone from the disk.
    """

    version: MessageVersion
    state: str
    playable: bool


def publish(
    base: Base,
    store: Path,
    file: Path,
    *,
    slot: str,
    valid_from: datetime,
    valid_until: datetime | None,
    text: str,
    by: str,
    at: datetime,
    max_seconds: float = 90,
) -> MessageVersion:
    """Put the sound in `file` on the air in `slot` from `valid_from` until `valid_until` (None: no end).

    `text` is the transcript. Raises AudioRefused for an unusable file, PublishError for an impossible period,
    AudioFailure when our tools fail (a full disk), and what records raises.
    """
    refuse_past(valid_from, valid_until, at)
    decoded = decode(file, max_seconds=max_seconds)
    prepared = prepare(store, audio.trimmed(audio.usable(decoded.sound)), decoded.media_type, file.name)
    return messages.publish(
        base, slot=slot, audio=prepared, text=text, valid_from=valid_from, valid_until=valid_until, by=by, at=at
    )


def refuse_past(valid_from: datetime, valid_until: datetime | None, at: datetime) -> None:
    """Raises PublishError for a period in which nobody could hear anything."""
    if valid_until is not None and valid_until <= max(valid_from, at):
        raise PublishError("this message would end before anybody could hear it; choose a later end")


def prepare(store: Path, sound: audio.Pcm, media_type: str, original_name: str) -> messages.Audio:
    """The sound as every caller and every page plays it, kept in `store` under the hash of its content.

    It is on the disk, durable, when this returns; on the air only when a version names it. Raises AudioFailure.
    """
    store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=store) as scratch:
        made = audio.render(sound, Path(scratch), "message", master=True)
        sha256 = hashlib.sha256((Path(scratch) / "message.flac").read_bytes()).hexdigest()
        for suffix in SUFFIXES:
            new = Path(scratch) / f"message{suffix}"
            audio.durable(new)
            os.replace(new, sound_path(store, sha256).with_suffix(suffix))
    audio.durable(store)
    return messages.Audio(
        sha256, made.seconds, media_type, printable(original_name), made.level.active_dbfs, made.level.peak_dbfs
    )


def printable(name: str) -> str:
    """A file's name for people to recognise it by; never used as a path."""
    return "".join(character for character in name if character.isprintable())[:100]


def roll_back(base: Base, store: Path, slot: str, *, by: str, at: datetime) -> MessageVersion:
    """Put the previous message of `slot` back on the air, from `at`.

    Raises records' NotFound if there is none, PublishError if its sound is gone: then callers go on hearing this one.
    """
    version = messages.roll_back(base, slot, by=by, at=at)
    if not playable(store, version):
        messages.roll_back(base, slot, by=by, at=at)  # what was on the air is now the previous one
        raise PublishError("the sound of the previous message is gone from the disk; publish that message again")
    return version


def listing(base: Base, store: Path, slot: str, *, when_none: WhenNone, now: datetime) -> tuple[ListedVersion, ...]:
    """Return every version of `slot`, as records orders them."""
    versions = messages.versions(base, slot)
    heard = on_air(versions, slot, now, when_none, embargoes.all(base))
    return tuple(
        ListedVersion(
            version,
            _state(version, on_the_air=version == heard.version, stale=heard.stale, now=now),
            playable(store, version),
        )
        for version in versions
    )


def sound_path(store: Path, sha256: str) -> Path:
    """Return the path of a message's sound without its suffix, as Asterisk's playback commands want it."""
    return store / sha256


def playable(store: Path, version: MessageVersion) -> bool:
    """Whether its sound is on the disk, at every rate."""
    return all(sound_path(store, version.audio).with_suffix(suffix).is_file() for suffix in SUFFIXES)


def _state(version: MessageVersion, *, on_the_air: bool, stale: bool, now: datetime) -> str:
    if on_the_air:
        return "on air, past its end" if stale else "on air"
    return "coming" if version.valid_from > now else "over"
