"""Numbers that people and programs remember, of cards for example, are never given to somebody else."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from databases import DatabaseFactory
from imported_contacts import Imported, table
from sqlalchemy import Connection, Insert, MetaData, Table, delete, insert, text
from sqlalchemy.exc import IntegrityError

from records.actor import command_line_actor
from records.contacts.card_changes import CardFields, create_card
from records.contacts.imports import imports, undoing
from records.database.engine import Database, open_database
from records.database.migrate import MIGRATIONS
from records.retention.erasure import erase_contact
from records.webhooks import endpoints
from routing.contact_files.uploads import FileKind

WHO = command_line_actor("anne")
EARLIER = ("contact", "contact_line", "contact_merge")
NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
FILE = imports.NewImport(FileKind.VCARD, "a.vcf", "0" * 64, "FR")


def new_card(database: Database, at: datetime) -> int:
    return create_card(database, WHO, CardFields(name="Anne"), [], at=at).id


def new_endpoint(database: Database, at: datetime) -> int:
    url, secret = "https://hooks.example.org/", "whsec_c2VjcmV0"
    return endpoints.add_endpoint(database, url, secret, kinds=("contact.*",), full_numbers=False, at=at).id


def test_the_number_of_an_erased_card_is_never_given_again(database: Database, noon: datetime) -> None:
    first, erased = new_card(database, noon), new_card(database, noon)
    erase_contact(database, WHO, erased, at=noon)
    assert new_card(database, noon) > erased > first


def test_the_number_of_a_card_whose_import_was_undone_is_never_given_again(
    database: Database, tmp_path: Path, noon: datetime
) -> None:
    imported = Imported(database, tmp_path, noon)
    [line] = imported.run(table("Anne;0639980001;;"))
    [job] = imports.list_imports(database, 1)
    undoing.start_undo(database, WHO, job.id, at=noon)
    imported.work(job.id)
    assert line.contact_id is not None
    assert new_card(database, noon) > line.contact_id


@pytest.mark.parametrize(
    ("add", "remove"),
    [
        pytest.param(new_endpoint, endpoints.remove_endpoint, id="webhook"),
        pytest.param(
            lambda database, at: imports.add_import(database, WHO, FILE, at=at),
            lambda database, number: imports.remove_import(database, WHO, number),
            id="import",
        ),
    ],
)
def test_other_numbers_that_are_known_outside_are_never_given_again(
    database: Database,
    noon: datetime,
    add: Callable[[Database, datetime], int],
    remove: Callable[[Database, int], object],
) -> None:
    removed = add(database, noon)
    remove(database, removed)
    assert add(database, noon) > removed


@pytest.mark.engine("sqlite")
def test_an_older_database_keeps_its_rows_and_counts_on_behind_the_last_card_that_anybody_was_told_of(
    databases: DatabaseFactory, noon: datetime
) -> None:
    url = databases.empty()
    with closing(open_database(url)) as database:
        with database.write() as connection:
            migrate(connection, "0044")
            for name, values in (
                *(("contact", {"id": number, "name": f"'; {number}", "created_at": noon}) for number in (1, 2, 7)),
                ("line", {"id": 1, "e164": "+33639980001", "created_at": noon}),
                *(("contact_line", {"contact_id": each, "line_id": 1, "since": noon}) for each in (1, 2)),
                ("contact_merge", {"id": 3, "kept_id": 1, "absorbed_id": 2, "at": noon, "by": "anne"}),
                ("outbox_event", {"id": "e1", "at": noon, "kind": "contact.erased", "data": {"contact": 41}}),
            ):
                connection.execute(insert(Table(name, MetaData(), autoload_with=connection)).values(values))
            before = rows(connection, *EARLIER)
        with database.write() as connection:
            migrate(connection, "0045")
        with database.write() as connection:
            assert rows(connection, *EARLIER) == before
            contacts = Table("contact", MetaData(), autoload_with=connection)
            new = insert(contacts).values(created_at=noon).returning(contacts.c.id)
            assert connection.execute(new).scalar_one() == 42
        with pytest.raises(IntegrityError), database.write() as connection:
            connection.execute(delete(contacts).where(contacts.c.id == 2))  # its number and the merge refer to it


OLDER: tuple[tuple[str, dict[str, object]], ...] = (
    ("agent", {"id": 3, "name": "Anne", "language": "fr", "added_at": NOON, "rank": 1}),
    ("site_key", {"id": 4, "site": "www", "hash": "0" * 64, "scopes": "", "label": "", "created_at": NOON}),
    ("plan_version", {"version": 12, "text": "{}", "author": "anne", "created_at": NOON}),
    ("audio", {"sha256": "0" * 64, "seconds": 1.0, "media_type": "audio/wav", "original_name": "a.wav"}),
    ("call", {"ref": "1.1", "landing": "1", "withheld": True, "language": "fr", "started_at": NOON}),
    ("request", {"id": 9, "kind": "voicemail", "call_ref": "1.1", "created_at": NOON, "level": 1}),
    ("voicemail", {"call_ref": "1.1", "file": "a.wav", "seconds": 1.0, "left_at": NOON, "request_id": 9}),
)


@pytest.mark.engine("sqlite")
def test_requests_people_and_versions_of_an_older_database_stay_and_are_counted_on(databases: DatabaseFactory) -> None:
    with closing(open_database(databases.empty())) as database:
        with database.write() as connection:
            migrate(connection, "0064")
            for name, values in OLDER:
                connection.execute(insert(Table(name, MetaData(), autoload_with=connection)).values(values))
            for number, replaced in ((5, None), (6, 5)):  # a version refers to another row of its own table
                connection.execute(new_version(connection, number, replaced))
            before = rows(connection, *LATER)
        with database.write() as connection:
            migrate(connection, "0065")
        with database.write() as connection:
            assert rows(connection, *LATER) == before
            assert not connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            connection.execute(text("DELETE FROM voicemail"))
            connection.execute(text("DELETE FROM request"))
            request = Table("request", MetaData(), autoload_with=connection)
            new = insert(request).values(kind="missed", created_at=NOON, level=1).returning(request.c.id)
            assert connection.execute(new).scalar_one() == 10
        with pytest.raises(IntegrityError), database.write() as connection:
            connection.execute(text("DELETE FROM message_version WHERE id = 5"))


LATER = ("agent", "site_key", "plan_version", "message_version", "request", "voicemail")


def new_version(connection: Connection, number: int, replaced: int | None) -> Insert:
    versions = Table("message_version", MetaData(), autoload_with=connection)
    fixed = {"announcement": "daily", "audio": "0" * 64, "text": "", "valid_from": NOON, "published_at": NOON}
    return insert(versions).values(id=number, replaces=replaced, published_by="anne", title="", **fixed)


def migrate(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def rows(connection: Connection, *tables: str) -> dict[str, list[tuple[object, ...]]]:
    return {name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))] for name in tables}
