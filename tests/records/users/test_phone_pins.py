"""The PIN of the staff line: set, verified, locked and unlocked."""

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
from records.users.phone_pins import PinRejected, PinState
from records.users.users import User
from routing.access.permissions import Role
from routing.access.pins import MAX_WRONG_PINS

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
HERE, LINE = command_line_actor("test"), Actor(None, Role.STAFF, "staff line")
PIN, WRONG = "274016", "274017"


def add_user(database: Database, role: Role = Role.MESSAGE_EDITOR, email: str = "margot@example.org") -> User:
    return administration.invite_users(database, HERE, [Invitee("Margot", email, role, "fr")], at=NOON)[0].user


@pytest.fixture
def margot(database: Database) -> User:
    margot = add_user(database)
    phone_pins.set_pin(database, margot.actor, margot.id, PIN, at=NOON)
    return margot


@pytest.fixture
def verify(database: Database, margot: User) -> Callable[[str], phone_pins.PinVerification]:
    return lambda pin: phone_pins.verify_pin(database, margot.id, pin, by=LINE, at=NOON)


def recorded_kinds(database: Database) -> list[str]:
    return [change.kind for change in changes.list_changes(database, HERE)]


def test_the_right_pin_identifies_its_user_and_is_not_stored_in_clear(database: Database, margot: User, verify) -> None:
    assert verify(PIN).user == margot
    with database.read() as connection:
        dump = str(connection.exec_driver_sql("SELECT * FROM phone_pin").all())
        dump += str(connection.exec_driver_sql("SELECT * FROM change").all())
    assert PIN not in dump and "$argon2id$" in dump
    assert recorded_kinds(database)[0] == "account.pin"


def test_an_unknown_user_and_a_user_without_pin_are_not_identified(database: Database) -> None:
    for number in (add_user(database).id, 999_999):
        assert phone_pins.verify_pin(database, number, PIN, by=LINE, at=NOON).user is None


def test_six_wrong_pins_in_a_row_lock_the_pin_and_are_recorded(database: Database, margot: User, verify) -> None:
    assert [verify(WRONG).locked for _ in range(MAX_WRONG_PINS)] == [False] * 5 + [True]

    assert verify(PIN).user is None
    assert phone_pins.get_pin_state(database, margot.actor, margot.id) == PinState(NOON, is_locked=True)
    last = changes.list_changes(database, HERE)[0]
    assert (last.kind, last.subject, last.by) == ("account.pin_locked", margot.email, "staff line")
    assert verify(WRONG).locked is False and recorded_kinds(database).count("account.pin_locked") == 1


def test_a_right_pin_resets_the_count_of_wrong_ones(verify) -> None:
    for pin in [*[WRONG] * 5, PIN, *[WRONG] * 5]:
        verify(pin)
    assert verify(PIN).user


def test_simultaneous_attempts_count(database: Database, margot: User, verify) -> None:
    with ThreadPoolExecutor(8) as callers:
        results = list(callers.map(lambda _: verify(WRONG), range(12)))
    assert sum(one.locked for one in results) == 1
    assert verify(PIN).user is None


def test_only_a_manager_of_people_unlocks_a_pin(database: Database, margot: User, verify) -> None:
    with pytest.raises(NotFound):
        phone_pins.unlock_pin(database, HERE, margot.id, at=NOON)
    for _ in range(MAX_WRONG_PINS):
        verify(WRONG)
    with pytest.raises(Forbidden):
        phone_pins.unlock_pin(database, margot.actor, margot.id, at=NOON)
    phone_pins.unlock_pin(database, HERE, margot.id, at=NOON)
    assert verify(PIN).user == margot
    assert recorded_kinds(database)[0] == "account.pin_unlocked"


def test_setting_another_pin_unlocks_it(database: Database, margot: User, verify) -> None:
    for _ in range(MAX_WRONG_PINS):
        verify(WRONG)
    phone_pins.set_pin(database, margot.actor, margot.id, "905137", at=NOON)
    assert verify("905137").user == margot
    assert verify(PIN).user is None


def test_nobody_sets_or_sees_the_pin_of_another_user(database: Database, margot: User) -> None:
    other = add_user(database, Role.SUPERVISOR, "basile@example.org")
    with pytest.raises(Forbidden):
        phone_pins.set_pin(database, other.actor, margot.id, "905137", at=NOON)
    with pytest.raises(Forbidden):
        phone_pins.get_pin_state(database, other.actor, margot.id)


def test_a_deactivated_user_is_not_identified_and_a_reset_user_has_no_pin(
    database: Database, margot: User, verify
) -> None:
    administration.deactivate_user(database, HERE, margot.id, at=NOON)
    assert verify(PIN).user is None
    administration.reset_user(database, HERE, margot.id, at=NOON)
    assert verify(PIN).user is None
    assert phone_pins.get_pin_state(database, margot.actor, margot.id) == PinState()


def test_a_pin_that_is_easy_to_guess_is_refused_and_the_old_pin_stays(database: Database, margot: User, verify) -> None:
    with pytest.raises(PinRejected) as refused:
        phone_pins.set_pin(database, margot.actor, margot.id, "123456", at=NOON)
    assert refused.value.problem == "easy" and "123456" not in str(refused.value)
    assert verify(PIN).user == margot
