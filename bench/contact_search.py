"""The time to find a contact among many, and how often the right one is among the first ten, by what is typed.

Names are made of French first names and of surnames, common ones and rare ones of syllables, from a fixed seed. The
database is filled with the rows that `records.contacts.search.index` would write. Bare: a search in all names (LIKE).
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from operator import eq
from statistics import median

from postgres import PostgresServer, TemporaryPostgresServer, find_programs

from bench.installations import PreparedInstallation
from bench.report import BARE, OURS, Row, Section, percentile
from bench.scale import Scale
from records.contacts.contact_cards import find_cards
from records.database import migrate
from records.database.engine import Database, open_database
from routing.person_names import name_keys, name_words, number_tails, sound_of, words_with_a_gap

TITLE = "Search for contacts"
_TEXT = (
    "From what is typed to the ten cards that are shown (`records.contacts.contact_cards.find_cards`), among {count:,} "
    "contacts with a name, a number, an e-mail address and one call each; {asked} searches of each kind, each typed "
    "once. *Found*: the contact that was meant, or one of the same name, is among the ten. Bare: SQLite alone looks "
    "for the text in every name (LIKE). *Processor time* is that of the search alone: unlike the others, it says the "
    "same on a machine that is busy otherwise. PostgreSQL has it in another process, where it is not counted."
)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST_NAMES = _words(
    "Marie Jean Pierre Michel André Philippe Nathalie Isabelle Sylvie Catherine Martine Christine Françoise Valérie "
    "Sandrine Stéphanie Véronique Sophie Céline Chantal Patricia Anne Brigitte Julie Monique Aurélie Nicolas "
    "Christophe Laurent Christian Daniel Bernard David Alain Patrick Éric Thierry Olivier Stéphane Sébastien Frédéric "
    "Pascal François Jérôme Hélène Agnès Élodie Émilie Chloé Léa Camille Mathilde Zoé Inès Lucas Hugo Théo Maël Noël "
    "Gaëlle Jean-Pierre Marie-Claude Anne-Marie Jean-Luc Jean-Marc Marie-Thérèse Œdipe Yannick Loïc Raphaël"
)
_SURNAMES = _words(
    "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David "
    "Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure André "
    "Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément Morin Nicolas "
    "Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun "
    "Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche Renard Schmitt Roy "
    "Leroux Colin Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois "
    "Pierre Benoît"
)
_SYLLABLES = _words(
    "ba bel ber bou bran cha char che cor cour da del dou du fa far fer fon gar gau gi gou gran guil ha her hou jac "
    "jo ju la lan le li lo lou ma mar me mi mon mou na nel no pa per pi pon pou ra re ri ro rou sa sau se si so sou "
    "ta te ti tou va ve vi vou zan"
)
_ENDINGS = ("ard", "aud", "eau", "el", "ent", "er", "et", "ère", "ier", "in", "on", "ot", "oux", "y", "ault", "ais")
_BARE_SEARCH = "SELECT id FROM contact WHERE name LIKE ? ORDER BY id LIMIT 10"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a name, one number and one address."""

    name: str
    e164: str
    email: str


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    people = list(make_people(scale.contacts))
    searches = _make_searches(people, scale.searches)
    file = stage.folder / "contacts.sqlite3"
    say(f"{len(people):,} contacts on SQLite")
    migrate.upgrade(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for table, columns, rows in chain(search_tables(people), [_calls(len(people))]):
            say(f"SQLite, table {table}")
            marks = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
        connection.commit()
        bare = [_time_bare(connection, person.name) for person, _ in searches["exact"][:20]]
    say("SQLite, searches")
    engine = f"SQLite, {file.stat().st_size / 1_000_000:,.0f} MB"
    rows, found = _rows(engine, f"sqlite:///{file}", searches, bare)
    for made in stage.folder.glob("contacts.sqlite3*"):
        made.unlink()
    if find_programs():
        say(f"{len(people):,} contacts on PostgreSQL")
        others, found_there = _measure_postgresql(people, searches, say)
        same = 100 * sum(map(eq, found, found_there)) / len(found)
        alike = Row("the same cards in the same order on both engines", "%", {OURS: [same]}, "100 %", compared="")
        rows += [*others, alike]
    return [Section(TITLE, _TEXT.format(count=len(people), asked=scale.searches), tuple(rows))]


def _measure_postgresql(
    people: Sequence[Person], searches: dict[str, list[tuple[Person, str]]], say: Callable[[str], None]
) -> tuple[list[Row], list[list[int]]]:
    server = TemporaryPostgresServer()
    try:
        server.start()
        url = server.create_database("contacts")
        migrate.upgrade(url)
        _fill_postgresql(server, people, say)
        say("PostgreSQL, searches")
        return _rows("PostgreSQL", url, searches, [])
    finally:
        server.remove()


def _fill_postgresql(server: PostgresServer, people: Sequence[Person], say: Callable[[str], None]) -> None:
    with server.connect("contacts") as connection:
        for table, columns, rows in chain(search_tables(people), [_calls(len(people))]):
            say(f"PostgreSQL, table {table}")
            with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        connection.execute("ANALYZE")


def _rows(
    engine: str, url: str, searches: dict[str, list[tuple[Person, str]]], bare: list[float]
) -> tuple[list[Row], list[list[int]]]:
    """The figures, and the cards that each search found."""
    database = open_database(url)
    limit = "≤ 10 ms" if url.startswith("sqlite") else "≤ 20 ms"
    rows: list[Row] = []
    everything: list[float] = []
    used: list[float] = []
    shown: list[list[int]] = []
    for kind, asked in searches.items():
        times, cpu, right, cards = _search(database, asked)
        everything, used, shown = everything + times, used + cpu, shown + cards
        found = 100 * right / len(asked)
        rows.append(Row(f"{kind}: found ({engine})", "%", {OURS: [found]}, _FOUND.get(kind, ""), compared=""))
        rows.append(Row(f"{kind}: p95 ({engine})", "ms", {OURS: [percentile(times, 95)]}, compared=""))
    middle = {OURS: [median(everything)]} | ({BARE: [median(bare)]} if bare else {})
    rows.append(Row(f"all searches, median ({engine})", "ms", middle, compared=""))
    rows.append(Row(f"all searches, p95 ({engine})", "ms", {OURS: [percentile(everything, 95)]}, limit, compared=""))
    if url.startswith("sqlite"):
        rows.append(_row_of_cpu("median", engine, median(used)))
        rows.append(_row_of_cpu("p95", engine, percentile(used, 95)))
    database.close()
    return rows, shown


def _row_of_cpu(what: str, engine: str, value: float) -> Row:
    return Row(f"all searches, processor time, {what} ({engine})", "ms", {OURS: [value]}, compared="")


_FOUND = {"exact": "≥ 98 %", "one error": "≥ 88 %", "an error in both names": "≥ 88 %"}


def _search(
    database: Database, asked: Sequence[tuple[Person, str]]
) -> tuple[list[float], list[float], int, list[list[int]]]:
    """The milliseconds of each search by the clock and of the processor, how many found whom they meant, and what."""
    times, used, right, shown = [], [], 0, []
    for person, typed in asked:
        began, cpu = time.perf_counter(), time.thread_time()
        cards = find_cards(database, typed, limit=10)
        used.append(1000 * (time.thread_time() - cpu))
        times.append(1000 * (time.perf_counter() - began))
        right += any(card.name == person.name or person.e164 in card.lines for card in cards)
        shown.append([card.id for card in cards])
    return times, used, right, shown


def _time_bare(connection: sqlite3.Connection, name: str) -> float:
    began = time.perf_counter()
    connection.execute(_BARE_SEARCH, (f"%{name}%",)).fetchall()
    return 1000 * (time.perf_counter() - began)


def make_people(count: int) -> Iterator[Person]:
    """So many people, the same at each call."""
    chance = random.Random(7)
    weights = [1 / (rank + 3) for rank in range(len(_FIRST_NAMES))]
    rare = sorted({_make_surname(chance) for _ in range(max(50, count // 12))})
    for number, first in enumerate(chance.choices(_FIRST_NAMES, weights, k=count)):
        surname = chance.choice(_SURNAMES) if chance.random() < 0.35 else chance.choice(rare)
        e164 = f"+336{number * 7919 % 100_000_000:08}"
        yield Person(f"{first} {surname}", e164, f"{number}@example.org")


def _make_surname(chance: random.Random) -> str:
    return ("".join(chance.choices(_SYLLABLES, k=chance.choice((1, 2, 2, 3)))) + chance.choice(_ENDINGS)).capitalize()


def _make_searches(people: Sequence[Person], count: int) -> dict[str, list[tuple[Person, str]]]:
    chance = random.Random(11)

    def ask(typed: Callable[[Person], str]) -> list[tuple[Person, str]]:
        return [(person, typed(person)) for person in chance.choices(people, k=count)]

    def words(person: Person) -> tuple[str, ...]:
        return name_words(person.name)

    def one_error(person: Person) -> str:
        first, last = " ".join(words(person)[:-1]), words(person)[-1]
        return f"{first} {_with_error(chance, last)}"

    return {
        "exact": ask(lambda person: person.name),
        "without accents": ask(lambda person: " ".join(words(person))),
        "surname first": ask(lambda person: " ".join(reversed(person.name.split()))),
        "beginning": ask(lambda person: person.name[: max(4, len(person.name) - 2)]),
        "one error": ask(one_error),
        "an error in both names": ask(lambda person: " ".join(_with_error(chance, word) for word in words(person))),
        "number": ask(lambda person: "0" + person.e164[3:]),
        "part of a number": ask(lambda person: person.e164[-6:]),
        "e-mail address": ask(lambda person: person.email.upper()),
    }


def _with_error(chance: random.Random, word: str) -> str:
    """The word with a letter missing, doubled, changed, or exchanged with the next."""
    place = chance.randrange(len(word) - 1) if len(word) > 1 else 0
    return chance.choice(
        (
            word[:place] + word[place + 1 :],
            word[: place + 1] + word[place:],
            word[:place] + chance.choice("aeinrst") + word[place + 1 :],
            word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
        )
    )


_Table = tuple[str, tuple[str, ...], Iterator[tuple[object, ...]]]


def _calls(count: int) -> _Table:
    """One interaction of each contact: a card that is shown says when the last one was."""
    columns = ("contact_id", "purpose", "channel", "at")
    return "interaction", columns, ((n, "reception", "call", "2025-03-03 12:00:00") for n in range(1, count + 1))


def search_tables(people: Sequence[Person]) -> Iterator[_Table]:
    """The rows of every table that the search reads, contact n with line n."""
    then = "2025-03-03 12:00:00"
    numbered = list(enumerate(people, 1))
    words = {number: name_words(person.name) for number, person in numbered}
    counts: dict[str, int] = {}
    for each in words.values():
        for word in set(each):
            counts[word] = counts.get(word, 0) + 1
    known = list(enumerate(sorted(counts), 1))
    yield "line", ("id", "e164", "created_at"), ((n, person.e164, then) for n, person in numbered)
    yield "contact", ("id", "name", "created_at"), ((n, person.name, then) for n, person in numbered)
    yield "contact_line", ("contact_id", "line_id", "since"), ((n, n, then) for n, _ in numbered)
    emails = ((n, person.email, person.email, then) for n, person in numbered)
    yield "contact_email", ("contact_id", "address", "folded", "since"), emails
    yield "contact_key", ("key", "contact_id"), ((key, n) for n, each in words.items() for key in name_keys(each))
    yield "contact_word", ("contact_id", "word"), ((n, word) for n, each in words.items() for word in set(each))
    yield "word", ("id", "word", "sound", "contacts"), ((n, word, sound_of(word), counts[word]) for n, word in known)
    yield "word_gap", ("gap", "word_id"), ((gap, n) for n, word in known for gap in words_with_a_gap(word))
    tails = ((tail, n) for n, person in numbered for tail in dict.fromkeys(number_tails(person.e164[1:])))
    yield "number_tail", ("digits", "line_id"), tails
