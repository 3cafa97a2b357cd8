"""A person is asked for: rung, waited for, reached, or not."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from reception import Reception, keys_heard, kinds

from caller.ear import Ear
from caller.phone import CallerId, Kind
from caller.story import Act, Hangup, Press
from caller.tones import Tone
from prompts.pcm import measure, read_wav
from records import people, requests

GREETING = "greeting-33199000000"
TONE_S = 40


@pytest.fixture(scope="module")
def agent(reception: Reception) -> people.Person:
    """A member of staff with a claimed phone account."""
    return people.add(reception.base, "Poste de test", language="fr", at=datetime.now(UTC))


def tones(samples, ear: Ear) -> set[int]:
    return {round(sound.frequency, -1) for sound in ear.listen(samples) if isinstance(sound, Tone)}


@pytest.mark.parametrize("key", ["0", "1"])
def test_0_or_1_puts_the_caller_through_and_both_hear_each_other(
    reception: Reception, agent: people.Person, tone: Callable[[int, float], Path], key: str
) -> None:
    with reception.desk_phone(agent, speaks=tone(440, TONE_S)) as desk:
        story = reception.call(
            Press(keys=key, during=GREETING), Hangup(after="tone:440", into_s=2, timeout=20), speaks=tone(620, TONE_S)
        )
        desk.wait_for(Kind.CLOSED)
        heard_at_the_desk = tones(desk.heard(), Ear({}))

    assert 440 in tones(story.recording, Ear({}))
    assert 620 in heard_at_the_desk
    assert keys_heard(story)[:2] == [GREETING, "staff-connecting"]
    record = reception.record()
    assert {"queue_entered", "staff_ringing", "staff_answered"} <= set(kinds(record))
    assert record.call.ending == "staff"
    assert record.requests == ()


def test_with_nobody_there_the_caller_leaves_his_words_and_a_row_to_treat(
    reception: Reception, tone: Callable[[int, float], Path]
) -> None:
    story = reception.call(
        Press(keys="0", during=GREETING),
        Press(keys="#", at_s=36),
        caller=CallerId("+33639980303"),
        speaks=tone(620, TONE_S),
    )

    assert keys_heard(story) == [
        *(GREETING, "staff-connecting", "staff-none"),
        *("offer-this-number", "offer-other-number", "offer-or-voicemail"),
        *("voicemail-invite", "voicemail-thanks"),
    ]
    record = reception.record("+33639980303")
    assert record.call.ending == "voicemail"
    assert record.contact is not None
    assert [row.kind for row in record.requests if row.is_open] == ["voicemail"]
    assert record.voicemail is not None
    kept = read_wav(reception.settings.voicemail / record.voicemail.file)
    assert kept.seconds == pytest.approx(record.voicemail.seconds, abs=0.1)
    assert measure(kept).active_dbfs > -30


def test_nobody_who_answers_in_time_leads_to_voicemail(reception: Reception, agent: people.Person) -> None:
    with reception.desk_phone(agent, auto_answer=False) as desk:
        story = reception.call(Press(keys="0", during=GREETING), Hangup(during="voicemail-invite"))
        desk.wait_for(Kind.INCOMING)

    assert keys_heard(story)[-5] == "staff-none"
    assert keys_heard(story)[-1] == "voicemail-invite"
    assert "staff_answered" not in kinds(reception.record())


def test_while_staff_are_busy_the_next_caller_hears_his_place_and_music(
    reception: Reception, agent: people.Person, tone: Callable[[int, float], Path]
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

    with reception.desk_phone(agent, speaks=tone(440, 60)):
        reception.call(
            Press(keys="0", during=GREETING), Act(action=second_caller, during="tone:440"), Hangup(), max_seconds=90
        )

    heard = keys_heard(waiting[0])
    assert "queue-youarenext" in heard
    record = reception.record("+33639980404")
    assert record.call.ending == "abandoned"
    assert [row.kind for row in record.requests if row.is_open] == ["missed"]


def test_who_hangs_up_while_waiting_is_a_missed_call_to_treat(reception: Reception, agent: people.Person) -> None:
    with reception.desk_phone(agent, auto_answer=False) as desk:
        reception.call(
            Press(keys="0", during=GREETING),
            Act(action=lambda: desk.wait_for(Kind.INCOMING), after="staff-connecting"),
            Hangup(),
            caller=CallerId("+33639980505"),
        )
        desk.wait_for(Kind.CLOSED)

    record = reception.record("+33639980505")
    assert record.call.ending == "abandoned"
    mine = [row for row in requests.open_requests(reception.base) if row.call_ref == record.call.ref]
    assert [(row.kind, row.line) for row in mine] == [("missed", "+33639980505")]
