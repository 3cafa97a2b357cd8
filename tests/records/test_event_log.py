from datetime import datetime, timedelta

import pytest

from records.base import Base
from records.calls import open_call
from records.event_log import absorb, forget, forget_all_but, position
from records.events import Appeared, Arrival, CallEvent, CallEventKind, Ended, Ending, Fact, Happened
from records.requests import open_requests
from records.stories import recent, story

LOG, REF = "cel", "1763757623.12"


@pytest.fixture
def facts(noon: datetime) -> list[Fact]:
    """What the log tells of a call that waited for a person, and of a telephone that is not a call of ours."""
    arrival = Arrival(REF, noon, "+33199000000", None, "+33639980001", False, "fr", None)
    waits = CallEvent(noon + timedelta(seconds=5), CallEventKind.QUEUE_ENTERED, {"queue": "staff"})
    return [
        Appeared(100, arrival),
        Happened(200, REF, waits),
        Happened(300, "9.9", waits),
        Ended(400, "9.9", noon, "16"),
        Ended(500, REF, noon + timedelta(seconds=60), "16"),
    ]


def test_a_log_read_again_from_its_beginning_changes_nothing(base: Base, facts: list[Fact]) -> None:
    assert absorb(base, LOG, 500, facts) == 3
    told, rows = story(base, REF), open_requests(base)
    assert absorb(base, LOG, 500, facts) == 0
    assert (story(base, REF), open_requests(base)) == (told, rows)
    assert told.call.ending is Ending.ABANDONED
    assert len(told.events) == len(rows) == 1


@pytest.mark.parametrize("cut", range(6))
def test_a_log_read_in_two_overlapping_parts_tells_the_same_story(base: Base, facts: list[Fact], cut: int) -> None:
    absorb(base, LOG, cut * 100, facts[:cut])
    absorb(base, LOG, 500, facts)
    assert [call.ref for call in recent(base)] == [REF]
    told = story(base, REF)
    assert len(told.events) == 1
    assert (told.call.line, told.call.ended_at - told.call.started_at) == ("+33639980001", timedelta(seconds=60))
    assert position(base, LOG) == 500


def test_the_log_adds_to_a_call_that_was_opened_while_it_rang(base: Base, facts: list[Fact], noon: datetime) -> None:
    live = {"landing": "+33199000000", "public_number": "+33199000000", "caller": "+33639980001", "withheld": False}
    open_call(base, REF, **live, language="en", plan_version=3, at=noon)
    absorb(base, LOG, 500, facts)
    call = story(base, REF).call
    assert (call.language, call.plan_version, call.ending) == ("en", 3, Ending.ABANDONED)


def test_a_log_never_read_is_at_its_beginning_and_logs_are_apart(base: Base) -> None:
    absorb(base, LOG, 500, [])
    assert (position(base, LOG), position(base, "queue_log")) == (500, 0)


def test_a_position_never_goes_back_by_itself(base: Base, facts: list[Fact]) -> None:
    absorb(base, LOG, 500, facts)
    absorb(base, LOG, 100, facts)
    assert position(base, LOG) == 500


def test_a_log_that_was_forgotten_is_read_from_its_beginning(base: Base, facts: list[Fact]) -> None:
    absorb(base, LOG, 900, [])
    forget(base, LOG)
    assert absorb(base, LOG, 500, facts) == 3


def test_of_one_kind_of_logs_the_newest_are_remembered_and_all_others(base: Base) -> None:
    logs = [f"journal {n}" for n in range(1, 6)]
    for log in (LOG, *logs, "journalist"):
        absorb(base, log, 500, [])
    forget_all_but(base, "journal ", 2)
    assert [log for log in (LOG, *logs, "journalist") if position(base, log)] == [LOG, *logs[3:], "journalist"]
