"""An authenticated user records a message, hears it as callers will, and publishes it or leaves it as a draft."""

import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from agi.call import Call
from agi.channel import HungUp
from agi.config_snapshot import SnapshotReader
from agi.recording_storage import RecordingStorage
from prompts.audio.recording_level import Loudness
from prompts.audio.refusals import AudioRefused
from prompts.messages import draft_previews, drafts
from prompts.messages.drafts import SoundStorage, Upload
from records.actor import Actor
from records.messages import message_drafts
from records.messages.draft_types import AirPeriod, ApprovalRequired, Draft, NewerVersionPublished, Publication
from records.messages.message_drafts import find_newest_version
from records.staff.click_to_call import AudioRange
from routing.menus import list_announcements_by_key
from routing.messages import find_active_blackout
from routing.plan.model import Announcement

ASK_S = 8
SILENCE_S = 5  # ends a recording
TRIES = 3
LEFTOVER_AGE_S = 3600
SOURCE_NAMES = {"fr": "téléphone", "en": "telephone"}
"""What the console shows in place of a file name, by language."""


def record_message(
    call: Call,
    snapshots: SnapshotReader,
    storage: RecordingStorage,
    actor: Actor,
    announcement: Announcement | None = None,
) -> None:
    """Records the message of `announcement`, or of the one that the user chooses by its key."""
    _delete_leftovers(storage.recordings)
    if chosen := announcement or _ask_announcement(call, snapshots):
        session = _RecordingSession(call, snapshots, storage, actor, chosen)
        while (take := session.record()) and session.review(take):
            session.discard(take)


def _delete_leftovers(recordings: Path) -> None:
    """Deletes recordings of calls in which our own code failed."""
    for file in recordings.glob("*.wav"):
        if time.time() - file.stat().st_mtime > LEFTOVER_AGE_S:
            file.unlink(missing_ok=True)


def play_draft(call: Call, storage: RecordingStorage, actor: Actor, part: AudioRange) -> None:
    """Plays a part of a draft as callers would hear it."""
    draft = message_drafts.get_draft(storage.database, actor, part.draft_id)
    preview = call.say_while("record-moment", partial(_preview_sound, storage, draft, part.from_s, part.until_s))
    call.say("record-heard")
    call.play(preview)


def _preview_sound(storage: RecordingStorage, draft: Draft, from_s: float, until_s: float) -> str:
    """Stores a part of the draft as callers will hear it; returns the name under which Asterisk plays that sound."""
    return str(draft_previews.render_preview(_draft_storage(storage), draft, from_s, until_s).with_suffix(""))


def _draft_storage(storage: RecordingStorage) -> SoundStorage:
    return SoundStorage(storage.drafts, storage.messages)


def _ask_announcement(call: Call, snapshots: SnapshotReader) -> Announcement | None:
    """The announcement to record, chosen by the key on which callers hear it."""
    announcements = list_announcements_by_key(snapshots.current.plan)
    key = next(iter(announcements), None)
    if len({announcement.name for announcement in announcements.values()}) > 1:
        answers = (call.read_key(["record-which"], ASK_S) for _ in range(TRIES))
        key = next((answer for answer in answers if answer in announcements), None)
    if key is None:
        call.say("staff-line-failed")
        return None
    call.say("record-slot")
    call.say(f"digits/{key}")
    return announcements[key]


@dataclass(frozen=True, slots=True)
class _Take:
    """One recording. `preview` is the sound as callers will hear it, by the name that Asterisk plays it by."""

    draft: Draft
    preview: str


@dataclass(frozen=True, slots=True)
class _RecordingSession:
    call: Call
    snapshots: SnapshotReader
    storage: RecordingStorage
    actor: Actor
    announcement: Announcement

    def record(self) -> _Take | None:
        """None when nothing usable was recorded after several tries."""
        for _ in range(TRIES):
            recording = self.storage.recordings / f"{secrets.token_hex(8)}.wav"
            save = partial(self._save_draft, recording)
            self.call.say("record-begin")
            try:
                self.call.record(recording, self.announcement.max_seconds, SILENCE_S)
            except HungUp:
                with suppress(AudioRefused):
                    save()
                raise
            try:
                return self.call.say_while("record-moment", save)
            except AudioRefused:
                self.call.say("record-unusable")
        return None

    def review(self, take: _Take) -> bool:
        """Plays the take back and does what the user chooses; True when it is to be recorded again."""
        if take.draft.audio.loudness != Loudness.GOOD:
            self.call.say(f"record-{take.draft.audio.loudness}")
        key, misses = self._play(take), 0
        first_prompts: list[str] = []
        newest_seen = find_newest_version(self.snapshots.current.messages.get(self.announcement.name, ()))
        while misses < TRIES:
            key = key or self.call.read_key([*first_prompts, "record-menu"], ASK_S, ["record-menu"])
            first_prompts = []
            match key:
                case "1":
                    try:
                        self._publish(take.draft, newest_seen.id if newest_seen else None)
                        return False
                    except NewerVersionPublished as conflict:
                        newest_seen, first_prompts = conflict.version, ["record-overtaken"]
                case "2":
                    key = self._play(take)
                    continue
                case "3":
                    return True
                case "4":
                    break
                case "*":
                    first_prompts = ["record-help"]
                case _:
                    misses += 1
            key = None
        self.call.say("record-kept")
        return False

    def discard(self, take: _Take) -> None:
        message_drafts.discard_draft(
            self.storage.database, self.actor, take.draft.id, take.draft.revision, at=self.call.now
        )

    def _save_draft(self, recording: Path) -> _Take:
        database, sounds, name = self.storage.database, _draft_storage(self.storage), SOURCE_NAMES[self.call.language]
        try:
            upload = Upload(recording, name, self.announcement.name)
            draft = drafts.create(database, sounds, self.actor, upload, at=self.call.now)
        finally:
            recording.unlink(missing_ok=True)
        return _Take(draft, _preview_sound(self.storage, draft, draft.content.from_s, draft.content.until_s))

    def _play(self, take: _Take) -> str | None:
        self.call.say("record-heard")
        return self.call.play(take.preview).key

    def _publish(self, draft: Draft, replaces: int | None) -> None:
        """Publishes the draft, or submits it where the plan requires approval. Raises NewerVersionPublished."""
        database, sounds, at = self.storage.database, _draft_storage(self.storage), self.call.now
        publication = Publication(draft, draft.revision, draft.content, AirPeriod(), known_version=replaces)
        publish = partial(drafts.publish, database, sounds, self.actor, publication, self.announcement, at=at)
        try:
            self.call.say_while("record-moment", publish)
        except ApprovalRequired:
            message_drafts.submit_for_approval(database, self.actor, publication, at=at)
            return self.call.say("record-handed-in")
        blackout = find_active_blackout(self.snapshots.current.blackout_periods, at)
        self.call.say("record-published-embargo" if blackout else "record-published")
