"""A restore does not undo what happened after the backup: numbers of cards, and who must not be called or asked."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from databases import copy_installation
from fork_server import ForkedProcess
from reception import Reception, wait_for

from records.actor import command_line_actor
from records.callbacks.do_not_call import add_do_not_call, is_do_not_call
from records.contacts.card_changes import CardFields, create_card
from records.database.engine import Database
from records.restore.marks_file import FILE_NAME
from records.satisfaction.asking import may_be_asked_in, refuse_in
from standardiste.backup.backups import list_backups

ANNE, BASILE = "+33639980001", "+33639980002"
NOW = datetime.now(UTC)


@pytest.fixture
def reception(prepared: Path, tmp_path: Path) -> Iterator[Reception]:
    reception = Reception(copy_installation(prepared, tmp_path / "var"))
    yield reception
    reception.stop()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Reception]:
    """An empty machine."""
    reception = Reception.for_calls(tmp_path / "elsewhere")
    yield reception
    reception.stop()


def add_card(database: Database) -> int:
    return create_card(database, command_line_actor("anne"), CardFields(name="Anne"), [], at=NOW).id


def test_what_happened_after_the_backup_outlives_its_restore(
    reception: Reception, elsewhere: Reception, tmp_path: Path
) -> None:
    marks = reception.settings.backups / FILE_NAME
    add_do_not_call(reception.database, ANNE, "letter", "anne", NOW - timedelta(days=1))
    reception.run("backup")
    [archive] = list_backups(reception.settings.backups)
    before = marks.read_bytes()
    given = add_card(reception.database)
    reception.run("do-not-call", "remove", ANNE)
    add_do_not_call(reception.database, BASILE, "telephone", "anne", NOW)
    with closing(reception.installation) as installation, installation.database.write() as connection:
        refuse_in(connection, BASILE, NOW)
    with (tmp_path / "webhooks.log").open("ab") as log:
        sender = ForkedProcess(["serve-webhooks"], reception.environment, stderr=log)
    try:
        wait_for(lambda: marks.read_bytes() != before, "the changes beside the backups", 20)
    finally:
        sender.terminate()
        sender.wait(20)

    told = elsewhere.run("restore", str(archive)).stdout

    assert FILE_NAME not in told
    with closing(elsewhere.installation) as restored:
        assert add_card(restored.database) > given
        assert [is_do_not_call(restored.database, line) for line in (ANNE, BASILE)] == [False, True]
        with restored.database.read() as connection:
            in_two_months = NOW + timedelta(days=60)
            assert [may_be_asked_in(connection, line, in_two_months) for line in (ANNE, BASILE)] == [True, False]
    assert (elsewhere.settings.backups / FILE_NAME).read_bytes() == marks.read_bytes()  # for the next restore


def test_a_restore_without_that_file_says_what_may_be_undone(
    reception: Reception, elsewhere: Reception, tmp_path: Path
) -> None:
    reception.run("backup", str(tmp_path / "alone.tar.gz"))
    assert f"There is no {FILE_NAME}" in elsewhere.run("restore", str(tmp_path / "alone.tar.gz")).stdout
