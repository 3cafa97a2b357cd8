"""Finds or creates the line and the contact of a phone number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, func, insert, select

from records.contacts.merges import merged_card_ids, surviving_card
from records.database.get_or_create import get_or_create, get_or_create_new
from records.requests.visibility import is_shown_interaction
from records.schema import Contact, ContactLine, Interaction, Line
from records.webhooks.record_events import contacts_created

NEVER = datetime.min.replace(tzinfo=UTC)

# Executed in every call; building a statement costs more than executing it.
# The lock keeps a second call from creating a second contact where several writers are admitted (PostgreSQL).
_LINE = select(Line.id).where(Line.e164 == bindparam("e164")).with_for_update(key_share=True)
_NEW_LINE = insert(Line).returning(Line.id)
_CARDS = select(ContactLine.contact_id).where(ContactLine.line_id == bindparam("line_id"), ContactLine.until.is_(None))
_CARDS = _CARDS.order_by(ContactLine.id)
_NEW_CARD, _NEW_TIE = insert(Contact).returning(Contact.id), insert(ContactLine)
# The same for many at once; in one order, so that two transactions with the same lines wait for each other only once.
_NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
_LINE_IDS: BindParameter[Any] = bindparam("lines", expanding=True)
_LINES = select(Line.id, Line.e164).where(Line.e164.in_(_NUMBERS)).order_by(Line.id).with_for_update(key_share=True)
_NEW_LINES = insert(Line).returning(Line.id, Line.e164)
_CARDS_OF_LINES = select(ContactLine.line_id, ContactLine.contact_id).order_by(ContactLine.id)
_CARDS_OF_LINES = _CARDS_OF_LINES.where(ContactLine.line_id.in_(_LINE_IDS), ContactLine.until.is_(None))


@dataclass(frozen=True, slots=True)
class CallerMatch:
    """`contact_id` is the contact proposed for the line: a household may share it.

    `is_new_card`: the contact was created now. `line_is_new`: so was the line, and nothing in the database refers to
    it.
    """

    line_id: int
    contact_id: int
    is_new_card: bool
    line_is_new: bool = False


def identify_caller(connection: Connection, e164: str, at: datetime) -> CallerMatch:
    """The line of this number and its contact, both created if needed; one of each, whatever other calls do.

    Of several contacts on one line, the one with the latest interaction that is not the mediator's: everybody who
    sees the call sees the card.
    """
    line_id, is_new = get_or_create_new(connection, _LINE, _NEW_LINE, {"e164": e164, "created_at": at})
    cards = [] if is_new else connection.execute(_CARDS, {"line_id": line_id}).scalars().all()
    if not cards:
        return CallerMatch(line_id, _new_card(connection, line_id, at), is_new_card=True, line_is_new=is_new)
    return CallerMatch(line_id, _proposed_card(connection, cards), is_new_card=False)


def identify_callers(connection: Connection, callers: Mapping[str, datetime]) -> Mapping[str, CallerMatch]:
    """Like `identify_caller` for many numbers, each with the time of its call, in as many statements as one takes.

    Raises IntegrityError when another transaction creates the same line at the same time.
    """
    if not callers:
        return {}
    known = {row.e164: row.id for row in connection.execute(_LINES, {"numbers": [*callers]})}
    new = [{"e164": e164, "created_at": at} for e164, at in callers.items() if e164 not in known]
    created = {row.e164: row.id for row in connection.execute(_NEW_LINES, new)} if new else {}
    cards: dict[int, list[int]] = {line_id: [] for line_id in (known | created).values()}
    for row in connection.execute(_CARDS_OF_LINES, {"lines": [*known.values()]}) if known else ():
        cards[row.line_id].append(row.contact_id)
    without = {line_id: callers[e164] for e164, line_id in (known | created).items() if not cards[line_id]}
    new_cards = _new_cards(connection, without)
    return {
        e164: CallerMatch(line_id, new_cards[line_id], is_new_card=True, line_is_new=e164 in created)
        if line_id in new_cards
        else CallerMatch(line_id, _proposed_card(connection, cards[line_id]), is_new_card=False)
        for e164, line_id in (known | created).items()
    }


def last_interaction_at(connection: Connection, contact_id: int) -> datetime | None:
    """The time of the latest interaction with this person, in any channel and on any card merged with this one.

    What is the mediator's is left out, because a choice that depends on it would tell of it.
    """
    cards = merged_card_ids(surviving_card(connection, contact_id))
    theirs = Interaction.contact_id.in_(cards) & is_shown_interaction(None)
    return connection.scalar(select(func.max(Interaction.at)).where(theirs))


def get_or_create_line(connection: Connection, e164: str, at: datetime) -> int:
    """The id of the line with this number, created if needed."""
    return get_or_create(connection, _LINE, _NEW_LINE, {"e164": e164, "created_at": at})


def _proposed_card(connection: Connection, cards: Sequence[int]) -> int:
    if len(cards) == 1:
        return cards[0]
    return max(cards, key=lambda card: last_interaction_at(connection, card) or NEVER)


def _new_cards(connection: Connection, lines: Mapping[int, datetime]) -> dict[int, int]:
    """A new card for each of these lines, which were first seen at these times."""
    if not lines:
        return {}
    # The cards are alike, so that it does not matter which one a line gets.
    ids = connection.scalars(_NEW_CARD, [{"created_at": at} for at in lines.values()]).all()
    card_of = dict(zip(lines, ids, strict=True))
    ties = [{"contact_id": card_of[line_id], "line_id": line_id, "since": at} for line_id, at in lines.items()]
    connection.execute(_NEW_TIE, ties)
    contacts_created(connection, ids, max(lines.values()))
    return card_of


def _new_card(connection: Connection, line_id: int, at: datetime) -> int:
    card = connection.execute(_NEW_CARD, {"created_at": at}).scalar_one()
    connection.execute(_NEW_TIE, {"contact_id": card, "line_id": line_id, "since": at})
    contacts_created(connection, (card,), at)
    return card
