"""Puts drafts of prompts on air: the sound of a prompt is replaced for the next caller."""

import hashlib
import tempfile
from datetime import datetime
from pathlib import Path

from prompts import library
from prompts.catalogue import Prompt
from prompts.manifest import RECORDING, REWORDED, ManifestEntry, open_manifest
from prompts.messages import drafts
from prompts.messages.drafts import SoundStorage
from records.actor import Actor
from records.database.engine import Database
from records.messages import draft_publication
from records.messages.draft_types import Publication

LONGEST_PROMPT_S = 120


class PromptReplaced(Exception):
    """Somebody else has replaced the sound of the prompt since the editor looked at it. Nothing was changed."""


def sound_mark(sounds: Path, prompt: Prompt, language: str) -> int:
    """A number that differs for each sound of the prompt: an editor who replaces it must have seen it. 0: no sound."""
    try:
        content = library.sound_file(sounds, language, prompt.key).read_bytes()
    except FileNotFoundError:
        return 0
    return int(hashlib.sha256(content).hexdigest()[:7], 16)


def publish_prompt(
    database: Database,
    storage: SoundStorage,
    sounds: Path,
    actor: Actor,
    publication: Publication,
    prompt: Prompt,
    *,
    at: datetime,
) -> None:
    """Callers hear the draft in place of the prompt, from the next call on; `publication.known_version`: its mark.

    Raises PromptReplaced, AudioRefused, AudioToolError, and what `message_drafts.save_draft` raises; then callers go on
    hearing what they heard before. More than six arguments: what is published, who does it, and where.
    """
    draft = publication.draft
    language = drafts.spoken_language(draft.prompt)
    sound = drafts.cut(storage, publication, LONGEST_PROMPT_S)
    text = publication.content.text
    own = prompt.texts[language]
    said = "" if text == own else text
    entry = (
        ManifestEntry(REWORDED, own, draft.audio.voice, draft.audio.said)
        if draft.audio.voice
        else ManifestEntry(RECORDING, own, RECORDING, said)
    )
    with tempfile.TemporaryDirectory() as scratch:
        library.store_sound(Path(scratch), "prompt", sound)
        # The library is locked first: another process may hold it for minutes, and nobody may wait for the database.
        with open_manifest(sounds) as manifest:
            if sound_mark(sounds, prompt, language) != (publication.known_version or 0):
                raise PromptReplaced

            def put_on_air() -> None:
                library.copy_sound(Path(scratch) / "prompt.wav", library.sound_file(sounds, language, prompt.key))
                manifest.set(draft.prompt, entry)

            draft_publication.publish_prompt_draft(database, actor, publication, put_on_air, at=at)
