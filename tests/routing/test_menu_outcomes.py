"""A menu announces what its keys lead to at that moment, in the call and in its simulation alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from routing.closed_prompts import list_closed_prompts, list_notices
from routing.destinations import Destination
from routing.menu_outcomes import MenuMoment, find_moment
from routing.overrides import NO_OVERRIDES, ManualOverrides, Override, OverrideName
from routing.plan.model import Plan
from routing.plan.parsing import parse_plan
from routing.sentences import list_sentences, menu_prompt_keys
from routing.simulation import CallConditions, simulate_call

MONDAY_NOON = datetime(2030, 3, 4, 11, tzinfo=UTC)
SUNDAY = datetime(2030, 3, 3, 11, tzinfo=UTC)
DRAW = 0.5
WORDS = {"override-1": {"fr": "Tempête."}}
CLOSED = ManualOverrides(closed=Override(OverrideName.CLOSED, words="override-1", sentences=WORDS))
OPENED = ManualOverrides(opened=Override(OverrideName.OPEN))
OVERFLOW = ManualOverrides(overflow=Override(OverrideName.OVERFLOW, words="override-1", sentences=WORDS))
PAUSED = ManualOverrides(callbacks=Override(OverrideName.CALLBACKS))
CENTRE = """
overflow:
  rules: [{when: %s}]
  centres: [{name: north, number: "+33199000050", ring_s: 20}]
"""
TEAM, CALLBACK, MESSAGE = "menu-main-1", "menu-main-2", "menu-main-34"
EITHER, VOICEMAIL = "menu-main-1-closed", "menu-main-1-voicemail"


@pytest.fixture
def text(default_plan_text: str) -> str:
    return default_plan_text.replace("mon-sun: 00:00-24:00", "mon-fri: 09:00-18:00")


@pytest.fixture
def office(text: str) -> Plan:
    return parse_plan(text)


@pytest.mark.parametrize(
    ("at", "overrides", "trunk", "announced"),
    [
        (MONDAY_NOON, NO_OVERRIDES, True, (TEAM, CALLBACK, MESSAGE)),
        (MONDAY_NOON, NO_OVERRIDES, False, (TEAM, MESSAGE)),
        (MONDAY_NOON, PAUSED, True, (TEAM, CALLBACK, MESSAGE)),  # requests are accepted, and wait
        (MONDAY_NOON, CLOSED, True, (EITHER, CALLBACK, MESSAGE)),
        (MONDAY_NOON, CLOSED, False, (VOICEMAIL, MESSAGE)),
        (MONDAY_NOON, OVERFLOW, True, (TEAM, CALLBACK, MESSAGE)),
        (SUNDAY, NO_OVERRIDES, True, (EITHER, CALLBACK, MESSAGE)),
        (SUNDAY, NO_OVERRIDES, False, (VOICEMAIL, MESSAGE)),
        (SUNDAY, OVERFLOW, True, (EITHER, CALLBACK, MESSAGE)),  # no centre in this plan
        (SUNDAY, OPENED, True, (TEAM, CALLBACK, MESSAGE)),
    ],
)
def test_what_a_key_leads_to_is_announced(
    office: Plan, at: datetime, overrides: ManualOverrides, trunk: bool, announced: tuple[str, ...]
) -> None:
    number = office.numbers[0]
    moment = find_moment(office, number, at, overrides, DRAW, callbacks=trunk)
    assert menu_prompt_keys(office.menus["main"], moment) == announced
    call = simulate_call(office, number, at, CallConditions(overrides=overrides, callbacks=trunk))
    assert call.prompts[-len(announced) :] == announced
    staff = next(key for key in call.keys if key.choice.destination is Destination.STAFF)
    first = staff.destinations_when_staffed[0]
    expected = {EITHER: Destination.CALLBACK, VOICEMAIL: Destination.VOICEMAIL}
    assert first is expected.get(announced[0], Destination.STAFF)
    assert [key.choice.key for key in call.keys if not key.is_offered] == ([] if trunk else ["2"])


@pytest.mark.parametrize(("rule", "overrides"), [("closed", NO_OVERRIDES), ("nobody-logged-in", OVERFLOW)])
def test_a_person_at_a_centre_is_announced_while_the_team_is_not_there(
    text: str, rule: str, overrides: ManualOverrides
) -> None:
    plan = parse_plan(text + CENTRE % rule)
    number = plan.numbers[0]
    assert find_moment(plan, number, SUNDAY, overrides, DRAW) == MenuMoment()
    assert list_closed_prompts(plan, number, SUNDAY, overrides, DRAW) == []


def test_every_prompt_that_a_moment_asks_for_is_a_sentence_of_the_plan_and_says_what_happens(office: Plan) -> None:
    texts = {sentence.key: sentence.texts for sentence in list_sentences(office)}
    assert texts[EITHER]["fr"] == "Pour laisser un message ou être rappelé, tapez 1."
    assert texts[VOICEMAIL]["en"] == "To leave a message, press 1."
    for person in (True, False):
        for callbacks in (True, False):
            for menu in office.menus.values():
                assert set(menu_prompt_keys(menu, MenuMoment(person, callbacks))) <= texts.keys()


def test_words_replace_the_usual_sentence_in_their_language_alone(office: Plan) -> None:
    french, english = office.numbers[0], replace(office.numbers[0], language="en")
    assert list_closed_prompts(office, french, MONDAY_NOON, CLOSED, DRAW) == ["override-1"]
    assert list_closed_prompts(office, english, MONDAY_NOON, CLOSED, DRAW) == ["closed"]


def test_words_of_another_override_are_said_beside_the_menu(office: Plan) -> None:
    french, english = office.numbers[0], replace(office.numbers[0], language="en")
    assert list_notices(french, OVERFLOW) == ["override-1"]
    assert list_notices(english, OVERFLOW) == list_notices(french, CLOSED) == []


def test_a_closure_with_an_end_announces_the_next_opening_that_was_prepared(office: Plan) -> None:
    number, ends_at = office.numbers[0], MONDAY_NOON + timedelta(hours=3, minutes=7)  # 15:07 in Paris
    said = {"reopens-today-1507": {"fr": "Nous rouvrons aujourd'hui à quinze heures sept."}}
    closed = ManualOverrides(closed=Override(OverrideName.CLOSED, ends_at=ends_at, sentences=said))
    assert list_closed_prompts(office, number, MONDAY_NOON, closed, DRAW) == ["closed", "reopens-today-1507"]
    unprepared = ManualOverrides(closed=Override(OverrideName.CLOSED, ends_at=ends_at))
    assert list_closed_prompts(office, number, MONDAY_NOON, unprepared, DRAW) == ["closed"]
