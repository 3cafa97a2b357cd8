"""All prompts: those that do not depend on the plan, and those of the plan.

A prompt is a fixed sentence; an announcement is what a key of the plan plays, and a message is its recording.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from prompts.asterisk_words import ASTERISK_WORDS
from prompts.fixed_sentences import FIXED_SENTENCES

LANGUAGES = ("fr", "en")

# A key is a file name below sounds/<language>/, with at most one folder, as in Asterisk's own digits/1.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)?")


class PromptError(Exception):
    """A prompt has an invalid key or text; str() says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One sentence: `key` is the name of its sound file, `texts` its text by language code.

    A language may be absent: French needs "et" to say 21, English has no such word.
    """

    key: str
    texts: Mapping[str, str]

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise PromptError(f"{self.key!r} cannot name a sound file; use letters, digits, '-' and '_'")


class PlanSentence(Protocol):
    """A sentence of the plan, as routing gives it."""

    @property
    def key(self) -> str: ...
    @property
    def texts(self) -> Mapping[str, str]: ...


def fixed_prompts() -> tuple[Prompt, ...]:
    """The prompts that every plan needs: our sentences, then those that Asterisk plays by itself."""
    own = (Prompt(key, dict(zip(LANGUAGES, texts, strict=True))) for key, texts in FIXED_SENTENCES.items())
    return (*own, *(Prompt(key, texts) for key, texts in ASTERISK_WORDS.items()))


def all_prompts(plan_sentences: Iterable[PlanSentence]) -> tuple[Prompt, ...]:
    """All prompts: the fixed ones and those of the plan.

    Raises PromptError when the plan uses the key of a fixed prompt, or one key twice.
    """
    prompts = {prompt.key: prompt for prompt in fixed_prompts()}
    for sentence in plan_sentences:
        if sentence.key in prompts:
            raise PromptError(f"two prompts are called {sentence.key!r}; rename one in the plan")
        prompts[sentence.key] = Prompt(sentence.key, dict(sentence.texts))
    return tuple(prompts.values())
