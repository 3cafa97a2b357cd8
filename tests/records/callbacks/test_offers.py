"""What a member of staff is told of a callback that is offered to him."""

import pytest
from callback_records import (
    NOON,
    ONE_MINUTE_LATER,
    VISITOR,
    accept_callback,
    callback_in_state,
    make_callback_request,
    place_attempt,
    request_id,
)

from records.callbacks import callback_attempts
from records.callbacks.callback_request import CallbackChannel
from records.callbacks.offers import CallbackOffer, find_offer
from records.database.engine import Database
from records.staff import agents
from routing.callbacks.states import CallbackState


@pytest.fixture(autouse=True)
def team(database: Database) -> None:
    agents.create_sip_accounts(database, {"p01": "a", "p02": "b"})
    for name in ("Anne", "Basile"):
        agents.add_agent(database, name, language="fr", at=NOON)


def test_who_asked_and_why_is_told_as_he_gave_it(database: Database) -> None:
    named = accept_callback(database, make_callback_request(name='Zoé "O\'Neill"', topic="Presse", language="en"))
    attempt = place_attempt(database, named.ref)

    told = CallbackOffer(CallbackChannel.WEB, "www", "Presse", 'Zoé "O\'Neill"', VISITOR, "en")
    assert find_offer(database, attempt.channel_id, "p01") == told


def test_who_asked_by_telephone_has_given_his_number_alone(database: Database) -> None:
    ref = accept_callback(database, make_callback_request(channel=CallbackChannel.KEY, site=None, address=None)).ref

    told = CallbackOffer(CallbackChannel.KEY, None, None, None, VISITOR, "fr")
    assert find_offer(database, place_attempt(database, ref).channel_id, "p01") == told


def test_whoever_has_declined_is_told_nothing_and_his_colleague_is(database: Database) -> None:
    attempt = place_attempt(database, accept_callback(database).ref)
    callback_attempts.reject_offer(database, attempt.channel_id, "p01", at=ONE_MINUTE_LATER)

    assert find_offer(database, attempt.channel_id, "p01") is None
    assert find_offer(database, attempt.channel_id, "p02") is not None


def test_nothing_is_told_of_what_does_not_stand_in_line(database: Database) -> None:
    for number, state in enumerate(CallbackState):
        accepted = callback_in_state(database, state, f"+336399801{number:02}")
        told = find_offer(database, f"cb-{request_id(database, accepted.ref)}-1", "p01")

        assert (told is not None) == (state is CallbackState.IN_LINE)
