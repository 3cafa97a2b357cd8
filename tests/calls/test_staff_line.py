"""The message of the day by telephone, from the first wrong PIN to the caller who hears it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from reception import Reception, wait_for

from caller.live import Listener, is_named
from caller.phone import CallerId, Kind
from caller.story import Hangup, Press
from records import account_changes, changes, desk_rings, messages, people, phone_pins, stories
from records.desk_rings import Part
from records.newcomers import Newcomer
from records.viewer import at_machine
from routing.permissions import Role

GREETING = "greeting-33199000000"
HERE = at_machine("test")
PIN, WRONG, STRANGER = "274016", "586703", "+33639980801"


@pytest.mark.timeout(400)
def test_who_knows_the_pin_puts_a_message_on_air_from_a_desk_and_who_does_not_is_refused(
    reception: Reception, tone: Callable[[int, float], Path]
) -> None:
    now = datetime.now(UTC)
    desk = people.add(reception.base, "Odile", language="fr", at=now)
    newcomer = Newcomer("Odile", "odile@example.org", Role.MESSAGE_EDITOR, "fr", desk.id)
    account = account_changes.invite(reception.base, HERE, [newcomer], at=now)[0].account
    phone_pins.choose(reception.base, HERE, account.id, PIN, at=now)
    number = f"{account.id}#"

    guessed = [
        Press(keys=keys, during=prompt)
        for _ in range(3)
        for prompt, keys in (("staff-line-account", number), ("staff-line-pin", f"{WRONG}#"))
    ]
    refused = reception.call(*guessed, number="0199000004", caller=CallerId(STRANGER))

    assert refused.missed == (), str(refused)
    assert refused.heard[-2:] == ("staff-line-refused", "goodbye")
    assert STRANGER not in {call.line for call in stories.recent(reception.base, 20)}  # no call of the public's

    ear = reception.ear()
    spoken = reception.settings.spool / "staff-line"
    with reception.desk_phone(desk, tone(660, 120)) as phone:
        listener, heard_s = Listener(phone, ear), -1.0
        phone.dial(reception.uri("*24"))

        def answer(prompt: str, keys: str) -> None:
            nonlocal heard_s
            heard_s = listener.wait_for(prompt, 30, after_s=heard_s).start_s
            phone.press(keys)

        answer("staff-line-account", number)
        answer("staff-line-pin", f"{PIN}#")
        answer("record-which", "3")
        heard_s = listener.wait_for("record-begin", 30, after_s=heard_s, whole=True).start_s
        wait_for(lambda: any(file.stat().st_size > 32_000 for file in spoken.glob("*.wav")), "two seconds of a message")
        phone.press("#")
        listener.wait_for("tone:660", 30, after_s=heard_s)
        answer("record-menu", "1")
        listener.wait_for("record-published", 30, after_s=heard_s)
        published = phone.now_s()
        phone.wait_for(Kind.CLOSED, 15, after_s=published)

        asked = phone.now_s()
        with reception.base.read() as connection:
            draft = connection.exec_driver_sql("SELECT max(id) FROM message_draft").scalar_one()
        desk_rings.ask(reception.base, account.viewer, "daily", Part(draft, 0.2, 1.8), at=datetime.now(UTC))
        phone.wait_for(Kind.ANSWERED, 15, after_s=asked)
        listener.wait_for("tone:660", 30, after_s=asked)
        phone.wait_for(Kind.CLOSED, 15, after_s=asked)

    message = f"message-{messages.versions(reception.base, 'daily')[0].id}"
    story = reception.call(Press(keys="3", during=GREETING), Hangup(during=message, into_s=1))
    assert story.missed == (), str(story)
    assert any(is_named(sound, "tone:660") for sound in ear.listen(story.recording))
    last = changes.latest(reception.base, HERE)[0]
    assert (last.kind, last.by, last.after["channel"]) == ("message.publish", "Odile", "phone")

    logs = [file.read_text(errors="replace") for file in reception.settings.log.rglob("*") if file.is_file()]
    assert logs and not [text for text in logs if PIN in text or WRONG in text]
