"""The names of a plan's parts as people read them: those that people gave, or readable ones."""

from collections.abc import Mapping

from routing.languages import LocalizedText
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from translations.message import Message, OwnText, translatable

_KNOWN_TITLES: Mapping[tuple[PartKind, str], Message] = {
    (PartKind.MENU, "main"): translatable("Main menu"),
    (PartKind.CALENDAR, "always"): translatable("Usual opening hours"),
    (PartKind.CALENDAR, "office"): translatable("Office hours"),
    (PartKind.ANNOUNCEMENT, "daily"): translatable("Message of the day"),
    (PartKind.SITE, "www"): translatable("Website"),
}
"""What the parts of the shipped plan are called while nobody has named them."""


def find_title(plan: Plan, kind: PartKind, name: str) -> Message | OwnText:
    """What people call the part of this name. A part that the plan no longer has is called by its name."""
    return make_title(kind, name, _find_given_title(plan, kind, name))


def make_title(kind: PartKind, name: str, given: LocalizedText) -> Message | OwnText:
    """The title that people gave, else a readable one that follows from the name."""
    if given:
        return OwnText(given)
    words = name.replace("_", " ").replace("-", " ").strip()
    return _KNOWN_TITLES.get((kind, name)) or OwnText({"": words[:1].upper() + words[1:]})


def _find_given_title(plan: Plan, kind: PartKind, name: str) -> LocalizedText:
    by_name: Mapping[str, LocalizedText] = {}
    match kind:
        case PartKind.MENU:
            by_name = {menu.name: menu.title for menu in plan.menus.values()}
        case PartKind.CALENDAR:
            by_name = {each: hours.title for each, hours in plan.hours.items()}
        case PartKind.ANNOUNCEMENT:
            by_name = {each: announcement.title for each, announcement in plan.announcements.items()}
        case PartKind.CENTRE:
            by_name = {centre.name: centre.title for centre in plan.overflow.centres}
        case PartKind.SITE:
            by_name = {site.name: site.title for site in plan.callbacks.sites}
    return by_name.get(name, {})
