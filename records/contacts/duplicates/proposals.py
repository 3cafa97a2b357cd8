"""Proposals: two cards that may be one person, kept until somebody merges them or says that they are two."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from records.contacts.duplicates.matching import Candidate, find_candidates
from records.contacts.duplicates.people import read_people
from records.contacts.merges import read_families, surviving_card, surviving_cards
from records.database.engine import Database, savepoint
from records.schema import ContactMerge, DuplicateProposal
from routing.duplicates import LIKELY, Reason

_P = DuplicateProposal
_Stored = Row[int, int, int, int, str, datetime | None]
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_OF_CARDS = select(_P.id, _P.first_id, _P.second_id, _P.score, _P.reasons, _P.distinct_at)
_OF_CARDS = _OF_CARDS.where(_P.first_id.in_(_IDS) | _P.second_id.in_(_IDS)).order_by(_P.id)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two cards that may be one person; `score` 0 to 100. `distinct_at`: when somebody said that they are two."""

    first_id: int
    second_id: int
    score: int
    reasons: tuple[Reason, ...]
    distinct_at: datetime | None = None
    distinct_by: str | None = None

    @property
    def is_likely(self) -> bool:
        return self.score >= LIKELY

    def other_than(self, contact_id: int) -> int:
        return self.second_id if contact_id == self.first_id else self.first_id


def list_proposals(
    database: Database, *, limit: int, contact_id: int | None = None, likely_only: bool = False
) -> tuple[Proposal, ...]:
    """The open proposals, the likeliest first; with `contact_id`, those of this card. Merged cards have none."""
    with database.read() as connection:
        rows = _open().order_by(_P.score.desc(), _P.id.desc()).limit(limit)
        if contact_id is not None:
            rows = rows.where(_of((contact_id,)))
        if likely_only:
            rows = rows.where(_P.score >= LIKELY)
        return tuple(map(_proposal, connection.execute(rows)))


def count_proposals(database: Database) -> int:
    """How many proposals are open."""
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(_open().subquery())) or 0


def find_proposal(connection: Connection, one: int, other: int) -> Proposal | None:
    """What is known of these two cards, a decision included."""
    row = connection.execute(_all().where(*_pair(one, other))).one_or_none()
    return _proposal(row) if row else None


def compare_contacts(database: Database, ids: Iterable[int], at: datetime) -> int:
    """Brings the open proposals of these cards up to date; gives how many are new. Writes only what has changed."""
    with database.read() as connection:
        outdated = [each for each in ids if not _is_up_to_date(connection, each)]
    if not outdated:
        return 0
    with database.write(durable=False) as connection:
        return sum(propose(connection, each, at) for each in outdated)


def propose(connection: Connection, contact_id: int, at: datetime) -> int:
    """Writes the proposals of a card as its values ask now; gives how many are new."""
    root = surviving_card(connection, contact_id)
    known, wanted = _compare(connection, root)
    gone = [row.id for other, row in known.items() if other not in wanted]
    connection.execute(delete(_P).where(_P.id.in_(gone)))
    for other, candidate in wanted.items():
        values = _values(candidate)
        if row := known.get(other):
            connection.execute(update(_P).where(_P.id == row.id).values(values))
        else:
            add_pair(connection, root, other, {**values, "proposed_at": at})
    return len(wanted.keys() - known.keys())


def add_pair(connection: Connection, one: int, other: int, values: Mapping[str, object]) -> bool:
    """Writes a new row of two cards; False when another transaction has just written one (PostgreSQL)."""
    first, second = sorted((one, other))
    try:
        with savepoint(connection):
            connection.execute(insert(_P).values(first_id=first, second_id=second, **values))
    except IntegrityError:
        return False
    return True


def _is_up_to_date(connection: Connection, contact_id: int) -> bool:
    known, wanted = _compare(connection, surviving_card(connection, contact_id))
    stored = {other: {"score": row.score, "reasons": row.reasons} for other, row in known.items()}
    return stored == {other: _values(candidate) for other, candidate in wanted.items()}


def _compare(connection: Connection, root: int) -> tuple[Mapping[int, _Stored], Mapping[int, Candidate]]:
    """The open proposals of a card, by the other card, and those that there should be.

    Proposals that a merge hides are left as they are. A card of which somebody said that it is not this person, or
    somebody merged into it, is not compared.
    """
    family = read_families(connection, (root,)).root_of
    rows = connection.execute(_OF_CARDS, {"ids": sorted(family)}).all()
    others = {row.id: row.first_id if row.second_id in family else row.second_id for row in rows}
    roots = surviving_cards(connection, others.values())
    told_apart = {roots[others[row.id]] for row in rows if row.distinct_at}
    known = {
        others[row.id]: row
        for row in rows
        if not row.distinct_at and root in (row.first_id, row.second_id) and roots[others[row.id]] == others[row.id]
    }
    if (person := read_people(connection, (root,)).get(root)) is None:
        return known, {}
    candidates = find_candidates(connection, person, (root, *told_apart))
    return known, {each.contact_id: each for each in candidates}


def _values(candidate: Candidate) -> dict[str, object]:
    return {"score": candidate.score, "reasons": ",".join(candidate.reasons)}


def _all() -> Select[int, int, int, str, datetime | None, str | None]:
    return select(_P.first_id, _P.second_id, _P.score, _P.reasons, _P.distinct_at, _P.distinct_by)


def _open() -> Select[int, int, int, str, datetime | None, str | None]:
    return _all().where(_P.distinct_at.is_(None), ~_is_absorbed(_P.first_id), ~_is_absorbed(_P.second_id))


def _is_absorbed(contact_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return exists().where(ContactMerge.absorbed_id == contact_id, ContactMerge.undone_at.is_(None))


def _of(ids: Sequence[int]) -> ColumnElement[bool]:
    return or_(_P.first_id.in_(ids), _P.second_id.in_(ids))


def _pair(one: int, other: int) -> Iterable[ColumnElement[bool]]:
    first, second = sorted((one, other))
    return (_P.first_id == first, _P.second_id == second)


def _proposal(row: Row[int, int, int, str, datetime | None, str | None]) -> Proposal:
    reasons = tuple(Reason(each) for each in row.reasons.split(",") if each)
    return Proposal(row.first_id, row.second_id, row.score, reasons, row.distinct_at, row.distinct_by)
