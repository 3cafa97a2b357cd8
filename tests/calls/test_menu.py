"""The greeting, and the menu with valid, wrong and no keys."""

from carrier import Carrier
from reception import NUMBER, Reception, event_kinds, prompts_heard

from caller.phone import OTHER_SIDE_HUNG_UP, CallerId
from caller.scripted_call import Hangup, Press, WaitUntil
from records import requests

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
        Press(keys="8", during="menu-main-wrong-2"),
        Hangup(during="staff-connecting"),
    )

    assert prompts_heard(story) == [GREETING, "menu-main-wrong-1", "menu-main-wrong-2", "staff-connecting"]
    assert event_kinds(reception.wait_for_call_detail()).count("wrong_key") == 3


def test_the_star_repeats_the_menu(reception: Reception) -> None:
    story = reception.call(Press(keys="*", during="menu-main-2"), Hangup(after="menu-main-1"))

    assert story.missed_steps == ()
    assert prompts_heard(story)[:4] == [GREETING, "menu-main-1", "menu-main-2", "menu-main-1"]


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
