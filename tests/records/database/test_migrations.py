"""Migrations: they create the declared schema, from every earlier revision."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from databases import DatabaseFactory
from fork_server import ForkedProcess
from sqlalchemy import Connection, insert, inspect, select, text

from records.callbacks import staff_actions
from records.centres import handoffs
from records.database.engine import Database, open_database
from records.database.migrate import MIGRATIONS, current_revision, head_revision, revision_at, upgrade
from records.errors import RecordsError
from records.messages import listen_statistics
from records.schema import Call, CallEvent, Purpose, Table
from records.staff import presence
from records.staff.agents import list_agents

MADE = {
    "sqlite": "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL",
    "postgresql": """
        SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT concat_ws(' ', table_name, column_name, data_type, character_maximum_length, is_nullable,
            column_default) FROM information_schema.columns WHERE table_schema = 'public'
    """,
}
"""A query that lists all definitions of a database."""
UPGRADE = "from records.database.migrate import upgrade; upgrade(sys.argv[1])"


def test_the_migrations_make_exactly_the_declared_tables(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_the_migrations_make_exactly_the_declared_constraints(
    database: Database, databases: DatabaseFactory, engine: str
) -> None:
    declared = open_database(databases.empty())
    with declared.write() as connection:
        Table.metadata.create_all(connection)
    schemas = []
    for one in (database, declared):
        with one.read() as connection:
            statements = connection.execute(text(MADE[engine])).scalars()
            schemas.append({_in_any_order(sql) for sql in statements if "alembic_version" not in sql})
    declared.close()
    assert schemas[0] == schemas[1]


def _in_any_order(sql: str) -> frozenset[str]:
    # A column that was added later comes after the constraints, separated by ", " instead of a new line.
    # SQLite quotes the names that it has renamed.
    parts = re.split(r"\n|, (?=[a-z_]+ [A-Z]+\b)", sql.removesuffix(")").replace('"', ""))
    return frozenset(part.strip(" ,\t") for part in parts) - {""}


def test_a_database_that_is_up_to_date_is_not_changed(database_url: str) -> None:
    assert upgrade(database_url) is False
    assert revision_at(database_url) == head_revision()


@pytest.mark.parametrize("processes", [2, pytest.param(4, marks=pytest.mark.long)])
def test_processes_that_start_at_once_migrate_once(
    databases: DatabaseFactory, run_forked: Callable[..., ForkedProcess], processes: int
) -> None:
    url = databases.empty()
    starts = [run_forked(UPGRADE, url) for _ in range(processes)]
    assert {start.wait(60) for start in starts} == {0}
    assert revision_at(url) == head_revision()


def test_a_database_of_a_later_version_is_refused(database: Database, database_url: str) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RecordsError, match="later version"):
        upgrade(database_url)


def test_every_migration_can_be_reverted(database: Database) -> None:
    with database.write() as connection:
        command.downgrade(_config(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    assert current_revision(database) is None


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def test_agents_added_before_presence_existed_are_ready(databases: DatabaseFactory, noon: datetime) -> None:
    url = databases.empty()
    database = open_database(url)
    with database.write() as connection:
        command.upgrade(_config(connection), "0001")
        insert_person = "INSERT INTO person (name, language, added_at, left_at) VALUES (:name, 'en', :at, :left)"
        for name, left in (("Anne", None), ("Basile", noon)):
            connection.execute(
                text(insert_person), {"name": name, "at": noon.isoformat(), "left": left and left.isoformat()}
            )
        connection.execute(text("INSERT INTO phone_account (name, password, claimed_by) VALUES ('p01', 'secret', 1)"))

    assert upgrade(url) is True

    (anne,) = list_agents(database)
    assert (anne.rank, anne.outside_number, anne.speaks) == (1, None, ("en",))
    assert (anne.sip_account, anne.password, anne.desk) == ("p01", "secret", "01")
    assert [(one.name, one.state, one.applied_at) for one in presence.list_presences(database)] == [
        ("Anne", "ready", None)
    ]
    database.close()


def test_callbacks_requested_before_callbacks_were_dialled_are_left_to_a_person(
    databases: DatabaseFactory, noon: datetime
) -> None:
    url = databases.empty()
    database = open_database(url)
    at = {"at": noon.isoformat()}
    with database.write() as connection:
        command.upgrade(_config(connection), "0002")
        connection.execute(text("INSERT INTO line (e164, created_at) VALUES ('+33639980001', :at)"), at)
        call = "INSERT INTO call (ref, landing, line_id, withheld, language, started_at)"
        insert_request = "INSERT INTO request (kind, line_id, call_ref, created_at, closed_at, closed_by, outcome)"
        for ref, closed in (("1.1", None), ("1.2", noon.isoformat())):
            one = at | {"ref": ref, "no": False, "closed": closed, "by": closed and "anne", "outcome": closed and "met"}
            connection.execute(text(f"{call} VALUES (:ref, '+33199000000', 1, :no, 'en', :at)"), one)
            connection.execute(text(f"{insert_request} VALUES ('callback', 1, :ref, :at, :closed, :by, :outcome)"), one)

    assert upgrade(url) is True

    [row] = staff_actions.list_callbacks_to_review(database)
    assert (row.call_ref, row.channel, row.line, row.language) == ("1.1", "key", "+33639980001", "en")
    assert staff_actions.list_open_callbacks(database) == (row,)
    assert [transition.after for transition in staff_actions.get_callback_detail(database, row.ref).transitions] == [
        "to_check"
    ]
    staff_actions.retry_callback(database, row.ref, "anne", noon)
    database.close()


def test_every_purpose_has_a_retention_period(database: Database) -> None:
    with database.read() as connection:
        kept = {
            row.code: row.retention_days for row in connection.execute(select(Purpose.code, Purpose.retention_days))
        }
    assert set(kept) == {"reception", "callback", "campaigning", "satisfaction"}
    assert min(kept.values()) > 0


def test_a_call_that_was_handed_over_before_references_were_random_has_its_own(
    databases: DatabaseFactory, noon: datetime
) -> None:
    url = databases.empty()
    database = open_database(url)
    with database.write() as connection:
        command.upgrade(_config(connection), "0030")
        call = {"ref": "1.1", "landing": "+33199000000", "withheld": True, "language": "fr", "started_at": noon}
        connection.execute(insert(Call).values(call))
        event = {"call_ref": "1.1", "at": noon, "kind": "centre_answered", "detail": {"centre": "north"}}
        connection.execute(insert(CallEvent).values([event, event]))
    upgrade(url)
    assert handoffs.find_call(database, "1.1") == "1.1"
    [handoff] = handoffs.list_handoffs(database, "1.1")
    assert (handoff.centre, handoff.dialled_at, handoff.answered_at) == ("north", noon, noon)
    database.close()


def test_what_was_heard_before_the_sums_were_kept_is_counted(databases: DatabaseFactory, noon: datetime) -> None:
    url = databases.empty()
    database = open_database(url)
    with database.write() as connection:
        command.upgrade(_config(connection), "0014")
        call = {"ref": "1.1", "landing": "+33199000000", "withheld": True, "language": "fr", "started_at": noon}
        connection.execute(insert(Call).values(call))
        for seconds, whole in ((10.0, True), (3.0, False), (3.0, False)):
            heard = {"version": 7, "seconds": seconds, "whole": whole}
            event = {"call_ref": "1.1", "at": noon, "kind": "message_heard", "detail": heard}
            connection.execute(insert(CallEvent).values(event))
    upgrade(url)
    found = listen_statistics.get_listen_statistics(database, 7, 10.0)
    assert (found.plays, found.completed_plays, found.listeners_per_tenth[2:4]) == (3, 1, (3, 1))
    database.close()
