"""The generator "people twice": cards of invented people of whom some have several, with the errors that occur.

Everything follows from the seed. Of 1,000 people, by default:

- they live in households of one to five, which share an address, mostly a surname, and in 55 % of cases a fixed line
  that stands on all their cards; 8 % of households share a mailbox;
- 12 in 1,000 households have two people of the same surname and address who are easily confused: twins with first
  names alike, or father and son of exactly the same name ("fils" is written in a third of these);
- 18 % have a second card, 2 % a third, written later, with these errors:
  a typing error in the first name (10 %) or the surname (12 %), another spelling of the same sound (8 %), an initial
  or half of a compound first name (5 %), surname first (18 %), in capitals (10 %), another surname by marriage (8 % of
  women), moved since (12 %), another mobile number (15 %), another mailbox (20 %), and each of mobile number, fixed
  line, mailbox and address not written at all (25 % to 60 %).

The truth is which cards are of one person. It is our own model of errors: the figures say how the rules behave on it.
"""

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations

from sqlalchemy import insert

from records.contacts.duplicates.matching import LARGEST_BLOCK
from records.database.engine import Database
from records.schema import Contact, ContactEmail, ContactLine, Line, Table
from routing.duplicates import LIKELY, Address, Person, blocking_keys, compare, is_name_key


def _words(text: str, separator: str = " ") -> tuple[str, ...]:
    return tuple(text.split(separator))


FEMALE = _words(
    "Marie Nathalie Isabelle Sylvie Catherine Martine Christine Françoise Valérie Sandrine Stéphanie Véronique Sophie "
    "Céline Chantal Patricia Anne Brigitte Julie Monique Aurélie Hélène Agnès Élodie Émilie Chloé Léa Camille Mathilde "
    "Zoé Inès Gaëlle Marie-Claude Anne-Marie Marie-Thérèse Léna Manon Emma Louise Jade Alice Rose Anna Lucie Clara "
    "Fatima Aïcha Nadia Samira Ingrid Élise Noémie Solène Maëlys Rokhaya Thi-Mai Oumou Svetlana Ayşe Katarzyna"
)
MALE = _words(
    "Jean Pierre Michel André Philippe Nicolas Christophe Laurent Christian Daniel Bernard David Alain Patrick Éric "
    "Thierry Olivier Stéphane Sébastien Frédéric Pascal François Jérôme Lucas Hugo Théo Maël Noël Jean-Pierre Jean-Luc "
    "Jean-Marc Yannick Loïc Raphaël Paul Louis Jules Léo Gabriel Adam Arthur Mohamed Karim Youssef Mehdi Thomas Martin "
    "Robert Antoine Mathieu Guillaume Benoît Tuấn Mamadou Ousmane Wei Sergueï Mustafa Piotr João Efe"
)
SURNAMES = _words(
    "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David "
    "Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure André Mercier "
    "Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry "
    "Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Lemaire Meyer Dufour Meunier Brun Blanchard Giraud "
    "Joly Rivière Brunet Gaillard Barbier Arnaud Martinez Roche Renard Schmitt Leroux Colin Vidal Caron Picard Fabre "
    "Nguyen Traoré Diallo Benali Haddad Lopes Ferreira Kowalski Le-Goff Saint-Martin d'Alembert"
)
_THEN = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)
_SYLLABLES = _words(
    "ba bel bou bran char che cor da del dou far fon gar gui hu jac la lo mar mou no per pon ro sau tou va"
)
_ENDINGS = ("ard", "aud", "eau", "el", "ent", "ier", "in", "on", "ot", "oux", "ault", "ais", "ez", "ski")
_KINDS = ("rue", "rue", "rue", "avenue", "place", "chemin", "boulevard", "impasse")
_STREETS = _words(
    "de la Paix|Victor Hugo|du Général de Gaulle|des Lilas|de l'Église|Jean Jaurès|du Moulin|de la Gare|Pasteur|"
    "du Port|des Écoles|de Verdun|Émile Zola|du Château|des Acacias|de la Fontaine|Gambetta|de la République|du Stade|"
    "Molière",
    "|",
)
_SHORT = {"rue": "r.", "avenue": "av.", "place": "pl.", "chemin": "ch.", "boulevard": "bd", "impasse": "imp."}
_SOUNDS = (("ph", "f"), ("th", "t"), ("ault", "eau"), ("x", ""), ("tt", "t"), ("ss", "s"), ("ll", "l"), ("y", "i"))


@dataclass(frozen=True, slots=True)
class _Human:
    first: str
    last: str
    is_woman: bool
    mobile: str
    email: str
    home: Address
    fixed: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class PeopleTwice:
    """`cards`, in the order in which they were written; `person_of[n]`: the number of the person of card n."""

    cards: tuple[Person, ...]
    person_of: tuple[int, ...]

    @property
    def pairs(self) -> frozenset[tuple[int, int]]:
        """Each two cards that are of one person, by their places."""
        cards: dict[int, list[int]] = {}
        for card, person in enumerate(self.person_of):
            cards.setdefault(person, []).append(card)
        return frozenset((a, b) for own in cards.values() for a in own for b in own if a < b)


def people_twice(people: int, seed: int = 41) -> PeopleTwice:
    """The cards of about so many people."""
    chance = random.Random(seed)
    humans = list(_humans(chance, people))
    cards = [(number, _card(chance, human)) for number, human in enumerate(humans)]
    cards += [(number, _second_card(chance, human)) for number, human in enumerate(humans) if chance.random() < 0.18]
    cards += [(number, _second_card(chance, human)) for number, human in enumerate(humans) if chance.random() < 0.02]
    return PeopleTwice(tuple(card for _, card in cards), tuple(number for number, _ in cards))


def _humans(chance: random.Random, people: int) -> Iterator[_Human]:
    rare = sorted({_rare_surname(chance) for _ in range(max(50, people // 12))})
    made = 0
    while made < people:
        surname = chance.choice(SURNAMES) if chance.random() < 0.35 else chance.choice(rare)
        household = list(_household(chance, surname))
        yield from household
        made += len(household)


def _household(chance: random.Random, surname: str) -> Iterator[_Human]:
    home = _address(chance)
    fixed = f"+331{chance.randrange(10**8):08}" if chance.random() < 0.55 else ""
    shared_mail = f"famille.{_ascii(surname)}{chance.randrange(1000)}@example.org" if chance.random() < 0.08 else ""
    women_and_men: list[tuple[str, bool]] = []
    for _ in range(chance.choice((1, 1, 2, 2, 2, 3, 4, 5))):
        is_woman = chance.random() < 0.52
        names = [name for name in (FEMALE if is_woman else MALE) if (name, is_woman) not in women_and_men]
        women_and_men.append((chance.choice(names), is_woman))
    marks = [""] * len(women_and_men)
    confused = chance.random()
    if confused < 0.006:
        women_and_men.append((_alike(chance, women_and_men[0]), women_and_men[0][1]))
        marks.append("")
    elif confused < 0.012:
        women_and_men.append(women_and_men[0])
        marks.append("fils" if chance.random() < 0.33 else "")
    for (first, is_woman), mark in zip(women_and_men, marks, strict=True):
        last = surname if chance.random() < 0.88 else chance.choice(SURNAMES)
        mobile = f"+33{chance.choice('67')}{chance.randrange(10**8):08}"
        email = shared_mail or _email(chance, first, last)
        yield _Human(first, last, is_woman, mobile, email, home, fixed, mark)


_TWINS = {"Léa": "Léna", "Théo": "Léo", "Emma": "Anna", "Jean": "Jules", "Paul": "Pierre", "Manon": "Marion"}


def _alike(chance: random.Random, twin: tuple[str, bool]) -> str:
    first, is_woman = twin
    others = [name for name in (FEMALE if is_woman else MALE) if name != first and name[0] == first[0]]
    return _TWINS.get(first) or chance.choice(others or ["Sacha"])


def _card(chance: random.Random, human: _Human) -> Person:
    """A card as it is first written: nearly right, some of it not known."""
    name = f"{human.first} {human.last}" + (f" {human.mark}" if human.mark else "")
    return Person(
        (name,),
        tuple(line for line, share in ((human.mobile, 0.75), (human.fixed, 0.6)) if line and chance.random() < share),
        (human.email,) if chance.random() < 0.55 else (),
        "",
        (human.home,) if chance.random() < 0.6 else (),
    )


def _second_card(chance: random.Random, human: _Human) -> Person:
    first, last = human.first, human.last
    if human.is_woman and chance.random() < 0.08:
        last = chance.choice(SURNAMES)
    if chance.random() < 0.10:
        first = _typing_error(chance, first)
    elif chance.random() < 0.05:
        first = first.split("-")[0] if "-" in first else f"{first[0]}."
    if chance.random() < 0.12:
        last = _typing_error(chance, last)
    elif chance.random() < 0.08:
        last = _same_sound(chance, last)
    now = human
    if chance.random() < 0.12:
        now = replace(now, home=_address(chance), fixed="")
    if chance.random() < 0.15:
        now = replace(now, mobile=f"+33{chance.choice('67')}{chance.randrange(10**8):08}")
    if chance.random() < 0.20:
        now = replace(now, email=_email(chance, first, last))
    written = _card(chance, now)
    address = tuple(_written_otherwise(chance, each) for each in written.addresses)
    return replace(written, names=(_written_name(chance, first, last, human.mark),), addresses=address)


def _written_name(chance: random.Random, first: str, last: str, mark: str) -> str:
    way = chance.random()
    mark = f" {mark}" if mark and chance.random() < 0.7 else ""
    if way < 0.10:
        return f"{last.upper()} {first}{mark}"
    if way < 0.18:
        return f"{last} {first}{mark}"
    if way < 0.28:
        return f"{first} {last}{mark}".upper()
    return (f"M. {first} {last}" if way < 0.32 else f"{first} {last}") + mark


def _written_otherwise(chance: random.Random, home: Address) -> Address:
    street = home.street
    if chance.random() < 0.3:
        for full, short in _SHORT.items():
            street = street.replace(f" {full} ", f" {short} ")
    if chance.random() < 0.1:
        number, _, named = street.partition(" ")
        street = f"{number} {_typing_error(chance, named)}"
    return Address(street.lower() if chance.random() < 0.2 else street, home.postcode, home.city)


def _typing_error(chance: random.Random, word: str) -> str:
    """A letter missing, doubled, changed, or exchanged with the next."""
    place = chance.randrange(len(word) - 1)
    return chance.choice(
        (
            word[:place] + word[place + 1 :],
            word[: place + 1] + word[place:],
            word[:place] + chance.choice("aeinrst") + word[place + 1 :],
            word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
        )
    )


def _same_sound(chance: random.Random, word: str) -> str:
    possible = [pair for pair in _SOUNDS if pair[0] in word]
    return word.replace(*chance.choice(possible)) if possible else word


def _address(chance: random.Random) -> Address:
    street = f"{chance.randrange(1, 90)} {chance.choice(_KINDS)} {chance.choice(_STREETS)}"
    number = chance.randrange(2_000)
    return Address(street, f"{10_000 + 37 * number:05}"[:5], f"Ville-{number}")


def _email(chance: random.Random, first: str, last: str) -> str:
    return f"{_ascii(first)}.{_ascii(last)}{chance.randrange(10_000)}@example.org"


def _ascii(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isascii() and letter.isalpha()) or "x"


def _rare_surname(chance: random.Random) -> str:
    syllables: Sequence[str] = chance.choices(_SYLLABLES, k=chance.choice((1, 2, 2, 3)))
    return ("".join(syllables) + chance.choice(_ENDINGS)).capitalize()


def fill_cards(database: Database, people: PeopleTwice) -> None:
    """Writes the cards by plain SQL, with no row of any search: card n has the id n + 1."""
    numbered = list(enumerate(people.cards, 1))
    lines = {line: n for n, line in enumerate(sorted({line for card in people.cards for line in card.lines}), 1)}
    homes = [(n, card, card.addresses[0] if card.addresses else Address()) for n, card in numbered]
    tables: tuple[tuple[type[Table], list[dict[str, object]]], ...] = (
        (Line, [{"id": n, "e164": line, "created_at": _THEN} for line, n in lines.items()]),
        (
            Contact,
            [
                {"id": n, "name": card.names[0], "created_at": _THEN}
                | {"street": home.street, "postcode": home.postcode, "city": home.city}
                for n, card, home in homes
            ],
        ),
        (
            ContactLine,
            [{"contact_id": n, "line_id": lines[each], "since": _THEN} for n, card in numbered for each in card.lines],
        ),
        (
            ContactEmail,
            [
                {"contact_id": n, "address": each, "folded": each.casefold(), "since": _THEN}
                for n, card in numbered
                for each in card.emails
            ],
        ),
    )
    with database.write() as connection:
        for table, rows in tables:
            connection.execute(insert(table), rows)


@dataclass(frozen=True, slots=True)
class Figures:
    """`precision`: the share of proposed pairs that are one person; `recall`: the share of true pairs proposed."""

    precision: float
    recall: float


def measure(people: PeopleTwice, least: int = LIKELY) -> Figures:
    """The rules on these cards, in memory: the same keys and the same limit of a key's cards as in the database."""
    return figures(people, {pair for pair, score in propose(people).items() if score >= least})


def figures(people: PeopleTwice, proposed: Collection[tuple[int, int]]) -> Figures:
    right = len(people.pairs & {*proposed})
    return Figures(right / max(1, len(proposed)), right / max(1, len(people.pairs)))


def propose(people: PeopleTwice) -> dict[tuple[int, int], int]:
    """The score of each two cards that have a key or a line in common."""
    blocks: dict[str, list[int]] = {}
    for place, card in enumerate(people.cards):
        for key in (*blocking_keys(card), *(f"line {line}" for line in card.lines)):
            blocks.setdefault(key, []).append(place)
    namesakes: dict[int, int] = {}
    pairs: set[tuple[int, int]] = set()
    for key, block in blocks.items():
        if is_name_key(key):
            namesakes |= {place: max(namesakes.get(place, 0), len(block) - 1) for place in block}
        if len(block) <= LARGEST_BLOCK:
            pairs.update(combinations(block, 2))
    return {
        (one, other): compare(people.cards[one], people.cards[other], namesakes.get(one, 0)).score
        for one, other in sorted(pairs)
    }
