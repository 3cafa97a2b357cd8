"""Sums over calls, for monitoring."""

from datetime import UTC, datetime, timedelta

from recorded_calls import record_call

from records.call_events import CallEvent, CallEventKind, Disposition
from records.calls import calls, statistics
from records.database.engine import Database
from records.staff import agents, presence
from records.staff.presence import PresenceState

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def call(database: Database, ref: str, at: datetime, *events: tuple[CallEventKind, dict[str, object]]) -> None:
    record_call(database, ref, at)
    calls.add_events(
        database, ref, [CallEvent(at + timedelta(seconds=n), *event) for n, event in enumerate(events, start=1)]
    )


def test_the_current_counts(database: Database) -> None:
    entered = (CallEventKind.QUEUE_ENTERED, {"queue": "staff"})
    left = (CallEventKind.QUEUE_LEFT, {"queue": "staff"})
    call(database, "1.1", NOON)
    call(database, "1.2", NOON, entered)
    call(database, "1.3", NOON, entered, left)
    call(database, "1.4", NOON, entered, left, entered)
    call(database, "1.5", NOON, entered, (CallEventKind.STAFF_ANSWERED, {"phone": "p01"}))
    call(database, "1.6", NOON - 2 * statistics.MAX_CALL_DURATION, entered)  # a call without an end
    call(database, "1.7", NOON, entered)
    calls.close_call(database, "1.7", at=NOON, disposition=None, cause=None)
    agents.create_sip_accounts(database, {"p01": "x", "p02": "x"})
    ada, _ = (agents.add_agent(database, name, language="fr", at=NOON) for name in ("Ada", "Grace"))
    presence.set_presence(database, ada.id, PresenceState.PAUSED, by="test", at=NOON)

    now = statistics.current_load(database, NOON + HOUR)

    assert (now.active_calls, now.waiting_calls) == (5, 2)
    assert now.staff == {"paused": 1, "ready": 1}
    assert now.open_requests == {"missed": 1}


def test_ended_calls_are_counted_by_disposition_in_the_interval_in_which_they_began(database: Database) -> None:
    for ref, at, ending in (
        ("1.1", NOON, Disposition.STAFF),
        ("1.2", NOON, Disposition.GOODBYE),
        ("1.3", NOON + HOUR, Disposition.CUT),
    ):
        call(database, ref, at)
        calls.close_call(database, ref, at=at + 3 * HOUR, disposition=ending, cause=None)
    call(database, "1.4", NOON)

    assert statistics.count_dispositions(database, NOON, NOON + HOUR) == {"staff": 1, "goodbye": 1}
    assert statistics.count_dispositions(database, NOON + HOUR, NOON + 2 * HOUR) == {"cut": 1}


def test_waits_are_summed_by_outcome_and_bound(database: Database) -> None:
    for n, waited in enumerate((3, 9.5, 40)):
        call(database, f"1.{n}", NOON, (CallEventKind.STAFF_ANSWERED, {"phone": "p01", "waited": waited}))
    call(database, "1.9", NOON, (CallEventKind.QUEUE_ABANDONED, {"queue": "staff", "position": 1, "waited": 70}))

    waits = statistics.wait_histogram(database, NOON, NOON + HOUR, (5.0, 10.0, 60.0))

    answered = {name: value for (outcome, name), value in waits.items() if outcome == "answered"}
    assert answered == {"count": 3, "sum": 52.5, "5.0": 1, "10.0": 2, "60.0": 3}
    assert waits[("abandoned", "60.0")] == 0
    assert waits[("abandoned", "count")] == 1
    assert statistics.wait_histogram(database, NOON + HOUR, NOON + 2 * HOUR, (5.0,)) == {}
