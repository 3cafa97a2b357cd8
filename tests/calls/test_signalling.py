"""How calls, callers and their keys are written in SIP and RTP, as operators and telephones differ in it."""

from datetime import UTC, datetime

import numpy as np
import pytest
from reception import Reception, wait_for
from scripted_phone import RtpSprayer, ScriptedPhone

from caller.pcm import SAMPLE_RATE, Samples, read_wav, tone
from records.call_events import CallEvent, CallEventKind
from records.calls import call_detail
from records.calls.call_detail import CallRecord
from records.requests import requests

ASSERTED = "P-Asserted-Identity: <sip:{}@operator.example>"


def call_once(
    reception: Reception, *, user: str = "0199000000", caller: str = "0639980001@operator.example", headers: str = ""
) -> int:
    """Calls, and hangs up at once; the status of the call."""
    with ScriptedPhone(reception.settings.sip_port) as phone:
        phone.dial(user, caller=f"sip:{caller}", headers=tuple(filter(None, headers.split("\n"))))
        return phone.wait_for_answer()


@pytest.mark.parametrize(
    "user",
    [
        "0199000000;npdi;rn=+33199000999",
        *(
            pytest.param(other, marks=pytest.mark.long)
            for other in ("199000000;phone-context=+33", "+330199000000", "tel:+33199000000;npdi")
        ),
        "tel:0199000000;phone-context=+33",
    ],
)
def test_the_number_called_is_served_in_each_form_of_the_request_uri(reception: Reception, user: str) -> None:
    assert call_once(reception, user=user) == 200


def test_a_caller_is_withheld_when_they_say_so_and_nothing_of_the_number_is_kept(reception: Reception) -> None:
    number = "0639981777"
    asserted = ASSERTED.format("+33639981777")
    callers = [
        ("anonymous@anonymous.invalid", ""),
        (f"{number}@anonymous.invalid", ""),
        ("anonymous@operator.example", asserted),
        (f"{number}@operator.example", "Privacy: id"),
        (f"{number}@operator.example", f"{asserted}\nPrivacy: critical; ID"),
        (f"{number}@operator.example", f"{asserted}\nPrivacy: none\nPrivacy: user"),
        (f"{number}@operator.example", f"Remote-Party-ID: <sip:{number}@operator.example>;privacy=full"),
        (f"{number}@operator.example", 'Privacy: )${EXTEN}" | "1'),
    ]
    since = datetime.now(UTC)
    for caller, headers in callers:
        assert call_once(reception, caller=caller, headers=headers) == 200

    calls = reception.wait_for_calls(since, len(callers))
    assert [(call.line, call.withheld) for call in calls] == [(None, True)] * len(callers)
    files = [file for file in reception.settings.var.rglob("*") if file.is_file()]
    assert not [file for file in files if number[1:].encode() in file.read_bytes()]
    shown = reception.run("call", "list").stdout
    assert "number withheld" in shown


@pytest.mark.long
def test_a_caller_who_hides_something_else_has_not_withheld_the_number(reception: Reception) -> None:
    privacy = {"off": "+33639981701", "history": "+33639981702", "session": "+33639981703", "None": "+33639981704"}
    for value, number in privacy.items():
        headers = f"{ASSERTED.format(number)}\nPrivacy: {value}"
        assert call_once(reception, caller="0639981799@operator.example", headers=headers) == 200

    for number in privacy.values():
        assert not reception.wait_for_call_detail(number).call.withheld


def test_a_number_that_nobody_can_read_is_unknown_and_not_withheld(reception: Reception) -> None:
    since = datetime.now(UTC)
    assert call_once(reception, caller="unavailable@operator.example") == 200

    [call] = reception.wait_for_calls(since, 1)
    assert (call.line, call.withheld) == (None, False)
    shown = reception.run("trace", call.ref).stdout
    assert "number unknown" in shown
    assert "number withheld" not in shown


@pytest.mark.long
def test_a_callers_number_is_read_with_the_characters_that_a_telephone_puts_into_it(reception: Reception) -> None:
    sent = {
        "+33-6-39-98-17-31": "+33639981731",
        "%E2%80%AA+33%C2%A06%E2%80%AF39%E2%80%9198%E2%80%931732%E2%80%AC": "+33639981732",
        "%EF%BC%90%EF%BC%96%EF%BC%93%EF%BC%99981733": "+33639981733",
        "%EF%BC%8B33(0)639981734": "+33639981734",
        "07001234567890": "+337001234567890",
        "0976011735": "+590976011735",
    }
    for user in sent:
        assert call_once(reception, caller=f"{user}@operator.example") == 200

    for number in sent.values():
        assert not reception.wait_for_call_detail(number).call.withheld


@pytest.mark.parametrize(
    ("offers_events", "forms", "number"),
    [
        pytest.param(True, {"event": True}, "0639980033", id="RFC 4733", marks=pytest.mark.long),
        pytest.param(True, {"event": True, "info": True}, "0639980044", id="RFC 4733 and INFO"),
        pytest.param(False, {"tones": True}, "0639980055", id="tones", marks=pytest.mark.long),
        pytest.param(False, {"info": True}, "0639980066", id="INFO", marks=pytest.mark.long),
        pytest.param(False, {"tones": True, "info": True}, "0639980077", id="tones and INFO", marks=pytest.mark.long),
    ],
)
def test_each_key_counts_once_in_a_menu_in_a_number_and_in_an_answer(
    reception: Reception, offers_events: bool, forms: dict[str, bool], number: str
) -> None:
    since = datetime.now(UTC)
    recognizer = reception.prompt_recognizer()
    with ScriptedPhone(reception.settings.sip_port, offers_events=offers_events) as phone:
        phone.dial("0199000000", caller="sip:anonymous@anonymous.invalid")
        phone.wait_for_answer()
        phone.press_after("greeting-33199000000", "2", recognizer, **forms)
        phone.press_after("number-enter", number, recognizer, **forms)
        phone.press_after("number-confirm", "1", recognizer, **forms)
        phone.wait_for_end(10)

    [call] = reception.wait_for_calls(since, 1)
    assert call.disposition == "callback"
    keys = [
        event.detail["key"]
        for event in call_detail.get_call_detail(reception.database, call.ref).events
        if event.kind == "key"
    ]
    assert keys == ["2"]
    assert [row.line for row in requests.list_open_requests(reception.database) if row.call_ref == call.ref] == [
        f"+33{number[1:]}"
    ]


@pytest.mark.long
def test_a_call_from_a_short_code_or_a_machine_is_known_as_such(reception: Reception) -> None:
    since = datetime.now(UTC)
    for user in ("3949", "07001234567899"):
        assert call_once(reception, caller=f"{user}@operator.example") == 200

    short, machine = sorted(reception.wait_for_calls(since, 2), key=lambda call: call.line or "")
    assert (short.line, short.withheld, machine.line) == (None, False, "+337001234567899")
    known = {short.ref: {"caller": "short", "number": "3949"}, machine.ref: {"caller": "machine"}}
    for ref, detail in known.items():
        found = wait_for(lambda ref=ref: unusual_callers(reception, ref), "an event of the call")
        assert [event.detail for event in found] == [detail]


def unusual_callers(reception: Reception, ref: str) -> list[CallEvent]:
    events = call_detail.get_call_detail(reception.database, ref).events
    return [event for event in events if event.kind == CallEventKind.CALLER_IS_NO_PERSON]


def test_a_stranger_who_sends_voice_to_our_ports_hears_nothing_and_is_not_heard(reception: Reception) -> None:
    """They send before the caller, whose first packet comes late, and afterwards; the voice is that of the caller."""
    settings = reception.settings
    ports = range(settings.rtp_first, settings.rtp_last + 1, 2)
    recognizer = reception.prompt_recognizer("en")
    number = "+33639981790"
    with (
        RtpSprayer(ports, tone(1500, 1.0)) as stranger,
        ScriptedPhone(settings.sip_port, sends_voice=False) as phone,
    ):
        phone.dial("0199000001", caller=f"sip:{number}@operator.example")
        assert phone.wait_for_answer() == 200
        phone.wait_for_prompt("greeting-33899000000", recognizer)
        phone.sends_voice = True
        phone.wait_for_prompt("closed", recognizer)
        phone.press("0", event=True)
        phone.wait_for_prompt("voicemail-invite", recognizer)
        phone.speak(tone(700, 3.0))
        phone.press("#", event=True)
        phone.wait_for_prompt("voicemail-thanks", recognizer)
        phone.wait_for_end(10)

    assert stranger.received_packets == 0
    voicemail = reception.wait_for_call_detail(number).voicemail
    assert voicemail
    recorded = read_wav(settings.voicemail / voicemail.file)
    assert share_of(recorded, 700) > 0.5
    assert share_of(recorded, 1500) < 0.01


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_silent_caller_goes_on_and_one_who_has_gone_is_noticed_within_110_seconds(reception: Reception) -> None:
    port = reception.settings.sip_port
    with ScriptedPhone(port, sends_voice=False) as silent, ScriptedPhone(port) as gone:
        for phone, number in ((silent, "0639981791"), (gone, "0639981792")):
            phone.dial("0199000000", caller=f"sip:{number}@operator.example")
            assert phone.wait_for_answer() == 200
        gone.is_dead = True
        record = wait_for(lambda: _ended(reception, "+33639981792"), "the end of the call", 125)
        assert 30 < (record.ended_at - record.started_at).total_seconds() < 112
        assert silent.ended_at is None
        assert len(silent.refreshes) >= 1


def _ended(reception: Reception, line: str) -> CallRecord | None:
    recent = call_detail.list_recent_calls(reception.database, 20)
    return next((call for call in recent if call.line == line and call.ended_at), None)


def share_of(samples: Samples, hertz: float) -> float:
    """The share of the energy that is within 20 Hz of a frequency."""
    spectrum = np.square(np.abs(np.fft.rfft(samples.astype(float))))
    place = round(hertz * len(samples) / SAMPLE_RATE)
    width = round(20 * len(samples) / SAMPLE_RATE)
    return float(spectrum[place - width : place + width].sum() / spectrum.sum())
