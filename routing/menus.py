"""The dialogue's decision at a menu: what a key does, what follows a miss. No state is without a way out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from routing.destinations import Destination
from routing.plan.model import Announcement, Menu, MenuChoice, Plan


class InputFailure(StrEnum):
    """How a try failed."""

    WRONG_KEY = "wrong"
    NO_INPUT = "silence"


@dataclass(frozen=True, slots=True)
class Reprompt:
    """Say this sentence, then wait for a key again."""

    prompt_key: str


@dataclass(frozen=True, slots=True)
class MenuFallback:
    """Enough tries: take the caller there."""

    destination: Destination


def find_choice(menu: Menu, key: str) -> MenuChoice | None:
    """The choice under this key, or None for a wrong key."""
    return next((choice for choice in menu.choices if choice.key == key), None)


def decide_after_failure(menu: Menu, failures: int, kind: InputFailure) -> Reprompt | MenuFallback:
    """What follows the caller's `misses`-th miss in this menu (this one included, from 1, both kinds together)."""
    if failures >= menu.tries:
        return MenuFallback(menu.fallback)
    return Reprompt(reprompt_key(menu.name, kind, failures))


def list_announcements_by_key(plan: Plan) -> Mapping[str, Announcement]:
    """What callers hear, by the digit that plays it; where menus differ, as in the menu of the first number."""
    found: dict[str, Announcement] = {}
    for number in plan.numbers:
        for choice in plan.menus[number.menu].choices:
            if choice.announcement and choice.key.isdecimal():
                found.setdefault(choice.key, plan.announcements[choice.announcement])
    return found


def reprompt_key(menu: str, kind: InputFailure, number: int) -> str:
    """The key of a menu's `number`-th reprompt (from 1)."""
    return f"menu-{menu}-{kind}-{number}"
