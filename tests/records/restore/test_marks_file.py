"""What a restored backup must not undo: numbers that were given, and who must not be called or asked."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from callback_records import NOON
from databases import DatabaseFactory
from recorded_calls import record_call

from records.actor import command_line_actor
from records.callbacks.do_not_call import (
    add_do_not_call,
    is_do_not_call,
    keep_hash_in,
    remove_do_not_call,
)
from records.contacts.card_changes import CardFields, create_card
from records.database.engine import Database, hash_number, open_database
from records.plan import plan_versions
from records.requests.requests import RequestKind, list_open_requests, open_request
from records.restore import marks_file
from records.restore.marks_file import FILE_NAME, MarksKeeper, RestoreMarks
from records.satisfaction.asking import allow_again, mark_asked_in, may_be_asked_in, refuse_in

HOUR = timedelta(hours=1)
WHO = command_line_actor("anne")
ANNE, BASILE, CLAIRE, DENIS = "+33639980001", "+33639980002", "+33639980003", "+33639980004"


@pytest.fixture
def copy(databases: DatabaseFactory) -> Iterator[Database]:
    """The database as an older backup has it."""
    with closing(open_database(databases.migrated())) as copy:
        yield copy


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backups" / FILE_NAME


def marks_of(database: Database, file: Path) -> RestoreMarks:
    MarksKeeper(file).keep(database, at=NOON + HOUR)
    marks = marks_file.read_marks([file, file.with_name("missing.json")])
    assert marks is not None
    return marks


def add_card(database: Database) -> int:
    return create_card(database, WHO, CardFields(name="Anne"), [], at=NOON).id


def test_a_number_that_was_given_after_the_backup_is_not_given_again(
    database: Database, copy: Database, file: Path
) -> None:
    kept = add_card(copy)
    given = [add_card(database) for _ in range(3)]

    marks_file.apply_marks(copy, marks_of(database, file), copied_at=NOON)
    following = add_card(copy)

    assert kept in given and following > max(given)
    marks_file.apply_marks(copy, marks_of(database, file), copied_at=NOON)
    assert add_card(copy) == following + 1  # what has been given since counts, if it is more


def open_one(database: Database) -> int:
    """A request, of a call of its own."""
    ref = f"{len(list_open_requests(database))}.1"
    record_call(database, ref, NOON, None)
    opened = open_request(database, RequestKind.MISSED, call_ref=ref, contact_id=None, line_id=None, at=NOON)
    return opened.id


def publish_plan(database: Database) -> int:
    before = plan_versions.get_current_version(database)
    text = f"# after {before.version if before else 0}"
    return plan_versions.save_plan(database, text, author="anne", at=NOON).version


@pytest.mark.parametrize(("add", "next_number"), [(open_one, 20_001), (publish_plan, 21)])
def test_a_request_or_a_version_of_the_plan_is_given_no_number_of_the_time_after_the_backup(
    database: Database, copy: Database, file: Path, add: Callable[[Database], int], next_number: int
) -> None:
    add(copy)
    given = [add(database) for _ in range(3)]
    marks_file.apply_marks(copy, marks_of(database, file), copied_at=NOON)
    assert max(given) < add(copy) == next_number


def test_the_newest_do_not_call_list_replaces_that_of_the_backup(
    database: Database, copy: Database, file: Path
) -> None:
    for line in (ANNE, BASILE):
        for each in (database, copy):
            add_do_not_call(each, line, "letter", "anne", NOON)
    remove_do_not_call(database, BASILE, "anne", NOON + HOUR)
    add_do_not_call(database, CLAIRE, "telephone", "anne", NOON + HOUR)

    marks_file.apply_marks(copy, marks_of(database, file), copied_at=NOON)

    assert [is_do_not_call(copy, line) for line in (ANNE, BASILE, CLAIRE)] == [True, False, True]
    assert b"39980" not in file.read_bytes()


def test_the_list_of_a_backup_that_is_newer_than_the_marks_stays(
    database: Database, copy: Database, file: Path
) -> None:
    add_do_not_call(copy, ANNE, "letter", "anne", NOON)
    marks_file.apply_marks(copy, marks_of(database, file), copied_at=NOON + 2 * HOUR)
    assert is_do_not_call(copy, ANNE)


def test_a_wish_that_was_written_down_beside_the_marks_is_not_taken_for_withdrawn(
    database: Database, copy: Database, file: Path
) -> None:
    add_do_not_call(copy, ANNE, "letter", "anne", NOON + HOUR - timedelta(seconds=2))
    marks_file.apply_marks(copy, marks_of(database, file), copied_at=NOON)
    assert is_do_not_call(copy, ANNE)


def test_a_withdrawn_wish_of_somebody_who_was_erased_stays_withdrawn(
    database: Database, copy: Database, file: Path
) -> None:
    for each in (database, copy):
        with each.write() as connection:
            keep_hash_in(connection, hash_number(connection, ANNE), source="letter", at=NOON)
    assert remove_do_not_call(database, ANNE, "anne", NOON + HOUR)
    marks_file.apply_marks(copy, marks_of(database, file), copied_at=NOON)
    assert not is_do_not_call(copy, ANNE)


def refuse(database: Database, number: str, at: datetime) -> None:
    with database.write() as connection:
        refuse_in(connection, number, at)


def may_be_asked(database: Database, *numbers: str) -> list[bool]:
    """After two months, when nobody is spared because they were asked before."""
    with database.read() as connection:
        return [may_be_asked_in(connection, number, NOON + timedelta(days=60)) for number in numbers]


def test_whoever_has_refused_surveys_since_the_backup_is_not_asked_after_its_restore(
    database: Database, copy: Database, file: Path
) -> None:
    for each in (database, copy):
        refuse(each, ANNE, NOON)
        refuse(each, BASILE, NOON)
        with each.write() as connection:
            assert mark_asked_in(connection, CLAIRE, NOON)
    assert allow_again(database, WHO, BASILE, at=NOON + HOUR)
    refuse(database, CLAIRE, NOON + HOUR)
    refuse(database, DENIS, NOON + HOUR)

    marks_file.apply_marks(copy, marks_of(database, file), copied_at=NOON)

    assert may_be_asked(copy, ANNE, BASILE, CLAIRE, DENIS) == [False, True, False, False]
    assert b"39980" not in file.read_bytes()


def test_a_refusal_of_a_newer_backup_or_of_the_moment_of_the_marks_stays(
    database: Database, copy: Database, file: Path
) -> None:
    refuse(copy, ANNE, NOON)
    marks_file.apply_marks(copy, marks_of(database, file), copied_at=NOON + 2 * HOUR)
    assert may_be_asked(copy, ANNE) == [False]
    refuse(copy, ANNE, NOON + HOUR - timedelta(seconds=2))
    marks_file.apply_marks(copy, marks_of(database, file), copied_at=NOON)
    assert may_be_asked(copy, ANNE) == [False]


def test_a_file_of_a_version_before_surveys_takes_no_refusal_back(
    database: Database, copy: Database, file: Path
) -> None:
    refuse(copy, ANNE, NOON)
    marks = marks_of(database, file)
    known = json.loads(file.read_bytes())
    file.write_text(json.dumps({name: value for name, value in known.items() if name != "refusals"}))
    before_surveys = marks_file.read_marks([file])
    assert before_surveys == replace(marks, refusals=None)

    marks_file.apply_marks(copy, before_surveys, copied_at=NOON)

    assert may_be_asked(copy, ANNE) == [False]


def test_the_file_is_written_when_something_has_changed_and_not_for_every_card(database: Database, file: Path) -> None:
    keeper = MarksKeeper(file)
    assert keeper.keep(database, at=NOON)
    add_card(database)
    assert not keeper.keep(database, at=NOON)
    add_do_not_call(database, ANNE, "letter", "anne", NOON)
    assert keeper.keep(database, at=NOON)
    remove_do_not_call(database, ANNE, "anne", NOON)
    assert keeper.keep(database, at=NOON)
    with database.write() as connection:
        assert mark_asked_in(connection, ANNE, NOON)
    assert not keeper.keep(database, at=NOON)
    refuse(database, ANNE, NOON)
    assert keeper.keep(database, at=NOON)
    assert allow_again(database, WHO, ANNE, at=NOON)
    assert keeper.keep(database, at=NOON)
    file.unlink()
    assert keeper.keep(database, at=NOON)
    assert file.stat().st_mode & 0o777 == 0o600


DAMAGED = (
    *("", "{", "[]", '{"at": "2030-03-04"}', '{"at": 1, "numbers": {}, "list": {}}'),
    '{"at": "2030-03-04", "numbers": {}, "list": {}, "refusals": ["x"]}',
)


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_file_is_no_file(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_text(text)
    assert marks_file.read_marks([file]) is None
