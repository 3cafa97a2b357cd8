"""From the tree of a plan's text to its staff queue."""

import re
from itertools import pairwise

from routing.plan import OTHER_LANGUAGES, RANKS, Relax, Staff
from routing.plan_tree import Node, Reader, quoted

# What app_queue of Asterisk 22 calls its strategies (queues.conf).
STRATEGIES = ("rrmemory", "rrordered", "ringall", "leastrecent", "fewestcalls", "linear", "random", "wrandom")

_RELAX = re.compile(r"([0-9]|other languages) after ([0-9]{1,4})", re.ASCII)
_LEVELS = {str(rank): rank for rank in RANKS[1:]} | {"other languages": OTHER_LANGUAGES}


def read_staff(read: Reader, node: Node) -> Staff:
    """The staff queue written at `node`. Its problems go to `read`."""
    parts = read.fields(node, ("strategy", "ring_s", "max_wait_s", "wrapup_s"), ("relax", "misses"))
    max_wait_s = read.whole(parts["max_wait_s"], 5, 3600, "seconds")
    written = "relax" in parts and parts["relax"].value is not None
    return Staff(
        strategy=read.one_of(parts["strategy"], STRATEGIES, "a queue strategy"),
        ring_s=read.whole(parts["ring_s"], 5, 120, "seconds"),
        max_wait_s=max_wait_s,
        wrapup_s=read.whole(parts["wrapup_s"], 0, 600, "seconds"),
        relax=_relax(read, parts["relax"], max_wait_s) if written else (),
        misses=read.whole(parts["misses"], 0, 20, "calls") if "misses" in parts else 0,
    )


def _relax(read: Reader, node: Node, max_wait_s: int) -> tuple[Relax, ...]:
    steps = []
    for item in read.words(node):
        step = read.told(item, _step, read.word(item), None)
        if step and step.after_s >= max_wait_s:
            read.refuse(item, f"nobody waits longer than {max_wait_s} seconds (staff.max_wait_s)")
        if step:
            steps.append(step)
    for earlier, later in pairwise(steps):
        if later.level <= earlier.level or later.after_s < earlier.after_s:
            read.refuse(node, "is out of order; a higher rank comes later, other languages last, each of them once")
    return tuple(steps)


def _step(text: str) -> Relax:
    """The step of "2 after 30" or "other languages after 60". Raises ValueError."""
    match = _RELAX.fullmatch(text)
    if not match or match[1] not in _LEVELS:
        levels = " or ".join(_LEVELS)
        raise ValueError(f'{quoted(text)} cannot be read; write {levels}, and seconds, such as "2 after 30"')
    return Relax(_LEVELS[match[1]], int(match[2]))
