from pathlib import Path

import pytest
from scripted_asterisk import ScriptedAsterisk

from agi.call import Call
from agi.channel import HungUp


@pytest.mark.parametrize(
    ("told", "key"),
    [("OK:3", "3"), ("OK:", "#"), ("TIMEOUT:", None), ("ERROR:", None), ("INTERRUPTED:", None), ("SKIPPED:", None)],
)
def test_only_a_read_that_ended_well_without_a_key_is_a_hash(
    asterisk: ScriptedAsterisk, tmp_path: Path, told: str, key: str | None
) -> None:
    channel = asterisk.opens()
    call = Call(channel, None, tmp_path)  # type: ignore[arg-type]  # nothing is written down
    asterisk.says(b"200 result=1\n200 result=0\n200 result=1 (%s)\n" % told.encode())
    assert call.ask([], 1) == key


def test_who_hangs_up_while_a_key_is_awaited_is_gone(asterisk: ScriptedAsterisk, tmp_path: Path) -> None:
    channel = asterisk.opens()
    call = Call(channel, None, tmp_path)  # type: ignore[arg-type]  # nothing is written down
    asterisk.says(b"200 result=1\n200 result=0\n200 result=1 (HANGUP:)\n")
    with pytest.raises(HungUp):
        call.ask([], 1)
