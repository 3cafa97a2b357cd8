"""Replacements of prompts that their editor can hear before callers do.

A candidate is kept in a folder of its own, `<language>/<key>` with the suffixes `.wav`, `.sln16` and `.json`, until it
is put on air or discarded. A prompt has one candidate in each language: a newer one takes its place.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from prompts import library
from prompts.catalogue import Prompt
from prompts.library import Replacement
from prompts.manifest import ManifestEntry, locked


class CandidateChanged(Exception):
    """Somebody else has prepared or published another replacement since the editor looked at this one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A replacement that is not on air. `revision` is of its sound; `prepared_by` is the editor's name."""

    entry: ManifestEntry
    prepared_by: str
    revision: str
    sound: Path


def prepare(folder: Path, prompt: Prompt, language: str, replacement: Replacement, *, by: str) -> None:
    """Keeps the replacement as the prompt's candidate. Raises AudioToolError."""
    with locked(folder):
        library.store_sound(folder / language, prompt.key, replacement.sound)
        described = {"entry": asdict(replacement.entry), "by": by}
        (folder / language / f"{prompt.key}.json").write_text(json.dumps(described, ensure_ascii=False))


def find(folder: Path, prompt: Prompt, language: str) -> Candidate | None:
    """The candidate of a prompt; None when there is none, or when the prompt's own text has changed since."""
    sound = library.sound_file(folder, language, prompt.key)
    try:
        described = json.loads(sound.with_suffix(".json").read_text())
        revision = hashlib.sha256(sound.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
    entry = ManifestEntry(**described["entry"])
    return Candidate(entry, described["by"], revision, sound) if entry.text == prompt.texts[language] else None


def publish(folder: Path, sounds: Path, prompt: Prompt, language: str, revision: str) -> Candidate:
    """Puts the candidate that the editor heard on air, from the next call on. Raises CandidateChanged."""
    with _of_revision(folder, prompt, language, revision) as candidate:
        library.put_on_air(sounds, prompt, language, candidate.sound, candidate.entry)
        return candidate


def discard(folder: Path, prompt: Prompt, language: str, revision: str) -> None:
    """Removes the candidate. Raises CandidateChanged."""
    with _of_revision(folder, prompt, language, revision):
        pass


@contextmanager
def _of_revision(folder: Path, prompt: Prompt, language: str, revision: str) -> Iterator[Candidate]:
    """The candidate, which is removed afterwards."""
    with locked(folder):
        candidate = find(folder, prompt, language)
        if candidate is None or candidate.revision != revision:
            raise CandidateChanged
        yield candidate
        for suffix in (".json", ".sln16", ".wav"):
            candidate.sound.with_suffix(suffix).unlink(missing_ok=True)
