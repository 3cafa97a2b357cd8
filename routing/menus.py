"""What a key does in a menu, and what follows a wrong key or no input."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from routing.destinations import Destination
from routing.languages import LocalizedText
from routing.plan.model import BACK_KEY, Announcement, Menu, MenuChoice, Plan, PublicNumber

BACK_TEXTS: LocalizedText = {"fr": "Pour revenir au menu précédent", "en": "To go back to the previous menu"}


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


def get_menu(plan: Plan, name: str, *, is_submenu: bool) -> Menu:
    """The menu as it is heard at this place.

    In a submenu * leads back, unless the plan gives another key for that or uses * otherwise. In a first menu there is
    no way back: a key for it plays the menu again.
    """
    menu = plan.menus[name]
    has_way_back = any(choice.back for choice in menu.choices)
    if not is_submenu:
        choices = tuple(MenuChoice(each.key, repeat=True) if each.back else each for each in menu.choices)
        return replace(menu, choices=choices) if has_way_back else menu
    if has_way_back or find_choice(menu, BACK_KEY):
        return menu
    texts = {language: BACK_TEXTS[language] for language in plan.languages}
    return replace(menu, choices=(*menu.choices, MenuChoice(BACK_KEY, back=True, texts=texts)))


def follow_keys(plan: Plan, number: PublicNumber, keys: Iterable[str]) -> tuple[Menu, ...]:
    """The menu in which each of the keys is pressed, one after the other, and the menu that is heard after the last."""
    way = [number.menu]
    menus = [get_menu(plan, number.menu, is_submenu=False)]
    for key in keys:
        choice = find_choice(menus[-1], key)
        if choice and choice.menu:
            way.append(choice.menu)
        elif choice and choice.back:
            way.pop()
        menus.append(get_menu(plan, way[-1], is_submenu=len(way) > 1))
    return tuple(menus)


def list_submenus(plan: Plan) -> frozenset[str]:
    """The names of the menus to which keys of other menus lead."""
    return frozenset(choice.menu for menu in plan.menus.values() for choice in menu.choices if choice.menu)


def list_menus_of_number(plan: Plan, number: PublicNumber) -> tuple[str, ...]:
    """The names of the menus that a caller of this number can reach, nearer ones first."""
    found, unread = {number.menu: None}, [number.menu]
    while unread:
        below = [choice.menu for name in unread for choice in plan.menus[name].choices if choice.menu]
        unread = [name for name in dict.fromkeys(below) if name not in found]
        found |= dict.fromkeys(unread)
    return tuple(found)


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
    """The announcements by the digit that plays them.

    Where menus differ, the first number's menu counts, and a menu before those below it.
    """
    found: dict[str, Announcement] = {}
    for name in (name for number in plan.numbers for name in list_menus_of_number(plan, number)):
        for choice in plan.menus[name].choices:
            if choice.announcement and choice.key.isdecimal():
                found.setdefault(choice.key, plan.announcements[choice.announcement])
    return found


def reprompt_key(menu: str, kind: InputFailure, number: int) -> str:
    """The prompt key of a menu's reprompt; `number` counts from 1."""
    return f"menu-{menu}-{kind}-{number}"
