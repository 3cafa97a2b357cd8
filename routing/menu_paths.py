"""The way of a caller through the menus of the plan, as the agent of a centre reads it."""

from collections.abc import Iterable
from dataclasses import dataclass

from routing.languages import LocalizedText
from routing.plan.model import MenuChoice, Plan
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from translations.message import Message, OwnText


@dataclass(frozen=True, slots=True)
class PressedKey:
    """A key that a caller pressed, and the name of the menu they heard."""

    menu: str
    key: str


@dataclass(frozen=True, slots=True)
class PathStep:
    """A key of a menu as people read it; `what` is what the key does, empty where the plan does not say it."""

    menu: Message | OwnText
    key: str
    what: LocalizedText


def tell_path(plan: Plan, pressed: Iterable[PressedKey]) -> tuple[PathStep, ...]:
    """The keys in order, by the titles that the plan gives them today."""
    return tuple(_step(plan, each) for each in pressed)


def find_topic(plan: Plan, pressed: Iterable[PressedKey]) -> LocalizedText:
    """What the call is about: what the last key says that has words; empty for a caller who pressed none."""
    texts = [choice.texts for each in pressed if (choice := _find_choice(plan, each)) and choice.texts]
    return texts[-1] if texts else {}


def _step(plan: Plan, pressed: PressedKey) -> PathStep:
    choice = _find_choice(plan, pressed)
    return PathStep(find_title(plan, PartKind.MENU, pressed.menu), pressed.key, (choice and choice.texts) or {})


def _find_choice(plan: Plan, pressed: PressedKey) -> MenuChoice | None:
    menu = plan.menus.get(pressed.menu)
    return next((each for each in menu.choices if each.key == pressed.key), None) if menu else None
