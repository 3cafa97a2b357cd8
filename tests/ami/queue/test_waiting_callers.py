"""Waiting callers, from queue events and corrected by Asterisk's status."""

from datetime import UTC, datetime, timedelta

from ami.queue.queue import QueueEntry
from ami.queue.waiting_callers import WaitingCallers

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


def queue_event(kind: str, number: int, position: int, after_s: float = 0, queue: str = "staff-fr") -> dict[str, str]:
    return {
        "Event": kind,
        "Queue": queue,
        "Channel": f"PJSIP/trunk-{number:08}",
        "Linkedid": f"100.{number}",
        "Position": str(position),
        "Timestamp": str((NOON + timedelta(seconds=after_s)).timestamp()),
    }


def entry(number: int, position: int, since: datetime = NOON) -> QueueEntry:
    return QueueEntry(f"100.{number}", f"PJSIP/trunk-{number:08}", since, position)


def follow(*events: dict[str, str]) -> WaitingCallers:
    callers = WaitingCallers(["staff-fr"])
    for event in events:
        callers.update(event)
    return callers


def refs(callers: WaitingCallers) -> list[str]:
    return [f"{caller.ref}@{caller.position}" for caller in callers.callers["staff-fr"]]


def test_callers_wait_in_the_order_in_which_they_joined() -> None:
    callers = follow(*(queue_event("QueueCallerJoin", number, number) for number in (1, 2, 3)))
    assert refs(callers) == ["100.1@1", "100.2@2", "100.3@3"]


def test_when_a_caller_leaves_those_behind_move_up() -> None:
    callers = follow(*(queue_event("QueueCallerJoin", number, number) for number in (1, 2, 3)))
    callers.update(queue_event("QueueCallerLeave", 2, 2))
    assert refs(callers) == ["100.1@1", "100.3@2"]


def test_only_a_caller_who_joins_our_queue_is_reported() -> None:
    callers = WaitingCallers(["staff-fr"])
    assert callers.update(queue_event("QueueCallerJoin", 1, 1))
    assert not callers.update(queue_event("QueueCallerAbandon", 1, 1))
    assert not callers.update(queue_event("QueueCallerJoin", 1, 1, queue="another"))
    assert not callers.update({"Event": "QueueMemberStatus", "Queue": "staff-fr"})


def test_a_repeated_event_counts_once() -> None:
    joined = queue_event("QueueCallerJoin", 1, 1)
    callers = follow(joined, joined, queue_event("QueueCallerJoin", 2, 2))
    callers.update(queue_event("QueueCallerAbandon", 1, 1))
    callers.update(queue_event("QueueCallerLeave", 1, 1))
    assert refs(callers) == ["100.2@1"]


def test_a_resync_replaces_what_events_said() -> None:
    callers = follow(*(queue_event("QueueCallerJoin", number, number) for number in (1, 2)))
    callers.resync("staff-fr", [entry(2, 1), entry(7, 2)], NOON)
    assert refs(callers) == ["100.2@1", "100.7@2"]


def test_a_resync_keeps_the_exact_start_of_a_wait_that_an_event_gave() -> None:
    callers = follow(queue_event("QueueCallerJoin", 1, 1, after_s=0.25))
    callers.resync("staff-fr", [entry(1, 1, NOON + timedelta(seconds=1))], NOON + timedelta(seconds=5))
    assert callers.callers["staff-fr"][0].since == NOON + timedelta(seconds=0.25)


def test_the_wait_of_a_caller_includes_the_time_of_the_callback_offer() -> None:
    callers = follow(queue_event("QueueCallerJoin", 1, 1), queue_event("QueueCallerLeave", 1, 1))
    callers.resync("staff-fr", [], NOON + timedelta(seconds=20))
    callers.update(queue_event("QueueCallerJoin", 1, 1, after_s=30))
    assert callers.callers["staff-fr"][0].since == NOON


def test_callers_who_left_long_ago_are_forgotten() -> None:
    callers = follow(queue_event("QueueCallerJoin", 1, 1), queue_event("QueueCallerLeave", 1, 1))
    callers.resync("staff-fr", [], NOON + timedelta(hours=2))
    assert callers._since == {}
