"""The PIN of the staff line: chosen, tried, locked and unlocked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from records import changes
from records.actor import Actor, Forbidden, command_line_actor
from records.database.engine import Database
from records.errors import NotFound
from records.users import administration, phone_pins
from records.users.invitees import Invitee
from records.users.phone_pins import MAX_WRONG_ATTEMPTS, PinRejected, PinState
from records.users.users import User
from routing.access.permissions import Role

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
HERE, LINE = command_line_actor("test"), Actor(None, Role.STAFF, "staff line")
PIN, WRONG = "274016", "274017"


def account(database: Database, role: Role = Role.MESSAGE_EDITOR, email: str = "margot@example.org") -> User:
    return administration.invite_users(database, HERE, [Invitee("Margot", email, role, "fr")], at=NOON)[0].user


@pytest.fixture
def margot(database: Database) -> User:
    margot = account(database)
    phone_pins.set_pin(database, margot.actor, margot.id, PIN, at=NOON)
    return margot


@pytest.fixture
def tries(database: Database, margot: User) -> Callable[[str], phone_pins.PinVerification]:
    return lambda pin: phone_pins.verify_pin(database, margot.id, pin, by=LINE, at=NOON)


def written(database: Database) -> list[str]:
    return [change.kind for change in changes.list_changes(database, HERE)]


def test_the_right_pin_tells_who_it_is_and_nothing_of_it_is_kept_in_clear(
    database: Database, margot: User, tries
) -> None:
    assert tries(PIN).user == margot
    with database.read() as connection:
        dump = str(connection.exec_driver_sql("SELECT * FROM phone_pin").all())
        dump += str(connection.exec_driver_sql("SELECT * FROM change").all())
    assert PIN not in dump and "$argon2id$" in dump
    assert written(database)[0] == "account.pin"


def test_an_account_that_there_is_not_and_one_without_a_pin_are_nobody(database: Database) -> None:
    for number in (account(database).id, 999_999):
        assert phone_pins.verify_pin(database, number, PIN, by=LINE, at=NOON).user is None


def test_six_wrong_ones_in_a_row_lock_it_and_the_record_says_so(database: Database, margot: User, tries) -> None:
    assert [tries(WRONG).locked for _ in range(MAX_WRONG_ATTEMPTS)] == [False] * 5 + [True]

    assert tries(PIN).user is None
    assert phone_pins.get_pin_state(database, margot.actor, margot.id) == PinState(NOON, is_locked=True)
    last = changes.list_changes(database, HERE)[0]
    assert (last.kind, last.subject, last.by) == ("account.pin_locked", margot.email, "staff line")
    assert tries(WRONG).locked is False and written(database).count("account.pin_locked") == 1


def test_a_right_one_in_between_begins_the_count_anew(tries) -> None:
    for pin in [*[WRONG] * 5, PIN, *[WRONG] * 5]:
        tries(pin)
    assert tries(PIN).user


def test_tries_at_the_same_moment_count_as_well(database: Database, margot: User, tries) -> None:
    with ThreadPoolExecutor(8) as callers:
        told = list(callers.map(lambda _: tries(WRONG), range(12)))
    assert sum(one.locked for one in told) == 1
    assert tries(PIN).user is None


def test_only_who_manages_people_unlocks_a_pin(database: Database, margot: User, tries) -> None:
    with pytest.raises(NotFound):
        phone_pins.unlock_pin(database, HERE, margot.id, at=NOON)
    for _ in range(MAX_WRONG_ATTEMPTS):
        tries(WRONG)
    with pytest.raises(Forbidden):
        phone_pins.unlock_pin(database, margot.actor, margot.id, at=NOON)
    phone_pins.unlock_pin(database, HERE, margot.id, at=NOON)
    assert tries(PIN).user == margot
    assert written(database)[0] == "account.pin_unlocked"


def test_its_owner_chooses_another_and_unlocks_it_by_that(database: Database, margot: User, tries) -> None:
    for _ in range(MAX_WRONG_ATTEMPTS):
        tries(WRONG)
    phone_pins.set_pin(database, margot.actor, margot.id, "905137", at=NOON)
    assert tries("905137").user == margot
    assert tries(PIN).user is None


def test_nobody_chooses_or_sees_the_pin_of_another(database: Database, margot: User) -> None:
    other = account(database, Role.SUPERVISOR, "basile@example.org")
    with pytest.raises(Forbidden):
        phone_pins.set_pin(database, other.actor, margot.id, "905137", at=NOON)
    with pytest.raises(Forbidden):
        phone_pins.get_pin_state(database, other.actor, margot.id)


def test_who_was_shut_out_is_nobody_and_who_begins_anew_has_no_pin(database: Database, margot: User, tries) -> None:
    administration.deactivate_user(database, HERE, margot.id, at=NOON)
    assert tries(PIN).user is None
    administration.reset_user(database, HERE, margot.id, at=NOON)
    assert tries(PIN).user is None
    assert phone_pins.get_pin_state(database, margot.actor, margot.id) == PinState()


def test_one_that_is_easy_to_guess_is_refused_and_the_one_before_stays(database: Database, margot: User, tries) -> None:
    with pytest.raises(PinRejected) as refused:
        phone_pins.set_pin(database, margot.actor, margot.id, "123456", at=NOON)
    assert refused.value.problem == "easy" and "123456" not in str(refused.value)
    assert tries(PIN).user == margot
