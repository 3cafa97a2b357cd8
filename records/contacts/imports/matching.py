"""Which card a row is about: by an earlier import, by number, by e-mail address; names that differ keep cards apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, Connection, bindparam, select

from records.contacts.contact_cards import Card, list_cards
from records.contacts.search.query import find_surviving
from records.database.engine import hash_number
from records.schema import ContactEmail, ContactLine, ContactOrigin, Line
from routing.contact_files.import_rows import ContactRow, names_agree, same_name

_VALUES: BindParameter[str] = bindparam("values", expanding=True)
# Built once: to build a statement costs more than to execute it.
_BY_NUMBER = (
    select(Line.e164, ContactLine.contact_id)
    .join(ContactLine, ContactLine.line_id == Line.id)
    .where(Line.e164.in_(_VALUES), ContactLine.until.is_(None))
)
_BY_EMAIL = select(ContactEmail.folded, ContactEmail.contact_id).where(ContactEmail.folded.in_(_VALUES))
_BY_ORIGIN = select(ContactOrigin.digest, ContactOrigin.contact_id).where(ContactOrigin.digest.in_(_VALUES))
_MANY_ON_A_LINE = 50
"""A number that more cards have, such as that of a switchboard, says nothing of a person."""


@dataclass(frozen=True, slots=True)
class RowMatch:
    """The card of a row; None for a new one. `fits_several`: more than one card could be meant, and none is chosen."""

    card: Card | None = None
    fits_several: tuple[int, ...] = ()
    is_repeated: bool = False
    """An earlier import had a row that said the same."""


def origin_of(connection: Connection, row: ContactRow) -> str:
    """The keyed hash of what the row says."""
    return hash_number(connection, row.digest())


def match_rows(connection: Connection, rows: Sequence[ContactRow]) -> list[RowMatch]:
    """For each row its card. It takes ten statements, however many rows there are."""
    origins = [origin_of(connection, row) for row in rows]
    by_origin = _find(connection, _BY_ORIGIN, origins)
    by_number = _find(connection, _BY_NUMBER, [number for row in rows for number in row.numbers])
    by_email = _find(connection, _BY_EMAIL, [email.casefold() for row in rows for email in row.emails])
    ids = sorted({each for found in (by_origin, by_number, by_email) for some in found.values() for each in some})
    surviving = dict(zip(ids, find_surviving(connection, ids), strict=True))
    cards = {card.id: card for card in list_cards(connection, set(surviving.values()))} if ids else {}

    def cards_of(found: Mapping[str, list[int]], values: Sequence[str]) -> list[Card]:
        few = [some for value in values if len(some := found.get(value, [])) <= _MANY_ON_A_LINE]
        return [cards[root] for root in dict.fromkeys(surviving[each] for some in few for each in some)]

    matches = []
    for row, origin in zip(rows, origins, strict=True):
        known = cards_of(by_origin, [origin])
        folded = [email.casefold() for email in row.emails]
        found = {card.id: card for card in (*cards_of(by_number, row.numbers), *cards_of(by_email, folded))}
        matches.append(RowMatch(known[0], is_repeated=True) if known else _choose(row, list(found.values())))
    return matches


def _choose(row: ContactRow, cards: Sequence[Card]) -> RowMatch:
    """A household shares a number, and a family an address: a card of another name is another person's."""
    fitting = [card for card in cards if names_agree(row.name, card.name)]
    exact = [card for card in fitting if same_name(row.name, card.name)]
    if len(exact) == 1 or len(fitting) == 1:
        return RowMatch((exact or fitting)[0])
    return RowMatch(fits_several=tuple(sorted(card.id for card in fitting)))


def _find(connection: Connection, query: object, values: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    if values:
        for value, contact_id in connection.execute(query, {"values": sorted(set(values))}):  # type: ignore[call-overload]
            found.setdefault(value, []).append(contact_id)
    return found
