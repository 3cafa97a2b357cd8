"""The names that people gave to the parts of a plan, on pages and in forms."""

import re
from collections.abc import Mapping
from dataclasses import replace

from flask import url_for

from console.plan.forms import FieldError
from routing.numbers import format_number
from routing.plan.model import Plan
from routing.plan.part_kinds import PartKind
from routing.plan.titles import find_title
from routing.plan.value_text import PlainValue
from translations.message import Message, translatable
from translations.web import gettext
from web.language import current_language, translate

TITLED_KINDS = frozenset(PartKind) - {PartKind.NUMBER}

KINDS: Mapping[PartKind, Message] = {
    PartKind.NUMBER: translatable("Number"),
    PartKind.MENU: translatable("Menu"),
    PartKind.CALENDAR: translatable("Opening hours"),
    PartKind.ANNOUNCEMENT: translatable("Message"),
    PartKind.CENTRE: translatable("Overflow centre"),
    PartKind.SITE: translatable("Website"),
}

_EDITORS: Mapping[PartKind, str] = {
    PartKind.NUMBER: "plan_edit.number",
    PartKind.MENU: "plan_edit.menu",
    PartKind.CALENDAR: "plan_edit.hours",
    PartKind.ANNOUNCEMENT: "plan_edit.announcement",
    PartKind.CENTRE: "plan_settings.overflow",
    PartKind.SITE: "plan_sites.site",
}

NO_BREAK = "\N{NO-BREAK SPACE}"
_E164 = re.compile(r"\+[0-9]{6,15}")
_RULE_PATH = re.compile(r"overflow\.rules\[(\d+)\]", re.ASCII)
_KEY_PATH = re.compile(r"menus\.([a-z0-9_]+)\.keys\.(.)(\.|$)")
_PART_PATHS = {
    PartKind.NUMBER: re.compile(r"numbers\.(\+\d+)"),
    PartKind.MENU: re.compile(r"menus\.([a-z0-9_]+)"),
    PartKind.CALENDAR: re.compile(r"hours\.([a-z0-9_]+)"),
    PartKind.ANNOUNCEMENT: re.compile(r"(?:announcements|slots)\.([a-z0-9_]+)"),
    PartKind.CENTRE: re.compile(r"overflow\.centres\[(\d+)\]"),
    PartKind.SITE: re.compile(r"callbacks\.sites\[(\d+)\]"),
}


def title_text(plan: Plan, kind: PartKind, name: str) -> str:
    """What people call this part, in the language of the current request; a number as people write it."""
    if kind is PartKind.NUMBER:
        return format_number(name, plan.country)
    return find_title(plan, kind, name).in_language(current_language())


def list_titles(plan: Plan, kind: PartKind) -> dict[str, str]:
    """The titles of all parts of a kind, by name, as a form offers them."""
    names: Mapping[PartKind, tuple[str, ...]] = {
        PartKind.NUMBER: tuple(number.e164 for number in plan.numbers),
        PartKind.MENU: tuple(plan.menus),
        PartKind.CALENDAR: tuple(plan.hours),
        PartKind.ANNOUNCEMENT: tuple(plan.announcements),
        PartKind.CENTRE: tuple(centre.name for centre in plan.overflow.centres),
        PartKind.SITE: tuple(site.name for site in plan.callbacks.sites),
    }
    return {name: title_text(plan, kind, name) for name in names[kind]}


def editor_url(kind: PartKind, name: str) -> str:
    """The address of the form of this part."""
    return url_for(_EDITORS[kind], public=name) if kind is PartKind.NUMBER else url_for(_EDITORS[kind], name=name)


def check_title(plan: Plan, kind: PartKind, name: str, title: str) -> None:
    """Refuses a part without a title, or with that of another part. Raises FieldError."""
    if not title:
        raise FieldError("title", translatable("give it a name that your colleagues will recognise"))
    others = (other for each, other in list_titles(plan, kind).items() if each != name)
    if title.casefold() in {other.casefold() for other in others}:
        raise FieldError("title", translatable("“%(name)s” is already taken; choose another name", name=title))


def with_title(value: PlainValue, title: str, shown: str, language: str) -> dict[str, PlainValue]:
    """The entries of a part with this title; it is written only when it differs from the one that was shown."""
    entries = dict(value) if isinstance(value, Mapping) else {}
    written = entries.get("title")
    if title == shown:
        return entries
    if isinstance(written, Mapping):
        return {**entries, "title": {**written, language: title}}
    return {**entries, "title": title} if "title" in entries else {"title": title, **entries}


def as_people_write(reason: Message, country: str) -> Message:
    """The reason with telephone numbers as people write them, where the validator has them in E.164."""
    written = {
        name: format_number(value, country).replace(" ", NO_BREAK)
        if isinstance(value, str) and _E164.fullmatch(value)
        else value
        for name, value in reason.values.items()
    }
    return replace(reason, values=written)


def describe_place(plan: Plan | None, path: str) -> str:
    """Where a problem is, for people: "Menu “Accueil”, touche 3"; "" for a place that has no name."""
    for kind, pattern in _PART_PATHS.items():
        if found := pattern.match(path):
            name = found[1]
            if plan and kind in (PartKind.CENTRE, PartKind.SITE):
                names = [*list_titles(plan, kind)]
                name = names[int(name) - 1] if int(name) <= len(names) else ""
            title = title_text(plan, kind, name) if plan else name
            place = gettext("%(kind)s “%(name)s”", kind=translate(KINDS[kind]), name=title)
            key = _KEY_PATH.match(path)
            return gettext("%(place)s, key %(key)s", place=place, key=key[2]) if key else place
    if rule := _RULE_PATH.match(path):
        return gettext("When calls overflow, rule %(number)s", number=rule[1])
    return ""
