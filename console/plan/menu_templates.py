"""What a new menu may begin with: a few usual menus, and a copy of each menu of the plan."""

from collections.abc import Mapping

from console.plan.part_titles import title_text
from routing.destinations import Destination
from routing.plan.model import Menu, MenuChoice, Plan
from routing.plan.part_kinds import PartKind
from routing.plan.value_text import PlainValue
from translations.web import gettext

_TEXTS: Mapping[Destination, Mapping[str, str]] = {
    Destination.STAFF: {"fr": "Pour parler à l'équipe", "en": "To speak to the team"},
    Destination.CALLBACK: {"fr": "Pour être rappelé", "en": "To be called back"},
    Destination.VOICEMAIL: {"fr": "Pour laisser un message", "en": "To leave a message"},
}
_LISTEN: Mapping[str, str] = {"fr": "Pour écouter « {} »", "en": "To hear “{}”"}
_FIRST_KEYS = "345678"
TEAM, MESSAGES, COPY = "team", "messages", "copy:"


def list_templates(plan: Plan, without: str) -> dict[str, str]:
    """The names of the templates, as an address gives them, and their labels; the menu `without` is none."""
    copies = {
        f"{COPY}{name}": gettext("Like “%(name)s”", name=title_text(plan, PartKind.MENU, name))
        for name in plan.menus
        if name != without
    }
    return {TEAM: gettext("Team, callback, voicemail"), MESSAGES: gettext("Messages to listen to"), **copies}


def new_menu_entries(plan: Plan, template: str = TEAM) -> dict[str, PlainValue]:
    """What a new menu is at first; after a wrong key or none it says what the first menu of the plan says."""
    copied = plan.menus.get(template.removeprefix(COPY)) if template.startswith(COPY) else None
    model = copied or next(iter(plan.menus.values()))
    keys: Mapping[str, PlainValue]
    if copied:
        keys = {choice.key: _entries(choice) for choice in copied.choices}
    elif template == MESSAGES:
        played = zip(_FIRST_KEYS, plan.announcements, strict=False)
        keys = {key: {"play": name, **_listen_texts(plan, name)} for key, name in played} | {"0": {"to": "staff"}}
    else:
        keys = {key: _to(plan, to) for key, to in zip("123", _TEXTS, strict=True)}
    return {"first_key_s": str(model.first_key_s), "tries": str(model.tries), "keys": keys, **_after_failures(model)}


def _after_failures(model: Menu) -> dict[str, PlainValue]:
    return {
        "wrong": model.wrong_key_reprompts,
        "silence": model.no_input_reprompts,
        "lost": str(model.fallback),
    }


def _to(plan: Plan, destination: Destination) -> PlainValue:
    return {"to": str(destination), **{code: _TEXTS[destination][code] for code in plan.languages}}


def _listen_texts(plan: Plan, announcement: str) -> dict[str, PlainValue]:
    title = title_text(plan, PartKind.ANNOUNCEMENT, announcement)
    return {code: _LISTEN[code].format(title) for code in plan.languages}


def _entries(choice: MenuChoice) -> PlainValue:
    """A key as the plan writes it."""
    actions: dict[str, PlainValue] = {
        "to": str(choice.destination) if choice.destination else None,
        "play": choice.announcement,
        "menu": choice.menu,
        "back": "true" if choice.back else None,
        "repeat": "true" if choice.repeat else None,
    }
    return {**{name: value for name, value in actions.items() if value}, **(choice.texts or {})}
