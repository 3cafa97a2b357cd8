"""Contact cards as staff see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, func, select, tuple_

from records.actor import Actor
from records.call_events import Disposition
from records.contacts.lines import NEVER
from records.contacts.merges import Families, merged_card_ids, read_families, surviving_card
from records.contacts.search.query import search_contacts
from records.database.engine import Database
from records.errors import NotFound
from records.requests.requests import Request, list_requests
from records.requests.visibility import is_shown_interaction, visible_to
from records.schema import Call, Contact, ContactEmail, ContactLine, ContactMerge, Interaction, Line
from records.schema import Request as Requests
from routing.access.permissions import Permission

MAX_RESULTS = 50
CHOSEN_FIELDS: Mapping[str, tuple[str, ...]] = {
    "name": ("name",),
    "organisation": ("organisation",),
    "language": ("language",),
    "address": ("street", "postcode", "city"),
}
"""What a card says once, with its columns: of two cards that are merged, one value is shown."""
# The statements of `list_cards`, built once: to build one costs more than to execute it.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_CARDS = select(
    *(Contact.id, Contact.name, Contact.organisation, Contact.language),
    *(Contact.street, Contact.postcode, Contact.city, Contact.created_at),
)
_CARDS = _CARDS.where(Contact.id.in_(_IDS)).order_by(Contact.id)
_LINES = select(ContactLine.contact_id, Line.e164).join(Line)
_LINES = _LINES.where(ContactLine.contact_id.in_(_IDS), ContactLine.until.is_(None))
_EMAILS = select(ContactEmail.contact_id, ContactEmail.address)
_EMAILS = _EMAILS.where(ContactEmail.contact_id.in_(_IDS)).order_by(ContactEmail.id)
_LATEST = select(Interaction.contact_id, func.max(Interaction.at))
_LATEST = _LATEST.where(Interaction.contact_id.in_(_IDS)).group_by(Interaction.contact_id)
_LATEST_SHOWN = _LATEST.where(is_shown_interaction(None))
_ABSORBED = select(ContactMerge.id).where(ContactMerge.absorbed_id == Contact.id, ContactMerge.undone_at.is_(None))
_OWN = select(Contact.id).where(~_ABSORBED.exists())

_HISTORY = (
    select(
        *(Interaction.id, Interaction.at, Interaction.channel, Interaction.purpose, Interaction.call_ref),
        *(Interaction.summary, Interaction.author, Call.disposition, Call.public_number),
        *(Call.started_at, Call.ended_at),
    )
    .outerjoin(Call, Call.ref == Interaction.call_ref)
    .order_by(Interaction.at.desc(), Interaction.id.desc())
)


@dataclass(frozen=True, slots=True)
class Card:
    """A person, with the lines (E.164) on which they can be reached now.

    `last_interaction_at`: the latest one of those that whoever asked may see.
    """

    id: int
    name: str | None
    language: str | None
    lines: tuple[str, ...]
    created_at: datetime
    last_interaction_at: datetime | None
    organisation: str | None = None
    emails: tuple[str, ...] = ()
    street: str | None = None
    postcode: str | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class InteractionRecord:
    """One interaction in a card's history, in any channel. Of a call: how it ended, and the number that was called.

    `author`: who wrote a note.
    """

    id: int
    at: datetime
    channel: str
    purpose: str
    call_ref: str | None
    summary: str | None
    author: str | None = None
    disposition: Disposition | None = None
    public_number: str | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class CardDetail:
    """Interactions are newest first, open requests oldest first."""

    card: Card
    interactions: tuple[InteractionRecord, ...]
    open_requests: tuple[Request, ...]


def find_cards(
    database: Database, text: str, country: str = "FR", *, limit: int = MAX_RESULTS, actor: Actor | None = None
) -> tuple[Card, ...]:
    """The cards that fit what was typed best, best first; of those that fit alike, the latest interaction comes first.

    `text`: a name, a number or a part of it, an e-mail address, an organisation, or the reference of a call; see
    `search_contacts`. What is the mediator's counts as an interaction only for an `actor` who may see it.
    """
    with database.read() as connection:
        found = {match.contact_id: match.likeness for match in search_contacts(connection, text, country, limit)}
        cards = list_cards(connection, found, actor)
    return tuple(
        sorted(cards, key=lambda card: (found[card.id], card.last_interaction_at or NEVER, card.id), reverse=True)
    )


def list_page(database: Database, *, after: int, limit: int) -> tuple[tuple[Card, ...], bool]:
    """The cards that are not part of others, by their numbers, behind this number; and whether there are more."""
    own = _OWN.where(Contact.id > after).order_by(Contact.id)
    with database.read() as connection:
        ids = connection.scalars(own.limit(limit + 1)).all()
        cards = list_cards(connection, ids[:limit])
    return tuple(sorted(cards, key=lambda card: card.id)), len(ids) > limit


def count_cards(connection: Connection) -> int:
    """How many cards there are that are not part of others."""
    return connection.scalar(select(func.count()).select_from(_OWN.subquery())) or 0


def get_card_detail(
    database: Database,
    contact_id: int,
    *,
    actor: Actor | None = None,
    limit: int | None = None,
    before: tuple[datetime, int] | None = None,
    card: Card | None = None,
) -> CardDetail:
    """All about one person; for a merged card, the card that it is part of. Raises NotFound.

    What is the mediator's is there only for an `actor` who may see it. Of the interactions, `limit` at most, those
    before this one (time, id). `card`: as it was just read, which saves reading it again.
    """
    with database.read() as connection:
        # As numbers: with those of one card the newest interactions come from the index, and no other is read.
        cards = connection.scalars(merged_card_ids(surviving_card(connection, contact_id))).all()
        rows = _HISTORY.where(Interaction.contact_id.in_(cards), is_shown_interaction(actor))
        if before:
            rows = rows.where(tuple_(Interaction.at, Interaction.id) < tuple_(*before))
        return CardDetail(
            card or get_card(connection, contact_id, actor),
            tuple(_interaction(row) for row in connection.execute(rows.limit(limit)).mappings()),
            list_requests(
                connection, Requests.contact_id.in_(cards) & Requests.closed_at.is_(None) & visible_to(actor)
            ),
        )


def get_card(connection: Connection, contact_id: int, actor: Actor | None = None) -> Card:
    """The card that `contact_id` is or is part of, as `list_cards` has it. Raises NotFound."""
    if not (cards := list_cards(connection, (surviving_card(connection, contact_id),), actor)):
        raise NotFound(f"There is no card {contact_id}.")
    return cards[0]


def _interaction(row: RowMapping) -> InteractionRecord:
    fields = dict(row)
    started_at, ended_at = fields.pop("started_at"), fields.pop("ended_at")
    seconds = (ended_at - started_at).total_seconds() if ended_at else None
    disposition = fields.pop("disposition")
    return InteractionRecord(**fields, disposition=disposition and Disposition(disposition), seconds=seconds)


def list_cards(connection: Connection, ids: Iterable[int], actor: Actor | None = None) -> tuple[Card, ...]:
    """The cards with these ids, none of them merged into another; a card shows what it absorbed too.

    The time of the last interaction leaves out what is the mediator's, except for an `actor` who may see it. It takes
    five statements, however many cards there are.
    """
    families = read_families(connection, ids)
    root_of = families.root_of
    if not root_of:
        return ()
    rows = connection.execute(_CARDS, {"ids": families.ids}).mappings()
    values = read_with_absorbed({row["id"]: dict(row) for row in rows}, families)
    lines, emails = _lines(connection, root_of), _emails(connection, root_of)
    latest = _latest_interactions(connection, root_of, actor)
    return tuple(
        Card(
            lines=tuple(sorted(lines.get(contact_id, ()))),
            emails=tuple(emails.get(contact_id, ())),
            last_interaction_at=latest.get(contact_id),
            **values[contact_id],
        )
        for contact_id, root in sorted(root_of.items())
        if contact_id == root and contact_id in values
    )


def read_with_absorbed(values: dict[int, dict[str, Any]], families: Families) -> dict[int, dict[str, Any]]:
    """The values of each card as they are shown, from those of its row: what it lacks comes from what it absorbed.

    Where both have a value, that of the absorbed card stands if the merge says so, else the card's own.
    """
    shown = {contact_id: dict(row) for contact_id, row in values.items()}
    for merge in families.merges:
        kept, absorbed = shown.get(merge.kept), shown.get(merge.absorbed)
        if kept is None or absorbed is None:
            continue
        for field, columns in CHOSEN_FIELDS.items():
            has_own, has_theirs = (any(row.get(column) for column in columns) for row in (kept, absorbed))
            if has_theirs and (field in merge.preferred or not has_own):
                kept |= {column: absorbed[column] for column in columns}
    return shown


def _lines(connection: Connection, root_of: Mapping[int, int]) -> dict[int, set[str]]:
    lines: dict[int, set[str]] = {}
    for contact_id, e164 in connection.execute(_LINES, {"ids": sorted(root_of)}):
        lines.setdefault(root_of[contact_id], set()).add(e164)
    return lines


def _emails(connection: Connection, root_of: Mapping[int, int]) -> dict[int, dict[str, None]]:
    emails: dict[int, dict[str, None]] = {}
    for contact_id, address in connection.execute(_EMAILS, {"ids": sorted(root_of)}):
        emails.setdefault(root_of[contact_id], {})[address] = None
    return emails


def _latest_interactions(
    connection: Connection, root_of: Mapping[int, int], actor: Actor | None
) -> dict[int, datetime]:
    sees_all = actor is not None and actor.may(Permission.SEE_MEDIATION)
    latest: dict[int, datetime] = {}
    for contact_id, at in connection.execute(_LATEST if sees_all else _LATEST_SHOWN, {"ids": sorted(root_of)}):
        if contact_id is not None and at is not None:
            root = root_of[contact_id]
            latest[root] = max(at, latest.get(root, at))
    return latest
