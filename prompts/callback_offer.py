"""The prompts by which a callback is offered to an agent, and how long they take."""

from math import ceil
from pathlib import Path

from prompts.duration import prompt_duration_s
from routing.plan.model import Plan
from routing.sentences import topic_prompt_keys

KEY_S = 2  # to press a key after the last prompt

_FROM_WEBSITE, _FROM_CALL, _ACCEPT = "callback-web", "callback-telephone", "callback-accept"


def callback_offer_prompts(topic: str, *, from_website: bool) -> list[str]:
    """The prompts in order: where the callback was requested, the prompt of its topic unless it is "", the question."""
    return [_FROM_WEBSITE if from_website else _FROM_CALL, *filter(None, [topic]), _ACCEPT]


def longest_offer_s(sounds: Path, plan: Plan) -> int:
    """Seconds to play the longest offer to its end, with the sounds as they are now, and to press a key."""
    parts = ((_FROM_WEBSITE, _FROM_CALL), topic_prompt_keys(plan), (_ACCEPT,))
    return ceil(max(_longest_s(sounds, language, parts) for language in plan.languages) + KEY_S)


def _longest_s(sounds: Path, language: str, parts: tuple[tuple[str, ...], ...]) -> float:
    return sum(max((prompt_duration_s(sounds, language, key) for key in part), default=0.0) for part in parts)
