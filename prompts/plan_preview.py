"""A preview of prompts as callers would hear them under a plan that is not in force, joined in one file."""

import fcntl
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from prompts.audio import rendering
from prompts.audio.pcm import Pcm, read_wav, write_wav
from prompts.library import sound_file
from prompts.manifest import VOICE, Manifest, ManifestEntry, read_manifest
from prompts.voices.voice import Voice

RATE = 8000  # Hz, as callers hear it
KEPT_S = 3600
_PAUSE_MS = 60
_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class PreviewSettings:
    """The sound library, the folder of previews, and the voice for prompts that the library does not have."""

    sounds: Path
    folder: Path
    voice: Voice


def build_preview(
    settings: PreviewSettings, keys: Iterable[str], texts: Mapping[str, Mapping[str, str]], language: str
) -> str:
    """The name, for `find_preview`, of a WAV with the prompts `keys` one after the other.

    A prompt that the library has as callers would hear it, recordings included, is taken from there. Other prompts are
    spoken from `texts` (by key, then language) and kept for an hour. Raises VoiceError, AudioToolError.
    """
    folder = settings.folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _files_kept(folder):
        manifest = read_manifest(settings.sounds)
        samples = [
            read_wav(_prompt_file(settings, manifest, key, texts[key][language], language)).samples for key in keys
        ]
        whole = b"".join(samples)
        name = hashlib.sha256(whole).hexdigest()[:32]
        if not _renew(folder / f"{name}.wav"):
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                write_wav(Path(scratch) / "whole.wav", Pcm(whole, RATE))
                os.replace(Path(scratch) / "whole.wav", folder / f"{name}.wav")
    return name


def find_preview(folder: Path, name: str) -> Path | None:
    """The preview of this name, which is kept for another hour; None when it does not exist or has expired."""
    file = folder / f"{name}.wav"
    return file if _NAME.fullmatch(name) and _renew(file) else None


def _prompt_file(settings: PreviewSettings, manifest: Manifest, key: str, text: str, language: str) -> Path:
    existing, name, voice = sound_file(settings.sounds, language, key), f"{language}/{key}", settings.voice
    is_current = manifest.is_replaced(name) or manifest.get(name) == ManifestEntry(VOICE, text, voice.name(language))
    if existing.is_file() and is_current:
        return existing
    spoken = settings.folder / f"{_digest(f'{voice.name(language)} {language} {text}')}.wav"
    if not _renew(spoken):
        with tempfile.TemporaryDirectory(dir=settings.folder) as scratch:
            raw = Path(scratch) / "raw.wav"
            voice.speak(text, language, raw)
            made = rendering.render(rendering.trim_silence(read_wav(raw), keep_ms=_PAUSE_MS), Path(scratch), "spoken")
            os.replace(made.narrow, spoken)
    return spoken


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@contextmanager
def _files_kept(folder: Path) -> Iterator[None]:
    """Removes expired files, unless another preview is being built: it may be about to read one."""
    with (folder / ".lock").open("w") as lock:
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove_expired(folder)
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def _remove_expired(folder: Path) -> None:
    for file in folder.glob("*.wav"):
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < time.time() - KEPT_S:
                file.unlink()


def _renew(file: Path) -> bool:
    """Keeps the file for another hour; False when there is none."""
    try:
        os.utime(file)
    except FileNotFoundError:
        return False
    return True
