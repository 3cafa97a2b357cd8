"""Which agents may be rung for a caller: the first rank at once, more ranks as the caller waits, other languages last.

Asterisk calls this the penalty of a member in a queue; each language has its queue.
"""

from collections.abc import Iterable

from routing.plan.model import OTHER_LANGUAGES_LEVEL, RANKS, EscalationStep

WRAPUP_PENALTY = 100
"""Added to the penalty of an agent who has lengthened their wrap-up: no caller reaches it, however long they wait.

They stay an agent who takes calls: callers go on waiting for them. A pause would tell callers that nobody is there.
"""
LEVELS = (*RANKS, OTHER_LANGUAGES_LEVEL)


def reachable_levels(escalation: Iterable[EscalationStep], waited_s: float) -> tuple[int, ...]:
    """The levels that may be rung after `waited_s` seconds: 1 always, all in the end.

    Levels open in order: while one is closed, so are all higher ones.
    """
    first_closed = min(
        (step.level for step in escalation if waited_s < step.after_s), default=OTHER_LANGUAGES_LEVEL + 1
    )
    return tuple(level for level in LEVELS if level < first_closed)


def member_penalty(rank: int, *, speaks: bool) -> int:
    """The penalty of an agent in the queue of a language; those who do not speak it come after all who do."""
    return rank - 1 + (0 if speaks else len(RANKS))


def max_penalty(escalation: Iterable[EscalationStep], waited_s: float) -> int:
    """The highest penalty that may be rung after `waited_s` seconds."""
    level = max(reachable_levels(escalation, waited_s))
    return (
        member_penalty(RANKS[-1], speaks=False)
        if level == OTHER_LANGUAGES_LEVEL
        else member_penalty(level, speaks=True)
    )


def is_wrapping_up(penalty: int) -> bool:
    """Whether this is the penalty of an agent who has lengthened their wrap-up."""
    return penalty >= WRAPUP_PENALTY


def is_eligible(penalty: int, escalation: Iterable[EscalationStep], waited_s: float) -> bool:
    """Whether a member counts as available for a caller who has waited `waited_s` seconds.

    Every rank that speaks the caller's language counts from the beginning, the others from when they may be rung.
    """
    return penalty % WRAPUP_PENALTY < len(RANKS) or OTHER_LANGUAGES_LEVEL in reachable_levels(escalation, waited_s)
