"""The named parts in the text of a plan: they are added, renamed and removed, and what refers to them is known."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from routing.plan.editing import plain_value, rename_key, replace_value
from routing.plan.errors import PlanEditError
from routing.plan.parsing import parse_tree
from routing.plan.part_kinds import PartKind
from routing.plan.value_text import PlainValue
from translations.message import translatable

MAX_NAME = 30


OLD_PATHS: Mapping[PartKind, tuple[str, ...]] = {PartKind.ANNOUNCEMENT: ("slots",)}
_IN_LISTS = (PartKind.CENTRE, PartKind.SITE)


@dataclass(frozen=True, slots=True)
class PartUse:
    """A part that refers to another one: its kind and name, and the path of the reference.

    `key` is the telephone key of a menu that refers to it, "" for any other reference.
    """

    kind: PartKind
    name: str
    path: tuple[str, ...]
    key: str = ""


class PartInUseError(Exception):
    """A part cannot be removed; `users` refer to it."""

    def __init__(self, kind: PartKind, name: str, users: tuple[PartUse, ...]) -> None:
        self.kind, self.name, self.users = kind, name, users
        super().__init__(f"{kind} {name} is used by {', '.join('.'.join(user.path) for user in users)}")


def parts_path(whole: PlainValue, kind: PartKind) -> tuple[str, ...]:
    """Where the parts of this kind are in a plan, which may have an old name there."""
    old = OLD_PATHS.get(kind)
    return old if old and isinstance(whole, Mapping) and old[0] in whole and kind.path[0] not in whole else kind.path


def list_parts(whole: PlainValue, kind: PartKind) -> dict[str, PlainValue]:
    """The parts of this kind by name; `whole` is the plain value of a plan, valid or not."""
    found = _get(whole, parts_path(whole, kind))
    if isinstance(found, Mapping):
        return dict(found)
    items = found if isinstance(found, (tuple, list)) else ()
    named = ((item.get("name"), item) for item in items if isinstance(item, Mapping))
    return {name: item for name, item in named if isinstance(name, str)}


def make_name(title: str, taken: Collection[str]) -> str:
    """A name for a new part, from what people call it: small letters, digits and _, and not one of `taken`."""
    folded = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    word = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[: MAX_NAME - 4]
    base = (word if word[:1].isalpha() else f"n_{word}" if word else "new").rstrip("_")
    candidates = (base, *(f"{base}_{number}" for number in range(2, 1000)))
    return next(name for name in candidates if name not in taken)


def add_part(text: str, kind: PartKind, name: str, value: Mapping[str, PlainValue]) -> str:
    """The text with one more part, after the others. Raises PlanError, PlanEditError."""
    whole = plain_value(parse_tree(text))
    if name in list_parts(whole, kind):
        raise PlanEditError(translatable("The plan already has one with this name; choose another one."))
    path = parts_path(whole, kind)
    before = _get(whole, path)
    if kind in _IN_LISTS:
        items = before if isinstance(before, (tuple, list)) else ()
        new: PlainValue = (*items, {"name": name, **value})
    else:
        new = {**(before if isinstance(before, Mapping) else {}), name: value}
    above, name_in_it = path[:-1], path[-1]
    if above and not isinstance(_get(whole, above), Mapping):
        return replace_value(text, above, {name_in_it: new})
    changed = replace_value(text, path, new)
    return changed if kind in _IN_LISTS else _below_remarks(changed, (*path, name))


def replace_part(text: str, kind: PartKind, name: str, value: PlainValue) -> str:
    """The text with other entries of this part. Raises PlanError, PlanEditError."""
    whole = plain_value(parse_tree(text))
    path = parts_path(whole, kind)
    if kind not in _IN_LISTS:
        return replace_value(text, (*path, name), value)
    items = _get(whole, path)
    named = [_get(item, ("name",)) for item in items] if isinstance(items, tuple) else []
    return replace_value(text, path, tuple(value if n == name else i for n, i in zip(named, items or (), strict=True)))


def remove_part(text: str, kind: PartKind, name: str) -> str:
    """The text without this part. Raises PartInUseError, PlanError, PlanEditError."""
    whole = plain_value(parse_tree(text))
    if users := find_users(whole, kind, name):
        raise PartInUseError(kind, name, users)
    path = parts_path(whole, kind)
    before = _get(whole, path)
    if isinstance(before, Mapping):
        return replace_value(text, path, {each: value for each, value in before.items() if each != name})
    items = before if isinstance(before, (tuple, list)) else ()
    kept = tuple(item for item in items if not (isinstance(item, Mapping) and item.get("name") == name))
    if kept:
        return replace_value(text, path, kept)
    return _without_last(text, whole, kind)


def rename_part(text: str, kind: PartKind, old: str, new: str) -> str:
    """The text in which this part, and every reference to it, has another name. Raises PlanError, PlanEditError."""
    whole = plain_value(parse_tree(text))
    parts = list_parts(whole, kind)
    if old not in parts:
        raise PlanEditError(translatable("The plan has no %(path)s any more; look at it again.", path=old))
    if new in parts and new != old:
        raise PlanEditError(translatable("The plan already has one with this name; choose another one."))
    for user, used in _list_references(whole):
        if used == (kind, old):
            text = _replace_reference(text, user.path, new)
    path = parts_path(whole, kind)
    if kind not in _IN_LISTS:
        return rename_key(text, (*path, old), new)
    place = [*parts].index(old)
    return _replace_reference(text, (*path, str(place), "name"), new)


def find_users(whole: PlainValue, kind: PartKind, name: str) -> tuple[PartUse, ...]:
    """What refers to this part; `whole` is the plain value of a plan.

    A number is used by what presents one of its landing numbers, too.
    """
    part = list_parts(whole, kind).get(name)
    landing = _get(part, ("landing",)) if kind is PartKind.NUMBER else None
    names = {name, *(landing if isinstance(landing, tuple) else ())}
    return tuple(user for user, used in _list_references(whole) if used[0] is kind and used[1] in names)


def _list_references(whole: PlainValue) -> Iterator[tuple[PartUse, tuple[PartKind, str]]]:
    for name, number in list_parts(whole, PartKind.NUMBER).items():
        for field, kind in (("menu", PartKind.MENU), ("hours", PartKind.CALENDAR)):
            yield from _reference(PartUse(PartKind.NUMBER, name, ("numbers", name, field)), number, field, kind)
    for name, menu in list_parts(whole, PartKind.MENU).items():
        keys = _get(menu, ("keys",))
        for key, row in keys.items() if isinstance(keys, Mapping) else ():
            for field, kind in (("menu", PartKind.MENU), ("play", PartKind.ANNOUNCEMENT)):
                use = PartUse(PartKind.MENU, name, ("menus", name, "keys", key, field), key)
                yield from _reference(use, row, field, kind)
    for place, (name, item) in enumerate(list_parts(whole, PartKind.CENTRE).items()):
        use = PartUse(PartKind.CENTRE, name, (*PartKind.CENTRE.path, str(place), "contract", "hours"))
        yield from _reference(use, _get(item, ("contract",)), "hours", PartKind.CALENDAR)
    for kind, field in ((PartKind.CENTRE, "caller_id"), (PartKind.SITE, "number")):
        for place, (name, item) in enumerate(list_parts(whole, kind).items()):
            use = PartUse(kind, name, (*kind.path, str(place), field))
            yield from _reference(use, item, field, PartKind.NUMBER)


def _reference(
    use: PartUse, entries: PlainValue, field: str, kind: PartKind
) -> Iterator[tuple[PartUse, tuple[PartKind, str]]]:
    value = _get(entries, (field,))
    if isinstance(value, str):
        yield use, (kind, value)


def _below_remarks(text: str, path: tuple[str, ...]) -> str:
    """The text in which the last part is below the remarks that end the part before it."""
    node = parse_tree(text)
    for name in path:
        node = node.value[name] if isinstance(node.value, Mapping) else node
    begin = text.rfind("\n", 0, node.source.name) + 1
    end = text.find("\n", node.source.end) + 1 or len(text)
    column = node.source.name - begin
    remarks = re.compile(rf"(?: {{{column + 1},}}#[^\n]*\n)+").match(text, end)
    if remarks is None or text[begin : node.source.name].strip():
        return text
    moved = text[:begin] + remarks[0] + text[begin:end] + text[remarks.end() :]
    return moved if plain_value(parse_tree(moved)) == plain_value(parse_tree(text)) else text


def _replace_reference(text: str, path: tuple[str, ...], new: str) -> str:
    """The text with another scalar at a path, in which the places of a list are digits."""
    whole = plain_value(parse_tree(text))
    at = next((depth for depth, name in enumerate(path) if isinstance(_get(whole, path[:depth]), tuple)), len(path))
    return replace_value(text, path[:at], _with(_get(whole, path[:at]), path[at:], new))


def _with(value: PlainValue, path: tuple[str, ...], new: str) -> PlainValue:
    if not path:
        return new
    if isinstance(value, (tuple, list)):
        place = int(path[0])
        return (*value[:place], _with(value[place], path[1:], new), *value[place + 1 :])
    entries = value if isinstance(value, Mapping) else {}
    return {**entries, path[0]: _with(entries.get(path[0]), path[1:], new)}


def _without_last(text: str, whole: PlainValue, kind: PartKind) -> str:
    """The text without the list of which the last part was removed."""
    section = _get(whole, kind.path[:1])
    entries = dict(section) if isinstance(section, Mapping) else {}
    entries.pop(kind.path[1], None)
    if kind is PartKind.CENTRE:  # rules mean nothing without a centre
        entries.pop("rules", None)
    return replace_value(text, kind.path[:1], entries or None)


def _get(value: PlainValue, path: tuple[str, ...]) -> PlainValue:
    for name in path:
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, (tuple, list)) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value
