"""Whether two contact cards are one person: points for what they share, and against for what tells them apart.

People of a household share a surname, an address and a line; what keeps them apart is the first name. A score of LIKELY
and more says "very probably the same", one of POSSIBLE and more "perhaps". Nothing is merged because of a score.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations, product

from routing.name_likeness import is_misspelt, is_shortened, sound_of, word_likeness
from routing.person_names import fold, name_words
from routing.split_names import SplitName, is_first_name, split_name

LIKELY, POSSIBLE = 65, 55
MANY_NAMESAKES = 4
"""A name that more cards have says little by itself."""
_MAX_WORDS = 4
_FIXED = re.compile(r"\+33[1-59]")


class Reason(StrEnum):
    """Why two cards may be one person, or may not."""

    SAME_EMAIL = "same_email"
    SAME_LINE = "same_line"
    SAME_ADDRESS = "same_address"
    SAME_NAME = "same_name"
    SIMILAR_NAME = "similar_name"
    SAME_FIRST_NAME = "same_first_name"
    SAME_SURNAME = "same_surname"
    SHORTENED_FIRST_NAME = "shortened_first_name"
    SAME_ORGANISATION = "same_organisation"
    NO_NAME = "no_name"
    NO_FIRST_NAME = "no_first_name"
    OTHER_SURNAME = "other_surname"
    OTHER_NAME = "other_name"
    OTHER_FIRST_NAME = "other_first_name"
    OTHER_GENERATION = "other_generation"
    OTHER_EMAIL = "other_email"
    OTHER_LINE = "other_line"
    OTHER_ADDRESS = "other_address"
    FREQUENT_NAME = "frequent_name"


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; "" for what is not known."""

    street: str = ""
    postcode: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of a person, on a card and those merged into it, or on a line of a file; `lines` in E.164."""

    names: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    organisation: str = ""
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """`score`: 0 to 100. `reasons`: those for one person first."""

    score: int
    reasons: tuple[Reason, ...]

    @property
    def is_likely(self) -> bool:
        return self.score >= LIKELY

    @property
    def is_possible(self) -> bool:
        return self.score >= POSSIBLE


_Points = list[tuple[float, Reason]]


def compare(one: Person, other: Person, namesakes: int = 0) -> Likeness:
    """How likely these are one person. `namesakes`: how many other cards have a name of the same sound."""
    facts = [*_compare_emails(one, other), *_compare_lines(one, other), *_compare_addresses(one, other)]
    shared = sum(points for points, _ in facts if points > 0)
    facts += _compare_names(one, other, shared)
    if not shared and namesakes > MANY_NAMESAKES:
        facts.append((-8.0, Reason.FREQUENT_NAME))
    total = min(round(sum(points for points, _ in facts)), _highest_score(facts))
    ordered = sorted(facts, key=lambda fact: (fact[0] <= 0, -abs(fact[0]), fact[1]))
    return Likeness(max(0, min(100, total)), tuple(dict.fromkeys(reason for _, reason in ordered)))


def _highest_score(facts: _Points) -> int:
    """Another first name is another person, whatever a household shares; without one, it may be anybody of it.

    So may "fils", where the other name says nothing.
    """
    reasons = {reason for _, reason in facts}
    if reasons & {Reason.OTHER_FIRST_NAME, Reason.OTHER_NAME}:
        return POSSIBLE - 1
    return LIKELY - 1 if reasons & {Reason.NO_FIRST_NAME, Reason.OTHER_GENERATION} else 100


def blocking_keys(person: Person) -> frozenset[str]:
    """Two cards are compared when they have one of these in common, or a line.

    The sounds of two words of a name; a word's sound with the postcode; the street with the postcode; the address of
    a mailbox.
    """
    keys = {f"mail {normal_email(email)}" for email in person.emails}
    postcodes = {address.postcode.replace(" ", "") for address in person.addresses} - {""}
    for name in person.names:
        sounds = sorted({sound_of(word) for word in split_name(name).words[:_MAX_WORDS]})
        keys |= {f"name {first} {second}" for first, second in combinations(sounds, 2)}
        keys |= {f"town {sound} {postcode}" for sound, postcode in product(sounds, postcodes)}
    if person.organisation and (words := name_words(person.organisation)):
        keys.add(f"organisation {' '.join(map(sound_of, words))}")
    for address in person.addresses:
        if address.street and address.postcode:
            keys.add(f"street {_street_key(address)}")
    return frozenset(keys)


def is_name_key(key: str) -> bool:
    """Whether the key is of a name alone: how many cards have it says how frequent the name is."""
    return key.startswith("name ")


def normal_email(address: str) -> str:
    """The address as mailboxes compare it: without a tag; for Google's, without dots."""
    local, _, host = address.strip().casefold().rpartition("@")
    local = local.partition("+")[0] or local
    if host in ("gmail.com", "googlemail.com"):
        local, host = local.replace(".", ""), "gmail.com"
    return f"{local}@{host}"


def _compare_emails(one: Person, other: Person) -> Iterator[tuple[float, Reason]]:
    ours, theirs = ({normal_email(each) for each in person.emails} for person in (one, other))
    if ours & theirs:
        yield 36, Reason.SAME_EMAIL
    elif ours and theirs:
        yield -3, Reason.OTHER_EMAIL


def _compare_lines(one: Person, other: Person) -> Iterator[tuple[float, Reason]]:
    """A mobile telephone is one person's more often than a household's line."""
    if shared := set(one.lines) & set(other.lines):
        yield 22 if all(_FIXED.match(line) for line in shared) else 32, Reason.SAME_LINE
    elif one.lines and other.lines:
        yield -4, Reason.OTHER_LINE


_ABBREVIATIONS = {
    **{"av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard", "boul": "boulevard", "r": "rue"},
    **{"pl": "place", "ch": "chemin", "chem": "chemin", "che": "chemin", "all": "allee", "imp": "impasse"},
    **{"rte": "route", "sq": "square", "st": "saint", "ste": "sainte", "gal": "general", "fg": "faubourg"},
    **{"res": "residence", "quai": "quai", "lot": "lotissement", "crs": "cours", "pass": "passage"},
}
_SMALL_WORDS = frozenset(("de", "du", "des", "la", "le", "les", "l", "d", "a", "au", "aux", "et"))


def _compare_addresses(one: Person, other: Person) -> Iterator[tuple[float, Reason]]:
    pairs = [(a, b) for a, b in product(one.addresses, other.addresses) if a.street and b.street]
    if any(_is_same_address(a, b) for a, b in pairs):
        yield 26, Reason.SAME_ADDRESS
    elif pairs:
        yield -6, Reason.OTHER_ADDRESS


def _is_same_address(one: Address, other: Address) -> bool:
    if one.postcode and other.postcode:
        if one.postcode.replace(" ", "") != other.postcode.replace(" ", ""):
            return False
    elif not one.city or fold(one.city) != fold(other.city):
        return False
    ours, theirs = _street_words(one.street), _street_words(other.street)
    if _house_numbers(ours) != _house_numbers(theirs):
        return False
    first, second = " ".join(ours), " ".join(theirs)
    return is_misspelt(first, second, most=2 if min(len(first), len(second)) >= 12 else 1)


def _street_words(street: str) -> tuple[str, ...]:
    words = re.findall(r"[0-9]+|[^\W\d_]+", fold(street))
    return tuple(_ABBREVIATIONS.get(word, word) for word in words if word not in _SMALL_WORDS)


def _house_numbers(words: Iterable[str]) -> list[str]:
    return [word for word in words if word.isdigit()]


def _street_key(address: Address) -> str:
    words = _street_words(address.street)
    named = [word for word in words if not word.isdigit()]
    numbers = " ".join(_house_numbers(words))
    return f"{address.postcode.replace(' ', '')} {numbers} {sound_of(named[-1]) if named else ''}"


def _compare_names(one: Person, other: Person, shared: float) -> _Points:
    """`shared`: the points of what the two have in common beside their names."""
    if not one.names or not other.names:
        return _compare_unnamed(one, other, shared)
    pairs = product(map(split_name, one.names), map(split_name, other.names))
    return max((_compare_readings(a, b) for a, b in pairs), key=_total)


def _compare_unnamed(one: Person, other: Person, shared: float) -> _Points:
    """A call makes a card that has only a number: what is known under that number is probably this person."""
    if one.names or other.names:
        return [(38.0 if shared >= 30 else 34.0, Reason.NO_NAME)] if shared else []
    if (words := name_words(one.organisation)) and words == name_words(other.organisation):
        return [(40.0, Reason.SAME_ORGANISATION)]
    return []


def _compare_readings(one: SplitName, other: SplitName) -> _Points:
    """Of a name whose parts are not told apart, either may come first: but not of both names at once."""
    readings = [(one, other)]
    if not other.is_certain:
        readings.append((one, _swapped(other)))
    if not one.is_certain:
        readings.append((_swapped(one), other))
    return max((_compare_split(a, b) for a, b in readings), key=_total)


def _swapped(name: SplitName) -> SplitName:
    return replace(name, first=name.last, last=name.first)


def _compare_split(one: SplitName, other: SplitName) -> _Points:
    are_certain = one.is_certain and other.is_certain
    first = _compare_first(one.first, other.first)
    last = _compare_last(one.last, other.last, may_differ=are_certain)
    points: _Points = [first, last]
    alike = {first[1], last[1]} & _ALIKE
    if first[0] > 0 < last[0] and len(alike) == len({first[1], last[1]}):
        written = Reason.SIMILAR_NAME if Reason.SIMILAR_NAME in alike else Reason.SAME_NAME
        points = [(first[0] + last[0], written)]
    if one.generation != other.generation:
        points.append((-60.0 if one.generation and other.generation else -20.0, Reason.OTHER_GENERATION))
    return [(value, reason) for value, reason in points if value or reason is Reason.NO_FIRST_NAME]


_ALIKE = frozenset((Reason.SAME_FIRST_NAME, Reason.SAME_SURNAME, Reason.SIMILAR_NAME))
_NOTHING = (0.0, Reason.SIMILAR_NAME)


def _compare_first(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[float, Reason]:
    if not one or not other:
        return 0.0, Reason.NO_FIRST_NAME if one or other else Reason.SIMILAR_NAME
    if one == other:
        return 30.0, Reason.SAME_FIRST_NAME
    known = is_first_name(one), is_first_name(other)
    likeness = 0.0 if all(known) else word_likeness(one, other, any(known))
    if likeness:
        return 30 * likeness, Reason.SIMILAR_NAME
    if is_shortened(one, other) or is_shortened(other, one):
        return 8.0, Reason.SHORTENED_FIRST_NAME
    return -35.0, Reason.OTHER_FIRST_NAME


def _compare_last(one: tuple[str, ...], other: tuple[str, ...], *, may_differ: bool) -> tuple[float, Reason]:
    """`may_differ`: the first names are known to be first names, so that another surname may be one by marriage."""
    if not one or not other:
        return _NOTHING
    if one == other:
        return 30.0, Reason.SAME_SURNAME
    if likeness := word_likeness(one, other):
        return 30 * likeness, Reason.SIMILAR_NAME
    if set(one) & set(other):
        return 25.0, Reason.SIMILAR_NAME
    return (-15.0, Reason.OTHER_SURNAME) if may_differ else (-35.0, Reason.OTHER_NAME)


def _total(points: _Points) -> float:
    return sum(value for value, _ in points)
