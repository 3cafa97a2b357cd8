"""One callback requested, attempted and dialled by many at the same moment."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import pytest
from callback_records import (
    NOON,
    ONE_MINUTE_LATER,
    PARIS,
    PUBLIC_NUMBER,
    RULES,
    accept_callback,
    make_callback_request,
    place_attempt,
    request_id,
)
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from records.callbacks import (
    acceptance,
    callback_attempts,
    callback_request,
    staff_actions,
    time_slots,
    visitor_actions,
)
from records.callbacks.callback_request import TimeSlotUnavailable, TooManyCallbacks
from records.callbacks.idempotency import IdempotencyKey
from records.database.engine import Database
from records.schema import Callback, Request
from routing.callbacks.rules import CallbackLimits, CallbackRules, DialFirst
from routing.callbacks.terms import CallbackTerms
from routing.callbacks.time_slots import TimeSlot
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import ALWAYS_OPEN

POSTS = int(os.environ.get("CALLBACK_POSTS", "200"))
"""How often one key is posted.

The long form is run by hand:
`CALLBACK_POSTS=10000 pytest -k "many_posts or many_times or many_addresses" tests/records tests/callback_api`.
"""
AT_ONCE = 8
FREE = CallbackRules(
    limits=CallbackLimits(**dict.fromkeys(CallbackLimits.__dataclass_fields__, 1_000_000) | {"cents_min": 4})
)
SLOT = TimeSlot(NOON + timedelta(hours=1), NOON + timedelta(minutes=90))
T = TypeVar("T")


def all_at_once(act: Callable[[int], T], times: int) -> list[T]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(act, range(times)))


def count(database: Database, *which: object) -> int:
    with database.read() as connection:
        rows = select(func.count()).select_from(Callback).join(Request, Request.id == Callback.request_id)
        return connection.scalar(rows.where(*which)) or 0


def test_many_posts_of_one_key_are_one_callback_and_one_response(database: Database) -> None:
    key = IdempotencyKey("one", "a" * 64)

    answers = all_at_once(
        lambda _: acceptance.accept_callback(
            database,
            make_callback_request(),
            CallbackTerms(FREE, Calendar(ALWAYS_OPEN, PARIS)),
            at=NOON,
            idempotency=key,
        ),
        POSTS,
    )

    assert len(set(answers)) == 1
    assert count(database) == 1


def test_one_number_requested_from_many_addresses_at_once_has_one_open_callback(database: Database) -> None:
    answers = all_at_once(lambda n: accept_callback(database, make_callback_request(address=f"192.0.2.{n}"), FREE), 40)

    assert len({answer.ref for answer in answers}) == 40
    assert (count(database), count(database, Callback.state == "queued")) == (40, 1)


def test_the_database_itself_refuses_a_second_open_callback_of_a_number(database: Database) -> None:
    accept_callback(database)
    with database.read() as connection:
        request = connection.execute(select(Request.kind, Request.line_id, Request.created_at)).one()

    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(Request).values(request._asdict()))


def test_a_time_slot_never_holds_more_callbacks_than_the_plan_allows(database: Database) -> None:
    rules = CallbackRules(per_slot=3, limits=FREE.limits)

    def ask(n: int) -> bool:
        try:
            accept_callback(database, make_callback_request(f"+336399800{n:02}", time_slot=SLOT), rules)
        except TimeSlotUnavailable:
            return False
        return True

    assert sum(all_at_once(ask, 16)) == 3
    assert time_slots.count_bookings(database, PUBLIC_NUMBER, NOON, NOON + timedelta(days=1)) == {SLOT.start: 3}


def test_limits_hold_for_simultaneous_requests(database: Database) -> None:
    rules = CallbackRules(limits=CallbackLimits(address_hour=5))

    def ask(n: int) -> bool:
        try:
            accept_callback(database, make_callback_request(f"+336399800{n:02}"), rules)
        except TooManyCallbacks:
            return False
        return True

    assert sum(all_at_once(ask, 16)) == 5


def test_a_callback_gets_one_attempt_from_two_processes_and_is_dialled_once_by_two_legs(database: Database) -> None:
    request = request_id(database, accept_callback(database).ref)

    attempts = all_at_once(
        lambda _: callback_attempts.start_attempt(database, request, dial_first=DialFirst.AGENT, at=ONE_MINUTE_LATER),
        16,
    )
    [attempt] = filter(None, attempts)
    rings = all_at_once(
        lambda _: callback_attempts.authorize_dial(database, attempt.channel_id, at=ONE_MINUTE_LATER), 16
    )

    assert len(list(filter(None, rings))) == 1
    assert staff_actions.get_callback_detail(database, attempt.ref).row.dial_count == 1


def test_a_callback_is_either_cancelled_or_dialled(database: Database) -> None:
    for n in range(12):
        accepted = accept_callback(database, make_callback_request(f"+336399800{n:02}"), FREE)
        attempt = place_attempt(database, accepted.ref)

        def cancel_or_ring(which: int, accepted=accepted, attempt=attempt) -> bool:
            if which:
                return callback_attempts.authorize_dial(database, attempt.channel_id, at=ONE_MINUTE_LATER) is not None
            try:
                return (
                    visitor_actions.cancel_callback(
                        database, accepted.ref, accepted.secret, at=ONE_MINUTE_LATER
                    ).visitor_status
                    == "cancelled"
                )
            except callback_request.CallbackNotChangeable:
                return False

        assert sum(all_at_once(cancel_or_ring, 2)) == 1


def test_a_key_belongs_to_its_site(database: Database) -> None:
    key = IdempotencyKey("one", "a" * 64)
    sites = ("www", "shop")

    answers = [
        acceptance.accept_callback(
            database,
            make_callback_request(site=site),
            CallbackTerms(RULES, Calendar(ALWAYS_OPEN, PARIS)),
            at=NOON,
            idempotency=key,
        )
        for site in sites
    ]

    assert answers[0].ref != answers[1].ref
