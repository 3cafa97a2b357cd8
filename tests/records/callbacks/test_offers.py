"""What an agent hears of a callback that is offered to them."""

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


def test_an_offer_has_what_the_visitor_entered(database: Database) -> None:
    named = accept_callback(database, make_callback_request(name='Zoé "O\'Neill"', topic="Presse", language="en"))
    attempt = place_attempt(database, named.ref)

    offer = CallbackOffer(CallbackChannel.WEB, "www", "Presse", 'Zoé "O\'Neill"', VISITOR, "en")
    assert find_offer(database, attempt.channel_id, "p01") == offer


def test_an_offer_of_a_caller_has_the_number_alone(database: Database) -> None:
    ref = accept_callback(database, make_callback_request(channel=CallbackChannel.KEY, site=None, address=None)).ref

    offer = CallbackOffer(CallbackChannel.KEY, None, None, None, VISITOR, "fr")
    assert find_offer(database, place_attempt(database, ref).channel_id, "p01") == offer


def test_an_agent_who_rejected_the_attempt_gets_no_offer_and_a_colleague_does(database: Database) -> None:
    attempt = place_attempt(database, accept_callback(database).ref)
    callback_attempts.reject_offer(database, attempt.channel_id, "p01", at=ONE_MINUTE_LATER)

    assert find_offer(database, attempt.channel_id, "p01") is None
    assert find_offer(database, attempt.channel_id, "p02") is not None


def test_an_attempt_that_is_not_in_line_has_no_offer(database: Database) -> None:
    for number, state in enumerate(CallbackState):
        accepted = callback_in_state(database, state, f"+336399801{number:02}")
        offer = find_offer(database, f"cb-{request_id(database, accepted.ref)}-1", "p01")

        assert (offer is not None) == (state is CallbackState.IN_LINE)
