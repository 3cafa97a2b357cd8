"""What a key does in a menu, and what follows a wrong key or no input."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from routing.destinations import Destination
from routing.plan.model import Announcement, Menu, MenuChoice, Plan


class InputFailure(StrEnum):
    """How a try failed; the values are parts of prompt keys."""

    WRONG_KEY = "wrong"
    NO_INPUT = "silence"


@dataclass(frozen=True, slots=True)
class Reprompt:
    """Play this prompt, then wait for a key again."""

    prompt_key: str


@dataclass(frozen=True, slots=True)
class MenuFallback:
    """The last try failed: the caller goes to this destination."""

    destination: Destination


def find_choice(menu: Menu, key: str) -> MenuChoice | None:
    """The choice of this key, or None for a wrong key."""
    return next((choice for choice in menu.choices if choice.key == key), None)


def without_callbacks(menu: Menu) -> Menu:
    """The menu while no callback can be made: the keys that lead to one are unknown, and voicemail is the fallback."""
    choices = tuple(choice for choice in menu.choices if choice.destination is not Destination.CALLBACK)
    fallback = Destination.VOICEMAIL if menu.fallback is Destination.CALLBACK else menu.fallback
    return replace(menu, choices=choices, fallback=fallback)


def decide_after_failure(menu: Menu, failures: int, kind: InputFailure) -> Reprompt | MenuFallback:
    """What follows a failure; `failures` counts those of both kinds in this menu, from 1, this one included."""
    if failures >= menu.tries:
        return MenuFallback(menu.fallback)
    return Reprompt(reprompt_key(menu.name, kind, failures))


def list_announcements_by_key(plan: Plan) -> Mapping[str, Announcement]:
    """The announcements by the digit that plays them; where menus differ, the first number's menu counts."""
    found: dict[str, Announcement] = {}
    for number in plan.numbers:
        for choice in plan.menus[number.menu].choices:
            if choice.announcement and choice.key.isdecimal():
                found.setdefault(choice.key, plan.announcements[choice.announcement])
    return found


def reprompt_key(menu: str, kind: InputFailure, number: int) -> str:
    """The prompt key of a menu's reprompt; `number` counts from 1."""
    return f"menu-{menu}-{kind}-{number}"
