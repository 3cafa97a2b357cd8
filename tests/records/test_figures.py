"""Sums over calls: what a wall shows of them."""

from datetime import UTC, datetime, timedelta

from arrivals import arrived

from records import calls, figures, people, presence
from records.base import Base
from records.events import CallEvent, CallEventKind, Ending
from records.presence import PresenceState

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def call(base: Base, ref: str, at: datetime, *events: tuple[CallEventKind, dict[str, object]]) -> None:
    arrived(base, ref, at)
    calls.note(base, ref, [CallEvent(at + timedelta(seconds=n), *event) for n, event in enumerate(events, start=1)])


def test_what_goes_on_now_is_counted(base: Base) -> None:
    entered = (CallEventKind.QUEUE_ENTERED, {"queue": "staff"})
    left = (CallEventKind.QUEUE_LEFT, {"queue": "staff"})
    call(base, "1.1", NOON)
    call(base, "1.2", NOON, entered)
    call(base, "1.3", NOON, entered, left)
    call(base, "1.4", NOON, entered, left, entered)
    call(base, "1.5", NOON, entered, (CallEventKind.STAFF_ANSWERED, {"phone": "p01"}))
    call(base, "1.6", NOON - 2 * figures.LONGEST_CALL, entered)  # whose end nobody saw
    call(base, "1.7", NOON, entered)
    calls.close_call(base, "1.7", at=NOON, ending=None, cause=None)
    people.prepare_phones(base, {"p01": "x", "p02": "x"})
    ada, _ = (people.add(base, name, language="fr", at=NOON) for name in ("Ada", "Grace"))
    presence.set(base, ada.id, PresenceState.PAUSED, by="test", at=NOON)

    now = figures.now(base, NOON + HOUR)

    assert (now.calls, now.waiting) == (5, 2)
    assert now.staff == {"paused": 1, "ready": 1}
    assert now.requests == {"missed": 1}


def test_ended_calls_are_counted_by_result_within_the_hour_they_began(base: Base) -> None:
    for ref, at, ending in (
        ("1.1", NOON, Ending.STAFF),
        ("1.2", NOON, Ending.GOODBYE),
        ("1.3", NOON + HOUR, Ending.CUT),
    ):
        call(base, ref, at)
        calls.close_call(base, ref, at=at + 3 * HOUR, ending=ending, cause=None)
    call(base, "1.4", NOON)

    assert figures.ended(base, NOON, NOON + HOUR) == {"staff": 1, "goodbye": 1}
    assert figures.ended(base, NOON + HOUR, NOON + 2 * HOUR) == {"cut": 1}


def test_waits_are_summed_by_outcome_and_bound(base: Base) -> None:
    for n, waited in enumerate((3, 9.5, 40)):
        call(base, f"1.{n}", NOON, (CallEventKind.STAFF_ANSWERED, {"phone": "p01", "waited": waited}))
    call(base, "1.9", NOON, (CallEventKind.QUEUE_ABANDONED, {"queue": "staff", "position": 1, "waited": 70}))

    waits = figures.waits(base, NOON, NOON + HOUR, (5.0, 10.0, 60.0))

    answered = {name: value for (outcome, name), value in waits.items() if outcome == "answered"}
    assert answered == {"count": 3, "sum": 52.5, "5.0": 1, "10.0": 2, "60.0": 3}
    assert waits[("abandoned", "60.0")] == 0
    assert waits[("abandoned", "count")] == 1
    assert figures.waits(base, NOON + HOUR, NOON + 2 * HOUR, (5.0,)) == {}
