"""From the tree of a plan's text to its menus."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from routing.destinations import Destination
from routing.plan import KEYS, LANGUAGES, Choice, Menu
from routing.plan_tree import Node, Reader, quoted

_ACTIONS = ("to", "play", "repeat")


def read_menu(read: Reader, name: str, node: Node, slots: Collection[str], overflow: bool) -> Menu:
    """The menu written at `node`. Its problems go to `read`: a menu has a voice, a person and three bad ends.

    `overflow` says whether the plan has a centre that the menu may lead to.
    """
    parts = read.fields(node, ("keys", "wrong", "silence", "lost"), ("first_key_s", "tries"))
    tries = read.whole(parts["tries"], 2, 5, "tries") if "tries" in parts else 3
    first_key_s = read.whole(parts["first_key_s"], 1, 30, "seconds") if "first_key_s" in parts else 6
    return Menu(
        name=name,
        choices=_choices(read, parts["keys"], slots, overflow),
        wrong=_wordings(read, parts["wrong"], tries - 1),
        silence=_wordings(read, parts["silence"], tries - 1),
        lost=_lost(read, parts["lost"], overflow),
        first_key_s=first_key_s,
        tries=tries,
    )


def _choices(read: Reader, node: Node, slots: Collection[str], overflow: bool) -> tuple[Choice, ...]:
    rows = read.mapping(node, 'one line for each key, such as "1": {to: staff}')
    choices = tuple(_choice(read, key, row, slots, overflow) for key, row in rows.items())
    if choices and not any(choice.to is Destination.STAFF for choice in choices):
        read.refuse(node, "no key leads to a person; give one of them 'to: staff'")
    if choices and not any(choice.texts for choice in choices):
        read.refuse(node, "no key has a text, so the caller would hear nothing; say what at least one of them does")
    return choices


def _choice(read: Reader, key: str, node: Node, slots: Collection[str], overflow: bool) -> Choice:
    if len(key) != 1 or key not in KEYS:
        read.refuse(node, f"{quoted(key)} is not a key of a telephone; choose one of 0-9, * and #")
    row = read.fields(node, (), (*_ACTIONS, *LANGUAGES))
    if sum(action in row for action in _ACTIONS) != 1:
        read.refuse(node, "needs exactly one of to, play and repeat")
    spoken = [language for language in LANGUAGES if language in row]
    if spoken and len(spoken) < len(LANGUAGES):
        read.refuse(node, "has a text in one language only; give fr and en, or none for a silent key")
    return Choice(
        key=key,
        to=_destination(read, row["to"], overflow) if "to" in row else None,
        play=read.one_of(row["play"], slots, "a slot of this plan") if "play" in row else None,
        repeat="repeat" in row and _repeat(read, row["repeat"]),
        texts=MappingProxyType({language: read.text(row[language]) for language in spoken}) if spoken else None,
    )


def _repeat(read: Reader, node: Node) -> bool:
    if read.word(node).lower() not in ("", "true", "yes"):
        read.refuse(node, "can only be true; leave the line out for a key that does nothing")
    return True


def _wordings(read: Reader, node: Node, count: int) -> Mapping[str, tuple[str, ...]]:
    parts = read.fields(node, LANGUAGES)
    wordings = {}
    for language in LANGUAGES:
        texts = tuple(read.text(item) for item in read.words(parts[language]))
        if texts and (len(texts) != count or len(set(texts)) < count):
            read.refuse(parts[language], f"needs {count} different wordings, one for each new try")
        wordings[language] = texts
    return MappingProxyType(wordings)


def _destination(read: Reader, node: Node, overflow: bool) -> Destination:
    destination = Destination(read.one_of(node, tuple(Destination), "a destination"))
    if destination is Destination.OVERFLOW and not overflow:
        read.refuse(node, "leads to an overflow centre, but this plan has none; add one under overflow")
    return destination


def _lost(read: Reader, node: Node, overflow: bool) -> Destination:
    lost = _destination(read, node, overflow)
    if lost is Destination.GOODBYE:
        read.refuse(node, "a menu never hangs up on a caller; choose staff, callback or voicemail")
    return lost
