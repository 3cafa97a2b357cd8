"""Switching the reception by hand: what callers will hear is spoken first, then the override is in force."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from prompts import library
from prompts.catalogue import Prompt
from prompts.voices.voice import Voice
from records import overrides
from records.actor import Actor
from records.database.engine import Database
from records.overrides import NewOverride
from routing.access.permissions import Permission
from routing.hours.reopening import next_opening_texts
from routing.languages import LocalizedText
from routing.overrides import ALL_NUMBERS, Override, OverrideName, round_end, words_prompt_key
from routing.plan.model import Plan


@dataclass(frozen=True, slots=True)
class SwitchServices:
    """Where overrides are stored, the sound library, and the voice for what staff type."""

    database: Database
    sounds: Path
    voice: Voice


@dataclass(frozen=True, slots=True)
class SwitchRequest:
    """What is to be switched, as somebody asked for it; `texts`: what callers hear, by language."""

    name: OverrideName
    number: str = ALL_NUMBERS
    ends_at: datetime | None = None
    note: str = ""
    texts: LocalizedText = field(default_factory=dict)


def switch_on(services: SwitchServices, plan: Plan, actor: Actor, wanted: SwitchRequest, *, at: datetime) -> Override:
    """The override, in force for the next caller.

    Raises Forbidden, OverrideEnded, VoiceError, AudioToolError; then nothing has changed.
    """
    actor.require(Permission.SWITCH_RECEPTION)
    if wanted.ends_at:
        wanted = replace(wanted, ends_at=round_end(wanted.ends_at))
    texts = {language: text for language, text in wanted.texts.items() if text.strip()}
    words = words_prompt_key(texts) if texts else ""
    sentences = {**({words: texts} if words else {}), **_reopening_texts(plan, wanted, at)}
    speak(services.sounds, sentences, services.voice, plan.languages)
    new = NewOverride(wanted.name, wanted.number, wanted.ends_at, wanted.note, words, sentences)
    return overrides.begin_override(services.database, actor, new, at=at)


def speak(sounds: Path, sentences: Mapping[str, LocalizedText], voice: Voice, languages: Iterable[str]) -> None:
    """Prepares the prompts of overrides; those that exist stay. Raises VoiceError, AudioToolError."""
    if sentences:
        prompts = [Prompt(key, texts) for key, texts in sentences.items()]
        library.build(sounds, prompts, voice, languages=languages)


def _reopening_texts(plan: Plan, wanted: SwitchRequest, at: datetime) -> dict[str, LocalizedText]:
    """The sentences that tell when each number opens again after a closure with an end, in the number's language."""
    if wanted.name is not OverrideName.CLOSED or wanted.ends_at is None:
        return {}
    found: dict[str, dict[str, str]] = {}
    for number in plan.numbers:
        if wanted.number in (ALL_NUMBERS, number.e164):
            for key, texts in next_opening_texts(plan.get_calendar(number), at, wanted.ends_at).items():
                found.setdefault(key, {})[number.language] = texts[number.language]
    return dict(found)
