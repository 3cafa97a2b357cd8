from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.callbacks.states import (
    CLOSED_STATES,
    TRANSITIONS,
    CallbackState,
    VisitorStatus,
    can_transition,
    get_visitor_status,
)

S = CallbackState
states = st.sampled_from(CallbackState)


@given(st.lists(states, min_size=1, max_size=30))
def test_a_visitor_may_be_rung_again_only_by_way_of_the_queue(wished: list[CallbackState]) -> None:
    now, way = S.QUEUED, [S.QUEUED]
    for after in wished:
        if can_transition(now, after):
            now = after
            way.append(now)

    rung = [place for place, state in enumerate(way) if state is S.VISITOR_RINGING]
    for earlier, later in pairwise(rung):
        assert way[later - 1] is S.IN_LINE
        assert S.QUEUED in way[earlier:later]


def test_only_a_person_or_the_visitor_leads_out_of_what_nobody_knows() -> None:
    assert {after for after in TRANSITIONS if can_transition(S.TO_CHECK, after)} == {
        *(S.QUEUED, S.ANSWERED, S.TREATED, S.MISSED, S.EXPIRED)
    }
    assert not can_transition(S.TO_CHECK, S.IN_LINE)
    assert not can_transition(S.TO_CHECK, S.VISITOR_RINGING)


def test_every_state_has_its_moves_and_each_end_is_one() -> None:
    assert set(TRANSITIONS) == set(CallbackState)
    assert all(TRANSITIONS[state] <= {S.CANCELLED} for state in CLOSED_STATES)
    assert all(TRANSITIONS[state] for state in set(CallbackState) - CLOSED_STATES)


def test_from_each_open_state_every_closed_one_can_be_reached_or_a_person_decides() -> None:
    for state in set(CallbackState) - CLOSED_STATES:
        reached, ahead = set(), [state]
        while ahead:
            if (now := ahead.pop()) not in reached:
                reached.add(now)
                ahead += TRANSITIONS[now]
        assert {S.ANSWERED, S.TREATED, S.EXPIRED} <= reached


@given(states, st.booleans())
def test_an_unrung_one_looks_like_one_that_waits(state: CallbackState, expired: bool) -> None:
    assert get_visitor_status(S.UNRUNG, expired) is get_visitor_status(S.QUEUED, expired)
    assert isinstance(get_visitor_status(state, expired), VisitorStatus)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        *((S.QUEUED, "waiting"), (S.IN_LINE, "waiting"), (S.VISITOR_RINGING, "calling"), (S.TALKING, "calling")),
        *((S.ANSWERED, "done"), (S.TREATED, "done"), (S.MISSED, "missed"), (S.CANCELLED, "cancelled")),
        *((S.EXPIRED, "expired"), (S.TO_CHECK, "waiting")),
    ],
)
def test_a_visitor_is_told_what_concerns_him(state: CallbackState, told: str) -> None:
    assert get_visitor_status(state, is_expired=False) == told
