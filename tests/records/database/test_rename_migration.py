"""Migration 0008 renames tables and columns: every row, trigger and foreign key of a filled database stays."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from databases import DatabaseFactory
from sqlalchemy import Column, Connection, MetaData, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.types import JSON, Boolean, DateTime, Float, Integer

from records import changes
from records.actor import command_line_actor
from records.calls import call_detail
from records.checks import checks
from records.database import dump
from records.database.engine import Database, open_database
from records.database.migrate import MIGRATIONS, head_revision, revision_at, upgrade
from records.errors import DatabaseUnavailable
from records.staff import agents
from records.users.users import list_users

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
DIGEST = "0" * 64
LATER = ("ended_at", "ends_at", "expires_at", "slot_until", "valid_until")
# Values that constraints require of a column; other columns get a value of their type.
DEMANDED: dict[str, Any] = {
    "line.e164": "+33639980001",
    "audio.sha256": DIGEST,
    "message_version.audio": DIGEST,
    "interaction.purpose": "callback",
    "consent.purpose": "callback",
    "contact_merge.absorbed_id": 2,
    "request.kind": "callback",
    "callback.state": "queued",
    "callback.secret_hash": DIGEST,
    "site_key.hash": DIGEST,
    "switch.name": "closed",
    "presence.state": "paused",
    "account.role": "supervisor",
    "account.email": "anne@example.org",
    "message_draft.state": "published",
    "call.ending": "abandoned",
    "webhook_delivery.event_id": "id",
    "outbox_event.id": "id",
}


def test_every_row_of_a_filled_database_is_kept_and_the_database_is_intact(databases: DatabaseFactory) -> None:
    url = databases.empty()
    before = fill_at_0007(url)

    assert rows_after_upgrade(url) == before

    assert upgrade(url) is True
    assert revision_at(url) == head_revision()
    with closing(open_database(url)) as database:
        # The rows are made up: they have no chain of hashes, and a queued callback whose request is closed.
        failed = [check.name for check in checks(database) if not check.ok]
        assert failed == ["requests: balance", "record of changes"]


@pytest.mark.long
def test_a_backup_made_before_the_migration_is_restored_and_migrated(
    databases: DatabaseFactory, tmp_path: Path
) -> None:
    url, elsewhere = databases.empty(), databases.empty()
    before = fill_at_0007(url)
    with closing(open_database(url)) as database:
        file = dump.create(database, tmp_path)

    dump.restore(file, elsewhere)
    assert rows_after_upgrade(elsewhere) == before


@pytest.mark.long
def test_migrated_rows_are_read_under_their_new_names(databases: DatabaseFactory) -> None:
    url = databases.empty()
    fill_at_0007(url)
    upgrade(url)
    with closing(open_database(url)) as database:
        [call] = call_detail.list_recent_calls(database)
        [agent], [user] = agents.list_agents(database), list_users(database, command_line_actor("Anne"))
    assert (call.ref, call.disposition) == ("ref", "abandoned")
    assert (agent.sip_account, user.agent_id, user.email) == ("name", agent.id, "anne@example.org")


def test_the_record_of_changes_stays_append_only_and_its_chain_unbroken(database: Database) -> None:
    with database.write() as connection:
        changes.record(connection, command_line_actor("Anne"), "plan.published", "2", after={"version": 2}, at=NOON)
        command.downgrade(config(connection), "0007")
    with database.write() as connection:
        command.upgrade(config(connection), "head")

    assert changes.verify_chain(database).broken_at is None
    for statement in ("UPDATE change SET subject = '3'", "DELETE FROM change"):
        with pytest.raises((DBAPIError, DatabaseUnavailable), match="kept as it was written"):
            execute(database, statement)


def test_foreign_keys_and_checks_are_enforced_under_their_new_names(database: Database) -> None:
    with database.write() as connection:
        command.downgrade(config(connection), "0007")
    with database.write() as connection:
        command.upgrade(config(connection), "head")

    at = "'2030-01-07 12:00:00+00:00'"
    for statement in (
        f"INSERT INTO phone_pin (user_id, hash, chosen_at, wrong_attempts) VALUES (999, 'x', {at}, 0)",
        f"INSERT INTO agent (name, language, added_at, rank, speaks) VALUES ('Anne', 'fr', {at}, 4, 'fr')",
    ):
        with pytest.raises(IntegrityError):
            execute(database, statement)


def execute(database: Database, statement: str) -> None:
    with database.write() as connection:
        connection.execute(text(statement))


def fill_at_0007(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Creates a database of revision 0007 with a row in every table; gives its rows by table."""
    with closing(open_database(url)) as database, database.write() as connection:
        command.upgrade(config(connection), "0007")
        schema = MetaData()
        schema.reflect(connection)
        for table in schema.sorted_tables:
            if table.name not in ("alembic_version", "purpose"):
                values = {column.name: value_for(f"{table.name}.{column.name}", column) for column in table.c}
                connection.execute(insert(table).values(values))
                if table.name == "contact":
                    connection.execute(insert(table).values(values | {"id": 2}))
        return {table.name: rows_of(connection, table.name) for table in schema.sorted_tables if has_rows(table.name)}


def value_for(name: str, column: Column[Any]) -> object:
    if name in DEMANDED:
        return DEMANDED[name]
    match column.type:
        case Boolean():
            return True
        case Float():
            return 2.5 if column.name == "until_s" else 1.5
        case Integer():
            return 1
        case DateTime():
            return NOON + timedelta(hours=column.name in LATER)
        case JSON():
            return {"because": "opposed"}
    return next(iter(column.foreign_keys)).column.name if column.foreign_keys else column.name


def rows_after_upgrade(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table after the upgrade to 0008, by the name that the table had in 0007."""
    with closing(open_database(url)) as database, database.write() as connection:
        command.upgrade(config(connection), "0008")
    module = ScriptDirectory(str(MIGRATIONS)).get_revision("0008").module
    old_names = {new: old for old, new in module.TABLES.items()}
    with closing(open_database(url)) as database, database.read() as connection:
        schema = MetaData()
        schema.reflect(connection)
        return {old_names.get(name, name): rows_of(connection, name) for name in schema.tables if has_rows(name)}


def rows_of(connection: Connection, table: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(map(str, row)) for row in connection.execute(text(f'SELECT * FROM "{table}"'))), key=repr)


def has_rows(table: str) -> bool:
    return table != "alembic_version"


def config(connection: Connection) -> Config:
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["connection"] = connection
    return made
