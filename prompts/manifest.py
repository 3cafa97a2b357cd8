"""What each file of the sound library says and who spoke it, remembered beside the sounds."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

VOICE = "voice"
RECORDING = "recording"
REWORDED = "reworded"


@dataclass(frozen=True, slots=True)
class Entry:
    """The house's text at that time, and what is heard for it: its own words by a VOICE, a RECORDING, or other words,
    `said` by a voice (REWORDED). `by`: which voice."""

    source: str
    text: str
    by: str
    said: str = ""


class Manifest:
    """The entries by name ("fr/apology")."""

    def __init__(self, entries: dict[str, Entry]) -> None:
        self._entries = entries

    def get(self, name: str) -> Entry | None:
        return self._entries.get(name)

    def set(self, name: str, entry: Entry) -> None:
        self._entries[name] = entry

    def is_replaced(self, name: str) -> bool:
        """Whether people have put something else in the place of what the voice says."""
        entry = self.get(name)
        return entry is not None and entry.source != VOICE

    def as_json(self) -> str:
        entries = {name: _told(entry) for name, entry in sorted(self._entries.items())}
        return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


def _told(entry: Entry) -> dict[str, str]:
    return {field: value for field, value in asdict(entry).items() if value or field != "said"}


def read_manifest(sounds: Path) -> Manifest:
    """Return what is known of the library; nothing, if it was never built."""
    try:
        entries = json.loads((sounds / "manifest.json").read_text())
    except FileNotFoundError:
        return Manifest({})
    return Manifest({name: Entry(**entry) for name, entry in entries.items()})


@contextmanager
def open_manifest(sounds: Path) -> Iterator[Manifest]:
    """Lend the manifest for changes, to one writer at a time, and save it at the end, failures included."""
    sounds.mkdir(parents=True, exist_ok=True)
    with (sounds / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        manifest = read_manifest(sounds)
        before = manifest.as_json()
        try:
            yield manifest
        finally:
            if manifest.as_json() != before:
                _save(sounds, manifest)


def _save(sounds: Path, manifest: Manifest) -> None:
    new = sounds / ".manifest.new"
    new.write_text(manifest.as_json())
    os.replace(new, sounds / "manifest.json")
