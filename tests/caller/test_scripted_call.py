"""Calls that follow a script, and their reports."""

import threading

import numpy as np
import pytest

from caller.checks import checks
from caller.pcm import read_wav, silence, tone, write_wav
from caller.phone import CallerId, Phone, PhoneError
from caller.phone_events import PhoneEvent, PhoneEventKind
from caller.prompt_recognizer import Silence
from caller.scripted_call import CallReport, Hangup, Press, WaitUntil, place_call
from caller.tones import Tone


@pytest.fixture
def answering(prompt_files, tmp_path):
    """A phone that answers like a reception: a prompt, a tone, another prompt."""
    path = tmp_path / "answering.wav"
    parts = [read_wav(prompt_files["message-only"]), tone(620, 0.5), silence(0.3), read_wav(prompt_files["goodbye"])]
    write_wav(path, np.concatenate(parts))
    with Phone(auto_answer=True, outgoing_audio=path) as phone:
        yield phone


def test_keys_are_pressed_after_the_end_of_their_prompt(answering, recognizer):
    script = [Press("3", after="message-only"), Press("12", during="tone:620"), Hangup(after="goodbye")]
    report = place_call(answering.uri, script=script, prompts=recognizer, caller_id=CallerId("0639980001"))
    assert report.missed_steps == ()
    assert report.heard_prompts == ("message-only", "goodbye")
    assert [event.detail for event in answering.events if event.kind is PhoneEventKind.KEY_RECEIVED] == ["3", "1", "2"]
    pressed = next(event for event in report.events if event.kind is PhoneEventKind.KEY_SENT)
    heard = next(sound for sound in report.sounds if getattr(sound, "key", "") == "message-only")
    assert heard.end_s < pressed.at_s < heard.end_s + 0.9
    assert report.hangup_event.detail == "this side hung up"


def test_a_key_interrupts_a_prompt_and_the_other_side_hangs_up(answering, prompt_files):
    def hang_up_on_a_key():
        answering.wait_for(PhoneEventKind.KEY_RECEIVED, 10)
        answering.hangup()

    thread = threading.Thread(target=hang_up_on_a_key)
    thread.start()
    report = place_call(answering.uri, script=[Press("0", during="message-only", into_s=0.8)], prompts=prompt_files)
    thread.join()
    assert report.hangup_event.detail == "the other side hung up"
    (heard,) = (sound for sound in report.sounds if getattr(sound, "key", "") == "message-only")
    assert not heard.whole
    assert 0.8 <= heard.position_end_s < 1.6


def test_a_missed_step_ends_the_call_and_is_reported(answering, recognizer):
    report = place_call(answering.uri, script=[WaitUntil(after="again", timeout=1.0), Press("1")], prompts=recognizer)
    assert report.missed_steps == ("again was not heard in 1 s.",)
    assert all(event.kind is not PhoneEventKind.KEY_SENT for event in report.events)
    assert report.hangup_event is not None


def test_a_prompt_that_breaks_off_is_not_heard_to_its_end(prompt_files, recognizer, tmp_path):
    broken = tmp_path / "broken.wav"
    write_wav(broken, read_wav(prompt_files["welcome"])[:9600])
    with Phone(auto_answer=True, outgoing_audio=broken) as answering:
        report = place_call(
            answering.uri, script=[WaitUntil(after="welcome", timeout=2.0)], prompts=recognizer, max_seconds=10
        )
    assert report.missed_steps == ("welcome was not heard in 2 s.",)
    assert report.heard_prompts == ("welcome",)


def test_seconds_of_steps_count_from_the_answer(answering, recognizer):
    report = place_call(answering.uri, script=[Press("5", at_s=0.5), Hangup(at_s=1.0)], prompts=recognizer)
    pressed = next(event for event in report.events if event.kind is PhoneEventKind.KEY_SENT)
    assert pressed.at_s - report.answered_s == pytest.approx(0.5, abs=0.2)
    assert report.hangup_event.at_s - report.answered_s == pytest.approx(1.0, abs=0.3)


def test_a_call_ends_after_its_maximum_duration(answering, recognizer):
    report = place_call(answering.uri, script=[], prompts=recognizer, max_seconds=1.0)
    assert report.hangup_event.at_s == pytest.approx(1.0, abs=0.3)


def test_dead_air_is_in_the_report(recognizer):
    with Phone(auto_answer=True) as mute:
        report = place_call(mute.uri, script=[], prompts=recognizer, max_seconds=1.5)
    assert report.dead_air_s == pytest.approx(1.5, abs=0.3)
    assert report.heard_prompts == ()


def test_an_unanswered_call_is_reported(recognizer):
    with Phone() as desk:
        report = place_call(desk.uri, script=[Hangup(at_s=1)], prompts=recognizer, max_seconds=0.5)
    assert report.answered_s is None
    assert report.missed_steps == ("the call was not answered in 0.5 s.",)
    assert report.dead_air_s == 0


def test_the_report_has_a_line_for_each_event(answering, recognizer):
    report = place_call(
        answering.uri, script=[Press("3", after="message-only"), Hangup(after="tone:620")], prompts=recognizer
    )
    lines = [line.split(maxsplit=1)[1] for line in str(report).splitlines()]
    words = ["dialled", "answered", "heard message-only", "pressed 3", "tone of 620 Hz", "closed this side hung up"]
    places = [next((n for n, line in enumerate(lines) if word in f"{line}"), None) for word in words]
    assert None not in places, str(report)
    assert places[-1] == len(lines) - 1


def test_an_unknown_host_is_reported_in_one_sentence(recognizer):
    with pytest.raises(PhoneError, match=r"nowhere\.invalid cannot be reached"):
        place_call("sip:0199000001@nowhere.invalid", script=[], prompts=recognizer)


def test_the_check_says_that_calls_can_be_placed():
    (check,) = checks()
    assert check.ok
    assert check.remedy is None


def test_the_check_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    (check,) = checks()
    assert not check.ok
    assert "baresip-core" in str(check.remedy)


def a_report(*silences: tuple[float, float], keys: tuple[float, ...] = (), beep_s: float = 0.0) -> CallReport:
    """A call that is answered in second 1 and ends in second 30; a beep of 1000 Hz ends at `beep_s`."""
    events = [PhoneEvent(PhoneEventKind.ANSWERED, 1.0), *(PhoneEvent(PhoneEventKind.KEY_SENT, at_s) for at_s in keys)]
    sounds = [Tone(1000.4, beep_s - 0.25, beep_s), *(Silence(start_s, end_s) for start_s, end_s in silences)]
    return CallReport("", (*events, PhoneEvent(PhoneEventKind.CLOSED, 30.0)), tuple(sounds), (), silence(0))


def test_dead_air_is_silence_in_which_it_is_not_the_callers_turn():
    assert a_report((0, 2.9), (5, 7.5), (29, 40)).list_dead_air(longest_s=2) == ("2.50 s of dead air from 5.00 s on",)
    assert a_report((5, 9), keys=(6.5, 7.5)).list_dead_air(longest_s=2) == ()
    assert a_report((5, 9), keys=(5.5,)).list_dead_air(longest_s=2) == ("3.50 s of dead air from 5.50 s on",)
    assert a_report((5, 9), beep_s=4.9).list_dead_air(longest_s=2, after_tones=(1000,)) == ()
    assert a_report((5, 9), beep_s=4.0).list_dead_air(longest_s=2, after_tones=(1000,)) != ()
