"""The sound files that a caller may hear, for the recognizer of test calls."""

from pathlib import Path

from prompts.library import sound_file
from prompts.messages.publishing import sound_path
from records import overrides
from records.messages import message_versions
from standardiste.installation import Installation

_NEWEST = 50  # messages of an announcement; the one on air is hardly older


def list_sound_files(installation: Installation, language: str) -> dict[str, Path]:
    """The sound files that a caller may hear in this language, by the name that a call report gives each."""
    spoken = {
        prompt.key: sound_file(installation.settings.sounds, language, prompt.key) for prompt in installation.prompts
    }
    for override in overrides.list_overrides(installation.database):
        spoken |= {key: sound_file(installation.settings.sounds, language, key) for key in override.sentences}
    versions = [
        version
        for slot in installation.plan.announcements
        for version in message_versions.list_newest_versions(installation.database, slot, _NEWEST)
    ]
    store = installation.settings.messages
    played = {f"message-{v.id}": sound_path(store, v.audio).with_suffix(".wav") for v in versions}
    return {name: file for name, file in (spoken | played).items() if file.is_file()}
