"""The state of every prompt in the sound library, measured from the files that callers hear."""

import wave
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from prompts.audio.pcm import measure, read_wav
from prompts.audio.rendering import TARGET_DBFS
from prompts.catalogue import Prompt
from prompts.library import sound_file
from prompts.manifest import ManifestEntry, read_manifest

_TOLERANCE_DB = 3.5
"""More than a rendering differs from the target: earlier versions measured what a telephone does not carry as well."""


class PromptState(StrEnum):
    """The state of one prompt."""

    MISSING = "missing"
    DAMAGED = "damaged"
    TOO_LOUD = "too loud"
    TOO_QUIET = "too quiet"
    TEXT_CHANGED = "text changed since recording"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class PromptRow:
    """One prompt in one language.

    `source` is "voice", "recording", "reworded" (`said` is the text spoken instead), or None when it is unknown.
    `seconds` and `level_dbfs` (active speech) are None when there is no readable file.
    """

    key: str
    language: str
    text: str
    source: str | None
    seconds: float | None
    level_dbfs: float | None
    state: PromptState
    said: str = ""


def list_prompts(sounds: Path, prompts: Iterable[Prompt], *, languages: Iterable[str]) -> tuple[PromptRow, ...]:
    """One row for each prompt and language, in the given order."""
    manifest = read_manifest(sounds)
    wanted = [(p, language) for p in prompts for language in tuple(languages) if language in p.texts]
    return tuple(
        _row(sounds, prompt, language, manifest.get(f"{language}/{prompt.key}")) for prompt, language in wanted
    )


def _row(sounds: Path, prompt: Prompt, language: str, entry: ManifestEntry | None) -> PromptRow:
    text = prompt.texts[language]
    source, said = (entry.source, entry.said) if entry else (None, "")
    file = sound_file(sounds, language, prompt.key)
    try:
        seconds, level = _measure_file(file, file.stat().st_mtime_ns)
    except (OSError, EOFError, wave.Error) as error:
        state = PromptState.MISSING if isinstance(error, FileNotFoundError) else PromptState.DAMAGED
        return PromptRow(prompt.key, language, text, source, None, None, state, said)
    changed = entry is not None and entry.text != text
    state = _state(level, changed)
    return PromptRow(prompt.key, language, text, source, seconds, level, state, said)


@lru_cache(maxsize=5000)
def _measure_file(file: Path, changed_ns: int) -> tuple[float, float]:
    """Seconds and active level of a file. They are cached by its time of change: pages list hundreds of prompts."""
    sound = read_wav(file)
    return round(sound.seconds, 2), measure(sound).active_dbfs


def _state(level_dbfs: float, text_changed: bool) -> PromptState:
    if text_changed:
        return PromptState.TEXT_CHANGED
    if level_dbfs > TARGET_DBFS + _TOLERANCE_DB:
        return PromptState.TOO_LOUD
    if level_dbfs < TARGET_DBFS - _TOLERANCE_DB:
        return PromptState.TOO_QUIET
    return PromptState.GOOD
