"""Keys 3 and 4: the message of the day."""

import pytest
from carrier import Carrier
from reception import Reception

from caller.story import Hangup, Press


@pytest.mark.parametrize("key", ["3", "4"])
def test_a_caller_presses_3_or_4_and_hears_todays_message(reception: Reception, carrier: Carrier, key: str) -> None:
    story = reception.call(
        Press(keys=key, during="greeting-33199000000"),
        Hangup(during="menu-main-1", timeout=30),
        uri=carrier.uri("0199000000"),
    )

    assert story.missed == ()
    message = next(sound for sound in story.sounds if getattr(sound, "key", "") == "message-1")
    assert message.whole
    assert "menu-main-2" not in story.heard  # the key was taken during the greeting
    record = reception.story()
    assert record.call.line == "+33639980001"
    assert "message_heard" in reception.kinds(record)
    assert record.call.ending == "message_heard"
