"""Reads the menus of a plan."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from routing.destinations import Destination
from routing.languages import LANGUAGES
from routing.plan.model import DTMF_KEYS, Menu, MenuChoice
from routing.plan.tree import Node, NodeReader
from routing.plan.units import SECONDS, TRIES
from routing.quoting import quote_word
from translations.message import translatable

_ACTIONS = ("to", "play", "menu", "back", "repeat")


@dataclass(frozen=True, slots=True)
class MenuTargets:
    """What the keys of a plan's menus may lead to: names of announcements and menus, and an overflow centre or none."""

    announcements: Collection[str]
    menus: Collection[str]
    has_centres: bool


def read_menu(reader: NodeReader, name: str, node: Node, targets: MenuTargets) -> Menu:
    """The menu of this node. Some key must have a text, and every failure has its prompts.

    submenus.check_menus looks at all menus together.
    """
    parts = reader.read_fields(node, ("keys", "wrong", "silence", "lost"), ("title", "first_key_s", "tries"))
    found = len(reader.problems)
    tries = reader.read_integer(parts["tries"], 2, 5, TRIES) if "tries" in parts else 3
    # Without a readable number nobody knows how many wordings it takes: the number alone is the mistake.
    count = tries - 1 if len(reader.problems) == found else None
    first_key_s = reader.read_integer(parts["first_key_s"], 1, 30, SECONDS) if "first_key_s" in parts else 6
    return Menu(
        name=name,
        choices=_read_choices(reader, parts["keys"], targets),
        wrong_key_reprompts=_read_wordings(reader, parts["wrong"], count),
        no_input_reprompts=_read_wordings(reader, parts["silence"], count),
        fallback=_read_fallback(reader, parts["lost"], targets.has_centres),
        first_key_s=first_key_s,
        tries=tries,
        title=reader.read_title(parts.get("title")),
    )


def _read_choices(reader: NodeReader, node: Node, targets: MenuTargets) -> tuple[MenuChoice, ...]:
    rows = reader.read_mapping(node, translatable('one line for each key, such as "1": {to: staff}'))
    choices = tuple(_read_choice(reader, key, row, targets) for key, row in rows.items())
    if sum(choice.back for choice in choices) > 1:
        reader.add_problem(node, translatable("two keys lead back; one is enough"))
    if choices and not any(choice.texts for choice in choices):
        reader.add_problem(
            node,
            translatable("no key has a text, so the caller would hear nothing; say what at least one of them does"),
        )
    return choices


def _read_choice(reader: NodeReader, key: str, node: Node, targets: MenuTargets) -> MenuChoice:
    if len(key) != 1 or key not in DTMF_KEYS:
        reader.add_problem(
            node, translatable("%(word)s is not a key of a telephone; choose one of 0-9, * and #", word=quote_word(key))
        )
    row = reader.read_fields(node, (), (*_ACTIONS, *LANGUAGES))
    if sum(action in row for action in _ACTIONS) != 1:
        reader.add_problem(node, translatable("needs exactly one of to, play, menu, back and repeat"))
    is_spoken = any(language in row for language in LANGUAGES)
    texts = reader.choose_languages(node, row) if is_spoken else {}
    return MenuChoice(
        key=key,
        destination=_read_destination(reader, row["to"], targets.has_centres) if "to" in row else None,
        announcement=reader.read_choice(
            row["play"], targets.announcements, translatable("an announcement of this plan")
        )
        if "play" in row
        else None,
        repeat="repeat" in row and _read_true(reader, row["repeat"]),
        texts=MappingProxyType({language: reader.read_text(part) for language, part in texts.items()}) or None,
        menu=reader.read_choice(row["menu"], targets.menus, translatable("a menu of this plan"))
        if "menu" in row
        else None,
        back="back" in row and _read_true(reader, row["back"]),
    )


def _read_true(reader: NodeReader, node: Node) -> bool:
    if reader.read_scalar(node).lower() not in ("", "true", "yes"):
        reader.add_problem(node, translatable("can only be true; leave the line out for a key that does nothing"))
    return True


def _read_wordings(reader: NodeReader, node: Node, count: int | None) -> Mapping[str, tuple[str, ...]]:
    wordings = {}
    for language, part in reader.read_by_language(node).items():
        texts = tuple(reader.read_text(item) for item in reader.read_items(part))
        if count is not None and texts and (len(texts) != count or len(set(texts)) < count):
            reader.add_problem(
                part, translatable("needs %(count)s different wordings, one for each new try", count=count)
            )
        wordings[language] = texts
    return MappingProxyType(wordings)


def _read_destination(reader: NodeReader, node: Node, has_centres: bool) -> Destination:
    destination = Destination(reader.read_choice(node, tuple(Destination), translatable("a destination")))
    if destination is Destination.OVERFLOW and not has_centres:
        reader.add_problem(
            node, translatable("leads to an overflow centre, but this plan has none; add one under overflow")
        )
    return destination


def _read_fallback(reader: NodeReader, node: Node, has_centres: bool) -> Destination:
    fallback = _read_destination(reader, node, has_centres)
    if fallback is Destination.GOODBYE:
        reader.add_problem(node, translatable("a menu never hangs up on a caller; choose staff, callback or voicemail"))
    return fallback
