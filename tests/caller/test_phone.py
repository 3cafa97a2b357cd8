"""The test telephone."""

import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from caller.pcm import tone, write_wav
from caller.phone import CallerId, Phone, PhoneError, local_address
from caller.phone_events import PhoneEventKind
from caller.prompt_recognizer import HeardPrompt
from caller.tones import Tone


@pytest.fixture
def hum(tmp_path):
    path = tmp_path / "hum.wav"
    write_wav(path, tone(620, 30))
    return path


def living_phones() -> list[str]:
    """The configuration folders of the baresip processes that this process has started."""
    folders = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
                parent = re.search(r"^PPid:\s+(\d+)", (entry / "status").read_text(), re.MULTILINE)
            except OSError:
                continue
            if b"baresip" in command and parent and int(parent[1]) == os.getpid():
                folders.append(command.split(b"\0")[2].decode())
    return folders


def test_a_phone_receives_the_audio_of_the_other_phone(prompt_files, recognizer):
    with Phone(auto_answer=True, outgoing_audio=prompt_files["message-only"]) as desk, Phone() as caller:
        caller.dial(desk.uri)
        answered = caller.wait_for(PhoneEventKind.ANSWERED)
        assert 0 < answered.at_s < 2
        assert not caller.is_over(within=2.5)
        caller.hangup()
        assert desk.wait_for(PhoneEventKind.CLOSED).detail == "the other side hung up"
        assert caller.wait_for(PhoneEventKind.CLOSED).detail == "this side hung up"
        heard = [sound for sound in recognizer.recognize(caller.received_audio()) if isinstance(sound, HeardPrompt)]
    assert [(sound.key, sound.whole) for sound in heard] == [("message-only", True)]


def test_received_audio_is_as_long_as_the_call(hum):
    with Phone(auto_answer=True, outgoing_audio=hum) as desk, Phone() as caller:
        caller.dial(desk.uri)
        caller.is_over(within=1.0)
        caller.hangup()
        closed = caller.wait_for(PhoneEventKind.CLOSED)
    assert len(caller.received_audio()) / 8000 == pytest.approx(closed.at_s, abs=0.15)


def test_keys_arrive_in_order():
    with Phone(auto_answer=True) as desk, Phone() as caller:
        caller.dial(desk.uri)
        caller.wait_for(PhoneEventKind.ANSWERED)
        caller.press("1123#*0")
        caller.is_over(within=0.5)
        keys = [event.detail for event in desk.events if event.kind is PhoneEventKind.KEY_RECEIVED]
    assert "".join(keys) == "1123#*0"


def test_a_phone_rings_before_it_is_answered():
    with Phone() as desk, Phone() as caller:
        caller.dial(desk.uri)
        caller.wait_for(PhoneEventKind.RINGING)
        desk.wait_for(PhoneEventKind.INCOMING)
        assert all(event.kind is not PhoneEventKind.ANSWERED for event in caller.events)
        desk.answer()
        caller.wait_for(PhoneEventKind.ANSWERED)
        desk.wait_for(PhoneEventKind.ANSWERED)


def test_a_rejected_call_closes_with_busy():
    with Phone() as desk, Phone() as caller:
        caller.dial(desk.uri)
        desk.wait_for(PhoneEventKind.INCOMING)
        desk.reject()
        assert caller.wait_for(PhoneEventKind.CLOSED).detail.startswith("486")
        assert caller.is_over()


@pytest.mark.parametrize(
    ("caller_id", "shown"),
    [
        (CallerId("0639980001", "Jeanne"), r"Jeanne <sip:0639980001@127\.0\.0\.1>"),
        (CallerId("+33639980001"), r"<sip:\+33639980001@127\.0\.0\.1>"),
        (CallerId(None), r"Anonymous <sip:anonymous@anonymous\.invalid>"),
        (CallerId("06'; DROP <x>@", "Zoé; ?&"), r"Zoé; \?& <sip:06'%3B%20DROP%20%3Cx%3E%40@127\.0\.0\.1>"),
    ],
    ids=["name", "plus", "withheld", "hostile"],
)
def test_the_from_header_presents_the_caller_id(caller_id, shown):
    with Phone() as desk, Phone() as caller:
        caller.dial(desk.uri, caller_id)
        assert re.fullmatch(shown, desk.wait_for(PhoneEventKind.INCOMING).detail)


def test_a_name_with_a_line_break_is_rejected():
    with Phone() as caller, pytest.raises(PhoneError, match="line break"):
        caller.dial("sip:0199000001@127.0.0.1:9", CallerId("0639980001", "Jeanne\r\nX-Admin: yes"))


@pytest.mark.long
def test_one_phone_places_two_calls_in_turn():
    with Phone() as desk, Phone() as caller:
        for number in ("0639980001", "0639980002"):
            caller_s, desk_s = caller.elapsed_s(), desk.elapsed_s()
            caller.dial(desk.uri, CallerId(number))
            assert number in desk.wait_for(PhoneEventKind.INCOMING, after_s=desk_s).detail
            desk.reject()
            caller.wait_for(PhoneEventKind.CLOSED, after_s=caller_s)


@pytest.mark.long
def test_several_phones_work_at_once(tmp_path, recognizer):
    def call(frequency: int) -> list[int]:
        path = tmp_path / f"{frequency}.wav"
        write_wav(path, tone(frequency, 10))
        with Phone(auto_answer=True, outgoing_audio=path) as desk, Phone() as caller:
            caller.dial(desk.uri)
            caller.wait_for(PhoneEventKind.ANSWERED)
            caller.is_over(within=1.0)
            return [
                round(sound.frequency)
                for sound in recognizer.recognize(caller.received_audio())
                if isinstance(sound, Tone)
            ]

    frequencies = [440, 620, 800, 1004]
    with ThreadPoolExecutor(len(frequencies)) as pool:
        assert list(pool.map(call, frequencies)) == [[frequency] for frequency in frequencies]


def test_a_closed_phone_leaves_no_process_file_or_thread():
    threads = threading.active_count()
    with Phone() as phone:
        (folder,) = living_phones()
        assert Path(folder, "config").exists()
        assert phone.uri.startswith("sip:phone@127.0.0.1:")
    assert living_phones() == []
    assert not Path(folder).exists()
    assert threading.active_count() == threads


def test_a_phone_is_closed_after_an_exception():
    with pytest.raises(ZeroDivisionError), Phone():
        print(1 / 0)
    assert living_phones() == []


def test_a_timeout_error_lists_the_events():
    with Phone() as desk, Phone() as caller:
        caller.dial(desk.uri)
        desk.wait_for(PhoneEventKind.INCOMING)
        with pytest.raises(PhoneError, match=r"Waited for 'answered' in vain: nothing in 0\.1 s.*ringing"):
            caller.wait_for(PhoneEventKind.ANSWERED, 0.1)


def test_a_foreign_local_address_is_rejected():
    with pytest.raises(PhoneError, match="address"), Phone(address="192.0.2.77"):
        pass


def test_a_missing_baresip_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PhoneError, match="apt-get install baresip-core"), Phone():
        pass


def test_the_local_address_is_the_one_that_reaches_the_target():
    assert local_address("sip:100@127.0.0.1:5060") == "127.0.0.1"
    assert local_address("sip:127.0.0.1;transport=udp") == "127.0.0.1"
