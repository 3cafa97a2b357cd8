"""Caller IDs: every form of a number, none, and hostile ones."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from carrier import Carrier
from reception import NUMBER, Reception, prompts_heard, wait_for

from caller.phone import CallerId
from caller.scripted_call import Hangup, Press, WaitUntil
from records.calls import call_detail
from records.contacts import contact_cards

GREETING = "greeting-33199000000"
CANARY = "Canari"


@pytest.mark.parametrize(
    ("presented", "line"),
    [
        ("0639981001", "+33639981001"),
        pytest.param("0033639981002", "+33639981002", marks=pytest.mark.long),
        pytest.param("+33639981003", "+33639981003", marks=pytest.mark.long),
        pytest.param("33639981004", "+33639981004", marks=pytest.mark.long),
        ("0262991005", "+262262991005"),
        pytest.param("0690001006", "+590690001006", marks=pytest.mark.long),
        pytest.param("+441632961007", "+441632961007", marks=pytest.mark.long),
    ],
)
def test_a_caller_has_one_line_whatever_the_form_of_their_number(
    reception: Reception, carrier: Carrier, presented: str, line: str
) -> None:
    reception.call(Hangup(during=GREETING), caller=CallerId(presented), uri=carrier.uri(NUMBER))

    record = reception.wait_for_call_detail(line)
    assert record.contact is not None
    assert record.contact.lines == (line,)


@pytest.mark.parametrize(
    "presented",
    [
        "anonymous",
        "${SHELL(id)}",
        *(
            pytest.param(other, marks=pytest.mark.long)
            for other in ("Jean", "12", "0" * 40, "1;rm -rf", '06"$(id)', "0639981\n", "+33639981008,1,Hangup()")
        ),
    ],
)
def test_an_absurd_or_hostile_number_is_served_without_a_card(reception: Reception, presented: str) -> None:
    since = datetime.now(UTC)
    story = reception.call(Hangup(during=GREETING), caller=CallerId(presented.strip(), name='");System(id)#' + CANARY))

    assert prompts_heard(story) == [GREETING]

    [call] = reception.wait_for_calls(since, 1)
    assert call.line is None
    assert call.contact_id is None


def test_neither_names_nor_numbers_of_callers_are_in_any_log(reception: Reception) -> None:
    number = "+33639981009"
    reception.call(Press(keys="2", during=GREETING), WaitUntil(during="goodbye"), caller=CallerId(number, CANARY))
    reception.call(WaitUntil(at_s=0, timeout=2), caller=CallerId(number, CANARY), number="0199000777")
    reception.wait_for_call_detail(number)

    written = "".join(path.read_text(errors="replace") for path in reception.settings.log.rglob("*") if path.is_file())
    assert "Asterisk" in written  # the search looks where logs are
    assert CANARY not in written
    assert number[3:] not in written


def test_two_first_calls_of_one_number_at_once_make_one_line_and_one_card(reception: Reception) -> None:
    caller = CallerId("+33639981010")

    def once(_: int) -> None:
        reception.call(Hangup(after=GREETING), caller=caller)

    with ThreadPoolExecutor(2) as callers:
        list(callers.map(once, range(2)))

    def both():
        calls = [
            call
            for call in call_detail.list_recent_calls(reception.database, 100)
            if call.line == caller.number and call.ended_at
        ]
        return calls if len(calls) == 2 else None

    calls = wait_for(both, "two calls in the record")
    assert len({call.contact_id for call in calls}) == 1
    [card] = contact_cards.find_cards(reception.database, caller.number or "")
    assert card.lines == (caller.number,)


def test_a_caller_who_hangs_up_at_any_step_leaves_one_complete_record(reception: Reception, tmp_path: Path) -> None:
    message = reception.publish("Message pendant lequel on raccroche.", tmp_path)
    steps = {
        "+33639981011": [Hangup(at_s=0)],
        "+33639981012": [Hangup(during=GREETING)],
        "+33639981013": [Hangup(during="menu-main-34")],
        "+33639981014": [Press(keys="3", during=GREETING), Hangup(during=message)],
        "+33639981015": [Press(keys="0", during=GREETING), Hangup(during="staff-connecting")],
        "+33639981016": [Press(keys="0", during=GREETING), Hangup(during="voicemail-invite")],
        "+33639981017": [Press(keys="2", during=GREETING), Hangup(during="callback-accepted")],
    }
    with ThreadPoolExecutor(4) as callers:
        list(callers.map(lambda item: reception.call(*item[1], caller=CallerId(item[0])), steps.items()))

    endings = {line: str(reception.wait_for_call_detail(line).call.disposition) for line in steps}
    assert endings == {
        "+33639981011": "abandoned",
        "+33639981012": "abandoned",
        "+33639981013": "abandoned",
        "+33639981014": "message_heard",
        "+33639981015": "abandoned",
        "+33639981016": "abandoned",
        "+33639981017": "callback",
    }
    lines = [call.line for call in call_detail.list_recent_calls(reception.database, 200)]
    assert all(lines.count(line) == 1 for line in steps)


def test_the_recognizer_finds_only_what_was_played(reception: Reception) -> None:
    story = reception.call(Hangup(after=GREETING))

    heard = prompts_heard(story)
    assert "apology" not in heard
    assert "goodbye" not in heard
    # The same sound judged by a library without the greeting: it is then unknown, never something else.
    other = reception.prompt_recognizer("en").recognize(story.recording)
    assert not [sound for sound in other if getattr(sound, "whole", False)]
