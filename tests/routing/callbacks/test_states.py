"""The states of a callback and their transitions."""

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
def test_a_visitor_is_dialled_again_only_through_the_queue(requested: list[CallbackState]) -> None:
    now, path = S.QUEUED, [S.QUEUED]
    for after in requested:
        if can_transition(now, after):
            now = after
            path.append(now)

    dialled = [index for index, state in enumerate(path) if state is S.VISITOR_RINGING]
    for earlier, later in pairwise(dialled):
        assert path[later - 1] is S.IN_LINE
        assert S.QUEUED in path[earlier:later]


def test_a_callback_that_needs_a_person_is_never_dialled_by_itself() -> None:
    assert {after for after in TRANSITIONS if can_transition(S.TO_CHECK, after)} == {
        *(S.QUEUED, S.ANSWERED, S.TREATED, S.MISSED, S.EXPIRED)
    }
    assert not can_transition(S.TO_CHECK, S.IN_LINE)
    assert not can_transition(S.TO_CHECK, S.VISITOR_RINGING)


def test_every_state_has_transitions_except_closed_ones() -> None:
    assert set(TRANSITIONS) == set(CallbackState)
    assert all(TRANSITIONS[state] <= {S.CANCELLED} for state in CLOSED_STATES)
    assert all(TRANSITIONS[state] for state in set(CallbackState) - CLOSED_STATES)


def test_every_open_state_leads_to_answered_resolved_and_expired() -> None:
    for state in set(CallbackState) - CLOSED_STATES:
        reached, ahead = set(), [state]
        while ahead:
            if (now := ahead.pop()) not in reached:
                reached.add(now)
                ahead += TRANSITIONS[now]
        assert {S.ANSWERED, S.TREATED, S.EXPIRED} <= reached


@given(states, st.booleans())
def test_a_suppressed_callback_looks_like_a_waiting_one(state: CallbackState, expired: bool) -> None:
    assert get_visitor_status(S.UNRUNG, expired) is get_visitor_status(S.QUEUED, expired)
    assert isinstance(get_visitor_status(state, expired), VisitorStatus)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        *((S.QUEUED, "waiting"), (S.IN_LINE, "waiting"), (S.VISITOR_RINGING, "calling"), (S.TALKING, "calling")),
        *((S.ANSWERED, "done"), (S.TREATED, "done"), (S.MISSED, "missed"), (S.CANCELLED, "cancelled")),
        *((S.EXPIRED, "expired"), (S.TO_CHECK, "waiting")),
    ],
)
def test_each_state_has_a_status_for_the_visitor(state: CallbackState, status: str) -> None:
    assert get_visitor_status(state, is_expired=False) == status
