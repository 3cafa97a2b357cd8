from dataclasses import replace
from datetime import UTC, datetime

import pytest

from routing.destinations import Destination
from routing.messages import MessageVersion
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan
from routing.simulation import SimulatedCall, simulate_call

MONDAY_NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
SUNDAY = datetime(2030, 3, 3, 11, tzinfo=UTC)
CENTRE = """
overflow:
  rules: [{when: nobody-logged-in}]
  centres: [{name: north, number: "+33199000050", ring_s: 20}]
"""


@pytest.fixture
def office(seed_text: str) -> Plan:
    return parse_plan(seed_text.replace("mon-sun: 00:00-24:00", "mon-fri: 09:00-18:00"))


def ways(found: SimulatedCall) -> tuple[tuple[Destination, ...], ...]:
    staff = next(key for key in found.keys if key.choice.destination is Destination.STAFF)
    return staff.destinations_when_staffed, staff.destinations_when_unstaffed


def test_a_call_in_opening_hours(office: Plan) -> None:
    found = simulate_call(office, office.numbers[0], MONDAY_NOON)
    assert found.is_open and found.answered
    assert found.prompts == ("greeting-33199000000", "menu-main-1", "menu-main-2", "menu-main-34")
    rest = (Destination.CALLBACK, Destination.VOICEMAIL)
    assert ways(found) == ((Destination.STAFF, *rest), rest)


def test_a_call_on_a_closed_day_hears_when_we_open(office: Plan) -> None:
    found = simulate_call(office, office.numbers[0], SUNDAY)
    assert not found.is_open
    assert found.prompts[1:3] == ("closed", "reopens-tomorrow-0900")
    assert ways(found)[0] == ways(found)[1] == (Destination.CALLBACK, Destination.VOICEMAIL)

    by_hand = simulate_call(office, office.numbers[0], MONDAY_NOON, forced_closed=True)
    assert by_hand.prompts[1:3] == ("closed", "menu-main-1") and not by_hand.is_open


def test_a_call_while_nobody_works_goes_to_the_centre(seed_text: str) -> None:
    plan = parse_plan(seed_text + CENTRE)
    assert ways(simulate_call(plan, plan.numbers[0], MONDAY_NOON))[1][0] is Destination.OVERFLOW
    assert ways(simulate_call(plan, plan.numbers[0], MONDAY_NOON, overflow_forced=True))[0][0] is Destination.OVERFLOW


def test_who_calls_a_surcharged_number_in_vain_is_not_answered(office: Plan) -> None:
    dear = replace(office.numbers[0], surcharged=True)
    found = simulate_call(office, dear, SUNDAY)
    assert (found.answered, found.prompts, found.keys) == (False, ("closed", "reopens-tomorrow-0900"), ())


def test_each_key_plays_what_is_on_air_then(office: Plan) -> None:
    version = MessageVersion(1, "daily", "hash", SUNDAY, MONDAY_NOON, SUNDAY, "anne", "Bonjour")
    key = {key.choice.key: key for key in simulate_call(office, office.numbers[0], SUNDAY, messages=[version]).keys}[
        "3"
    ]
    assert key.message.version == version and not key.message.stale
    later = {
        key.choice.key: key for key in simulate_call(office, office.numbers[0], MONDAY_NOON, messages=[version]).keys
    }
    assert later["3"].message.stale and later["2"].message is None
