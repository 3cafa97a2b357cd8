"""A callback whose request goes to the mediator leaves the team's line, and nobody else hears of it."""

from datetime import timedelta

import pytest
from callback_records import (
    NOON,
    ONE_MINUTE_LATER,
    OTHER_VISITOR,
    PUBLIC_NUMBER,
    VISITOR,
    accept_callback,
    end_attempt,
    make_callback_request,
    place_attempt,
    request_id,
    ring_visitor,
)
from sqlalchemy import select

from records.actor import Actor
from records.callbacks import (
    callback_attempts,
    callback_queue,
    do_not_call,
    expiry,
    offers,
    staff_actions,
    staff_request,
)
from records.callbacks.attempt_results import AttemptResult
from records.callbacks.mediation import AnotherCallbackWaits
from records.callbacks.staff_request import NotDialled, PersonToCall
from records.database.engine import Database
from records.errors import NotFound
from records.inbox.inbox import close_request
from records.inbox.treatment import get_detail, hand_to_level, join_requests
from records.schema import Callback, OutboxEvent
from routing.access.permissions import Role
from routing.callbacks.rules import DialFirst

MEDIATOR = Actor(None, Role.MEDIATOR, "Maud")
STAFF = Actor(None, Role.STAFF, "Anne")
LATER = ONE_MINUTE_LATER + timedelta(minutes=5)


def hand_over(database: Database, number: int, level: int) -> None:
    hand_to_level(database, MEDIATOR, number, level, note=None, at=ONE_MINUTE_LATER)


def due(database: Database) -> list[str]:
    return [each.ref for each in callback_queue.find_due_callbacks(database, at=LATER, limit=5)]


def events(database: Database) -> list[str]:
    with database.read() as connection:
        kinds = connection.scalars(select(OutboxEvent.kind).order_by(OutboxEvent.at, OutboxEvent.kind))
        return [kind for kind in kinds if kind.startswith("callback.")]


def state(database: Database, number: int) -> str | None:
    with database.read() as connection:
        return connection.scalar(select(Callback.state).where(Callback.request_id == number))


def call_back(database: Database) -> str:
    return staff_request.request_callback(database, STAFF, PersonToCall(VISITOR, PUBLIC_NUMBER, "fr"), at=LATER)


def test_a_waiting_callback_of_the_mediator_is_in_nobodys_line_and_no_event_tells_of_it(database: Database) -> None:
    accepted, other = accept_callback(database), accept_callback(database, make_callback_request(OTHER_VISITOR))
    number = request_id(database, accepted.ref)
    hand_over(database, number, 3)

    assert due(database) == [other.ref]
    assert callback_attempts.start_attempt(database, number, dial_first=DialFirst.AGENT, at=LATER) is None
    told = events(database)
    expiry.expire_callbacks(database, at=NOON + timedelta(days=30))
    assert events(database) == [*told, "callback.expired"]  # the other one
    assert state(database, number) == "expired"


def test_a_callback_that_an_agent_is_offered_stops_ringing_when_it_becomes_the_mediators(database: Database) -> None:
    accepted = accept_callback(database)
    number, attempt = request_id(database, accepted.ref), place_attempt(database, accepted.ref)
    hand_over(database, number, 3)

    assert callback_attempts.list_active_attempts(database) == ()
    assert offers.find_offer(database, attempt.channel_id, "p01") is None
    assert callback_attempts.authorize_dial(database, attempt.channel_id, at=ONE_MINUTE_LATER) is None
    assert due(database) == []


def test_a_callback_that_is_joined_with_what_the_mediator_has_stops_ringing_too(database: Database) -> None:
    theirs, offered = accept_callback(database), accept_callback(database, make_callback_request(OTHER_VISITOR))
    numbers = [request_id(database, each.ref) for each in (theirs, offered)]
    place_attempt(database, offered.ref)
    hand_over(database, numbers[0], 3)
    join_requests(database, MEDIATOR, numbers, at=ONE_MINUTE_LATER)
    assert callback_attempts.list_active_attempts(database) == ()


def test_a_conversation_that_goes_on_is_told_to_no_program(database: Database) -> None:
    accepted = accept_callback(database)
    number, attempt = request_id(database, accepted.ref), ring_visitor(database, accepted.ref)
    hand_over(database, number, 3)
    told = events(database)
    callback_attempts.mark_talking(database, attempt.channel_id, at=ONE_MINUTE_LATER)
    end_attempt(database, attempt.channel_id, AttemptResult.ANSWERED)
    assert events(database) == told


def test_the_team_may_call_the_same_person_and_learns_nothing(database: Database) -> None:
    number = request_id(database, accept_callback(database).ref)
    with pytest.raises(NotDialled):
        call_back(database)
    hand_over(database, number, 3)
    assert due(database) == []
    assert [call_back(database)] == due(database)


def test_a_reference_that_somebody_noted_opens_nothing_any_more(database: Database) -> None:
    ref = accept_callback(database).ref
    hand_over(database, number := request_id(database, ref), 3)
    for action in (
        lambda: staff_actions.cancel_callback_by_staff(database, ref, "anne", LATER),
        lambda: staff_actions.retry_callback(database, ref, "anne", LATER),
        lambda: staff_actions.resolve_callback(database, ref, "anne", "reached", LATER),
        lambda: staff_actions.get_callback_detail(database, ref),
    ):
        with pytest.raises(NotFound, match="There is no callback"):
            action()
    assert state(database, number) == "queued"


def test_the_do_not_call_list_leaves_the_request_open_for_the_mediator(database: Database) -> None:
    number = request_id(database, accept_callback(database).ref)
    hand_over(database, number, 3)
    do_not_call.add_do_not_call(database, VISITOR, "letter", "anne", LATER)
    assert get_detail(database, MEDIATOR, number).row.request.is_open


def test_a_callback_goes_back_to_the_team_unless_another_one_waits_there(database: Database) -> None:
    ref = accept_callback(database).ref
    hand_over(database, number := request_id(database, ref), 3)
    other = request_id(database, call_back(database))
    with pytest.raises(AnotherCallbackWaits, match="close one of the two first"):
        hand_over(database, number, 1)
    assert get_detail(database, MEDIATOR, number).row.request.level == 3

    close_request(database, STAFF, other, "resolved", note=None, at=LATER)
    hand_over(database, number, 1)
    assert due(database) == [ref]
