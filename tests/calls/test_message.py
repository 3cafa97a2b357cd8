"""Keys 3 and 4: the message of the day."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from carrier import Carrier
from reception import NUMBER, Reception, event_kinds, prompts_heard, wait_for

from caller.prompt_recognizer import HeardPrompt
from caller.scripted_call import CallReport, Hangup, Press, RunAction, WaitUntil
from records.call_events import CallEventKind
from records.calls.call_detail import CallDetail

GREETING = "greeting-33199000000"


def heard(story: CallReport, key: str) -> HeardPrompt:
    """The longest piece of a prompt that was heard; fails if there is none."""
    hearings = [sound for sound in story.sounds if isinstance(sound, HeardPrompt) and sound.key == key]
    assert hearings, f"{key} was not heard:\n{story}"
    return max(hearings, key=lambda sound: sound.position_end_s - sound.position_start_s)


def to_its_end(reception: Reception, sound: HeardPrompt) -> bool:
    """Whether the prompt was heard from its first words; a busy machine may lose the first packets."""
    return sound.position_start_s < 0.3 and reception.prompt_recognizer().is_heard_to_end(sound)


def data_of(record: CallDetail, kind: CallEventKind) -> dict[str, object]:
    return next(event.detail for event in record.events if event.kind == kind)


@pytest.mark.parametrize("key", ["3", pytest.param("4", marks=pytest.mark.long)])
def test_a_caller_presses_3_or_4_and_hears_todays_message(
    reception: Reception, carrier: Carrier, tmp_path: Path, key: str
) -> None:
    message = reception.publish(f"Message numéro {key}, pour la touche {key}.", tmp_path)

    story = reception.call(Press(keys=key, during=GREETING), Hangup(during="menu-main-1"), uri=carrier.uri(NUMBER))

    assert story.missed_steps == (), str(story)
    assert to_its_end(reception, heard(story, message))
    assert prompts_heard(story) == [GREETING, message, "menu-main-1"]  # the key was taken during the greeting
    record = reception.wait_for_call_detail(with_event=CallEventKind.MESSAGE_HEARD)
    assert data_of(record, CallEventKind.KEY) == {"key": key, "menu": "main"}
    assert data_of(record, CallEventKind.MESSAGE_HEARD)["whole"] is True
    assert record.call.disposition == "message_heard"


def test_a_key_pressed_during_the_message_stops_it_and_is_the_choice(reception: Reception, tmp_path: Path) -> None:
    message = reception.publish(
        "Ce message dure assez longtemps pour que l'on puisse l'interrompre en route.", tmp_path
    )

    story = reception.call(
        Press(keys="3", during=GREETING),
        Press(keys="2", during=message, into_s=1),
        WaitUntil(during="goodbye"),
    )

    assert story.missed_steps == (), str(story)
    assert not to_its_end(reception, heard(story, message))
    assert prompts_heard(story)[:3] == [GREETING, message, "callback-accepted"]
    detail = data_of(
        reception.wait_for_call_detail(with_event=CallEventKind.MESSAGE_HEARD), CallEventKind.MESSAGE_HEARD
    )
    assert detail["whole"] is False
    assert detail["seconds"] == pytest.approx(heard(story, message).position_end_s, abs=0.5)


@pytest.mark.long
def test_the_listened_seconds_are_recorded_when_a_caller_hangs_up_during_the_message(
    reception: Reception, tmp_path: Path
) -> None:
    message = reception.publish("Ce message aussi dure assez longtemps pour que l'on raccroche avant la fin.", tmp_path)

    story = reception.call(Press(keys="3", during=GREETING), Hangup(during=message, into_s=1.5))

    detail = data_of(
        reception.wait_for_call_detail(with_event=CallEventKind.MESSAGE_HEARD), CallEventKind.MESSAGE_HEARD
    )
    assert detail["whole"] is False
    assert detail["seconds"] == pytest.approx(heard(story, message).position_end_s, abs=0.5)


def test_a_message_replaced_during_a_call_plays_to_its_end(reception: Reception, tmp_path: Path) -> None:
    other = reception.publish("Voici l'autre message.", tmp_path)
    first = reception.publish("Voici un message que l'on entendra jusqu'au bout, même s'il est remplacé.", tmp_path)

    story = reception.call(
        Press(keys="3", during=GREETING),
        RunAction(action=lambda: reception.run("message", "rollback"), during=first),
        Press(keys="3", during="menu-main-1"),
        Hangup(after=other),
    )

    assert story.missed_steps == (), str(story)
    assert to_its_end(reception, heard(story, first))
    assert to_its_end(reception, heard(story, other))
    assert prompts_heard(story)[:4] == [GREETING, first, "menu-main-1", other]


@pytest.mark.long
def test_rolling_back_puts_the_previous_message_on_air_for_the_next_caller(
    reception: Reception, tmp_path: Path
) -> None:
    good = reception.publish("Voici le bon message.", tmp_path)
    wrong = reception.publish("Voici une erreur.", tmp_path)
    reception.run("message", "rollback")

    story = reception.call(Press(keys="3", during=GREETING), Hangup(during="menu-main-1"))

    # The version put back is a new one with the same sound.
    assert good in {
        name for sound in story.sounds if isinstance(sound, HeardPrompt) for name in (sound.key, *sound.ambiguous_with)
    }
    assert wrong not in story.heard_prompts


@pytest.mark.long
def test_an_expired_message_stays_on_air_without_another_one(reception: Reception, tmp_path: Path) -> None:
    until = datetime.now(ZoneInfo("Europe/Paris")) + timedelta(seconds=15)
    message = reception.publish("Ce message expire.", tmp_path, "--until", f"{until:%Y-%m-%d %H:%M:%S}", slot="weekly")
    wait_for(lambda: datetime.now(UTC) > until, "the message to expire", seconds=20)

    story = reception.call(Press(keys="6", during=GREETING), Hangup(during="menu-main-1"))

    assert to_its_end(reception, heard(story, message))
    assert data_of(reception.wait_for_call_detail(), CallEventKind.MESSAGE_STARTED)["stale"] is True


def test_an_announcement_without_message_says_so_and_returns_to_the_menu(reception: Reception) -> None:
    story = reception.call(Press(keys="5", during=GREETING), Hangup(during="menu-main-1"))

    assert prompts_heard(story) == [GREETING, "no-message", "menu-main-1"]
    assert "message_started" not in event_kinds(reception.wait_for_call_detail())
