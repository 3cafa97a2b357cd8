"""Accepting callbacks of visitors and callers, and what the links of visitors can do."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from callback_records import (
    NOON,
    ONE_MINUTE_LATER,
    OTHER_VISITOR,
    PARIS,
    PUBLIC_NUMBER,
    RULES,
    VISITOR,
    accept_callback,
    callback_in_state,
    callback_state,
    end_attempt,
    make_callback_request,
    place_attempt,
    ring_visitor,
)
from sqlalchemy import select

from records.call_events import IncomingCall
from records.callbacks import (
    acceptance,
    callback_attempts,
    callback_request,
    do_not_call,
    staff_actions,
    time_slots,
    visitor_actions,
)
from records.callbacks.attempt_results import AttemptResult
from records.callbacks.callback_request import CallbackNotChangeable, GivenConsent, TimeSlotUnavailable
from records.callbacks.idempotency import IdempotencyKey, IdempotencyKeyReused
from records.callbacks.references import ALPHABET, normalize_reference
from records.calls import calls
from records.calls.opening import open_call_in
from records.contacts import contact_cards
from records.database.engine import Database
from records.errors import NotFound
from records.inbox.resolution import resolve_request
from records.plan import plan_versions
from records.requests import requests
from records.schema import Callback, Consent, OutboxEvent
from routing.callbacks.rules import CallbackRules
from routing.callbacks.states import CallbackState
from routing.callbacks.terms import CallbackTerms
from routing.callbacks.time_slots import TimeSlot
from routing.hours.calendar import Calendar
from routing.hours.opening_hours import OpeningHours, Span

OFFICE = OpeningHours(week=(*[(Span(9 * 60, 18 * 60),)] * 5, (), ()))
TOMORROW = TimeSlot(NOON + timedelta(hours=22), NOON + timedelta(hours=22, minutes=30))
KEY = IdempotencyKey("one", "a" * 64)


def list_event_kinds(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.scalars(select(OutboxEvent.kind).order_by(OutboxEvent.at, OutboxEvent.kind)))


def view(
    database: Database, accepted: callback_request.AcceptedCallback, at: datetime = ONE_MINUTE_LATER
) -> visitor_actions.VisitorView:
    return visitor_actions.get_callback(database, accepted.ref, accepted.secret, at=at)


def call(database: Database, ref: str, caller: str | None = VISITOR) -> None:
    arrival = IncomingCall(ref, NOON, PUBLIC_NUMBER, PUBLIC_NUMBER, caller, caller is None, "fr", 1)
    with database.write() as connection:
        open_call_in(connection, arrival)


def test_an_accepted_callback_is_queued_and_joins_the_history_of_its_contact(database: Database) -> None:
    accepted = accept_callback(
        database, make_callback_request(name="Ada", topic="Rent", consents=(GivenConsent("callback", "2030-01"),))
    )

    [row] = staff_actions.list_open_callbacks(database)
    assert (row.ref, row.state, row.line, row.name, row.topic) == (accepted.ref, "queued", VISITOR, "Ada", "Rent")
    assert (row.not_before, row.expires_at) == (NOON, NOON + timedelta(hours=48))
    [card] = contact_cards.find_cards(database, VISITOR)
    detail = contact_cards.get_card_detail(database, card.id)
    assert [(each.channel, each.purpose) for each in detail.interactions] == [("web", "callback")]
    assert [each.kind for each in detail.open_requests] == ["callback"]
    with database.read() as connection:
        [consent] = connection.execute(select(Consent.purpose, Consent.text_version, Consent.source, Consent.given_at))
    assert tuple(consent) == ("callback", "2030-01", "www", NOON)
    assert list_event_kinds(database) == ["callback.accepted"]


def test_a_reference_can_be_said_aloud_and_typed_back(database: Database) -> None:
    ref = accept_callback(database).ref

    assert len(ref) == 9
    assert set(ref) - {"-"} <= set(ALPHABET)
    assert (
        staff_actions.get_callback_detail(
            database, ref.lower().replace("-", " ").replace("0", "o").replace("1", "l")
        ).row.ref
        == ref
    )
    assert normalize_reference("k7m4 2qxd") == "K7M4-2QXD"


def test_the_secret_of_a_link_is_not_stored(database: Database) -> None:
    accepted = accept_callback(database)

    with database.read() as connection:
        row = connection.execute(select(*Callback.__table__.c)).one()
    assert accepted.secret not in str(row)
    assert accepted.secret not in repr(accepted)
    for ref, secret in ((accepted.ref, row.secret_hash), (accepted.ref, ""), ("K7M4-2QXD", accepted.secret)):
        with pytest.raises(NotFound):
            visitor_actions.get_callback(database, ref, secret, at=ONE_MINUTE_LATER)
        with pytest.raises(NotFound):
            visitor_actions.cancel_callback(database, ref, secret, at=ONE_MINUTE_LATER)


def test_a_callback_requested_at_night_waits_for_the_opening(database: Database) -> None:
    night = NOON + timedelta(hours=11)
    accepted = acceptance.accept_callback(
        database, make_callback_request(), CallbackTerms(RULES, Calendar(OFFICE, PARIS)), at=night
    )

    opening = datetime(2030, 1, 8, 9, tzinfo=PARIS)
    assert (accepted.not_before, accepted.expires_at) == (opening, opening + timedelta(hours=48))


def test_a_time_slot_can_be_chosen_until_it_is_full(database: Database) -> None:
    rules = CallbackRules(per_slot=2)
    for line in (VISITOR, OTHER_VISITOR):
        assert (
            accept_callback(database, make_callback_request(line, time_slot=TOMORROW), rules).not_before
            == TOMORROW.start
        )

    with pytest.raises(TimeSlotUnavailable):
        accept_callback(database, make_callback_request("+33639980003", time_slot=TOMORROW), rules)
    assert time_slots.count_bookings(database, PUBLIC_NUMBER, NOON, NOON + timedelta(days=7)) == {TOMORROW.start: 2}
    assert time_slots.count_bookings(database, OTHER_VISITOR, NOON, NOON + timedelta(days=7)) == {}


def test_a_time_slot_that_is_not_offered_is_refused(database: Database) -> None:
    over = TimeSlot(NOON - timedelta(hours=1), NOON - timedelta(minutes=30))
    closed = TimeSlot(NOON + timedelta(hours=10), NOON + timedelta(hours=10, minutes=30))

    for slot in (over, closed):
        with pytest.raises(TimeSlotUnavailable):
            acceptance.accept_callback(
                database, make_callback_request(time_slot=slot), CallbackTerms(RULES, Calendar(OFFICE, PARIS)), at=NOON
            )
    assert staff_actions.list_open_callbacks(database) == ()


def test_a_second_request_gets_the_same_answer_and_is_not_dialled(database: Database) -> None:
    first = accept_callback(database)
    second = accept_callback(database, make_callback_request(name="Somebody else"), at=ONE_MINUTE_LATER)

    assert (view(database, first).visitor_status, view(database, second).visitor_status) == ("waiting", "waiting")
    assert view(database, second).can_cancel
    assert (
        callback_state(database, second.ref),
        staff_actions.get_callback_detail(database, second.ref).row.reason,
    ) == ("unrung", "duplicate")
    assert [row.ref for row in staff_actions.list_open_callbacks(database)] == [first.ref]
    assert list_event_kinds(database) == ["callback.accepted"]


def test_the_link_of_an_unrung_callback_changes_no_other_callback(database: Database) -> None:
    first, second = accept_callback(database), accept_callback(database)

    assert (
        visitor_actions.reschedule_callback(
            database,
            second.ref,
            second.secret,
            TOMORROW,
            CallbackTerms(RULES, Calendar(OFFICE, PARIS)),
            at=ONE_MINUTE_LATER,
        ).time_slot
        == TOMORROW
    )
    assert (
        visitor_actions.cancel_callback(database, second.ref, second.secret, at=ONE_MINUTE_LATER).visitor_status
        == "cancelled"
    )

    assert view(database, first).visitor_status == "waiting"
    assert list_event_kinds(database) == ["callback.accepted"]
    third = accept_callback(database)
    assert view(database, third, at=third.expires_at).visitor_status == "expired"


def test_a_visitor_who_was_missed_can_request_another_callback(database: Database) -> None:
    missed = callback_in_state(database, CallbackState.MISSED)
    again = accept_callback(database, at=ONE_MINUTE_LATER)

    assert (callback_state(database, missed.ref), callback_state(database, again.ref)) == ("cancelled", "queued")


def test_a_number_on_the_do_not_call_list_gets_the_same_answer_and_is_not_dialled(database: Database) -> None:
    waiting = accept_callback(database, make_callback_request(OTHER_VISITOR))
    do_not_call.add_do_not_call(database, VISITOR, "letter", "anne", NOON)
    do_not_call.add_do_not_call(database, OTHER_VISITOR, "telephone", "anne", ONE_MINUTE_LATER)
    accepted = accept_callback(database, at=ONE_MINUTE_LATER)

    assert (view(database, accepted).visitor_status, view(database, waiting).visitor_status) == ("waiting", "waiting")
    assert {callback_state(database, one.ref) for one in (accepted, waiting)} == {CallbackState.UNRUNG}
    assert requests.list_open_requests(database) == ()
    assert do_not_call.is_do_not_call(database, VISITOR)
    assert do_not_call.remove_do_not_call(database, VISITOR, "anne", ONE_MINUTE_LATER)
    assert not do_not_call.remove_do_not_call(database, VISITOR, "anne", ONE_MINUTE_LATER)
    assert callback_state(database, accept_callback(database, at=ONE_MINUTE_LATER).ref) is CallbackState.QUEUED


def test_an_idempotency_key_gives_one_response_and_fits_one_request(database: Database) -> None:
    def post(
        key: IdempotencyKey, line: str = VISITOR, slot: TimeSlot | None = TOMORROW
    ) -> callback_request.AcceptedCallback:
        return acceptance.accept_callback(
            database,
            make_callback_request(line, time_slot=slot),
            CallbackTerms(RULES, Calendar(OFFICE, PARIS)),
            at=NOON,
            idempotency=key,
        )

    first = post(KEY)
    assert post(KEY) == first
    with pytest.raises(IdempotencyKeyReused):
        post(IdempotencyKey("one", "b" * 64), OTHER_VISITOR)
    assert post(IdempotencyKey("two", "a" * 64), OTHER_VISITOR, None).ref != first.ref
    assert len(staff_actions.list_open_callbacks(database)) == 2


def test_a_refused_request_leaves_its_idempotency_key_unused(database: Database) -> None:
    over = TimeSlot(NOON - timedelta(hours=1), NOON - timedelta(minutes=30))
    with pytest.raises(TimeSlotUnavailable):
        acceptance.accept_callback(
            database,
            make_callback_request(time_slot=over),
            CallbackTerms(RULES, Calendar(OFFICE, PARIS)),
            at=NOON,
            idempotency=KEY,
        )

    assert acceptance.accept_callback(
        database, make_callback_request(), CallbackTerms(RULES, Calendar(OFFICE, PARIS)), at=NOON, idempotency=KEY
    ).ref


def test_a_cancelled_callback_stays_cancelled(database: Database) -> None:
    accepted = accept_callback(database)
    for _ in range(2):
        assert (
            visitor_actions.cancel_callback(database, accepted.ref, accepted.secret, at=ONE_MINUTE_LATER).visitor_status
            == "cancelled"
        )

    assert requests.list_open_requests(database) == ()
    assert [
        (moved.after, moved.by) for moved in staff_actions.get_callback_detail(database, accepted.ref).transitions
    ] == [
        ("queued", "web"),
        ("cancelled", "visitor"),
    ]
    assert list_event_kinds(database) == ["callback.accepted", "callback.cancelled"]


def test_a_visitor_who_cancels_before_the_authorization_to_dial_is_not_called(database: Database) -> None:
    accepted = accept_callback(database)
    attempt = place_attempt(database, accepted.ref)

    assert view(database, accepted).visitor_status == "waiting"
    visitor_actions.cancel_callback(database, accepted.ref, accepted.secret, at=ONE_MINUTE_LATER)

    assert callback_attempts.authorize_dial(database, attempt.channel_id, at=ONE_MINUTE_LATER) is None
    assert callback_attempts.list_active_attempts(database) == ()


@pytest.mark.parametrize("late", ["visitor_ringing", "talking", "answered", "to_check", "expired", "treated"])
def test_a_callback_that_is_being_dialled_or_is_over_cannot_be_changed(database: Database, late: str) -> None:
    accepted = callback_in_state(database, CallbackState(late))

    with pytest.raises(CallbackNotChangeable):
        visitor_actions.cancel_callback(database, accepted.ref, accepted.secret, at=ONE_MINUTE_LATER)
    with pytest.raises(CallbackNotChangeable):
        visitor_actions.reschedule_callback(
            database,
            accepted.ref,
            accepted.secret,
            None,
            CallbackTerms(RULES, Calendar(OFFICE, PARIS)),
            at=ONE_MINUTE_LATER,
        )
    assert callback_state(database, accepted.ref) is CallbackState(late)
    assert not view(database, accepted).can_reschedule


def test_an_expired_callback_is_over_before_its_state_changes(database: Database) -> None:
    accepted = accept_callback(database)

    assert view(database, accepted, at=accepted.expires_at).visitor_status == "expired"
    with pytest.raises(CallbackNotChangeable):
        visitor_actions.cancel_callback(database, accepted.ref, accepted.secret, at=accepted.expires_at)


def test_a_visitor_can_reschedule_a_callback(database: Database) -> None:
    accepted = accept_callback(database)

    def move(slot: TimeSlot | None) -> visitor_actions.VisitorView:
        return visitor_actions.reschedule_callback(
            database,
            accepted.ref,
            accepted.secret,
            slot,
            CallbackTerms(RULES, Calendar(OFFICE, PARIS)),
            at=ONE_MINUTE_LATER,
        )

    seen = move(TOMORROW)
    assert (seen.time_slot, seen.not_before) == (TOMORROW, TOMORROW.start)
    assert seen.expires_at == TOMORROW.end + timedelta(hours=48)
    assert move(TOMORROW).time_slot == TOMORROW
    assert (move(None).time_slot, move(None).not_before) == (None, ONE_MINUTE_LATER)
    with pytest.raises(TimeSlotUnavailable):
        move(TimeSlot(NOON - timedelta(hours=1), NOON - timedelta(minutes=30)))


def test_a_callback_rescheduled_while_in_line_is_not_dialled_earlier(database: Database) -> None:
    accepted = accept_callback(database)
    attempt = place_attempt(database, accepted.ref)

    visitor_actions.reschedule_callback(
        database,
        accepted.ref,
        accepted.secret,
        TOMORROW,
        CallbackTerms(RULES, Calendar(OFFICE, PARIS)),
        at=ONE_MINUTE_LATER,
    )

    assert callback_attempts.authorize_dial(database, attempt.channel_id, at=ONE_MINUTE_LATER) is None
    assert callback_state(database, accepted.ref) is CallbackState.QUEUED


def test_a_missed_callback_can_be_rescheduled_within_the_limits_of_a_day(database: Database) -> None:
    accepted = accept_callback(database)
    rules = CallbackRules(attempts=1)
    end_attempt(database, ring_visitor(database, accepted.ref).channel_id, AttemptResult.NOANSWER, rules)
    visitor_actions.reschedule_callback(
        database,
        accepted.ref,
        accepted.secret,
        None,
        CallbackTerms(rules, Calendar(OFFICE, PARIS)),
        at=ONE_MINUTE_LATER,
    )
    end_attempt(database, ring_visitor(database, accepted.ref).channel_id, AttemptResult.NOANSWER, rules)

    with pytest.raises(CallbackNotChangeable, match="today"):
        visitor_actions.reschedule_callback(
            database,
            accepted.ref,
            accepted.secret,
            None,
            CallbackTerms(rules, Calendar(OFFICE, PARIS)),
            at=ONE_MINUTE_LATER,
        )
    tomorrow = ONE_MINUTE_LATER + timedelta(days=1)
    assert visitor_actions.reschedule_callback(
        database, accepted.ref, accepted.secret, None, CallbackTerms(rules, Calendar(OFFICE, PARIS)), at=tomorrow
    ).can_reschedule


# --- callers ----------------------------------------------------------------------------------------------------------


def test_a_caller_who_presses_the_key_has_a_callback_like_any_other(database: Database) -> None:
    call(database, "1.1")

    assert calls.create_callback(database, "1.1", at=NOON, waiting_since=NOON - timedelta(minutes=4))

    [row] = staff_actions.list_open_callbacks(database)
    assert (row.channel, row.call_ref, row.line, row.public_number) == ("key", "1.1", VISITOR, PUBLIC_NUMBER)
    assert row.waiting_since == NOON - timedelta(minutes=4)
    assert row.expires_at == NOON + timedelta(hours=48)


def test_a_line_has_one_open_callback_whatever_the_channel(database: Database) -> None:
    accept_callback(database)
    for ref in ("1.1", "1.2"):
        call(database, ref)
        assert calls.create_callback(database, ref, at=ONE_MINUTE_LATER, waiting_since=NOON - timedelta(minutes=1))

    [row] = staff_actions.list_open_callbacks(database)
    assert (row.channel, row.waiting_since) == ("web", NOON - timedelta(minutes=1))


def test_a_call_has_one_callback(database: Database) -> None:
    call(database, "1.1")
    for line in (None, OTHER_VISITOR):
        assert calls.create_callback(database, "1.1", at=NOON, line=line)

    [row] = staff_actions.list_open_callbacks(database)
    assert row.line == VISITOR


def test_a_caller_is_called_back_inside_the_hours_of_the_plan_in_force(database: Database) -> None:
    seed = (Path(__file__).parents[3] / "plan.yaml").read_text(encoding="utf-8")
    plan_versions.save_plan(
        database, seed.replace("mon-sun: 00:00-24:00", "mon-fri: 09:00-18:00"), author="anne", at=NOON
    )
    call(database, "1.1")
    night = NOON + timedelta(hours=11)

    calls.create_callback(database, "1.1", at=night)

    [row] = staff_actions.list_open_callbacks(database)
    assert row.not_before == datetime(2030, 1, 8, 9, tzinfo=PARIS)


def test_resolving_the_request_of_a_callback_resolves_the_callback(database: Database) -> None:
    accepted = accept_callback(database)
    [request] = requests.list_open_requests(database)

    resolved = resolve_request(
        database, request.id, by="anne", outcome="reached", at=ONE_MINUTE_LATER, note="Wants a form."
    )

    assert (resolved.closed_by, resolved.outcome, resolved.note) == ("anne", "reached", "Wants a form.")
    assert callback_state(database, accepted.ref) is CallbackState.TREATED
    assert resolve_request(database, request.id, by="basile", outcome="again", at=ONE_MINUTE_LATER).closed_by == "anne"


def test_after_a_callback_is_resolved_its_line_may_request_another(database: Database) -> None:
    first = accept_callback(database)
    staff_actions.resolve_callback(database, first.ref, "anne", "reached", ONE_MINUTE_LATER)

    assert callback_state(database, accept_callback(database, at=ONE_MINUTE_LATER).ref) is CallbackState.QUEUED
