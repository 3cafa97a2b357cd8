"""Drafts of messages and prompts: their sound with its waveform, and its publication.

Sounds of drafts are in a folder of their own, named by the hash of their content: `<hash>.wav` (48 kHz, as uploaded),
`<hash>.json` (the waveform), and previews. Sounds that no open draft uses are removed.
"""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
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
from records.messages import draft_publication, message_drafts
from records.messages.draft_types import AirPeriod, Draft, DraftAudio, DraftContent, Publication
from records.messages.message_audio import Audio
from routing.languages import LANGUAGES
from routing.messages import MessageVersion
from routing.plan.model import Announcement

MAX_UPLOAD_S = 300
"""The longest upload; its author then cuts it to the length that the announcement allows."""

_MAX_NEUTRAL_S = 90
_PEAKS = 800
_MARGIN_MS = 150
_GRACE_S = 3600


@dataclass(frozen=True, slots=True)
class SoundStorage:
    """The folders of sounds: those of drafts, and those of messages."""

    drafts: Path
    messages: Path


@dataclass(frozen=True, slots=True)
class Upload:
    """A sound file for an announcement, or for a prompt ("fr/apology"); then `announcement` is "".

    `original_name` is shown to people and never used as a path.
    """

    file: Path
    original_name: str
    announcement: str
    text: str = ""
    title: str = ""
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class TextToSpeak:
    """A text that the synthetic voice speaks for an announcement or a prompt, in the language "fr" or "en"."""

    text: str
    language: str
    announcement: str = ""
    title: str = ""
    prompt: str = ""


def create(database: Database, storage: SoundStorage, actor: Actor, upload: Upload, *, at: datetime) -> Draft:
    """A draft of the uploaded sound, cut to where speech begins and ends.

    Raises AudioRefused for a file that cannot be used, AudioToolError, Forbidden.
    """
    decoded = decode(upload.file, max_seconds=MAX_UPLOAD_S)
    pcm = rendering.require_usable(decoded.sound, shortest_s=shortest_s(upload.prompt))
    source = DraftAudio("", publishing.printable_file_name(upload.original_name), decoded.media_type, 0.0, 0.0, "")
    audio, cut = _keep(database, storage, pcm, source, at)
    content = replace(cut, text=upload.text, title=upload.title)
    return message_drafts.create_draft(
        database, actor, message_drafts.NewDraft(upload.announcement, audio, content, prompt=upload.prompt), at=at
    )


def create_spoken(
    database: Database, storage: SoundStorage, actor: Actor, new: TextToSpeak, voice: Voice, *, at: datetime
) -> Draft:
    """A draft whose text `voice` has spoken. Raises AudioRefused, AudioToolError, VoiceError, Forbidden."""
    audio, cut = _speak(database, storage, new, voice, at)
    content = replace(cut, text=new.text, title=new.title)
    return message_drafts.create_draft(
        database, actor, message_drafts.NewDraft(new.announcement, audio, content, prompt=new.prompt), at=at
    )


def speak_again(
    database: Database, storage: SoundStorage, actor: Actor, publication: Publication, voice: Voice, *, at: datetime
) -> Draft:
    """The draft with the sound of its text as it is now, in French or in the language of its prompt.

    Raises AudioRefused, AudioToolError, VoiceError, and what `message_drafts.save_draft` raises.
    """
    draft, content = publication.draft, publication.content
    new = TextToSpeak(content.text, spoken_language(draft.prompt), prompt=draft.prompt)
    audio, cut = _speak(database, storage, new, voice, at)
    whole = replace(publication, content=replace(cut, text=content.text, title=content.title))
    return message_drafts.set_audio(database, actor, whole, audio, at=at)


def create_from_version(
    database: Database,
    storage: SoundStorage,
    actor: Actor,
    version: MessageVersion,
    period: AirPeriod | None = None,
    *,
    at: datetime,
) -> Draft:
    """A draft that replaces a scheduled version: its sound, title and text, on air in `period` or in its own.

    Raises AudioRefused when the sound is gone from the disk, AudioToolError, Forbidden.
    """
    master = publishing.sound_path(storage.messages, version.audio).with_suffix(".flac")
    if not master.is_file():
        raise AudioRefused("gone")
    pcm = decode(master, max_seconds=MAX_UPLOAD_S).sound
    audio, _ = _keep(database, storage, pcm, DraftAudio("", "", "audio/flac", 0.0, 0.0, ""), at)
    content = DraftContent(0.0, audio.seconds, version.text, version.title)
    return message_drafts.create_draft(
        database,
        actor,
        message_drafts.NewDraft(
            version.announcement, audio, content, period=period or AirPeriod(version.valid_from, version.valid_until)
        ),
        edited_version=version.id,
        at=at,
    )


def shortest_s(prompt: str) -> float:
    """The shortest sound for this prompt, or for a message (""), in seconds."""
    return rendering.SHORTEST_PROMPT_S if prompt else rendering.SHORTEST_MESSAGE_S


def spoken_language(prompt: str) -> str:
    """The language of a prompt ("en/apology"); messages are in French."""
    return prompt.partition("/")[0] or LANGUAGES[0]


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

    Raises what `reject_unusable` raises, AudioToolError, and what draft_publication.publish_draft raises.
    Whenever it raises, callers go on hearing the previous message.
    """
    sound = cut_message(storage, publication, announcement, at)
    source = publication.draft.audio
    audio = publishing.store_sound(storage.messages, sound, source.media_type, source.original_name)
    return draft_publication.publish_draft(database, actor, publication, audio, at=at)


def reject_unusable(
    storage: SoundStorage, publication: Publication, announcement: Announcement, *, at: datetime
) -> None:
    """Check a draft before it is submitted for approval.

    Raises AudioRefused when the cut is too long or empty, PublishError when the period is over.
    """
    cut_message(storage, publication, announcement, at)


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


def cut_message(storage: SoundStorage, publication: Publication, announcement: Announcement, at: datetime) -> Pcm:
    """The part that is kept. Raises AudioRefused, PublishError."""
    period = publication.period
    publishing.reject_past_period(period.start or at, period.end, at)
    return cut(storage, publication, announcement.max_seconds)


def cut(storage: SoundStorage, publication: Publication, max_seconds: float) -> Pcm:
    """The part that is kept, of this length at most. Raises AudioRefused."""
    part = cut_part(storage, publication.draft, publication.content, max_seconds)
    return rendering.require_usable(part, shortest_s=shortest_s(publication.draft.prompt))


def cut_part(storage: SoundStorage, draft: Draft, content: DraftContent, max_seconds: float) -> Pcm:
    """A part of the draft's sound, of this length at most, in which speech need not be. Raises AudioRefused."""
    seconds = content.until_s - content.from_s
    if seconds < shortest_s(draft.prompt):
        raise AudioRefused("nothing-left")
    try:
        part = rendering.extract(read_wav(draft_file(storage, draft, ".wav")), content.from_s, content.until_s)
    except FileNotFoundError:
        raise AudioRefused("gone") from None
    if seconds <= max_seconds + 0.1:
        return part
    # The silence around speech does not count.
    speech = rendering.trim_silence(part, keep_ms=_MARGIN_MS)
    if speech.seconds > max_seconds + 2 * _MARGIN_MS / 1000 + 0.1:
        raise AudioRefused("cut-too-long", seconds=f"{speech.seconds:.0f}", most=max_seconds)
    return speech


def _speak(
    database: Database, storage: SoundStorage, new: TextToSpeak, voice: Voice, at: datetime
) -> tuple[DraftAudio, DraftContent]:
    with tempfile.TemporaryDirectory() as scratch:
        spoken = Path(scratch) / "spoken.wav"
        voice.speak(new.text, new.language, spoken)
        pcm = rendering.require_usable(read_wav(spoken), shortest_s=shortest_s(new.prompt))
    source = DraftAudio("", "", "audio/wav", 0.0, 0.0, "", voice.name(new.language), new.text)
    return _keep(database, storage, pcm, source, at)


def _keep(
    database: Database, storage: SoundStorage, pcm: Pcm, source: DraftAudio, at: datetime
) -> tuple[DraftAudio, DraftContent]:
    """Stores the sound; gives `source` with what was measured, and the part in which somebody speaks."""
    storage.drafts.mkdir(parents=True, exist_ok=True, mode=0o700)
    _remove_unused(database, storage, at)
    sha256 = _store(storage.drafts, pcm)
    loudness, level = assess_loudness(pcm)
    begins, ends = find_speech(pcm)
    kept = (max(0.0, begins - _MARGIN_MS / 1000), min(pcm.seconds, ends + _MARGIN_MS / 1000))
    audio = replace(
        source, sha256=sha256, seconds=round(pcm.seconds, 2), level_dbfs=level.active_dbfs, loudness=loudness
    )
    return audio, DraftContent(round(kept[0], 2), round(kept[1], 2), "")


def draft_file(storage: SoundStorage, draft: Draft, suffix: str) -> Path:
    """The file of a draft's sound (".wav"), of its waveform (".json"), or of one made of it; it may be gone."""
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
    """Removes sounds that no draft needs, except new ones: their draft may be about to be stored."""
    used = message_drafts.list_audio_in_use(database, at)
    for file in storage.drafts.glob("*.*"):
        with suppress(FileNotFoundError):
            if file.is_file() and file.name[:64] not in used and at.timestamp() - file.stat().st_mtime > _GRACE_S:
                file.unlink()
