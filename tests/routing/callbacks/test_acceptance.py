"""Whether a requested callback may be dialled: every case, without a database."""

import pytest

from routing.callbacks.acceptance import AcceptanceDecision, NotDialledReason, NumberState, decide_acceptance
from routing.callbacks.states import CLOSED_STATES, CallbackState

QUEUED = AcceptanceDecision(CallbackState.QUEUED)
DUPLICATE = AcceptanceDecision(CallbackState.UNRUNG, NotDialledReason.DUPLICATE)
OPEN_STATES = [state for state in CallbackState if state not in CLOSED_STATES]


@pytest.mark.parametrize("by_form", [True, False])
def test_a_callback_for_an_unknown_number_is_queued(by_form: bool) -> None:
    assert decide_acceptance(NumberState(), by_form=by_form) == QUEUED


@pytest.mark.parametrize("by_form", [True, False])
@pytest.mark.parametrize("state", OPEN_STATES)
def test_a_number_has_one_open_callback_unless_the_open_one_reached_nobody(state: CallbackState, by_form: bool) -> None:
    replaced = state in (CallbackState.MISSED, CallbackState.EXPIRED)
    expected = QUEUED if replaced else DUPLICATE
    assert decide_acceptance(NumberState(open_callback=state), by_form=by_form) == expected


@pytest.mark.parametrize("open_callback", [None, *OPEN_STATES])
def test_a_form_never_dials_a_number_on_the_do_not_call_list(open_callback: CallbackState | None) -> None:
    number = NumberState(is_do_not_call=True, has_reached_limit=True, open_callback=open_callback)
    assert decide_acceptance(number, by_form=True) == AcceptanceDecision(
        CallbackState.UNRUNG, NotDialledReason.DO_NOT_CALL
    )


def test_a_caller_on_the_do_not_call_list_is_left_to_a_person() -> None:
    number = NumberState(is_do_not_call=True)
    assert decide_acceptance(number, by_form=False) == AcceptanceDecision(
        CallbackState.TO_CHECK, NotDialledReason.DO_NOT_CALL
    )


def test_beyond_the_limit_of_a_number_no_form_and_no_key_makes_us_dial_and_staff_decide() -> None:
    number = NumberState(has_reached_limit=True)
    assert decide_acceptance(number, by_form=True) == AcceptanceDecision(CallbackState.UNRUNG, NotDialledReason.LIMIT)
    assert decide_acceptance(number, by_form=False, by_caller=True) == AcceptanceDecision(
        CallbackState.TO_CHECK, NotDialledReason.LIMIT
    )
    assert decide_acceptance(number, by_form=False) == QUEUED
