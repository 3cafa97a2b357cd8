"""A hold stops the clock of callbacks: by hand, by a blackout period, or without a trunk."""

from datetime import datetime, timedelta

import pytest
import switches
from callback_records import NOON, OTHER_VISITOR, accept_callback, callback_state, make_callback_request, request_id
from sqlalchemy import insert, update

from records import holds
from records.callbacks import callback_attempts, expiry, staff_actions, visitor_actions
from records.database.engine import Database
from records.holds import HoldName
from records.overrides import OverrideName
from records.schema import BlackoutPeriod, Callback
from routing.callbacks.holds import Hold
from routing.callbacks.rules import DialFirst
from routing.callbacks.states import CallbackState as S
from routing.callbacks.states import VisitorStatus

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def switch(database: Database, name: OverrideName, active: bool, at: datetime) -> None:
    switches.set_override(database, name, active, by="anne", at=at)


def expires_at(database: Database, ref: str) -> datetime:
    return staff_actions.get_callback_detail(database, ref).row.expires_at


@pytest.mark.parametrize("name", [OverrideName.CALLBACKS, OverrideName.CLOSED])
def test_a_callback_keeps_its_time_while_callbacks_are_paused_or_all_is_closed(
    database: Database, name: OverrideName
) -> None:
    accepted = accept_callback(database)
    switch(database, name, True, NOON + HOUR)

    for later in (2 * DAY, 9 * DAY):  # as often as the process looks, the callback is waiting
        assert expiry.expire_callbacks(database, at=NOON + later) == 0
        view = visitor_actions.get_callback(database, accepted.ref, accepted.secret, at=NOON + later)
        assert view.visitor_status is VisitorStatus.WAITING
    switch(database, name, False, NOON + 10 * DAY)
    expiry.renew_clocks(database, at=NOON + 10 * DAY)

    assert expires_at(database, accepted.ref) == NOON + 10 * DAY + 47 * HOUR
    attempt = callback_attempts.start_attempt(
        database, request_id(database, accepted.ref), dial_first=DialFirst.AGENT, at=NOON + 11 * DAY
    )
    assert attempt
    assert callback_attempts.authorize_dial(database, attempt.channel_id, at=NOON + 11 * DAY)


def test_what_has_used_its_time_up_expires_after_the_hold(database: Database) -> None:
    ref = accept_callback(database).ref
    switch(database, OverrideName.CALLBACKS, True, NOON + HOUR)
    switch(database, OverrideName.CALLBACKS, False, NOON + 10 * DAY)
    over = NOON + 10 * DAY + 47 * HOUR

    assert expiry.expire_callbacks(database, at=over - timedelta(seconds=1)) == 0
    assert expiry.expire_callbacks(database, at=over) == 1
    assert callback_state(database, ref) is S.EXPIRED


def test_overflow_is_not_a_hold(database: Database) -> None:
    switch(database, OverrideName.OVERFLOW, True, NOON)
    assert holds.list_holds(database, NOON) == ()


def test_a_blackout_period_moves_the_expiry_and_lifting_it_moves_it_back(database: Database) -> None:
    ref = accept_callback(database).ref
    with database.write() as connection:
        period = {"starts_at": NOON + DAY, "ends_at": NOON + 4 * DAY, "reason": "vote", "by": "anne", "set_at": NOON}
        connection.execute(insert(BlackoutPeriod).values(period))
    expiry.renew_clocks(database, at=NOON)
    assert expires_at(database, ref) == NOON + 5 * DAY

    with database.write() as connection:
        connection.execute(update(BlackoutPeriod).values(lifted_at=NOON + 2 * DAY))
    expiry.renew_clocks(database, at=NOON + 2 * DAY)
    assert expires_at(database, ref) == NOON + 3 * DAY


def test_a_callback_accepted_in_a_blackout_period_begins_after_it(database: Database) -> None:
    with database.write() as connection:
        period = {"starts_at": NOON - DAY, "ends_at": NOON + DAY, "reason": "vote", "by": "anne", "set_at": NOON}
        connection.execute(insert(BlackoutPeriod).values(period))
    accepted = accept_callback(database)
    assert (accepted.not_before, accepted.expires_at) == (NOON + DAY, NOON + 3 * DAY)


def test_an_unrung_callback_shows_the_same_time_as_any_other(database: Database) -> None:
    first, duplicate = accept_callback(database), accept_callback(database)
    switch(database, OverrideName.CALLBACKS, True, NOON + HOUR)
    expiry.renew_clocks(database, at=NOON + 2 * HOUR)

    assert callback_state(database, duplicate.ref) is S.UNRUNG
    views = [
        visitor_actions.get_callback(database, each.ref, each.secret, at=NOON + 2 * HOUR) for each in (first, duplicate)
    ]
    assert views[0].expires_at == views[1].expires_at == NOON + 3 * HOUR + 47 * HOUR


def test_a_callback_that_was_accepted_before_clocks_were_stored_waits_too(database: Database) -> None:
    ref = accept_callback(database, make_callback_request(OTHER_VISITOR)).ref
    with database.write() as connection:
        connection.execute(update(Callback).values(clock_from=None, clock_s=None))
    expiry.renew_clocks(database, at=NOON + DAY)
    switch(database, OverrideName.CALLBACKS, True, NOON + DAY)

    assert expiry.expire_callbacks(database, at=NOON + 5 * DAY) == 0
    switch(database, OverrideName.CALLBACKS, False, NOON + 5 * DAY)
    expiry.renew_clocks(database, at=NOON + 5 * DAY)
    assert expires_at(database, ref) == NOON + 6 * DAY


def test_a_hold_that_begins_twice_is_one(database: Database) -> None:
    for _ in range(2):
        holds.set_hold(database, HoldName.NO_TRUNK, True, at=NOON)
    assert holds.list_holds(database, NOON) == (Hold(NOON),)
    for hours in (1, 2):
        holds.set_hold(database, HoldName.NO_TRUNK, False, at=NOON + hours * HOUR)
    assert holds.list_holds(database, NOON + DAY) == (Hold(NOON, NOON + HOUR),)
    assert holds.list_holds(database, NOON + 401 * DAY) == ()


def test_a_callback_that_a_person_queues_again_has_a_new_clock(database: Database) -> None:
    ref = accept_callback(database).ref
    expiry.expire_callbacks(database, at=NOON + 3 * DAY)
    staff_actions.retry_callback(database, ref, "anne", NOON + 3 * DAY)
    assert expires_at(database, ref) == NOON + 4 * DAY

    switch(database, OverrideName.CLOSED, True, NOON + 3 * DAY + HOUR)
    assert expiry.expire_callbacks(database, at=NOON + 8 * DAY) == 0
