"""Click-to-call: each request leads to one call, at once or not at all."""

from datetime import UTC, datetime, timedelta

import pytest

from records.actor import Forbidden, command_line_actor
from records.database.engine import Database
from records.errors import NotFound
from records.staff import agents, click_to_call
from records.staff.click_to_call import NoSipAccount
from records.users import administration
from records.users.invitees import Invitee
from records.users.users import User
from routing.access.permissions import Role

NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
HERE = command_line_actor("test")


@pytest.fixture
def margot(database: Database) -> User:
    agents.create_sip_accounts(database, {"p01": "secret"})
    person = agents.add_agent(database, "Margot", language="fr", outside_number="+33639980009", at=NOON)
    newcomer = Invitee("Margot", "margot@example.org", Role.MESSAGE_EDITOR, "fr", person.id)
    return administration.invite_users(database, HERE, [newcomer], at=NOON)[0].user


def test_a_call_requested_twice_is_claimed_once_and_authorized_once(database: Database, margot: User) -> None:
    for _ in range(2):
        click_to_call.request_click_to_call(database, margot.actor, "daily", at=NOON)
    (number,) = click_to_call.claim_click_to_calls(database, at=NOON)
    assert click_to_call.claim_click_to_calls(database, at=NOON) == ()
    with pytest.raises(NotFound):
        click_to_call.get_answered_click_to_call(database, number)

    person = click_to_call.authorize_click_to_call(database, number, at=NOON)

    assert person and (person.sip_account, person.outside_number) == ("p01", "+33639980009")
    assert click_to_call.authorize_click_to_call(database, number, at=NOON) is None
    ring = click_to_call.get_answered_click_to_call(database, number)
    assert (ring.user, ring.announcement, ring.audio_range) == (margot, "daily", None)


def test_a_request_that_has_waited_too_long_is_not_dialled(database: Database, margot: User) -> None:
    click_to_call.request_click_to_call(database, margot.actor, "daily", at=NOON)
    assert click_to_call.claim_click_to_calls(database, at=NOON + timedelta(seconds=31)) == ()
    click_to_call.request_click_to_call(database, margot.actor, "daily", at=NOON + timedelta(seconds=31))
    (number,) = click_to_call.claim_click_to_calls(database, at=NOON + timedelta(seconds=32))
    assert click_to_call.authorize_click_to_call(database, number, at=NOON + timedelta(seconds=63)) is None


def test_a_request_that_was_not_claimed_is_not_authorized(database: Database, margot: User) -> None:
    click_to_call.request_click_to_call(database, margot.actor, "daily", at=NOON)
    assert click_to_call.authorize_click_to_call(database, 1, at=NOON) is None


def test_a_user_deactivated_meanwhile_is_not_called(database: Database, margot: User) -> None:
    click_to_call.request_click_to_call(database, margot.actor, "daily", at=NOON)
    (number,) = click_to_call.claim_click_to_calls(database, at=NOON)
    administration.deactivate_user(database, HERE, margot.id, at=NOON)
    assert click_to_call.authorize_click_to_call(database, number, at=NOON) is None


def test_only_a_user_who_may_publish_and_has_a_phone_is_called(database: Database) -> None:
    newcomers = [Invitee("Basile", f"{role}@example.org", role, "fr") for role in (Role.STAFF, Role.MESSAGE_EDITOR)]
    staff, editor = (one.user for one in administration.invite_users(database, HERE, newcomers, at=NOON))
    with pytest.raises(Forbidden):
        click_to_call.request_click_to_call(database, staff.actor, "daily", at=NOON)
    with pytest.raises(NoSipAccount):
        click_to_call.request_click_to_call(database, editor.actor, "daily", at=NOON)
