"""The manifest of the sound library: what each file says and which voice or person spoke it."""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

VOICE = "voice"
RECORDING = "recording"
REWORDED = "reworded"


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One prompt in one language.

    `text` is the catalogue's text when the file was made. `source` is VOICE when a voice spoke that text, RECORDING
    when a person recorded it, REWORDED when a voice spoke the text in `said` instead. `by` is the name of the voice.
    """

    source: str
    text: str
    by: str
    said: str = ""


class Manifest:
    """The entries by name, such as "fr/apology"."""

    def __init__(self, entries: dict[str, ManifestEntry]) -> None:
        self._entries = entries

    def get(self, name: str) -> ManifestEntry | None:
        return self._entries.get(name)

    def set(self, name: str, entry: ManifestEntry) -> None:
        self._entries[name] = entry

    def items(self) -> Iterable[tuple[str, ManifestEntry]]:
        return self._entries.items()

    def is_replaced(self, name: str) -> bool:
        """Whether a recording or another text replaces the prompt that the voice would speak."""
        entry = self.get(name)
        return entry is not None and entry.source != VOICE

    def to_json(self) -> str:
        entries = {name: _entry_to_json(entry) for name, entry in sorted(self._entries.items())}
        return json.dumps(entries, ensure_ascii=False, indent=1) + "\n"


def _entry_to_json(entry: ManifestEntry) -> dict[str, str]:
    return {field: value for field, value in asdict(entry).items() if value or field != "said"}


def read_manifest(sounds: Path) -> Manifest:
    """The manifest of the library; empty if the library was never built."""
    try:
        entries = json.loads((sounds / "manifest.json").read_text())
    except FileNotFoundError:
        return Manifest({})
    return Manifest({name: ManifestEntry(**entry) for name, entry in entries.items()})


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps other writers of this folder of sounds out; creates the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def open_manifest(sounds: Path) -> Iterator[Manifest]:
    """The manifest, for one writer at a time; it is saved at the end, also after an exception."""
    with locked(sounds):
        manifest = read_manifest(sounds)
        before = manifest.to_json()
        try:
            yield manifest
        finally:
            if manifest.to_json() != before:
                _save(sounds, manifest)


def _save(sounds: Path, manifest: Manifest) -> None:
    new = sounds / ".manifest.new"
    new.write_text(manifest.to_json())
    os.replace(new, sounds / "manifest.json")
