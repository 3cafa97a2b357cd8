"""The simulation of a call."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from routing.destinations import Destination
from routing.messages import MessageVersion
from routing.overrides import ManualOverrides, Override, OverrideName
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan
from routing.simulation import CallConditions, SimulatedCall, simulate_call

MONDAY_NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
SUNDAY = datetime(2030, 3, 3, 11, tzinfo=UTC)
CLOSED = ManualOverrides(closed=Override(OverrideName.CLOSED))
OVERFLOW = ManualOverrides(overflow=Override(OverrideName.OVERFLOW))
CENTRE = """
overflow:
  rules: [{when: nobody-logged-in}]
  centres: [{name: north, number: "+33199000050", ring_s: 20}]
"""


@pytest.fixture
def office(default_plan_text: str) -> Plan:
    return parse_plan(default_plan_text.replace("mon-sun: 00:00-24:00", "mon-fri: 09:00-18:00"))


def staff_destinations(call: SimulatedCall) -> tuple[tuple[Destination, ...], ...]:
    staff = next(key for key in call.keys if key.choice.destination is Destination.STAFF)
    return staff.destinations_when_staffed, staff.destinations_when_unstaffed


def test_a_call_in_opening_hours(office: Plan) -> None:
    call = simulate_call(office, office.numbers[0], MONDAY_NOON)
    assert call.is_open and call.answered
    assert call.prompts == ("greeting-33199000000", "menu-main-1", "menu-main-2", "menu-main-34")
    rest = (Destination.CALLBACK, Destination.VOICEMAIL)
    assert staff_destinations(call) == ((Destination.STAFF, *rest), rest)


def test_a_caller_on_a_closed_day_hears_the_next_opening(office: Plan) -> None:
    call = simulate_call(office, office.numbers[0], SUNDAY)
    assert not call.is_open
    assert call.prompts[1:3] == ("closed", "reopens-tomorrow-0900")
    assert staff_destinations(call)[0] == staff_destinations(call)[1] == (Destination.CALLBACK, Destination.VOICEMAIL)

    overridden = simulate_call(office, office.numbers[0], MONDAY_NOON, CallConditions(overrides=CLOSED))
    assert overridden.prompts[1:3] == ("closed", "menu-main-1-closed") and not overridden.is_open


def test_a_call_while_no_agent_is_logged_in_goes_to_the_centre(default_plan_text: str) -> None:
    plan = parse_plan(default_plan_text + CENTRE)
    call = simulate_call(plan, plan.numbers[0], MONDAY_NOON)
    overridden = simulate_call(plan, plan.numbers[0], MONDAY_NOON, CallConditions(overrides=OVERFLOW))
    assert staff_destinations(call)[1][0] is Destination.OVERFLOW
    assert staff_destinations(overridden)[0][0] is Destination.OVERFLOW


def test_a_call_to_a_closed_surcharged_number_is_not_answered(office: Plan) -> None:
    surcharged = replace(office.numbers[0], surcharged=True)
    call = simulate_call(office, surcharged, SUNDAY)
    assert (call.answered, call.prompts, call.keys) == (False, ("closed", "reopens-tomorrow-0900"), ())


def test_each_key_plays_the_message_that_is_on_air_at_that_time(office: Plan) -> None:
    version = MessageVersion(1, "daily", "hash", SUNDAY, MONDAY_NOON, SUNDAY, "anne", "Bonjour")
    sunday = simulate_call(office, office.numbers[0], SUNDAY, CallConditions(messages=[version]))
    key = {key.choice.key: key for key in sunday.keys}["3"]
    assert key.message.version == version and not key.message.stale
    monday = simulate_call(office, office.numbers[0], MONDAY_NOON, CallConditions(messages=[version]))
    later = {key.choice.key: key for key in monday.keys}
    assert later["3"].message.stale and later["2"].message is None
