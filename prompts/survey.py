"""The state of the sound library, prompt by prompt, measured from the files that callers hear."""

import wave
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from prompts.audio import TARGET_DBFS, TOLERANCE_DB
from prompts.catalogue import Prompt
from prompts.library import sound_file
from prompts.manifest import Entry, read_manifest
from prompts.pcm import measure, read_wav


class PromptState(StrEnum):
    """What is to be said of one prompt."""

    MISSING = "missing"
    DAMAGED = "damaged"
    TOO_LOUD = "too loud"
    TOO_QUIET = "too quiet"
    TEXT_CHANGED = "text changed since recording"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class PromptRow:
    """One prompt in one language. `source` is "voice", "recording", or None when nobody knows.

    `seconds` and `level_dbfs` (active speech) are None when there is no readable file.
    """

    key: str
    language: str
    text: str
    source: str | None
    seconds: float | None
    level_dbfs: float | None
    state: PromptState


def list_prompts(sounds: Path, prompts: Iterable[Prompt], *, languages: Iterable[str]) -> tuple[PromptRow, ...]:
    """Return a row for each prompt and language, in the order given."""
    manifest = read_manifest(sounds)
    wanted = [(p, language) for p in prompts for language in tuple(languages) if language in p.texts]
    return tuple(
        _row(sounds, prompt, language, manifest.get(f"{language}/{prompt.key}")) for prompt, language in wanted
    )


def _row(sounds: Path, prompt: Prompt, language: str, entry: Entry | None) -> PromptRow:
    text = prompt.texts[language]
    source = entry.source if entry else None
    try:
        sound = read_wav(sound_file(sounds, language, prompt.key))
    except (OSError, EOFError, wave.Error) as error:
        state = PromptState.MISSING if isinstance(error, FileNotFoundError) else PromptState.DAMAGED
        return PromptRow(prompt.key, language, text, source, None, None, state)
    level = measure(sound).active_dbfs
    changed = entry is not None and entry.text != text
    return PromptRow(prompt.key, language, text, source, round(sound.seconds, 2), level, _state(level, changed))


def _state(level_dbfs: float, text_changed: bool) -> PromptState:
    if text_changed:
        return PromptState.TEXT_CHANGED
    if level_dbfs > TARGET_DBFS + TOLERANCE_DB:
        return PromptState.TOO_LOUD
    if level_dbfs < TARGET_DBFS - TOLERANCE_DB:
        return PromptState.TOO_QUIET
    return PromptState.GOOD
