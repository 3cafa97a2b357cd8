"""The PIN of the staff line: chosen, tried, locked and unlocked."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from records import account_changes, changes, phone_pins
from records.accounts import Account
from records.base import Base
from records.errors import NotFound
from records.newcomers import Newcomer
from records.phone_pins import MOST_WRONG, PinRefused, PinState
from records.viewer import Forbidden, Viewer, at_machine
from routing.permissions import Role

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
HERE, LINE = at_machine("test"), Viewer(None, Role.STAFF, "staff line")
PIN, WRONG = "274016", "274017"


def account(base: Base, role: Role = Role.MESSAGE_EDITOR, email: str = "margot@example.org") -> Account:
    return account_changes.invite(base, HERE, [Newcomer("Margot", email, role, "fr")], at=NOON)[0].account


@pytest.fixture
def margot(base: Base) -> Account:
    margot = account(base)
    phone_pins.choose(base, margot.viewer, margot.id, PIN, at=NOON)
    return margot


@pytest.fixture
def tries(base: Base, margot: Account) -> Callable[[str], phone_pins.Identified]:
    return lambda pin: phone_pins.identify(base, margot.id, pin, by=LINE, at=NOON)


def written(base: Base) -> list[str]:
    return [change.kind for change in changes.latest(base, HERE)]


def test_the_right_pin_tells_who_it_is_and_nothing_of_it_is_kept_in_clear(base: Base, margot: Account, tries) -> None:
    assert tries(PIN).account == margot
    with base.read() as connection:
        dump = str(connection.exec_driver_sql("SELECT * FROM phone_pin").all())
        dump += str(connection.exec_driver_sql("SELECT * FROM change").all())
    assert PIN not in dump and "$argon2id$" in dump
    assert written(base)[0] == "account.pin"


def test_an_account_that_there_is_not_and_one_without_a_pin_are_nobody(base: Base) -> None:
    for number in (account(base).id, 999_999):
        assert phone_pins.identify(base, number, PIN, by=LINE, at=NOON).account is None


def test_six_wrong_ones_in_a_row_lock_it_and_the_record_says_so(base: Base, margot: Account, tries) -> None:
    assert [tries(WRONG).locked for _ in range(MOST_WRONG)] == [False] * 5 + [True]

    assert tries(PIN).account is None
    assert phone_pins.state(base, margot.viewer, margot.id) == PinState(NOON, is_locked=True)
    last = changes.latest(base, HERE)[0]
    assert (last.kind, last.subject, last.by) == ("account.pin_locked", margot.email, "staff line")
    assert tries(WRONG).locked is False and written(base).count("account.pin_locked") == 1


def test_a_right_one_in_between_begins_the_count_anew(tries) -> None:
    for pin in [*[WRONG] * 5, PIN, *[WRONG] * 5]:
        tries(pin)
    assert tries(PIN).account


def test_tries_at_the_same_moment_count_as_well(base: Base, margot: Account, tries) -> None:
    with ThreadPoolExecutor(8) as callers:
        told = list(callers.map(lambda _: tries(WRONG), range(12)))
    assert sum(one.locked for one in told) == 1
    assert tries(PIN).account is None


def test_only_who_manages_people_unlocks_a_pin(base: Base, margot: Account, tries) -> None:
    with pytest.raises(NotFound):
        phone_pins.unlock(base, HERE, margot.id, at=NOON)
    for _ in range(MOST_WRONG):
        tries(WRONG)
    with pytest.raises(Forbidden):
        phone_pins.unlock(base, margot.viewer, margot.id, at=NOON)
    phone_pins.unlock(base, HERE, margot.id, at=NOON)
    assert tries(PIN).account == margot
    assert written(base)[0] == "account.pin_unlocked"


def test_its_owner_chooses_another_and_unlocks_it_by_that(base: Base, margot: Account, tries) -> None:
    for _ in range(MOST_WRONG):
        tries(WRONG)
    phone_pins.choose(base, margot.viewer, margot.id, "905137", at=NOON)
    assert tries("905137").account == margot
    assert tries(PIN).account is None


def test_nobody_chooses_or_sees_the_pin_of_another(base: Base, margot: Account) -> None:
    other = account(base, Role.SUPERVISOR, "basile@example.org")
    with pytest.raises(Forbidden):
        phone_pins.choose(base, other.viewer, margot.id, "905137", at=NOON)
    with pytest.raises(Forbidden):
        phone_pins.state(base, other.viewer, margot.id)


def test_who_was_shut_out_is_nobody_and_who_begins_anew_has_no_pin(base: Base, margot: Account, tries) -> None:
    account_changes.deactivate(base, HERE, margot.id, at=NOON)
    assert tries(PIN).account is None
    account_changes.reset(base, HERE, margot.id, at=NOON)
    assert tries(PIN).account is None
    assert phone_pins.state(base, margot.viewer, margot.id) == PinState()


def test_one_that_is_easy_to_guess_is_refused_and_the_one_before_stays(base: Base, margot: Account, tries) -> None:
    with pytest.raises(PinRefused) as refused:
        phone_pins.choose(base, margot.viewer, margot.id, "123456", at=NOON)
    assert refused.value.problem == "easy" and "123456" not in str(refused.value)
    assert tries(PIN).account == margot
