"""The staff line: from a wrong PIN to a message on air."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from melodies import make_melody_file
from reception import Reception, wait_for

from caller.live_listener import LiveListener, matches_name
from caller.phone import CallerId
from caller.phone_events import PhoneEventKind
from caller.scripted_call import Hangup, Press
from records import changes
from records.actor import command_line_actor
from records.calls import call_detail
from records.messages import message_audio, message_versions
from records.staff import agents, click_to_call
from records.staff.click_to_call import AudioRange
from records.users import administration, phone_pins
from records.users.invitees import Invitee
from routing.access.permissions import Role

GREETING = "greeting-33199000000"
HERE = command_line_actor("test")
PIN, WRONG, STRANGER = "274016", "586703", "+33639980801"


@pytest.mark.timeout(400)
def test_a_message_is_published_from_a_desk_phone_only_with_the_pin(reception: Reception, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    desk = agents.add_agent(reception.database, "Odile", language="fr", at=now)
    newcomer = Invitee("Odile", "odile@example.org", Role.MESSAGE_EDITOR, "fr", desk.id)
    account = administration.invite_users(reception.database, HERE, [newcomer], at=now)[0].user
    phone_pins.set_pin(reception.database, HERE, account.id, PIN, at=now)
    number = f"{account.id}#"

    guessed = [
        Press(keys=keys, during=prompt)
        for _ in range(3)
        for prompt, keys in (("staff-line-account", number), ("staff-line-pin", f"{WRONG}#"))
    ]
    refused = reception.call(*guessed, number="0199000004", caller=CallerId(STRANGER))

    assert refused.missed_steps == (), str(refused)
    assert refused.heard_prompts[-2:] == ("staff-line-refused", "goodbye")
    reception.wait_until_recorded()
    on_record = {call.line for call in call_detail.list_recent_calls(reception.database, 20)}
    assert STRANGER not in on_record  # no call of the public's

    ear = reception.prompt_recognizer()
    spoken = reception.settings.asterisk_spool / "staff-line"
    with reception.desk_phone(desk, make_melody_file(tmp_path / "voice.wav", 660, 120)) as phone:
        listener, heard_s = LiveListener(phone, ear), -1.0
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
        published = phone.elapsed_s()
        phone.wait_for(PhoneEventKind.CLOSED, 15, after_s=published)

        asked = phone.elapsed_s()
        with reception.database.read() as connection:
            draft = connection.exec_driver_sql("SELECT max(id) FROM message_draft").scalar_one()
        click_to_call.request_click_to_call(
            reception.database, account.actor, "daily", AudioRange(draft, 0.2, 1.8), at=datetime.now(UTC)
        )
        phone.wait_for(PhoneEventKind.ANSWERED, 15, after_s=asked)
        listener.wait_for("tone:660", 30, after_s=asked)
        phone.wait_for(PhoneEventKind.CLOSED, 15, after_s=asked)

    published_version = message_versions.list_versions(reception.database, "daily")[0]
    # Asterisk cuts off the last quarter of a second, in which the key is heard.
    assert message_audio.get_audio(reception.database, published_version.audio).seconds > 1.7
    message = f"message-{published_version.id}"
    story = reception.call(Press(keys="3", during=GREETING), Hangup(during=message, into_s=1))
    assert story.missed_steps == (), str(story)
    assert any(matches_name(sound, "tone:660") for sound in ear.recognize(story.recording))
    last = changes.list_changes(reception.database, HERE)[0]
    assert (last.kind, last.by, last.after["channel"]) == ("message.publish", "Odile", "phone")

    logs = [file.read_text(errors="replace") for file in reception.settings.log.rglob("*") if file.is_file()]
    assert logs and not [text for text in logs if PIN in text or WRONG in text]
