import threading

import numpy as np
import pytest

from caller.checks import checks
from caller.phone import CallerId, Kind, Phone, PhoneError
from caller.sound import read_wav, silence, tone, write_wav
from caller.story import Hangup, Listen, Press, place_call


@pytest.fixture
def house(library, tmp_path):
    """A phone that answers like a reception: a sentence, a tone, another sentence."""
    path = tmp_path / "house.wav"
    parts = [read_wav(library["message-only"]), tone(620, 0.5), silence(0.3), read_wav(library["goodbye"])]
    write_wav(path, np.concatenate(parts))
    with Phone(auto_answer=True, speaks=path) as phone:
        yield phone


def test_keys_are_pressed_when_their_prompt_is_heard_to_its_end(house, ear):
    script = [Press("3", after="message-only"), Press("12", during="tone:620"), Hangup(after="goodbye")]
    story = place_call(house.uri, script=script, library=ear, caller_id=CallerId("0639980001"))
    assert story.missed == ()
    assert story.heard == ("message-only", "goodbye")
    assert [event.detail for event in house.events if event.kind is Kind.KEY] == ["3", "1", "2"]
    pressed = next(event for event in story.events if event.kind is Kind.PRESSED)
    heard = next(sound for sound in story.sounds if getattr(sound, "key", "") == "message-only")
    assert heard.end_s < pressed.at_s < heard.end_s + 0.9
    assert story.closed.detail == "this side hung up"


def test_the_caller_can_interrupt_a_prompt_and_the_other_side_can_end_the_call(house, library):
    def hang_up_on_a_key():
        house.wait_for(Kind.KEY, 10)
        house.hangup()

    thread = threading.Thread(target=hang_up_on_a_key)
    thread.start()
    story = place_call(house.uri, script=[Press("0", during="message-only", into_s=0.8)], library=library)
    thread.join()
    assert story.closed.detail == "the other side hung up"
    (heard,) = (sound for sound in story.sounds if getattr(sound, "key", "") == "message-only")
    assert not heard.whole
    assert 0.8 <= heard.reached_s < 1.6


def test_a_step_that_never_comes_ends_the_call_with_a_sentence(house, ear):
    story = place_call(house.uri, script=[Listen(after="again", timeout=1.0), Press("1")], library=ear)
    assert story.missed == ("again was not heard in 1 s.",)
    assert all(event.kind is not Kind.PRESSED for event in story.events)
    assert story.closed is not None


def test_a_prompt_that_breaks_off_has_not_been_heard_to_its_end(library, ear, tmp_path):
    broken = tmp_path / "broken.wav"
    write_wav(broken, read_wav(library["welcome"])[:9600])
    with Phone(auto_answer=True, speaks=broken) as house:
        story = place_call(house.uri, script=[Listen(after="welcome", timeout=2.0)], library=ear, max_seconds=10)
    assert story.missed == ("welcome was not heard in 2 s.",)
    assert story.heard == ("welcome",)


def test_a_moment_counts_from_the_answer(house, ear):
    story = place_call(house.uri, script=[Press("5", at_s=0.5), Hangup(at_s=1.0)], library=ear)
    pressed = next(event for event in story.events if event.kind is Kind.PRESSED)
    assert pressed.at_s - story.answered_s == pytest.approx(0.5, abs=0.2)
    assert story.closed.at_s - story.answered_s == pytest.approx(1.0, abs=0.3)


def test_a_call_never_lasts_longer_than_asked(house, ear):
    story = place_call(house.uri, script=[], library=ear, max_seconds=1.0)
    assert story.closed.at_s == pytest.approx(1.0, abs=0.3)


def test_dead_air_is_in_the_story(ear):
    with Phone(auto_answer=True) as mute:
        story = place_call(mute.uri, script=[], library=ear, max_seconds=1.5)
    assert story.dead_air_s == pytest.approx(1.5, abs=0.3)
    assert story.heard == ()


def test_a_call_that_nobody_takes_has_no_answer(ear):
    with Phone() as desk:
        story = place_call(desk.uri, script=[Hangup(at_s=1)], library=ear, max_seconds=0.5)
    assert story.answered_s is None
    assert story.missed == ("the call was not answered in 0.5 s.",)
    assert story.dead_air_s == 0


def test_the_story_reads_line_by_line(house, ear):
    story = place_call(house.uri, script=[Press("3", after="message-only"), Hangup(after="tone:620")], library=ear)
    told = [line.split(maxsplit=1)[1] for line in str(story).splitlines()]
    words = ["dialled", "answered", "heard message-only", "pressed 3", "tone of 620 Hz", "closed this side hung up"]
    places = [next((n for n, line in enumerate(told) if word in f"{line}"), None) for word in words]
    assert None not in places, str(story)
    assert places[-1] == len(told) - 1


def test_a_host_that_does_not_exist_is_told_in_a_sentence(ear):
    with pytest.raises(PhoneError, match=r"nowhere\.invalid cannot be reached"):
        place_call("sip:0199000001@nowhere.invalid", script=[], library=ear)


def test_the_check_says_that_calls_can_be_placed():
    (check,) = checks()
    assert check.ok
    assert check.mend is None


def test_the_check_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    (check,) = checks()
    assert not check.ok
    assert "baresip-core" in check.mend
