"""Which ranks of the team may be rung for a caller: first the ones in front, more as he waits."""

from collections.abc import Iterable

from routing.plan import RANKS, Relax


def reachable_ranks(relax: Iterable[Relax], waited_s: float) -> tuple[int, ...]:
    """The ranks that may be rung after `waited_s` seconds: 1 always, in the end all.

    Ranks open in order: while one is held back, so are those behind it.
    """
    held_back = min((step.rank for step in relax if waited_s < step.after_s), default=len(RANKS) + 1)
    return tuple(rank for rank in RANKS if rank < held_back)
