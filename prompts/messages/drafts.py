"""Drafts of messages: the uploaded sound, its waveform, a preview as callers will hear it, and its publication.

Sounds of drafts are in a folder of their own, named by the hash of their content: `<hash>.wav` (48 kHz, as uploaded),
`<hash>.json` (the waveform), and previews. Sounds that no open draft uses are removed.
"""

import hashlib
import json
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prompts.audio import rendering
from prompts.audio.decoding import decode
from prompts.audio.intake import read_speech
from prompts.audio.pcm import Pcm, find_speech, peaks, read_wav, write_wav
from prompts.audio.recording_level import assess_loudness
from prompts.audio.refusals import AudioRefused
from prompts.fsync import fsync_path
from prompts.messages import publishing
from prompts.voices.voice import Voice
from records.actor import Actor
from records.database.engine import Database
from records.messages import message_drafts
from records.messages.draft_types import Draft, DraftAudio, DraftContent, Publication
from records.messages.message_versions import Audio
from routing.messages import MessageVersion
from routing.plan.model import Announcement

MAX_UPLOAD_S = 300
"""The longest upload; its author then cuts it to the length that the announcement allows."""

_MAX_NEUTRAL_S = 90
_PEAKS = 800
_MARGIN_MS = 150
_SHORTEST_S = 0.3
_GRACE_S = 3600
_PREVIEW_KEPT_S = 60


@dataclass(frozen=True, slots=True)
class SoundStorage:
    """The folders of sounds: those of drafts, and those of messages."""

    drafts: Path
    messages: Path


@dataclass(frozen=True, slots=True)
class Upload:
    """A sound file for an announcement. `original_name` is shown to people and never used as a path."""

    file: Path
    original_name: str
    announcement: str
    text: str = ""


def create(database: Database, storage: SoundStorage, actor: Actor, upload: Upload, *, at: datetime) -> Draft:
    """A draft of the uploaded sound, cut to where speech begins and ends.

    Raises AudioRefused for a file that cannot be used, AudioToolError, Forbidden.
    """
    decoded = decode(upload.file, max_seconds=MAX_UPLOAD_S)
    pcm = rendering.require_usable(decoded.sound)
    storage.drafts.mkdir(parents=True, exist_ok=True, mode=0o700)
    _remove_unused(database, storage, at)
    sha256 = _store(storage.drafts, pcm)
    loudness, level = assess_loudness(pcm)
    begins, ends = find_speech(pcm)
    cut = (max(0.0, begins - _MARGIN_MS / 1000), min(pcm.seconds, ends + _MARGIN_MS / 1000))
    audio = DraftAudio(
        sha256,
        publishing.printable_file_name(upload.original_name),
        decoded.media_type,
        round(pcm.seconds, 2),
        level.active_dbfs,
        loudness,
    )
    content = DraftContent(round(cut[0], 2), round(cut[1], 2), upload.text)
    return message_drafts.create_draft(database, actor, upload.announcement, audio, content, at=at)


def read_waveform(storage: SoundStorage, draft: Draft) -> str:
    """The waveform of a draft as JSON: {"seconds": …, "peaks": [per cent of full scale, …]}. Raises AudioRefused."""
    try:
        return _file(storage, draft, ".json").read_text()
    except FileNotFoundError:
        raise AudioRefused("gone") from None


def render_preview(storage: SoundStorage, draft: Draft, from_s: float, until_s: float) -> Path:
    """An 8 kHz WAV of the part between two moments (seconds), at the loudness of messages on air.

    Raises AudioRefused, AudioToolError.
    """
    made = _file(storage, draft, f"-{round(from_s * 1000)}-{round(until_s * 1000)}.wav")
    with suppress(FileNotFoundError):
        os.utime(made)
        return made
    sound = _cut(storage, draft, DraftContent(from_s, until_s, ""), MAX_UPLOAD_S)
    for old in storage.drafts.glob(f"{draft.audio.sha256}-*.wav"):
        with suppress(FileNotFoundError):
            if old.stat().st_mtime < time.time() - _PREVIEW_KEPT_S:  # a colleague may be about to hear a newer one
                old.unlink()
    with tempfile.TemporaryDirectory(prefix=".new-", dir=storage.drafts) as scratch:
        os.replace(rendering.render(sound, Path(scratch), "preview").narrow, made)
    return made


def publish(
    database: Database,
    storage: SoundStorage,
    actor: Actor,
    publication: Publication,
    announcement: Announcement,
    *,
    at: datetime,
) -> MessageVersion:
    """Publishes a draft, or approves it if the publication says so; `announcement` is the draft's, from the plan.

    Raises what `reject_unusable` raises, AudioToolError, and what records.messages.message_drafts.publish_draft raises.
    Whenever it raises, callers go on hearing the previous message.
    """
    sound = _usable_cut(storage, publication, announcement, at)
    source = publication.draft.audio
    audio = publishing.store_sound(storage.messages, sound, source.media_type, source.original_name)
    return message_drafts.publish_draft(database, actor, publication, audio, at=at)


def reject_unusable(
    storage: SoundStorage, publication: Publication, announcement: Announcement, *, at: datetime
) -> None:
    """Check a draft before it is submitted for approval.

    Raises AudioRefused when the cut is too long or empty, PublishError when the period is over.
    """
    _usable_cut(storage, publication, announcement, at)


def prepare_neutral_message(storage: SoundStorage, file: Path | None, text: str, voice: Voice) -> Audio:
    """The neutral message of a blackout period: the sound in `file`, or `text` spoken in French when `file` is None.

    Raises AudioRefused, AudioToolError, VoiceError.
    """
    if file:
        speech = read_speech(file, max_seconds=_MAX_NEUTRAL_S)
        return publishing.store_sound(storage.messages, speech.sound, speech.media_type, "")
    with tempfile.TemporaryDirectory() as scratch:
        spoken = Path(scratch) / "spoken.wav"
        voice.speak(text, "fr", spoken)
        sound = rendering.trim_silence(rendering.require_usable(read_wav(spoken)))
    return publishing.store_sound(storage.messages, sound, "audio/wav", "")


def _usable_cut(storage: SoundStorage, publication: Publication, announcement: Announcement, at: datetime) -> Pcm:
    period = publication.period
    publishing.reject_past_period(period.start or at, period.end, at)
    return rendering.require_usable(_cut(storage, publication.draft, publication.content, announcement.max_seconds))


def _cut(storage: SoundStorage, draft: Draft, content: DraftContent, max_seconds: float) -> Pcm:
    seconds = content.until_s - content.from_s
    if seconds < _SHORTEST_S:
        raise AudioRefused("nothing-left")
    try:
        part = rendering.extract(read_wav(_file(storage, draft, ".wav")), content.from_s, content.until_s)
    except FileNotFoundError:
        raise AudioRefused("gone") from None
    if seconds <= max_seconds + 0.1:
        return part
    # The silence around speech does not count.
    speech = rendering.trim_silence(part, keep_ms=_MARGIN_MS)
    if speech.seconds > max_seconds + 2 * _MARGIN_MS / 1000 + 0.1:
        raise AudioRefused("cut-too-long", seconds=f"{speech.seconds:.0f}", most=max_seconds)
    return speech


def _file(storage: SoundStorage, draft: Draft, suffix: str) -> Path:
    return storage.drafts / f"{draft.audio.sha256}{suffix}"


def _store(folder: Path, pcm: Pcm) -> str:
    sha256 = hashlib.sha256(pcm.samples).hexdigest()
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as scratch:
        sound, waveform = Path(scratch) / "sound.wav", Path(scratch) / "waveform.json"
        write_wav(sound, pcm)
        waveform.write_text(json.dumps({"seconds": round(pcm.seconds, 2), "peaks": peaks(pcm, _PEAKS)}))
        for new, suffix in ((waveform, ".json"), (sound, ".wav")):
            fsync_path(new)
            os.replace(new, folder / f"{sha256}{suffix}")
    fsync_path(folder)
    return sha256


def _remove_unused(database: Database, storage: SoundStorage, at: datetime) -> None:
    """Removes sounds that no open draft uses, except new ones: their draft may be about to be stored."""
    used = message_drafts.list_audio_in_use(database)
    for file in storage.drafts.glob("*.*"):
        with suppress(FileNotFoundError):
            if file.is_file() and file.name[:64] not in used and at.timestamp() - file.stat().st_mtime > _GRACE_S:
                file.unlink()
