"""A message on its way to the air: the sound that somebody handed in, its shape, its preview, its publication.

Sounds lie below a folder of their own under the hash of their content: `<hash>.wav` (48 kHz, as it came), `<hash>.json`
(its shape), and previews as callers will hear it. What no draft under way is made of is removed.
"""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prompts import audio, publishing
from prompts.decoding import decode
from prompts.loudness import judge
from prompts.pcm import peaks, read_wav, spoken_span, write_wav
from prompts.refusals import AudioRefused
from prompts.voice import Voice
from records import message_drafts
from records.base import Base
from records.message_draft import Draft, Period, Sound, Wording
from records.messages import Audio
from records.viewer import Viewer
from routing.messages import MessageVersion
from routing.plan import Slot

LONGEST_S = 300
"""What may be handed in, to be cut to what the slot takes."""

_LONGEST_NEUTRAL_S = 90
_PEAKS = 800
_KEPT_MS = 150
_SHORTEST_S = 0.3
_YOUNG_S = 3600


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where sounds lie: those of drafts, and those of messages."""

    drafts: Path
    messages: Path


def hand_in(
    base: Base, shelf: Shelf, viewer: Viewer, file: Path, name: str, slot: str, *, text: str = "", at: datetime
) -> Draft:
    """A draft of the sound in `file`, cut where speech begins and ends. `name` is only ever shown.

    Raises AudioRefused for a file that cannot be used, AudioFailure, Forbidden.
    """
    decoded = decode(file, max_seconds=LONGEST_S)
    pcm = audio.usable(decoded.sound)
    shelf.drafts.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(base, shelf, at)
    sha256 = _keep(shelf.drafts, pcm)
    loudness, level = judge(pcm)
    begins, ends = spoken_span(pcm)
    cut = (max(0.0, begins - _KEPT_MS / 1000), min(pcm.seconds, ends + _KEPT_MS / 1000))
    sound = Sound(
        sha256, publishing.printable(name), decoded.media_type, round(pcm.seconds, 2), level.active_dbfs, loudness
    )
    wording = Wording(round(cut[0], 2), round(cut[1], 2), text)
    return message_drafts.keep(base, viewer, slot, sound, wording, at=at)


def shape(shelf: Shelf, draft: Draft) -> str:
    """The waveform of a draft as JSON: {"seconds": …, "peaks": [per cent of full scale, …]}. Raises AudioRefused."""
    try:
        return _file(shelf, draft, ".json").read_text()
    except FileNotFoundError:
        raise _gone() from None


def preview(shelf: Shelf, draft: Draft, from_s: float, until_s: float) -> Path:
    """An 8 kHz WAV of the part between two moments, at the loudness of the air. Raises AudioRefused, AudioFailure."""
    made = _file(shelf, draft, f"-{round(from_s * 1000)}-{round(until_s * 1000)}.wav")
    if not made.is_file():
        sound = _part(shelf, draft, Wording(from_s, until_s, ""), LONGEST_S)
        for old in shelf.drafts.glob(f"{draft.sound.sha256}-*.wav"):
            old.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=shelf.drafts) as scratch:
            os.replace(audio.render(sound, Path(scratch), "preview").narrow, made)
    return made


def publish(
    base: Base,
    shelf: Shelf,
    viewer: Viewer,
    draft: Draft,
    revision: int,
    wording: Wording,
    period: Period,
    slot: Slot,
    *,
    seen: int | None,
    at: datetime,
) -> MessageVersion:
    """Puts a draft, of which `revision` was seen, with this wording on the air.

    Raises AudioRefused when too much or nothing is left of it, PublishError for an impossible period, AudioFailure, and
    what records.message_drafts.publish raises. Whatever fails, callers go on hearing the message before.
    """
    prepared = _prepared(shelf, draft, wording, period, slot, at)
    return message_drafts.publish(base, viewer, draft.id, revision, wording, period, prepared, seen=seen, at=at)


def approve(
    base: Base, shelf: Shelf, viewer: Viewer, draft: Draft, revision: int, slot: Slot, *, seen: int | None, at: datetime
) -> MessageVersion:
    """As `publish`, by the second person: the draft goes on the air as its author handed it in."""
    wording, period = draft.wording, draft.period
    prepared = _prepared(shelf, draft, wording, period, slot, at)
    return message_drafts.publish(
        base, viewer, draft.id, revision, wording, period, prepared, seen=seen, second=True, at=at
    )


def refuse_unusable(shelf: Shelf, draft: Draft, wording: Wording, period: Period, slot: Slot, *, at: datetime) -> None:
    """Raises what `publish` would raise about the sound and the period, before somebody is asked to approve them."""
    publishing.refuse_past(period.start or at, period.end, at)
    audio.usable(_part(shelf, draft, wording, slot.max_seconds))


def neutral(shelf: Shelf, file: Path | None, text: str, voice: Voice) -> Audio:
    """The neutral message of an embargo: the sound in `file`, or `text` spoken in French where there is none.

    Raises AudioRefused, AudioFailure, VoiceError.
    """
    if file:
        decoded = decode(file, max_seconds=_LONGEST_NEUTRAL_S)
        return publishing.prepare(shelf.messages, audio.trimmed(audio.usable(decoded.sound)), decoded.media_type, "")
    with tempfile.TemporaryDirectory() as scratch:
        spoken = Path(scratch) / "spoken.wav"
        voice.speak(text, "fr", spoken)
        sound = audio.trimmed(audio.usable(read_wav(spoken)))
    return publishing.prepare(shelf.messages, sound, "audio/wav", "")


def _prepared(shelf: Shelf, draft: Draft, wording: Wording, period: Period, slot: Slot, at: datetime) -> Audio:
    publishing.refuse_past(period.start or at, period.end, at)
    sound = audio.usable(_part(shelf, draft, wording, slot.max_seconds))
    return publishing.prepare(shelf.messages, sound, draft.sound.media_type, draft.sound.original_name)


def _part(shelf: Shelf, draft: Draft, wording: Wording, longest_s: float) -> audio.Pcm:
    if wording.until_s - wording.from_s > longest_s + 0.1:
        raise AudioRefused("cut-too-long", seconds=wording.until_s - wording.from_s, most=longest_s)
    if wording.until_s - wording.from_s < _SHORTEST_S:
        raise AudioRefused("nothing-left")
    try:
        return audio.cut_out(read_wav(_file(shelf, draft, ".wav")), wording.from_s, wording.until_s)
    except FileNotFoundError:
        raise _gone() from None


def _gone() -> AudioRefused:
    return AudioRefused("gone")


def _file(shelf: Shelf, draft: Draft, suffix: str) -> Path:
    return shelf.drafts / f"{draft.sound.sha256}{suffix}"


def _keep(folder: Path, pcm: audio.Pcm) -> str:
    sha256 = hashlib.sha256(pcm.samples).hexdigest()
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder) as scratch:
        sound, told = Path(scratch) / "sound.wav", Path(scratch) / "shape.json"
        write_wav(sound, pcm)
        told.write_text(json.dumps({"seconds": round(pcm.seconds, 2), "peaks": peaks(pcm, _PEAKS)}))
        for new, suffix in ((told, ".json"), (sound, ".wav")):
            audio.durable(new)
            os.replace(new, folder / f"{sha256}{suffix}")
    audio.durable(folder)
    return sha256


def _sweep(base: Base, shelf: Shelf, at: datetime) -> None:
    """Removes what no draft under way is made of; what is young may be about to become one."""
    used = message_drafts.sounds_in_use(base)
    for file in shelf.drafts.glob("*.*"):
        if file.is_file() and file.name[:64] not in used and at.timestamp() - file.stat().st_mtime > _YOUNG_S:
            file.unlink(missing_ok=True)
