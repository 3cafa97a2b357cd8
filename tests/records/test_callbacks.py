"""Callbacks promised to visitors and callers, and what their links open."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from promises import (
    NOON,
    OTHER,
    OURS,
    PARIS,
    RULES,
    SOON,
    VISITOR,
    brought_to,
    ended,
    placed,
    promised,
    rung,
    state,
    wish,
)
from sqlalchemy import select

from records import (
    callback_acceptance,
    callback_attempts,
    callback_links,
    callback_slots,
    callback_staff,
    callback_wish,
    calls,
    contacts,
    oppositions,
    plans,
    requests,
)
from records.base import Base
from records.callback_refs import ALPHABET, read_ref
from records.callback_results import RingResult
from records.callback_wish import ConsentGiven, SlotGone, TooLate
from records.errors import NotFound
from records.events import Arrival
from records.idempotency import Idempotency, OtherBody
from records.schema import Callback, Consent, OutboxEvent
from routing.callback_rules import CallbackRules
from routing.callback_slots import Slot
from routing.callback_states import CallbackState
from routing.hours import Hours, Span

OFFICE = Hours(week=(*[(Span(9 * 60, 18 * 60),)] * 5, (), ()))
TOMORROW = Slot(NOON + timedelta(hours=22), NOON + timedelta(hours=22, minutes=30))
KEY = Idempotency("one", "a" * 64)


def told(base: Base) -> list[str]:
    with base.read() as connection:
        return list(connection.scalars(select(OutboxEvent.kind).order_by(OutboxEvent.at, OutboxEvent.kind)))


def view(base: Base, accepted: callback_wish.Accepted, at: datetime = SOON) -> callback_links.CallbackView:
    return callback_links.seen(base, accepted.ref, accepted.secret, at=at)


def call(base: Base, ref: str, caller: str | None = VISITOR) -> None:
    arrival = Arrival(ref, NOON, OURS, OURS, caller, caller is None, "fr", 1)
    with base.write() as connection:
        calls.enter(connection, arrival)


def test_a_promise_waits_in_line_and_joins_the_history_of_its_card(base: Base) -> None:
    accepted = promised(base, wish(name="Ada", topic="Rent", consents=(ConsentGiven("callback", "2030-01"),)))

    [row] = callback_staff.waiting(base)
    assert (row.ref, row.state, row.line, row.name, row.topic) == (accepted.ref, "queued", VISITOR, "Ada", "Rent")
    assert (row.not_before, row.expires_at) == (NOON, NOON + timedelta(hours=48))
    [card] = contacts.find(base, VISITOR)
    detail = contacts.show(base, card.id)
    assert [(each.channel, each.purpose) for each in detail.interactions] == [("web", "callback")]
    assert [each.kind for each in detail.open_requests] == ["callback"]
    with base.read() as connection:
        [consent] = connection.execute(select(Consent.purpose, Consent.text_version, Consent.source, Consent.given_at))
    assert tuple(consent) == ("callback", "2030-01", "www", NOON)
    assert told(base) == ["callback.accepted"]


def test_a_reference_can_be_said_aloud_and_typed_back(base: Base) -> None:
    ref = promised(base).ref

    assert len(ref) == 9
    assert set(ref) - {"-"} <= set(ALPHABET)
    assert callback_staff.show(base, ref.lower().replace("-", " ").replace("0", "o").replace("1", "l")).row.ref == ref
    assert read_ref("k7m4 2qxd") == "K7M4-2QXD"


def test_the_base_keeps_no_secret_that_opens_a_link(base: Base) -> None:
    accepted = promised(base)

    with base.read() as connection:
        row = connection.execute(select(*Callback.__table__.c)).one()
    assert accepted.secret not in str(row)
    assert accepted.secret not in repr(accepted)
    for ref, secret in ((accepted.ref, row.secret_hash), (accepted.ref, ""), ("K7M4-2QXD", accepted.secret)):
        with pytest.raises(NotFound):
            callback_links.seen(base, ref, secret, at=SOON)
        with pytest.raises(NotFound):
            callback_links.cancel(base, ref, secret, at=SOON)


def test_in_the_night_a_promise_waits_for_the_morning(base: Base) -> None:
    night = NOON + timedelta(hours=11)
    accepted = callback_acceptance.accept(base, wish(), RULES, OFFICE, PARIS, at=night)

    opening = datetime(2030, 1, 8, 9, tzinfo=PARIS)
    assert (accepted.not_before, accepted.expires_at) == (opening, opening + timedelta(hours=48))


def test_a_slot_is_kept_until_it_is_full(base: Base) -> None:
    rules = CallbackRules(per_slot=2)
    for line in (VISITOR, OTHER):
        assert promised(base, wish(line, slot=TOMORROW), rules).not_before == TOMORROW.start

    with pytest.raises(SlotGone):
        promised(base, wish("+33639980003", slot=TOMORROW), rules)
    assert callback_slots.taken(base, OURS, NOON, NOON + timedelta(days=7)) == {TOMORROW.start: 2}
    assert callback_slots.taken(base, OTHER, NOON, NOON + timedelta(days=7)) == {}


def test_a_slot_that_nobody_offers_is_refused(base: Base) -> None:
    over = Slot(NOON - timedelta(hours=1), NOON - timedelta(minutes=30))
    closed = Slot(NOON + timedelta(hours=10), NOON + timedelta(hours=10, minutes=30))

    for slot in (over, closed):
        with pytest.raises(SlotGone):
            callback_acceptance.accept(base, wish(slot=slot), RULES, OFFICE, PARIS, at=NOON)
    assert callback_staff.waiting(base) == ()


def test_who_asks_twice_is_answered_alike_and_rung_once(base: Base) -> None:
    first = promised(base)
    second = promised(base, wish(name="Somebody else"), at=SOON)

    assert (view(base, first).shown, view(base, second).shown) == ("waiting", "waiting")
    assert view(base, second).can_cancel
    assert (state(base, second.ref), callback_staff.show(base, second.ref).row.because) == ("unrung", "duplicate")
    assert [row.ref for row in callback_staff.waiting(base)] == [first.ref]
    assert told(base) == ["callback.accepted"]


def test_the_link_of_an_unrung_one_governs_only_itself(base: Base) -> None:
    first, second = promised(base), promised(base)

    assert (
        callback_links.move(base, second.ref, second.secret, TOMORROW, RULES, OFFICE, PARIS, at=SOON).slot == TOMORROW
    )
    assert callback_links.cancel(base, second.ref, second.secret, at=SOON).shown == "cancelled"

    assert view(base, first).shown == "waiting"
    assert told(base) == ["callback.accepted"]
    third = promised(base)
    assert view(base, third, at=third.expires_at).shown == "expired"


def test_who_was_missed_and_asks_again_waits_in_line_again(base: Base) -> None:
    missed = brought_to(base, CallbackState.MISSED)
    again = promised(base, at=SOON)

    assert (state(base, missed.ref), state(base, again.ref)) == ("cancelled", "queued")


def test_an_opposed_number_is_answered_alike_and_never_rung(base: Base) -> None:
    waiting = promised(base, wish(OTHER))
    oppositions.oppose(base, VISITOR, "letter", "anne", NOON)
    oppositions.oppose(base, OTHER, "telephone", "anne", SOON)
    accepted = promised(base, at=SOON)

    assert (view(base, accepted).shown, view(base, waiting).shown) == ("waiting", "waiting")
    assert {state(base, one.ref) for one in (accepted, waiting)} == {CallbackState.UNRUNG}
    assert requests.open_requests(base) == ()
    assert oppositions.is_opposed(base, VISITOR)
    assert oppositions.withdraw_opposition(base, VISITOR, "anne", SOON)
    assert not oppositions.withdraw_opposition(base, VISITOR, "anne", SOON)
    assert state(base, promised(base, at=SOON).ref) is CallbackState.QUEUED


def test_one_key_gives_one_answer_and_no_other_thing(base: Base) -> None:
    def post(key: Idempotency, line: str = VISITOR, slot: Slot | None = TOMORROW) -> callback_wish.Accepted:
        return callback_acceptance.accept(base, wish(line, slot=slot), RULES, OFFICE, PARIS, at=NOON, idempotency=key)

    first = post(KEY)
    assert post(KEY) == first
    with pytest.raises(OtherBody):
        post(Idempotency("one", "b" * 64), OTHER)
    assert post(Idempotency("two", "a" * 64), OTHER, None).ref != first.ref
    assert len(callback_staff.waiting(base)) == 2


def test_what_is_refused_leaves_its_key_unused(base: Base) -> None:
    over = Slot(NOON - timedelta(hours=1), NOON - timedelta(minutes=30))
    with pytest.raises(SlotGone):
        callback_acceptance.accept(base, wish(slot=over), RULES, OFFICE, PARIS, at=NOON, idempotency=KEY)

    assert callback_acceptance.accept(base, wish(), RULES, OFFICE, PARIS, at=NOON, idempotency=KEY).ref


def test_a_visitor_cancels_once_and_for_all(base: Base) -> None:
    accepted = promised(base)
    for _ in range(2):
        assert callback_links.cancel(base, accepted.ref, accepted.secret, at=SOON).shown == "cancelled"

    assert requests.open_requests(base) == ()
    assert [(moved.after, moved.by) for moved in callback_staff.show(base, accepted.ref).moves] == [
        ("queued", "web"),
        ("cancelled", "visitor"),
    ]
    assert told(base) == ["callback.accepted", "callback.cancelled"]


def test_a_visitor_who_cancels_in_the_last_moment_is_not_rung(base: Base) -> None:
    accepted = promised(base)
    attempt = placed(base, accepted.ref)

    assert view(base, accepted).shown == "waiting"
    callback_links.cancel(base, accepted.ref, accepted.secret, at=SOON)

    assert callback_attempts.ring(base, attempt.channel_id, at=SOON) is None
    assert callback_attempts.in_flight(base) == ()


@pytest.mark.parametrize("late", ["visitor_ringing", "talking", "answered", "to_check", "expired", "treated"])
def test_once_it_rings_or_is_over_a_visitor_changes_nothing(base: Base, late: str) -> None:
    accepted = brought_to(base, CallbackState(late))

    with pytest.raises(TooLate):
        callback_links.cancel(base, accepted.ref, accepted.secret, at=SOON)
    with pytest.raises(TooLate):
        callback_links.move(base, accepted.ref, accepted.secret, None, RULES, OFFICE, PARIS, at=SOON)
    assert state(base, accepted.ref) is CallbackState(late)
    assert not view(base, accepted).can_move


def test_what_has_expired_is_over_before_anybody_says_so(base: Base) -> None:
    accepted = promised(base)

    assert view(base, accepted, at=accepted.expires_at).shown == "expired"
    with pytest.raises(TooLate):
        callback_links.cancel(base, accepted.ref, accepted.secret, at=accepted.expires_at)


def test_a_visitor_chooses_another_moment(base: Base) -> None:
    accepted = promised(base)

    def move(slot: Slot | None) -> callback_links.CallbackView:
        return callback_links.move(base, accepted.ref, accepted.secret, slot, RULES, OFFICE, PARIS, at=SOON)

    seen = move(TOMORROW)
    assert (seen.slot, seen.not_before) == (TOMORROW, TOMORROW.start)
    assert seen.expires_at == TOMORROW.end + timedelta(hours=48)
    assert move(TOMORROW).slot == TOMORROW
    assert (move(None).slot, move(None).not_before) == (None, SOON)
    with pytest.raises(SlotGone):
        move(Slot(NOON - timedelta(hours=1), NOON - timedelta(minutes=30)))


def test_who_moves_while_in_line_is_not_rung_before(base: Base) -> None:
    accepted = promised(base)
    attempt = placed(base, accepted.ref)

    callback_links.move(base, accepted.ref, accepted.secret, TOMORROW, RULES, OFFICE, PARIS, at=SOON)

    assert callback_attempts.ring(base, attempt.channel_id, at=SOON) is None
    assert state(base, accepted.ref) is CallbackState.QUEUED


def test_who_was_missed_tries_again_but_not_for_ever(base: Base) -> None:
    accepted = promised(base)
    rules = CallbackRules(attempts=1)
    ended(base, rung(base, accepted.ref).channel_id, RingResult.NOANSWER, rules)
    callback_links.move(base, accepted.ref, accepted.secret, None, rules, OFFICE, PARIS, at=SOON)
    ended(base, rung(base, accepted.ref).channel_id, RingResult.NOANSWER, rules)

    with pytest.raises(TooLate, match="today"):
        callback_links.move(base, accepted.ref, accepted.secret, None, rules, OFFICE, PARIS, at=SOON)
    tomorrow = SOON + timedelta(days=1)
    assert callback_links.move(base, accepted.ref, accepted.secret, None, rules, OFFICE, PARIS, at=tomorrow).can_move


# --- callers ---------------------------------------------------------------------------------------------------------


def test_a_caller_who_presses_the_key_has_a_callback_like_any_other(base: Base) -> None:
    call(base, "1.1")

    assert calls.promise_callback(base, "1.1", at=NOON, place_since=NOON - timedelta(minutes=4))

    [row] = callback_staff.waiting(base)
    assert (row.channel, row.call_ref, row.line, row.public_number) == ("key", "1.1", VISITOR, OURS)
    assert row.place_since == NOON - timedelta(minutes=4)
    assert row.expires_at == NOON + timedelta(hours=48)


def test_a_line_has_one_open_callback_whatever_way_it_asked(base: Base) -> None:
    promised(base)
    for ref in ("1.1", "1.2"):
        call(base, ref)
        assert calls.promise_callback(base, ref, at=SOON, place_since=NOON - timedelta(minutes=1))

    [row] = callback_staff.waiting(base)
    assert (row.channel, row.place_since) == ("web", NOON - timedelta(minutes=1))


def test_a_call_that_asks_twice_has_asked_once(base: Base) -> None:
    call(base, "1.1")
    for line in (None, OTHER):
        assert calls.promise_callback(base, "1.1", at=NOON, line=line)

    [row] = callback_staff.waiting(base)
    assert row.line == VISITOR


def test_a_caller_is_called_back_inside_the_hours_of_the_plan_in_force(base: Base) -> None:
    seed = (Path(__file__).parents[2] / "plan.yaml").read_text(encoding="utf-8")
    plans.save(base, seed.replace("mon-sun: 00:00-24:00", "mon-fri: 09:00-18:00"), author="anne", at=NOON)
    call(base, "1.1")
    night = NOON + timedelta(hours=11)

    calls.promise_callback(base, "1.1", at=night)

    [row] = callback_staff.waiting(base)
    assert row.not_before == datetime(2030, 1, 8, 9, tzinfo=PARIS)


def test_a_callback_closed_as_a_request_is_treated(base: Base) -> None:
    accepted = promised(base)
    [request] = requests.open_requests(base)

    treated = requests.close(base, request.id, by="anne", outcome="reached", at=SOON, note="Wants a form.")

    assert (treated.closed_by, treated.outcome, treated.note) == ("anne", "reached", "Wants a form.")
    assert state(base, accepted.ref) is CallbackState.TREATED
    assert requests.close(base, request.id, by="basile", outcome="again", at=SOON).closed_by == "anne"


def test_after_it_is_treated_a_line_may_ask_again(base: Base) -> None:
    first = promised(base)
    callback_staff.treat(base, first.ref, "anne", "reached", SOON)

    assert state(base, promised(base, at=SOON).ref) is CallbackState.QUEUED
