"""The sentences callers hear that do not depend on the plan, and their union with those that do."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from prompts.asterisk_words import ASTERISK_WORDS

LANGUAGES = ("fr", "en")

# A key becomes a file name below sounds/<language>/; one folder level, as in Asterisk's own digits/1.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)?")


class PromptError(Exception):
    """A prompt is named or worded wrongly; str() says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One sentence: `key` is its sound file's name, `texts` its wording by language code.

    A language may be absent: French needs "et" to say 21, English has no such word.
    """

    key: str
    texts: Mapping[str, str]

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise PromptError(f"{self.key!r} cannot name a sound file; use letters, digits, '-' and '_'")


class Sentence(Protocol):
    """What the plan hands over: anything with a key and its texts."""

    @property
    def key(self) -> str: ...
    @property
    def texts(self) -> Mapping[str, str]: ...


SENTENCES = {
    "apology": (
        "Nous rencontrons un incident technique. Nous vous mettons en relation avec une personne.",
        "We are having a technical problem. We are putting you through to a person.",
    ),
    "no-message": (
        "Il n'y a pas de message aujourd'hui.",
        "There is no message today.",
    ),
    "message-end-menu": (
        "Le message est terminé. Vous revenez au menu.",
        "That was the end of the message. You are back at the menu.",
    ),
    "staff-connecting": (
        "Nous vous mettons en relation avec l'équipe. Merci de patienter.",
        "We are putting you through to the team. Please hold the line.",
    ),
    "staff-none": (
        "Personne ne peut prendre votre appel pour le moment.",
        "Nobody can take your call at the moment.",
    ),
    "voicemail-invite": (
        "Laissez votre nom, votre numéro et votre message après le bip. Tapez dièse quand vous avez terminé.",
        "Please leave your name, your number and your message after the tone. Press hash when you have finished.",
    ),
    "voicemail-thanks": (
        "Votre message est enregistré. Une personne de l'équipe l'écoutera.",
        "Your message has been recorded. Somebody from the team will listen to it.",
    ),
    "callback-accepted": (
        "C'est noté. Nous vous rappellerons au numéro d'où vous appelez.",
        "Thank you. We will ring you back at the number you are calling from.",
    ),
    "callback-no-number": (
        "Votre numéro ne nous parvient pas. Pour être rappelé, laissez-nous un message avec votre numéro.",
        "We cannot see your number. To be called back, please leave us a message with your number.",
    ),
    "closed": (
        "Notre accueil est fermé en ce moment.",
        "Our reception is closed at the moment.",
    ),
    "goodbye": (
        "Merci de votre appel. Au revoir.",
        "Thank you for calling. Goodbye.",
    ),
}


def fixed_prompts() -> tuple[Prompt, ...]:
    """Return the prompts that every plan needs: our sentences, then the words Asterisk speaks by itself."""
    own = (Prompt(key, dict(zip(LANGUAGES, texts, strict=True))) for key, texts in SENTENCES.items())
    return (*own, *(Prompt(key, texts) for key, texts in ASTERISK_WORDS.items()))


def all_prompts(plan_sentences: Iterable[Sentence]) -> tuple[Prompt, ...]:
    """Return every prompt the house can speak: the fixed ones and those of the plan.

    Raises PromptError when the plan takes the name of a fixed prompt, or one name twice.
    """
    prompts = {prompt.key: prompt for prompt in fixed_prompts()}
    for sentence in plan_sentences:
        if sentence.key in prompts:
            raise PromptError(f"two prompts are called {sentence.key!r}; rename one in the plan")
        prompts[sentence.key] = Prompt(sentence.key, dict(sentence.texts))
    return tuple(prompts.values())
