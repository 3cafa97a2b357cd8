"""Where the text of a plan holds words in several languages, and which of them are missing in one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from routing.languages import LANGUAGES
from routing.plan.value_text import PlainValue

Path = tuple[str, ...]
_ALWAYS = (
    ("numbers", "*", "greeting"),
    ("numbers", "*", "price_text"),
    ("menus", "*", "wrong"),
    ("menus", "*", "silence"),
)
_MAY_BE_SILENT = (("menus", "*", "keys", "*"), ("hours", "*", "exceptions", "*"))
_OTHERS = (
    ("organisation", "name"),
    ("organisation", "callback_text"),
    ("organisation",),
    ("callbacks", "sites", "*", "topics"),
    ("requests", "topics", "*", "title"),
    ("requests", "outcomes", "*", "title"),
    ("staff", "pauses", "*", "title"),
    ("overflow", "centres", "*", "contract", "script"),
    ("satisfaction", "questions", "*", "text"),
)


@dataclass(frozen=True, slots=True)
class LocalizedPlace:
    """Words by language at a path of the plan; places of a list are their numbers from 0."""

    path: Path
    texts: Mapping[str, PlainValue]


def list_places(whole: PlainValue) -> tuple[LocalizedPlace, ...]:
    """Every place of a plan, as a plain value, that holds words by language; places without any word are left out."""
    found = (place for pattern in (*_ALWAYS, *_MAY_BE_SILENT, *_OTHERS) for place in _find(whole, pattern, ()))
    return tuple(place for place in found if any(language in place.texts for language in LANGUAGES))


def list_missing(whole: PlainValue, language: str) -> tuple[LocalizedPlace, ...]:
    """The places that have words, but none in this language."""
    return tuple(place for place in list_places(whole) if not place.texts.get(language))


def with_text(whole: PlainValue, path: Path, language: str, words: PlainValue) -> PlainValue:
    """The plain value with these words in a language at this path."""
    if not path:
        entries = whole if isinstance(whole, Mapping) else {}
        return {**entries, language: words}
    name, *rest = path
    if isinstance(whole, (tuple, list)):
        place = int(name)
        return (*whole[:place], with_text(whole[place], tuple(rest), language, words), *whole[place + 1 :])
    entries = whole if isinstance(whole, Mapping) else {}
    return {**entries, name: with_text(entries.get(name), tuple(rest), language, words)}


def _find(value: PlainValue, pattern: Path, path: Path) -> Iterator[LocalizedPlace]:
    if not pattern:
        if isinstance(value, Mapping):
            yield LocalizedPlace(path, {name: value[name] for name in LANGUAGES if name in value})
        return
    name, *rest = pattern
    entries: Mapping[str, PlainValue] = {}
    if isinstance(value, Mapping):
        entries = value
    elif isinstance(value, (tuple, list)):
        entries = {str(place): item for place, item in enumerate(value)}
    for each in entries if name == "*" else [name] if name in entries else []:
        yield from _find(entries[each], tuple(rest), (*path, each))
