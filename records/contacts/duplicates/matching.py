"""Which cards may be one person: those that share a key or a line are compared, and no others."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from records.contacts.duplicates.keys import numbered_keys
from records.contacts.duplicates.people import read_people
from records.contacts.merges import surviving_cards
from records.schema import ContactLine, DuplicateKey, Line
from routing.duplicates import LIKELY, POSSIBLE, Likeness, Person, Reason, compare, is_name_key

LARGEST_BLOCK = 50
"""A key that more cards have tells nobody apart: a frequent name, the address of a tower, an organisation's line."""

_BY_KEY = select(DuplicateKey.contact_id).where(DuplicateKey.key == bindparam("key"))
_BY_KEY = _BY_KEY.order_by(DuplicateKey.contact_id).limit(LARGEST_BLOCK + 1)
_BY_LINE = select(ContactLine.contact_id).join(Line).where(Line.e164 == bindparam("e164"), ContactLine.until.is_(None))
_BY_LINE = _BY_LINE.order_by(ContactLine.id).limit(LARGEST_BLOCK + 1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A card that may be the person; `score` 0 to 100, `reasons` those for it first."""

    contact_id: int
    score: int
    reasons: tuple[Reason, ...]

    @property
    def is_likely(self) -> bool:
        return self.score >= LIKELY


def find_same(connection: Connection, person: Person) -> Candidate | None:
    """The card that fits this person best, for a line of a file: None when none is even possible."""
    return next(iter(find_candidates(connection, person)), None)


def find_candidates(connection: Connection, person: Person, but: Iterable[int] = ()) -> tuple[Candidate, ...]:
    """The cards that may be this person, the likeliest first; never one of `but`. Merged cards count as one."""
    found, namesakes = _blocks(connection, person)
    roots = {*surviving_cards(connection, found).values()} - {*but}
    people = read_people(connection, roots)
    compared = [(each, compare(person, other, namesakes)) for each, other in sorted(people.items())]
    candidates = [_candidate(each, likeness) for each, likeness in compared if likeness.score >= POSSIBLE]
    return tuple(sorted(candidates, key=lambda candidate: (-candidate.score, candidate.contact_id)))


def _candidate(contact_id: int, likeness: Likeness) -> Candidate:
    return Candidate(contact_id, likeness.score, likeness.reasons)


def _blocks(connection: Connection, person: Person) -> tuple[set[int], int]:
    """The cards of each key and line that not too many have; how many others have a name of this sound."""
    found: set[int] = set()
    namesakes = 0
    for number, key in numbered_keys(person):
        block = connection.scalars(_BY_KEY, {"key": number}).all()
        if is_name_key(key):
            namesakes = max(namesakes, len(block) - 1)
        if len(block) <= LARGEST_BLOCK:
            found.update(block)
    for line in person.lines:
        block = connection.scalars(_BY_LINE, {"e164": line}).all()
        if len(block) <= LARGEST_BLOCK:
            found.update(block)
    return found, namesakes
