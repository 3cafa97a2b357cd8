"""What callers would hear, before anybody hears it: sentences of a plan that is not in force, joined in one file."""

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from prompts import audio
from prompts.library import sound_file
from prompts.manifest import VOICE, Entry, Manifest, read_manifest
from prompts.pcm import Pcm, read_wav, write_wav
from prompts.voice import Voice

RATE = 8000  # as callers hear it
KEPT_S = 3600
_PAUSE_MS = 60
_NAME = re.compile(r"[0-9a-f]{32}")


def joined(
    sounds: Path, folder: Path, keys: Iterable[str], texts: Mapping[str, Mapping[str, str]], language: str, voice: Voice
) -> str:
    """The name, for `heard`, of the prompts `keys` one after the other, as a WAV in `folder`.

    A prompt that the library holds as it would be heard, recordings included, is taken from there; others are spoken
    from `texts` (by key, then language), and kept in `folder` for an hour. Raises VoiceError, AudioFailure.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _forget_old(folder)
    manifest = read_manifest(sounds)
    files = [_file(sounds, folder, manifest, key, texts[key][language], language, voice) for key in keys]
    name = _named("".join(f"{file} {file.stat().st_mtime_ns} " for file in files))
    if not (folder / f"{name}.wav").is_file():
        whole = Pcm(b"".join(read_wav(file).samples for file in files), RATE)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            write_wav(Path(scratch) / "whole.wav", whole)
            os.replace(Path(scratch) / "whole.wav", folder / f"{name}.wav")
    return name


def heard(folder: Path, name: str) -> Path | None:
    """The file of that name; None when there is none (any more)."""
    file = folder / f"{name}.wav"
    return file if _NAME.fullmatch(name) and file.is_file() else None


def _file(sounds: Path, folder: Path, manifest: Manifest, key: str, text: str, language: str, voice: Voice) -> Path:
    kept, name = sound_file(sounds, language, key), f"{language}/{key}"
    if kept.is_file() and (manifest.is_replaced(name) or manifest.get(name) == Entry(VOICE, text, voice.name)):
        return kept
    spoken = folder / f"{_named(f'{voice.name} {language} {text}')}.wav"
    if not spoken.is_file():
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            raw = Path(scratch) / "raw.wav"
            voice.speak(text, language, raw)
            made = audio.render(audio.trimmed(read_wav(raw), keep_ms=_PAUSE_MS), Path(scratch), "spoken")
            os.replace(made.narrow, spoken)
    return spoken


def _named(what: str) -> str:
    return hashlib.sha256(what.encode()).hexdigest()[:32]


def _forget_old(folder: Path) -> None:
    for file in folder.glob("*.wav"):
        if file.stat().st_mtime < time.time() - KEPT_S:
            file.unlink(missing_ok=True)
