"""Each hand-off has a reference of its own, by which the call is found."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from recorded_calls import record_call

from records.call_events import CallEvent, CallEventKind
from records.calls.calls import add_events
from records.centres.handoffs import find_call, list_handoffs
from records.database.engine import Database

CALL = "1763757623.12"


@pytest.fixture
def happens(database: Database, noon: datetime) -> Any:
    """Adds events to the call, each so many seconds after noon."""
    record_call(database, CALL, noon)

    def add(*events: tuple[int, CallEventKind, dict[str, object]]) -> None:
        add_events(database, CALL, [CallEvent(noon + timedelta(seconds=s), kind, what) for s, kind, what in events])

    return add


def test_each_centre_has_a_reference_of_its_own(database: Database, noon: datetime, happens: Any) -> None:
    happens(
        (1, CallEventKind.CENTRE_DIALLED, {"centre": "north", "reference": "a" * 32}),
        (9, CallEventKind.CENTRE_FAILED, {"centre": "north", "reason": "busy"}),
        (9, CallEventKind.CENTRE_DIALLED, {"centre": "south", "reference": "b" * 32}),
        (12, CallEventKind.CENTRE_ANSWERED, {"centre": "south"}),
    )
    north, south = list_handoffs(database, CALL)
    assert (north.reference, north.centre, north.answered_at) == ("a" * 32, "north", None)
    assert (south.reference, south.answered_at) == ("b" * 32, noon + timedelta(seconds=12))
    assert find_call(database, "a" * 32) == find_call(database, "b" * 32) == CALL
    assert find_call(database, "c" * 32) is None


def test_a_centre_that_is_dialled_twice_has_answered_the_last_time(
    database: Database, noon: datetime, happens: Any
) -> None:
    happens((1, CallEventKind.CENTRE_DIALLED, {"centre": "north", "reference": "a" * 32}))
    happens((30, CallEventKind.CENTRE_DIALLED, {"centre": "north", "reference": "b" * 32}))
    happens((31, CallEventKind.CENTRE_ANSWERED, {"centre": "north"}))
    assert [handoff.answered_at for handoff in list_handoffs(database, CALL)] == [None, noon + timedelta(seconds=31)]


def test_a_centre_that_is_passed_over_keeps_the_call_that_it_answered_before(
    database: Database, noon: datetime, happens: Any
) -> None:
    happens((1, CallEventKind.CENTRE_DIALLED, {"centre": "north", "reference": "a" * 32}))
    happens((5, CallEventKind.CENTRE_ANSWERED, {"centre": "north"}))
    happens(*((60, CallEventKind.CENTRE_FAILED, {"centre": "north", "reason": why}) for why in ("paused", "full")))
    [handoff] = list_handoffs(database, CALL)
    assert handoff.answered_at == noon + timedelta(seconds=5)


def test_a_dialplan_of_an_earlier_version_hands_over_by_the_reference_of_the_call(
    database: Database, noon: datetime, happens: Any
) -> None:
    happens((12, CallEventKind.CENTRE_ANSWERED, {"centre": "north"}))
    [handoff] = list_handoffs(database, CALL)
    assert (handoff.reference, handoff.answered_at) == (CALL, noon + timedelta(seconds=12))
