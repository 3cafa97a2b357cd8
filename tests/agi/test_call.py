from pathlib import Path

import pytest
from scripted_asterisk import ScriptedAsterisk

from agi.call import Call
from agi.channel import CommandFailed, HungUp

LISTENED = b"100 result=0 Trying...\n200 result=0 Gosub complete\n"


@pytest.mark.parametrize(
    ("told", "key"),
    [("OK:3", "3"), ("OK:", "#"), ("TIMEOUT:", None), ("ERROR:", None), ("INTERRUPTED:", None), ("SKIPPED:", None)],
)
def test_only_a_read_that_ended_well_without_a_key_is_a_hash(
    asterisk: ScriptedAsterisk, tmp_path: Path, told: str, key: str | None
) -> None:
    channel = asterisk.opens()
    call = Call(channel, None, tmp_path)  # type: ignore[arg-type]  # nothing is written down
    asterisk.says(LISTENED + b"200 result=1 (%s)\n" % told.encode())
    assert call.ask([], 1) == key


def test_who_hangs_up_while_a_key_is_awaited_is_gone(asterisk: ScriptedAsterisk, tmp_path: Path) -> None:
    channel = asterisk.opens()
    call = Call(channel, None, tmp_path)  # type: ignore[arg-type]  # nothing is written down
    asterisk.says(LISTENED + b"200 result=1 (HANGUP:)\n")
    with pytest.raises(HungUp):
        call.ask([], 1)


@pytest.mark.parametrize(
    ("told", "key", "whole"), [("OK:3", "3", False), ("OK:", "#", False), ("TIMEOUT:", None, True)]
)
def test_a_sound_is_heard_to_its_end_or_to_a_key(
    asterisk: ScriptedAsterisk, tmp_path: Path, told: str, key: str | None, whole: bool
) -> None:
    channel = asterisk.opens()
    call = Call(channel, None, tmp_path)  # type: ignore[arg-type]  # nothing is written down
    asterisk.says(LISTENED + b"200 result=1 (%s)\n" % told.encode())
    played = call.play("daily/abc", 0.0)
    assert (played.key, played.whole, played.seconds) == (key, whole, 0.0)
    assert asterisk.commands()[0] == ["GOSUB", "listen", "s", "1", "daily/abc,1,0.05"]


def test_a_sound_that_is_not_there_was_not_heard(asterisk: ScriptedAsterisk, tmp_path: Path) -> None:
    channel = asterisk.opens()
    call = Call(channel, None, tmp_path)  # type: ignore[arg-type]  # nothing is written down
    asterisk.says(LISTENED + b"200 result=1 (ERROR:)\n")
    with pytest.raises(CommandFailed):
        call.play("daily/abc")


def test_where_a_sound_ends_asterisk_knows_by_itself(asterisk: ScriptedAsterisk, tmp_path: Path) -> None:
    call = Call(asterisk.opens(), None, tmp_path)  # type: ignore[arg-type]  # nothing is written down
    asterisk.says(LISTENED * 2)
    call.say("goodbye")
    call.record(tmp_path / "spoken.wav", 90, 5)
    assert asterisk.commands() == [
        ["GOSUB", "say", "s", "1", "goodbye"],
        ["GOSUB", "record", "s", "1", f"{tmp_path}/spoken.wav,5,90"],
    ]
