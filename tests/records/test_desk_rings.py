"""Calls to somebody of the house who asked for one: once, at once, or not at all."""

from datetime import UTC, datetime, timedelta

import pytest

from records import account_changes, desk_rings, people
from records.accounts import Account
from records.base import Base
from records.desk_rings import NoTelephone
from records.errors import NotFound
from records.newcomers import Newcomer
from records.viewer import Forbidden, at_machine
from routing.permissions import Role

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
HERE = at_machine("test")


@pytest.fixture
def margot(base: Base) -> Account:
    people.prepare_phones(base, {"p01": "secret"})
    person = people.add(base, "Margot", language="fr", outside_number="+33639980009", at=NOON)
    newcomer = Newcomer("Margot", "margot@example.org", Role.MESSAGE_EDITOR, "fr", person.id)
    return account_changes.invite(base, HERE, [newcomer], at=NOON)[0].account


def test_asked_for_twice_it_is_taken_once_and_rung_once(base: Base, margot: Account) -> None:
    for _ in range(2):
        desk_rings.ask(base, margot.viewer, "daily", at=NOON)
    (number,) = desk_rings.take(base, at=NOON)
    assert desk_rings.take(base, at=NOON) == ()
    with pytest.raises(NotFound):
        desk_rings.rung(base, number)

    person = desk_rings.ring(base, number, at=NOON)

    assert person and (person.phone, person.outside_number) == ("p01", "+33639980009")
    assert desk_rings.ring(base, number, at=NOON) is None
    ring = desk_rings.rung(base, number)
    assert (ring.account, ring.slot, ring.part) == (margot, "daily", None)


def test_who_waits_for_too_long_is_not_rung_any_more(base: Base, margot: Account) -> None:
    desk_rings.ask(base, margot.viewer, "daily", at=NOON)
    assert desk_rings.take(base, at=NOON + timedelta(seconds=31)) == ()
    desk_rings.ask(base, margot.viewer, "daily", at=NOON + timedelta(seconds=31))
    (number,) = desk_rings.take(base, at=NOON + timedelta(seconds=32))
    assert desk_rings.ring(base, number, at=NOON + timedelta(seconds=63)) is None


def test_what_was_not_taken_is_never_rung(base: Base, margot: Account) -> None:
    desk_rings.ask(base, margot.viewer, "daily", at=NOON)
    assert desk_rings.ring(base, 1, at=NOON) is None


def test_who_was_shut_out_meanwhile_is_not_rung(base: Base, margot: Account) -> None:
    desk_rings.ask(base, margot.viewer, "daily", at=NOON)
    (number,) = desk_rings.take(base, at=NOON)
    account_changes.deactivate(base, HERE, margot.id, at=NOON)
    assert desk_rings.ring(base, number, at=NOON) is None


def test_only_who_may_publish_and_has_a_telephone_is_rung(base: Base) -> None:
    newcomers = [Newcomer("Basile", f"{role}@example.org", role, "fr") for role in (Role.STAFF, Role.MESSAGE_EDITOR)]
    staff, editor = (one.account for one in account_changes.invite(base, HERE, newcomers, at=NOON))
    with pytest.raises(Forbidden):
        desk_rings.ask(base, staff.viewer, "daily", at=NOON)
    with pytest.raises(NoTelephone):
        desk_rings.ask(base, editor.viewer, "daily", at=NOON)
