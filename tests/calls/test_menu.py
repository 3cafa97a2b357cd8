"""The greeting, and the menu with valid, wrong and no keys."""

from pathlib import Path

import pytest
from carrier import Carrier
from reception import NUMBER, Reception, event_kinds, prompts_heard

from caller.phone import CallerId
from caller.phone_events import OTHER_SIDE_HUNG_UP
from caller.scripted_call import Hangup, Press, WaitUntil
from records.call_events import CallEventKind
from records.requests import requests

GREETING = "greeting-33199000000"
MENU = ["menu-main-1", "menu-main-2", "menu-main-34", "menu-main-5"]


def test_a_caller_who_presses_nothing_is_asked_twice_more_and_then_connected(
    reception: Reception, carrier: Carrier
) -> None:
    story = reception.call(Hangup(during="staff-connecting"), uri=carrier.uri(NUMBER))

    assert prompts_heard(story) == [
        *(GREETING, *MENU),
        *("menu-main-silence-1", *MENU),
        *("menu-main-silence-2", *MENU),
        "staff-connecting",
    ]
    assert story.answered_s is not None and story.answered_s < 1
    assert event_kinds(reception.wait_for_call_detail()).count("silence") == 3


def test_the_third_wrong_key_leads_to_staff(reception: Reception) -> None:
    story = reception.call(
        Press(keys="9", during=GREETING),
        Press(keys="#", during="menu-main-wrong-1"),
        Press(keys="9", during="menu-main-wrong-2"),
        Hangup(during="staff-connecting"),
    )

    assert prompts_heard(story) == [GREETING, "menu-main-wrong-1", "menu-main-wrong-2", "staff-connecting"]
    assert event_kinds(reception.wait_for_call_detail()).count("wrong_key") == 3


@pytest.mark.long
def test_the_star_repeats_the_menu(reception: Reception) -> None:
    story = reception.call(Press(keys="*", during="menu-main-2"), Hangup(after="menu-main-1"))

    assert story.missed_steps == ()
    assert prompts_heard(story)[:4] == [GREETING, "menu-main-1", "menu-main-2", "menu-main-1"]


def test_a_caller_goes_down_to_a_submenu_back_up_and_down_again_to_the_message(
    reception: Reception, carrier: Carrier, tmp_path: Path
) -> None:
    message = reception.publish("Ceci est le message des services.", tmp_path)

    story = reception.call(
        Press(keys="8", during=GREETING),
        Press(keys="*", during="menu-services-star"),
        Press(keys="8", during="menu-main-1"),
        Press(keys="1", during="menu-services-3"),
        Press(keys="3", during="menu-services-wrong-1"),
        Hangup(after="menu-services-3"),
        uri=carrier.uri(NUMBER),
    )

    assert story.missed_steps == (), str(story)
    assert prompts_heard(story)[:7] == [
        *(GREETING, "menu-services-3", "menu-services-star", "menu-main-1"),
        *("menu-services-3", "menu-services-wrong-1", message),
    ]
    record = reception.wait_for_call_detail(with_event=CallEventKind.MESSAGE_HEARD)
    pressed = [event.detail for event in record.events if event.kind in (CallEventKind.KEY, CallEventKind.WRONG_KEY)]
    assert pressed == [
        {"key": "8", "menu": "main", "next_menu": "services"},
        {"key": "*", "menu": "services", "next_menu": "main"},
        {"key": "8", "menu": "main", "next_menu": "services"},
        {"key": "1", "menu": "services"},
        {"key": "3", "menu": "services"},
    ]
    assert record.call.disposition == "message_heard"


@pytest.mark.long
def test_a_caller_who_is_lost_in_a_submenu_reaches_the_team(reception: Reception) -> None:
    story = reception.call(Press(keys="8", during=GREETING), Hangup(during="staff-connecting"))

    assert prompts_heard(story) == [
        *(GREETING, "menu-services-3", "menu-services-star"),
        *("menu-services-silence-1", "menu-services-3", "menu-services-star", "staff-connecting"),
    ]


def test_2_creates_a_callback_and_an_open_request(reception: Reception) -> None:
    story = reception.call(Press(keys="2", during=GREETING), caller=CallerId("0639980202"))

    assert prompts_heard(story) == [GREETING, "callback-accepted", "goodbye"]
    assert story.hangup_event and story.hangup_event.detail == OTHER_SIDE_HUNG_UP
    record = reception.wait_for_call_detail("+33639980202")
    assert record.call.disposition == "callback"
    assert [
        (row.kind, row.line)
        for row in requests.list_open_requests(reception.database)
        if row.call_ref == record.call.ref
    ] == [("callback", "+33639980202")]


@pytest.mark.long
def test_a_caller_who_says_goodbye_by_a_key_has_finished_the_call(reception: Reception) -> None:
    story = reception.call(Press(keys="7", during=GREETING), caller=CallerId("0639980207"))

    assert prompts_heard(story) == [GREETING, "goodbye"]
    assert reception.wait_for_call_detail("+33639980207").call.disposition == "goodbye"


def test_a_caller_with_a_withheld_number_who_types_none_is_offered_voicemail(
    reception: Reception, carrier: Carrier
) -> None:
    story = reception.call(
        Press(keys="2", during=GREETING), Hangup(during="tone:1000"), uri=carrier.uri(f"3651{NUMBER}")
    )

    assert prompts_heard(story) == [GREETING, "number-unseen", "number-enter", "callback-no-number", "voicemail-invite"]
    record = reception.wait_for_call_detail(line=None)
    assert record.call.withheld
    assert record.contact is None


def test_a_closed_number_announces_it_in_its_language_and_offers_voicemail(reception: Reception) -> None:
    story = reception.call(
        Press(keys="0", after="menu-main-34"), Hangup(during="voicemail-invite"), number="0199000001", language="en"
    )

    assert prompts_heard(story)[:2] == ["greeting-33899000000", "closed"]
    assert prompts_heard(story)[2].startswith("reopens-")
    assert prompts_heard(story)[-1] == "voicemail-invite"
    assert reception.wait_for_call_detail().call.language == "en"


def test_an_unknown_number_is_rejected(reception: Reception) -> None:
    story = reception.call(WaitUntil(at_s=0, timeout=3), number="0199000009")

    assert story.answered_s is None
    assert story.hangup_event and story.hangup_event.detail.startswith("404")
