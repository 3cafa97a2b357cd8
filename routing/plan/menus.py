"""Reads the menus of a plan."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from routing.destinations import Destination
from routing.languages import LANGUAGES
from routing.plan.model import DTMF_KEYS, Menu, MenuChoice
from routing.plan.tree import Node, NodeReader
from routing.plan.units import SECONDS, TRIES
from routing.quoting import quote_word
from translations.message import translatable

_ACTIONS = ("to", "play", "repeat")


def read_menu(reader: NodeReader, name: str, node: Node, announcements: Collection[str], has_centres: bool) -> Menu:
    """The menu of this node. Some key must have a text, some key must lead to staff, and every failure has its prompts.

    `has_centres`: the plan has an overflow centre to which the menu may lead.
    """
    parts = reader.read_fields(node, ("keys", "wrong", "silence", "lost"), ("first_key_s", "tries"))
    tries = reader.read_integer(parts["tries"], 2, 5, TRIES) if "tries" in parts else 3
    first_key_s = reader.read_integer(parts["first_key_s"], 1, 30, SECONDS) if "first_key_s" in parts else 6
    return Menu(
        name=name,
        choices=_read_choices(reader, parts["keys"], announcements, has_centres),
        wrong_key_reprompts=_read_wordings(reader, parts["wrong"], tries - 1),
        no_input_reprompts=_read_wordings(reader, parts["silence"], tries - 1),
        fallback=_read_fallback(reader, parts["lost"], has_centres),
        first_key_s=first_key_s,
        tries=tries,
    )


def _read_choices(
    reader: NodeReader, node: Node, announcements: Collection[str], has_centres: bool
) -> tuple[MenuChoice, ...]:
    rows = reader.read_mapping(node, translatable('one line for each key, such as "1": {to: staff}'))
    choices = tuple(_read_choice(reader, key, row, announcements, has_centres) for key, row in rows.items())
    if choices and not any(choice.destination is Destination.STAFF for choice in choices):
        reader.add_problem(node, translatable("no key leads to a person; give one of them 'to: staff'"))
    if choices and not any(choice.texts for choice in choices):
        reader.add_problem(
            node,
            translatable("no key has a text, so the caller would hear nothing; say what at least one of them does"),
        )
    return choices


def _read_choice(
    reader: NodeReader, key: str, node: Node, announcements: Collection[str], has_centres: bool
) -> MenuChoice:
    if len(key) != 1 or key not in DTMF_KEYS:
        reader.add_problem(
            node, translatable("%(word)s is not a key of a telephone; choose one of 0-9, * and #", word=quote_word(key))
        )
    row = reader.read_fields(node, (), (*_ACTIONS, *LANGUAGES))
    if sum(action in row for action in _ACTIONS) != 1:
        reader.add_problem(node, translatable("needs exactly one of to, play and repeat"))
    spoken = [language for language in LANGUAGES if language in row]
    if spoken and len(spoken) < len(LANGUAGES):
        reader.add_problem(
            node, translatable("has a text in one language only; give fr and en, or none for a silent key")
        )
    return MenuChoice(
        key=key,
        destination=_read_destination(reader, row["to"], has_centres) if "to" in row else None,
        announcement=reader.read_choice(row["play"], announcements, translatable("an announcement of this plan"))
        if "play" in row
        else None,
        repeat="repeat" in row and _read_repeat(reader, row["repeat"]),
        texts=MappingProxyType({language: reader.read_text(row[language]) for language in spoken}) if spoken else None,
    )


def _read_repeat(reader: NodeReader, node: Node) -> bool:
    if reader.read_scalar(node).lower() not in ("", "true", "yes"):
        reader.add_problem(node, translatable("can only be true; leave the line out for a key that does nothing"))
    return True


def _read_wordings(reader: NodeReader, node: Node, count: int) -> Mapping[str, tuple[str, ...]]:
    parts = reader.read_fields(node, LANGUAGES)
    wordings = {}
    for language in LANGUAGES:
        texts = tuple(reader.read_text(item) for item in reader.read_items(parts[language]))
        if texts and (len(texts) != count or len(set(texts)) < count):
            reader.add_problem(
                parts[language], translatable("needs %(count)s different wordings, one for each new try", count=count)
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
