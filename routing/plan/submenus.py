"""Checks the menus of a plan together: no circles, not too deep, and a person within reach of every caller."""

from collections.abc import Collection, Iterator, Mapping

from routing.destinations import Destination
from routing.plan.model import BACK_KEY, Menu
from routing.plan.part_kinds import PartKind
from routing.plan.titles import make_title
from routing.plan.tree import Node, NodeReader
from translations.message import Message, OwnText, translatable

MAX_LEVELS = 4
"""The most menus that a caller goes through to reach something."""


def check_menus(reader: NodeReader, node: Node, menus: Mapping[str, Menu], first: Collection[str]) -> None:
    """Adds a problem for each circle, or where menus are too deep, or leave a caller without a way to a person.

    `node` holds the menus; `first` are the names of those with which calls begin. Names that do not exist are problems
    already, and lead nowhere here.
    """
    links = _Links(menus)
    circles = tuple(links.find_circles())
    too_deep = () if circles else tuple(links.find_deep_ways())
    for way in circles:
        reader.add_problem(
            _target_node(node, way[-2]),
            translatable(
                "leads round in a circle: %(way)s; take this key away, callers go back by the key *",
                way=_describe_way(menus, way),
            ),
        )
    for way in too_deep:
        reader.add_problem(
            _target_node(node, way[-2]),
            translatable(
                "leads too deep: %(way)s; callers go through %(count)s menus at most",
                way=_describe_way(menus, way),
                count=MAX_LEVELS,
            ),
        )
    for name, menu in menus.items() if not (circles or too_deep) else ():
        if menu.choices and not links.leads_to_person(name, is_first=name in first):
            reader.add_problem(
                _keys_node(node, name),
                translatable("no key leads to a person; give one of them 'to: staff', here or in a menu below"),
            )


Step = tuple[str, str]
"""The name of a menu and the key by which a caller leaves it; "" for the last one of a way."""


class _Links:
    """Which menus lead to which others: `below` has the keys and their menus, `before` the menus that lead to one."""

    def __init__(self, menus: Mapping[str, Menu]) -> None:
        self._menus = menus
        self._below = {
            name: [(choice.key, choice.menu) for choice in menu.choices if choice.menu and choice.menu in menus]
            for name, menu in menus.items()
        }
        self._before: dict[str, set[str]] = {name: set() for name in menus}
        for name, links in self._below.items():
            for _, target in links:
                self._before[target].add(name)
        self._order: list[str] = []  # each menu after those below it; known once the circles are

    def find_circles(self) -> Iterator[tuple[Step, ...]]:
        """One way for each key that closes a circle; each menu is looked at once."""
        done: set[str] = set()
        for start in self._menus:
            way: list[Step] = [(start, "")]
            open_links = [] if start in done else [iter(self._below[start])]
            while open_links:
                link = next(open_links[-1], None)
                if link is None:
                    open_links.pop()
                    done.add(way[-1][0])
                    self._order.append(way.pop()[0])
                    continue
                key, target = link
                way[-1] = (way[-1][0], key)
                names = [name for name, _ in way]
                if target in names:
                    yield (*way[names.index(target) :], (target, ""))
                elif target not in done:
                    way.append((target, ""))
                    open_links.append(iter(self._below[target]))

    def find_deep_ways(self) -> Iterator[tuple[Step, ...]]:
        """One way through too many menus for each menu at which such ways begin; there are no circles."""
        levels: dict[str, int] = {}
        for name in self._order:
            levels[name] = 1 + max((levels[target] for _, target in self._below[name]), default=0)
        for name in self._menus:
            if not self._before[name] and levels[name] > MAX_LEVELS:
                way: list[Step] = []
                while len(way) < MAX_LEVELS:
                    key, target = max(self._below[name], key=lambda link: levels[link[1]])
                    way.append((name, key))
                    name = target
                yield (*way, (name, ""))

    def leads_to_person(self, name: str, *, is_first: bool) -> bool:
        """Whether each caller in this menu can reach a person: in it, below it, or back in the menus before it."""
        if self._has_person(name):
            return True
        choices = self._menus[name].choices
        has_back_key = any(choice.back for choice in choices)
        if is_first or not (has_back_key or all(choice.key != BACK_KEY for choice in choices)):
            return False
        before = self._before[name]
        return bool(before or has_back_key) and all(self.leads_to_person(other, is_first=False) for other in before)

    def _has_person(self, name: str) -> bool:
        choices, below = self._menus[name].choices, self._below[name]
        has_own = any(choice.destination is Destination.STAFF for choice in choices)
        return has_own or any(self._has_person(target) for _, target in below)


def _describe_way(menus: Mapping[str, Menu], way: tuple[Step, ...]) -> Message | OwnText:
    (name, key), *rest = way
    title = make_title(PartKind.MENU, name, menus[name].title)
    if not rest:
        return translatable("“%(menu)s”", menu=title)
    return translatable(
        "“%(menu)s”, key %(key)s → %(rest)s", menu=title, key=key, rest=_describe_way(menus, tuple(rest))
    )


def _keys_node(node: Node, name: str) -> Node:
    menu = node.value[name] if isinstance(node.value, Mapping) else node
    return menu.value.get("keys", menu) if isinstance(menu.value, Mapping) else menu


def _target_node(node: Node, step: Step) -> Node:
    """The node of the menu to which a key leads."""
    name, key = step
    keys = _keys_node(node, name)
    row = keys.value.get(key, keys) if isinstance(keys.value, Mapping) else keys
    return row.value.get("menu", row) if isinstance(row.value, Mapping) else row
