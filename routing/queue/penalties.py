"""Who of the team may be rung for a caller: first the ranks in front, more as he waits, at last other languages.

Asterisk's word for it is the penalty of a member in a queue; each language of the house has its queue.
"""

from collections.abc import Iterable

from routing.plan.model import OTHER_LANGUAGES_LEVEL, RANKS, EscalationStep

LEVELS = (*RANKS, OTHER_LANGUAGES_LEVEL)


def reachable_levels(relax: Iterable[EscalationStep], waited_s: float) -> tuple[int, ...]:
    """The levels that may be rung after `waited_s` seconds: 1 always, in the end all.

    Levels open in order: while one is held back, so are those behind it.
    """
    held_back = min((step.level for step in relax if waited_s < step.after_s), default=OTHER_LANGUAGES_LEVEL + 1)
    return tuple(level for level in LEVELS if level < held_back)


def member_penalty(rank: int, *, speaks: bool) -> int:
    """Of a person in the queue of a language; whoever does not speak it comes after everybody who does."""
    return rank - 1 + (0 if speaks else len(RANKS))


def max_penalty(relax: Iterable[EscalationStep], waited_s: float) -> int:
    """Of those who may be rung after `waited_s` seconds."""
    level = max(reachable_levels(relax, waited_s))
    return (
        member_penalty(RANKS[-1], speaks=False)
        if level == OTHER_LANGUAGES_LEVEL
        else member_penalty(level, speaks=True)
    )


def is_eligible(penalty: int, relax: Iterable[EscalationStep], waited_s: float) -> bool:
    """Whether a member is one of those for whom a caller waits who has waited so long: any rank that speaks his
    language is, from the beginning; the others are from when they may be rung."""
    return penalty < len(RANKS) or OTHER_LANGUAGES_LEVEL in reachable_levels(relax, waited_s)
