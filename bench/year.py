"""A year at a reception: its calls, the people who called, and what is still open, in a database."""

from datetime import UTC, datetime, timedelta

import year_of_calls
from reception import Reception
from sqlalchemy import text

from bench.contact_search import Person, make_people, search_tables
from bench.installations import PreparedInstallation
from bench.peer_database import create_database
from records.database.engine import Database
from records.staff import agents

SECONDS_APART = 31
AGENTS = 50
OPEN_REQUESTS = 60
FIRST_LINE = 10_000_000
OUTCOMES = {"staff": 1, "abandoned": 2, "voicemail": 3, "callback": 4, "overflow": 5}
"""Of ten calls, one ends each of these ways; the others heard the message."""
REGULAR_CALLS = 2_000
"""Calls of one person who has called several times a day."""


def fill_year(database: Database, calls: int, cards: int, versions: int) -> None:
    """So many calls up to now and `versions` of the message; `cards` of the callers have a name and an address."""
    began = datetime.now(UTC) - timedelta(seconds=SECONDS_APART * calls)
    year_of_calls.fill(database, calls, versions, began)
    people = [Person(each.name, f"+336{FIRST_LINE + n}", each.email) for n, each in enumerate(make_people(cards), 1)]
    with database.write() as connection:
        for table, columns, rows in search_tables(people):
            if table in ("line", "contact_line"):
                continue
            if table == "contact":
                named = [(name, number) for number, name, _ in rows]
                connection.exec_driver_sql("UPDATE contact SET name = ? WHERE id = ?", named)
                continue
            marks = ", ".join("?" * len(columns))
            connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", list(rows))
        for statement in (
            f"UPDATE interaction SET contact_id = 1 WHERE id <= {REGULAR_CALLS}",
            *(f"UPDATE call SET disposition = '{word}' WHERE line_id % 10 = {rest}" for word, rest in OUTCOMES.items()),
            f"UPDATE request SET closed_at = NULL, closed_by = NULL, outcome = NULL WHERE id > {calls - OPEN_REQUESTS}",
        ):
            connection.execute(text(statement))
    agents.create_desks(database, AGENTS + 10)
    names = [agents.NewAgent(f"Agent {number}", "fr", ("fr",)) for number in range(AGENTS)]
    agents.add_agents(database, names, at=datetime.now(UTC))


def add_year(stage: PreparedInstallation, calls: int, cards: int, versions: int) -> None:
    """Every later copy of the installation, and the database of the peers, holds a year of calls."""
    reception = Reception(stage.prepared)
    fill_year(reception.database, calls, cards, versions)
    reception.stop()
    stage.peer_database.unlink()
    create_database(stage.peer_database, calls, cards)
    stage.has_year = True
