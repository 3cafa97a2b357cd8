"""Migration 0014: lines that had two spellings become one, and nothing that belongs to them is lost."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.config import Config
from databases import DatabaseFactory
from sqlalchemy import Connection, text

from records.database.engine import open_database
from records.database.migrate import MIGRATIONS, upgrade
from routing.numbers import parse_caller_number

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
OLD_SPELLINGS = ["+33976012345", "+33939512345", "+33947912345", "+33508411234", "+508508411235", "+33708412345"]
UNTOUCHED = ["+33639980001", "+33976312", "+590976012346", "+33899000000", "+441632960000"]


@pytest.fixture
def url(databases: DatabaseFactory) -> str:
    """A database as it was before."""
    empty = databases.empty()
    with writing(empty) as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0013")
    return empty


@contextmanager
def writing(url: str) -> Iterator[Connection]:
    with closing(open_database(url)) as database, database.write() as connection:
        yield connection


def add_line(connection: Connection, line_id: int, e164: str, contact_id: int) -> None:
    values = {"line": line_id, "e164": e164, "contact": contact_id, "at": NOON}
    for statement in (
        "INSERT INTO contact (id, created_at) VALUES (:contact, :at)",
        "INSERT INTO line (id, e164, created_at) VALUES (:line, :e164, :at)",
        "INSERT INTO contact_line (contact_id, line_id, since) VALUES (:contact, :line, :at)",
    ):
        connection.execute(text(statement), values)


def lines(connection: Connection) -> list[str]:
    return sorted(connection.execute(text("SELECT e164 FROM line")).scalars())


def test_every_line_has_the_spelling_that_a_caller_gets_today(url: str) -> None:
    with writing(url) as connection:
        for number, e164 in enumerate([*OLD_SPELLINGS, *UNTOUCHED], 1):
            add_line(connection, number, e164, number)

    assert upgrade(url) is True

    with writing(url) as connection:
        assert lines(connection) == sorted([*filter(None, map(parse_caller_number, OLD_SPELLINGS)), *UNTOUCHED])


def test_what_belongs_to_two_spellings_belongs_to_one_line_afterwards(url: str) -> None:
    with writing(url) as connection:
        add_line(connection, 1, "+33976012345", 1)
        add_line(connection, 2, "+590976012345", 2)
        connection.execute(
            text("INSERT INTO contact_line (contact_id, line_id, since) VALUES (2, 1, :at)"), {"at": NOON}
        )
        for line_id in (1, 2):
            connection.execute(
                text("INSERT INTO do_not_call (line_id, at, by, source) VALUES (:line, :at, 'anne', 'asked')"),
                {"line": line_id, "at": NOON},
            )

    upgrade(url)

    with writing(url) as connection:
        assert lines(connection) == ["+590976012345"]
        ties = connection.execute(text("SELECT contact_id, line_id FROM contact_line ORDER BY contact_id")).all()
        assert [tuple(tie) for tie in ties] == [(1, 2), (2, 2)]
        assert connection.execute(text("SELECT line_id FROM do_not_call")).scalars().all() == [2]


def test_two_open_callbacks_stay_with_their_lines(url: str) -> None:
    with writing(url) as connection:
        add_line(connection, 1, "+33976012345", 1)
        add_line(connection, 2, "+590976012345", 2)
        for line_id in (1, 2):
            connection.execute(
                text("INSERT INTO request (kind, line_id, created_at) VALUES ('callback', :line, :at)"),
                {"line": line_id, "at": NOON},
            )

    upgrade(url)

    with writing(url) as connection:
        assert connection.execute(text("SELECT line_id FROM request ORDER BY line_id")).scalars().all() == [1, 2]
