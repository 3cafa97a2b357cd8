"""The dialogue's decision at a menu: what a key does, what follows a miss. No state is without a way out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from routing.destinations import Destination
from routing.plan import Choice, Menu, Plan, Slot


class Miss(StrEnum):
    """How a try failed."""

    WRONG = "wrong"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Reprompt:
    """Say this sentence, then wait for a key again."""

    prompt_key: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Enough tries: take the caller there."""

    destination: Destination


def after_key(menu: Menu, key: str) -> Choice | None:
    """The choice under this key, or None for a wrong key."""
    return next((choice for choice in menu.choices if choice.key == key), None)


def after_miss(menu: Menu, misses: int, kind: Miss) -> Reprompt | Lost:
    """What follows the caller's `misses`-th miss in this menu (this one included, from 1, both kinds together)."""
    if misses >= menu.tries:
        return Lost(menu.lost)
    return Reprompt(reprompt_key(menu.name, kind, misses))


def slots_by_key(plan: Plan) -> Mapping[str, Slot]:
    """What callers hear, by the digit that plays it; where menus differ, as in the menu of the first number."""
    found: dict[str, Slot] = {}
    for number in plan.numbers:
        for choice in plan.menus[number.menu].choices:
            if choice.play and choice.key.isdecimal():
                found.setdefault(choice.key, plan.slots[choice.play])
    return found


def reprompt_key(menu: str, kind: Miss, number: int) -> str:
    """The key of a menu's `number`-th reprompt (from 1)."""
    return f"menu-{menu}-{kind}-{number}"
