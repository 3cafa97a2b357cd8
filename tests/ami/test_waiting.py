"""Who waits, told by events alone and set right by Asterisk's own list."""

from datetime import UTC, datetime, timedelta

from ami.queue import Entry
from ami.waiting import Waiting

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)


def heard(kind: str, number: int, position: int, after_s: float = 0, queue: str = "staff-fr") -> dict[str, str]:
    return {
        "Event": kind,
        "Queue": queue,
        "Channel": f"PJSIP/trunk-{number:08}",
        "Linkedid": f"100.{number}",
        "Position": str(position),
        "Timestamp": str((NOON + timedelta(seconds=after_s)).timestamp()),
    }


def entry(number: int, position: int, since: datetime = NOON) -> Entry:
    return Entry(f"100.{number}", f"PJSIP/trunk-{number:08}", since, position)


def waiting(*events: dict[str, str]) -> Waiting:
    room = Waiting(["staff-fr"])
    for event in events:
        room.hear(event)
    return room


def refs(room: Waiting) -> list[str]:
    return [f"{caller.ref}@{caller.position}" for caller in room.callers["staff-fr"]]


def test_callers_wait_in_the_order_in_which_they_came() -> None:
    room = waiting(*(heard("QueueCallerJoin", number, number) for number in (1, 2, 3)))
    assert refs(room) == ["100.1@1", "100.2@2", "100.3@3"]


def test_when_one_leaves_those_behind_move_up_and_those_before_stay() -> None:
    room = waiting(*(heard("QueueCallerJoin", number, number) for number in (1, 2, 3)))
    room.hear(heard("QueueCallerLeave", 2, 2))
    assert refs(room) == ["100.1@1", "100.3@2"]


def test_who_joins_says_so_and_nobody_else() -> None:
    room = Waiting(["staff-fr"])
    assert room.hear(heard("QueueCallerJoin", 1, 1))
    assert not room.hear(heard("QueueCallerAbandon", 1, 1))
    assert not room.hear(heard("QueueCallerJoin", 1, 1, queue="another"))
    assert not room.hear({"Event": "QueueMemberStatus", "Queue": "staff-fr"})


def test_an_event_heard_twice_counts_once() -> None:
    joined = heard("QueueCallerJoin", 1, 1)
    room = waiting(joined, joined, heard("QueueCallerJoin", 2, 2))
    room.hear(heard("QueueCallerAbandon", 1, 1))
    room.hear(heard("QueueCallerLeave", 1, 1))
    assert refs(room) == ["100.2@1"]


def test_after_events_were_lost_asterisks_list_counts() -> None:
    room = waiting(*(heard("QueueCallerJoin", number, number) for number in (1, 2)))
    room.resync("staff-fr", [entry(2, 1), entry(7, 2)], NOON)
    assert refs(room) == ["100.2@1", "100.7@2"]


def test_a_join_that_was_seen_tells_since_when_better_than_whole_seconds_do() -> None:
    room = waiting(heard("QueueCallerJoin", 1, 1, after_s=0.25))
    room.resync("staff-fr", [entry(1, 1, NOON + timedelta(seconds=1))], NOON + timedelta(seconds=5))
    assert room.callers["staff-fr"][0].since == NOON + timedelta(seconds=0.25)


def test_who_looks_at_the_offer_and_comes_back_has_waited_all_the_time() -> None:
    room = waiting(heard("QueueCallerJoin", 1, 1), heard("QueueCallerLeave", 1, 1))
    room.resync("staff-fr", [], NOON + timedelta(seconds=20))
    room.hear(heard("QueueCallerJoin", 1, 1, after_s=30))
    assert room.callers["staff-fr"][0].since == NOON


def test_what_is_long_past_is_forgotten() -> None:
    room = waiting(heard("QueueCallerJoin", 1, 1), heard("QueueCallerLeave", 1, 1))
    room.resync("staff-fr", [], NOON + timedelta(hours=2))
    assert room._since == {}
