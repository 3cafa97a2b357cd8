"""Calls for staff: answered, waiting, or unanswered."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from reception import Reception, event_kinds, prompts_heard

from caller.phone import CallerId
from caller.phone_events import PhoneEventKind
from caller.prompt_recognizer import PromptRecognizer
from caller.scripted_call import Hangup, Press, RunAction
from caller.tones import Tone
from prompts.audio.pcm import measure, read_wav
from records.requests import requests
from records.staff import agents

GREETING = "greeting-33199000000"
TONE_S = 40


@pytest.fixture(scope="module")
def agent(reception: Reception) -> agents.Agent:
    """An agent with a SIP account."""
    return agents.add_agent(reception.database, "Poste de test", language="fr", at=datetime.now(UTC))


def tones(samples, ear: PromptRecognizer) -> set[int]:
    return {round(sound.frequency, -1) for sound in ear.recognize(samples) if isinstance(sound, Tone)}


@pytest.mark.parametrize("key", ["0", pytest.param("1", marks=pytest.mark.long)])
def test_0_or_1_connects_the_caller_and_both_hear_each_other(
    reception: Reception, agent: agents.Agent, tone: Callable[[int, float], Path], key: str
) -> None:
    with reception.desk_phone(agent, outgoing_audio=tone(440, TONE_S)) as desk:
        story = reception.call(
            Press(keys=key, during=GREETING),
            Hangup(after="tone:440", into_s=2, timeout=20),
            outgoing_audio=tone(620, TONE_S),
        )
        desk.wait_for(PhoneEventKind.CLOSED)
        heard_at_the_desk = tones(desk.received_audio(), PromptRecognizer({}))

    assert 440 in tones(story.recording, PromptRecognizer({}))
    assert 620 in heard_at_the_desk
    assert prompts_heard(story)[:2] == [GREETING, "staff-connecting"]
    record = reception.wait_for_call_detail()
    assert {"queue_entered", "staff_ringing", "staff_answered"} <= set(event_kinds(record))
    assert record.call.disposition == "staff"
    assert record.requests == ()


def test_without_agents_a_caller_leaves_a_voicemail_and_an_open_request(
    reception: Reception, tone: Callable[[int, float], Path]
) -> None:
    story = reception.call(
        Press(keys="0", during=GREETING),
        RunAction(action=lambda: time.sleep(3), after="tone:1000"),
        Press(keys="#"),
        caller=CallerId("+33639980303"),
        outgoing_audio=tone(620, TONE_S),
    )

    assert prompts_heard(story) == [
        *(GREETING, "staff-connecting", "staff-none"),
        *("offer-this-number", "offer-other-number", "offer-or-voicemail"),
        *("voicemail-invite", "voicemail-thanks"),
    ]
    record = reception.wait_for_call_detail("+33639980303")
    assert record.call.disposition == "voicemail"
    assert record.contact is not None
    assert [row.kind for row in record.requests if row.is_open] == ["voicemail"]
    assert record.voicemail is not None
    kept = read_wav(reception.settings.voicemail / record.voicemail.file)
    assert kept.seconds == pytest.approx(record.voicemail.seconds, abs=0.1)
    assert measure(kept).active_dbfs > -30


@pytest.mark.long
def test_a_call_that_no_agent_answers_in_time_goes_to_voicemail(reception: Reception, agent: agents.Agent) -> None:
    with reception.desk_phone(agent, auto_answer=False) as desk:
        story = reception.call(Press(keys="0", during=GREETING), Hangup(during="voicemail-invite"))
        desk.wait_for(PhoneEventKind.INCOMING)

    assert prompts_heard(story)[-5] == "staff-none"
    assert prompts_heard(story)[-1] == "voicemail-invite"
    assert "staff_answered" not in event_kinds(reception.wait_for_call_detail())


@pytest.mark.long
def test_a_caller_who_waits_hears_their_position_and_music(
    reception: Reception, agent: agents.Agent, tone: Callable[[int, float], Path]
) -> None:
    waiting: list = []

    def second_caller() -> None:
        waiting.append(
            reception.call(
                Press(keys="0", during=GREETING),
                Hangup(during="staff-none", timeout=40),
                caller=CallerId("+33639980404"),
            )
        )

    with reception.desk_phone(agent, outgoing_audio=tone(440, 60)):
        reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=second_caller, during="tone:440"),
            Hangup(),
            max_seconds=90,
        )

    heard = prompts_heard(waiting[0])
    assert "queue-youarenext" in heard
    record = reception.wait_for_call_detail("+33639980404")
    assert record.call.disposition == "abandoned"
    assert [row.kind for row in record.requests if row.is_open] == ["missed"]


def test_a_caller_who_hangs_up_while_waiting_is_an_open_missed_call(reception: Reception, agent: agents.Agent) -> None:
    with reception.desk_phone(agent, auto_answer=False) as desk:
        reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=lambda: desk.wait_for(PhoneEventKind.INCOMING), after="staff-connecting"),
            Hangup(),
            caller=CallerId("+33639980505"),
        )
        desk.wait_for(PhoneEventKind.CLOSED)

    record = reception.wait_for_call_detail("+33639980505")
    assert record.call.disposition == "abandoned"
    mine = [row for row in requests.list_open_requests(reception.database) if row.call_ref == record.call.ref]
    assert [(row.kind, row.line) for row in mine] == [("missed", "+33639980505")]
