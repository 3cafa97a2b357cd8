"""The methods of a call, on a scripted Asterisk."""

from pathlib import Path

import pytest
from scripted_asterisk import ScriptedAsterisk

from agi.call import Call
from agi.channel import CommandFailed, HungUp
from routing.key_wait import WhileChoosing

SUBROUTINE_DONE = b"100 result=0 Trying...\n200 result=0 Gosub complete\n"


@pytest.mark.parametrize(
    ("result", "key"),
    [("OK:3", "3"), ("OK:", "#"), ("TIMEOUT:", None), ("ERROR:", None), ("INTERRUPTED:", None), ("SKIPPED:", None)],
)
def test_a_read_that_ended_with_ok_and_no_key_was_ended_by_hash(
    asterisk: ScriptedAsterisk, tmp_path: Path, result: str, key: str | None
) -> None:
    channel = asterisk.open()
    call = Call(channel, None, tmp_path)  # type: ignore[arg-type]  # nothing is written
    asterisk.send(SUBROUTINE_DONE + b"200 result=1 (%s)\n" % result.encode())
    assert call.read_key([], 1) == key


def test_a_caller_who_hangs_up_during_a_read_has_hung_up(asterisk: ScriptedAsterisk, tmp_path: Path) -> None:
    channel = asterisk.open()
    call = Call(channel, None, tmp_path)  # type: ignore[arg-type]  # nothing is written
    asterisk.send(SUBROUTINE_DONE + b"200 result=1 (HANGUP:)\n")
    with pytest.raises(HungUp):
        call.read_key([], 1)


@pytest.mark.parametrize(
    ("result", "key", "complete"), [("OK:3", "3", False), ("OK:", "#", False), ("TIMEOUT:", None, True)]
)
def test_a_sound_is_played_until_its_end_or_a_key(
    asterisk: ScriptedAsterisk, tmp_path: Path, result: str, key: str | None, complete: bool
) -> None:
    channel = asterisk.open()
    call = Call(channel, None, tmp_path)  # type: ignore[arg-type]  # nothing is written
    asterisk.send(SUBROUTINE_DONE + b"200 result=1 (%s)\n" % result.encode())
    playback = call.play("daily/abc", 0.0)
    assert (playback.key, playback.complete, playback.seconds) == (key, complete, 0.0)
    assert asterisk.commands()[0] == ["GOSUB", "read-keys", "s", "1", "daily/abc,1,0.05"]


def test_a_missing_sound_is_an_error(asterisk: ScriptedAsterisk, tmp_path: Path) -> None:
    channel = asterisk.open()
    call = Call(channel, None, tmp_path)  # type: ignore[arg-type]  # nothing is written
    asterisk.send(SUBROUTINE_DONE + b"200 result=1 (ERROR:)\n")
    with pytest.raises(CommandFailed):
        call.play("daily/abc")


def test_say_and_record_set_no_timeout_of_their_own(asterisk: ScriptedAsterisk, tmp_path: Path) -> None:
    call = Call(asterisk.open(), None, tmp_path)  # type: ignore[arg-type]  # nothing is written
    asterisk.send(SUBROUTINE_DONE * 2)
    call.say("goodbye")
    call.record(tmp_path / "spoken.wav", 90, 5)
    assert asterisk.commands() == [
        ["GOSUB", "play-prompt", "s", "1", "goodbye"],
        ["GOSUB", "record-message", "s", "1", f"{tmp_path}/spoken.wav,5,90"],
    ]


@pytest.mark.parametrize(
    ("heard", "played"),
    [
        (WhileChoosing.NOTHING, "greeting&menu,1,6"),
        (WhileChoosing.SOUND, "greeting&menu&key-wait-pause" + 4 * "&key-wait-sound" + ",1,0.4"),
        (WhileChoosing.REPEAT, "greeting&menu&key-wait-pause&menu&key-wait-pause" + 2 * "&key-wait-sound" + ",1,0.8"),
    ],
)
def test_what_is_heard_while_a_key_is_awaited_is_as_the_plan_says(
    asterisk: ScriptedAsterisk, tmp_path: Path, heard: WhileChoosing, played: str
) -> None:
    call = Call(asterisk.open(), None, tmp_path, heard)  # type: ignore[arg-type]  # nothing is written
    asterisk.send(SUBROUTINE_DONE + b"200 result=1 (TIMEOUT:)\n")
    assert call.read_key(["greeting", "menu"], 6, ["menu"]) is None
    assert asterisk.commands()[0] == ["GOSUB", "read-keys", "s", "1", played]


def test_a_list_of_prompts_that_is_too_long_for_a_command_is_played_without_the_sound(
    asterisk: ScriptedAsterisk, tmp_path: Path
) -> None:
    call = Call(asterisk.open(), None, tmp_path, WhileChoosing.REPEAT)  # type: ignore[arg-type]  # nothing is written
    asterisk.send(SUBROUTINE_DONE + b"200 result=1 (TIMEOUT:)\n")
    prompts = [f"menu-main-{number:02}" for number in range(80)]
    call.read_key(prompts, 6)
    assert asterisk.commands()[0][-1] == "&".join(prompts) + ",1,6"


def test_the_sound_is_heard_between_the_digits_of_a_number(asterisk: ScriptedAsterisk, tmp_path: Path) -> None:
    call = Call(asterisk.open(), None, tmp_path, WhileChoosing.REPEAT)  # type: ignore[arg-type]  # nothing is written
    asterisk.send(SUBROUTINE_DONE + b"200 result=1 (TIMEOUT:06)\n")
    assert call.read_digits(["number-enter"], 10, 5) == "06"
    wait = "key-wait-pause" + 3 * "&key-wait-sound"
    assert asterisk.commands()[0][-1] == f"number-enter&{wait},10,0.4,{wait},0.4"
