"""The search for contacts: what is typed is looked for as a number, an e-mail address, a call, and a name.

Each statement reads a bounded number of rows in a stated order, so that the answer takes a few milliseconds with a
million contacts, and is the same on both engines.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import token_sort_ratio
from sqlalchemy import Connection

from records.contacts.search import statements
from records.contacts.search.statements import CANDIDATES, SIMILAR_WORDS, Like, by_words
from routing.numbers import parse_typed_number
from routing.person_names import errors_allowed, name_words, sound_of, words_with_a_gap
from routing.typed_numbers import parts_of_number

_LONGEST_TEXT = 200
_HIGHEST = "\U0010ffff"
_CALL_REF = re.compile(r"[\w-]*\d{6,}[\w.-]*")


@dataclass(frozen=True, slots=True)
class Match:
    """`likeness`: 100 where the name, number, address or reference is what was typed, less for a name that differs."""

    contact_id: int
    likeness: float


def search_contacts(connection: Connection, typed: str, country: str, limit: int) -> tuple[Match, ...]:
    """The contacts that fit best, best first. Merged cards are found as the card that they are part of.

    `typed`: a name in any spelling and order, its beginning, a number or a part of it, an e-mail address, an
    organisation, or the reference of a call. `country`: of numbers without a country code.
    """
    text = typed.strip()[:_LONGEST_TEXT]
    found = _find(connection, text, country, limit)
    matches: dict[int, Match] = {}
    for (_, likeness), contact_id in zip(found, find_surviving(connection, [each for each, _ in found]), strict=True):
        matches.setdefault(contact_id, Match(contact_id, likeness))
    return tuple(matches.values())[:limit]


def _find(connection: Connection, text: str, country: str, limit: int) -> list[tuple[int, float]]:
    if exact := _find_exact(connection, text, country):
        return [(contact_id, 100.0) for contact_id in exact]
    return _by_name(connection, text, limit)


def _find_exact(connection: Connection, text: str, country: str) -> list[int]:
    if "@" in text and (found := _by_email(connection, text)):
        return found
    if (number := parse_typed_number(text, country)) and (found := _by_line(connection, number)):
        return found
    if digits := parts_of_number(text):
        return _by_part_of_number(connection, digits) or _by_call(connection, text)
    return _by_call(connection, text) if _CALL_REF.fullmatch(text) else []


def _by_email(connection: Connection, text: str) -> list[int]:
    return list(connection.scalars(statements.BY_EMAIL, {"folded": text.strip("<>").casefold()}))


def _by_line(connection: Connection, e164: str) -> list[int]:
    return list(connection.scalars(statements.BY_LINE, {"e164": e164}))


def _by_part_of_number(connection: Connection, parts: Iterable[str]) -> list[int]:
    found: list[int] = []
    for digits in parts:
        lines = connection.scalars(statements.LINES_BY_PART, _range(digits)).all()
        contacts: dict[int, list[int]] = {}
        for row in connection.execute(statements.CONTACTS_OF_LINES, {"values": lines}):
            contacts.setdefault(row.line_id, []).append(row.contact_id)
        found += [contact for line in lines for contact in contacts.get(line, ())]
    return found[:CANDIDATES]


def _by_call(connection: Connection, text: str) -> list[int]:
    queries = (statements.BY_CALL, statements.BY_LINE_OF_CALL)
    return [contact for query in queries for contact in connection.scalars(query, {"ref": text}) if contact is not None]


def _by_name(connection: Connection, text: str, limit: int) -> list[tuple[int, float]]:
    if not (words := name_words(text)):
        return []
    found = {*connection.scalars(statements.BY_KEY, _range(" ".join(words)))}
    if len(found) < limit:
        found |= {*_by_words(connection, words)}
    return _best_first(connection, found or _by_similar_words(connection, words), words)


def _by_words(connection: Connection, words: Sequence[str]) -> Sequence[int]:
    """Contacts that have all these words; the last may be the beginning of one."""
    *whole, last = dict.fromkeys(words)
    if not whole:
        return ()
    known = {row.word: row.contacts for row in connection.execute(statements.KNOWN_WORDS, {"values": whole})}
    if len(known) < len(whole):
        return ()
    rarest = min(whole, key=lambda word: (known[word], word))
    others = [[word] for word in whole if word != rarest]
    kinds = (*(Like.ONE_OF for _ in others), Like.BEGINS_WITH)
    values = {f"values_{number}": each for number, each in enumerate(others)}
    bounds = {f"{name}_{len(others)}": bound for name, bound in _range(last).items()}
    return connection.scalars(by_words(kinds), {"rare": [rarest], **values, **bounds}).all()


def _by_similar_words(connection: Connection, words: Sequence[str]) -> Sequence[int]:
    """Contacts that have a word like each of these: with a typing error or two, or with the same sound.

    One of several words may be like none.
    """
    similar = [_similar_words(connection, word) for word in dict.fromkeys(words)]
    known = sorted((group for group in similar if group), key=lambda group: (sum(group.values()), sorted(group)))
    if not known or len(known) < len(similar) - 1:
        return ()
    rarest, *others = known
    values = {f"values_{number}": sorted(group) for number, group in enumerate(others)}
    query = by_words(tuple(Like.ONE_OF for _ in others))
    return connection.scalars(query, {"rare": sorted(rarest), **values}).all()


def _similar_words(connection: Connection, word: str) -> dict[str, int]:
    """The words of contacts that are like this one, with how many contacts have each."""
    allowed = errors_allowed(word)
    near = connection.execute(statements.NEAR_WORDS, {"values": sorted(words_with_a_gap(word))})
    found = {row.word: row.contacts for row in near if OSA.distance(word, row.word, score_cutoff=allowed) <= allowed}
    alike = connection.execute(statements.WORDS_OF_SOUND, {"sound": sound_of(word)})
    found |= {row.word: row.contacts for row in alike}
    best = sorted(found, key=lambda other: (OSA.distance(word, other), other))[:SIMILAR_WORDS]
    return {each: found[each] for each in best}


def _range(beginning: str) -> dict[str, str]:
    return {"first": beginning, "last": beginning + _HIGHEST}


def _best_first(connection: Connection, found: Iterable[int], words: Sequence[str]) -> list[tuple[int, float]]:
    typed = " ".join(words)
    likeness: dict[int, float] = {}
    for row in connection.execute(statements.KEYS_OF_CONTACTS, {"values": sorted(found)}):
        likeness[row.contact_id] = max(likeness.get(row.contact_id, 0.0), token_sort_ratio(typed, row.key))
    return sorted(likeness.items(), key=lambda match: (-match[1], match[0]))


def find_surviving(connection: Connection, ids: Sequence[int]) -> list[int]:
    """For each contact the one into which it was merged, or itself."""
    kept: dict[int, int] = {}
    ask = set(ids)
    while ask:
        new = {row.absorbed_id: row.kept_id for row in connection.execute(statements.KEPT, {"values": sorted(ask)})}
        kept |= new
        ask = set(new.values()) - kept.keys()
    return [_follow(kept, contact) for contact in ids]


def _follow(kept: Mapping[int, int], contact: int) -> int:
    while contact in kept:
        contact = kept[contact]
    return contact
