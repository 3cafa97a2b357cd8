"""What people decide about two cards: one person, two people, or two again after all.

The change log says who decided about which cards, and in which fields a choice was made; never what a card says.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update

from records import changes
from records.actor import Actor
from records.contacts import merges
from records.contacts.contact_cards import CHOSEN_FIELDS, get_card
from records.contacts.duplicates.counters import Decided, add_count
from records.contacts.duplicates.keys import queue_contacts
from records.contacts.duplicates.people import read_people
from records.contacts.duplicates.proposals import add_pair, find_proposal
from records.contacts.merges import Merge, merge_cards_in, read_families, surviving_card, undo_merge_in
from records.database.engine import Database
from records.errors import NotFound, RecordsError
from records.schema import ContactMerge, DuplicateProposal
from routing.access.permissions import Permission
from routing.duplicates import Likeness, compare

MERGED, SEPARATED, DISTINCT = "contact.merge", "contact.unmerge", "contact.distinct"


def merge_contacts(
    database: Database, actor: Actor, kept: int, absorbed: int, *, preferred: Iterable[str] = (), at: datetime
) -> int:
    """Makes `absorbed` a part of `kept`; gives the merge's id. Cards that are merged already stand for their whole.

    `preferred`: the fields of CHOSEN_FIELDS in which the value of `absorbed` is shown.
    Raises RecordsError, NotFound, Forbidden.
    """
    actor.require(Permission.CHANGE_CONTACTS)
    fields = sorted(set(preferred))
    if unknown := [field for field in fields if field not in CHOSEN_FIELDS]:
        raise RecordsError(f"A card has no field {unknown[0]} to choose; there are {', '.join(CHOSEN_FIELDS)}.")
    with database.write() as connection:
        kept, absorbed = surviving_card(connection, kept), surviving_card(connection, absorbed)
        merge_id = merge_cards_in(connection, kept, absorbed, by=actor.name, at=at, preferred=fields)
        queue_contacts(connection, (kept, absorbed))
        add_count(connection, Decided.MERGED)
        after: dict[str, object] = {"merge": merge_id, "absorbed": absorbed} | ({"fields": fields} if fields else {})
        changes.record(connection, actor, MERGED, str(kept), after=after, at=at)
    return merge_id


def separate_contacts(database: Database, actor: Actor, merge_id: int, *, at: datetime) -> tuple[int, int]:
    """Undoes a merge; gives the card that was kept, and the one that is separate again. Raises NotFound, Forbidden."""
    actor.require(Permission.CHANGE_CONTACTS)
    with database.write() as connection:
        kept, absorbed = undo_merge_in(connection, merge_id, by=actor.name, at=at)
        queue_contacts(connection, (surviving_card(connection, kept), absorbed))
        add_count(connection, Decided.SEPARATED)
        after = {"merge": merge_id, "absorbed": absorbed}
        changes.record(connection, actor, SEPARATED, str(kept), after=after, at=at)
    return kept, absorbed


def tell_apart(database: Database, actor: Actor, one: int, other: int, *, at: datetime) -> None:
    """Says that two cards are two people: they are never proposed again. Raises RecordsError, NotFound, Forbidden."""
    actor.require(Permission.CHANGE_CONTACTS)
    with database.write() as connection:
        first, second = sorted(get_card(connection, each).id for each in (one, other))
        if first == second:
            raise RecordsError("These are one card; separate them first (`contact unmerge`).")
        known = find_proposal(connection, first, second)
        if known and known.distinct_at:
            return
        people = read_people(connection, (first, second))
        likeness = compare(people[first], people[second])
        decided = {"distinct_at": at, "distinct_by": actor.name}
        values = {"score": likeness.score, "reasons": ",".join(likeness.reasons), "proposed_at": at, **decided}
        if known or not add_pair(connection, first, second, values):
            pair = (DuplicateProposal.first_id == first, DuplicateProposal.second_id == second)
            connection.execute(update(DuplicateProposal).where(*pair).values(decided))
        add_count(connection, Decided.DISTINCT)
        changes.record(connection, actor, DISTINCT, str(first), after={"other": second}, at=at)


def compare_cards(database: Database, one: int, other: int) -> Likeness:
    """How likely two cards are one person. Raises NotFound."""
    with database.read() as connection:
        first, second = (get_card(connection, each).id for each in (one, other))
        people = read_people(connection, (first, second))
        return compare(people[first], people[second])


def find_merge(database: Database, merge_id: int) -> Merge | None:
    """The merge of this number, while it stands."""
    with database.read() as connection:
        return merges.find_merge(connection, merge_id)


def find_merge_of(database: Database, absorbed: int) -> int:
    """The number of the merge by which this card is part of another. Raises NotFound."""
    with database.read() as connection:
        standing = (ContactMerge.absorbed_id == absorbed, ContactMerge.undone_at.is_(None))
        if (merge_id := connection.scalar(select(ContactMerge.id).where(*standing))) is None:
            raise NotFound(f"Card {absorbed} is not merged into another; `contact show` says what a card holds.")
    return merge_id


def list_merges(database: Database, contact_id: int) -> tuple[Merge, ...]:
    """The merges that stand in this card, oldest first."""
    with database.read() as connection:
        root = surviving_card(connection, contact_id)
        return tuple(sorted(read_families(connection, (root,)).merges, key=lambda merge: merge.id))
