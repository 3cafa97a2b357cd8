"""Reads the lists of a plan whose entries have a name, which is stored, and a title, which colleagues read."""

import re
from collections.abc import Collection, Iterator, Mapping

from routing.languages import LocalizedText
from routing.plan.tree import Node, NodeReader
from routing.quoting import quote_word
from translations.message import translatable

_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}", re.ASCII)


def read_named_entries(reader: NodeReader, node: Node | None, most: int) -> Iterator[tuple[str, LocalizedText]]:
    """The name and the title of each entry that has nothing else."""
    taken: list[str] = []
    for item in read_entries(reader, node, most):
        parts = reader.read_fields(item, ("name", "title"))
        taken.append(read_entry_name(reader, parts["name"], taken))
        yield taken[-1], read_entry_title(reader, parts["title"])


def read_entries(reader: NodeReader, node: Node | None, most: int) -> tuple[Node, ...]:
    """The entries of a list; none without it. More than `most` are a mistake."""
    if node is None or node.value is None:
        return ()
    items = reader.read_items(node)
    if len(items) > most:
        reader.add_problem(
            node, translatable("has more than %(count)s entries; nobody finds one among more", count=most)
        )
    return items


def read_entry_name(reader: NodeReader, node: Node, taken: Collection[str]) -> str:
    """The name, which no other entry may have."""
    name = reader.read_scalar(node)
    if name and not _NAME.fullmatch(name):
        reader.add_problem(
            node,
            translatable(
                "%(word)s is not a name; use small letters, digits and _, a letter first", word=quote_word(name)
            ),
        )
    if name in taken:
        reader.add_problem(node, translatable("%(word)s is used twice", word=quote_word(name)))
    return name


def read_entry_title(reader: NodeReader, node: Node) -> LocalizedText:
    """One text for all languages, or one for each that is spoken."""
    if isinstance(node.value, Mapping):
        reader.read_by_language(node)
    elif not node.value:
        reader.read_scalar(node)
    return reader.read_title(node)
