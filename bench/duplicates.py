"""How many of the cards of one person are found, how many pairs are wrong, and how long a card takes."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from people_twice import Figures, PeopleTwice, figures, fill_cards, people_twice
from postgres import TemporaryPostgresServer, find_programs

from bench.installations import PreparedInstallation
from bench.report import OURS, Row, Section, percentile
from bench.scale import Scale
from records.contacts.duplicates.following import sweep
from records.contacts.duplicates.matching import find_same
from records.contacts.duplicates.proposals import list_proposals
from records.database import migrate
from records.database.engine import Database, open_database
from routing.duplicates import LIKELY, POSSIBLE

TITLE = "Duplicates"
_TEXT = (
    "{cards:,} cards of {people:,} people of the generator “people twice” (`tests/support/people_twice.py`, seed 41: "
    "households on one line, twins, parent and child of one name, typing errors, surnames by marriage, people who "
    "moved), with {pairs:,} pairs of one person. Every card is compared by keys, as each night "
    "(`records.contacts.duplicates.following.sweep`); then {asked} people are looked for as lines of a file "
    "(`find_same`). *Very probable*: a score of {likely} and more; *perhaps*: {possible} and more. The errors are "
    "ours: real cards may be better or worse."
)
_DAY = datetime(2025, 3, 3, 3, tzinfo=UTC)


def measure(stage: PreparedInstallation, scale: Scale, say: Callable[[str], None]) -> list[Section]:
    people = people_twice(scale.people)
    say(f"{len(people.cards):,} cards on SQLite")
    file = stage.folder / "duplicates.sqlite3"
    migrate.upgrade(f"sqlite:///{file}")
    rows = _rows("SQLite", f"sqlite:///{file}", people, scale)
    for made in stage.folder.glob("duplicates.sqlite3*"):
        made.unlink()
    if find_programs():
        say(f"{len(people.cards):,} cards on PostgreSQL")
        rows += _measure_postgresql(people, scale)
    text = _TEXT.format(
        cards=len(people.cards),
        people=len(set(people.person_of)),
        pairs=len(people.pairs),
        asked=scale.searches,
        likely=LIKELY,
        possible=POSSIBLE,
    )
    return [Section(TITLE, text, tuple(rows))]


def _measure_postgresql(people: PeopleTwice, scale: Scale) -> list[Row]:
    server = TemporaryPostgresServer()
    try:
        server.start()
        url = server.create_database("duplicates")
        migrate.upgrade(url)
        return _rows("PostgreSQL", url, people, scale)
    finally:
        server.remove()


def _rows(engine: str, url: str, people: PeopleTwice, scale: Scale) -> list[Row]:
    database = open_database(url)
    fill_cards(database, people)
    began = time.perf_counter()
    while sweep(database, _DAY, seconds=60):
        pass
    each = 1000 * (time.perf_counter() - began) / len(people.cards)
    found = {(pair.first_id - 1, pair.second_id - 1): pair.score for pair in list_proposals(database, limit=10_000_000)}
    rows = [*_figure_rows("very probable", engine, _at_least(people, found, LIKELY), "≥ 98 %", "≥ 70 %")]
    rows += _figure_rows("perhaps too", engine, _at_least(people, found, POSSIBLE))
    rows.append(_row(f"one card, compared with all ({engine})", "ms", each))
    rows.append(_row(f"one line of a file, p95 ({engine})", "ms", percentile(_look_up(database, people, scale), 95)))
    database.close()
    return rows


def _at_least(people: PeopleTwice, found: dict[tuple[int, int], int], least: int) -> Figures:
    return figures(people, {pair for pair, score in found.items() if score >= least})


def _figure_rows(kind: str, engine: str, found: Figures, precision: str = "", recall: str = "") -> list[Row]:
    return [
        _row(f"{kind}: right ones among the proposed ({engine})", "%", 100 * found.precision, precision),
        _row(f"{kind}: proposed among the right ones ({engine})", "%", 100 * found.recall, recall),
    ]


def _look_up(database: Database, people: PeopleTwice, scale: Scale) -> list[float]:
    """The time to find each of the newest cards, which are second ones, as a line of a file."""
    times = []
    for card in people.cards[-scale.searches :]:
        with database.read() as connection:
            began = time.perf_counter()
            find_same(connection, card)
            times.append(1000 * (time.perf_counter() - began))
    return times


def _row(figure: str, unit: str, value: float, goal: str = "") -> Row:
    return Row(figure, unit, {OURS: [value]}, goal, compared="")
