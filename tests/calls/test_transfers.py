"""An agent hands a caller over, on a real Asterisk with real telephones: who hears whom, and what is on record."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import overflow_centres as numbers
import pytest
from overflow_centres import OverflowCentres
from plan_variants import plan_with, temporary_plan
from reception import Reception, event_kinds, wait_for

from caller.phone import CallerId, Phone, PhoneEventKind
from caller.prompt_recognizer import PromptRecognizer
from caller.scripted_call import Hangup, Press, RunAction
from caller.tones import Tone
from records.calls.talks import find_current_talk, list_talks
from records.centres.handoffs import list_handoffs
from records.staff import agents, presence
from records.staff.presence import PresenceState
from records.transfers.consultations import Stage, Step, find_consultation, request_step
from records.transfers.transfers import NobodyFree, Target, TargetKind, Transfer, request_transfer

GREETING = "greeting-33199000000"
TONE_S = 60
ALICE_HZ, BOB_HZ, CALLER_HZ = 440, 880, 620


@pytest.fixture(scope="module")
def alice(reception: Reception) -> agents.Agent:
    return agents.add_agent(reception.database, "Alice", language="fr", at=datetime.now(UTC))


@pytest.fixture(scope="module")
def bob(reception: Reception) -> agents.Agent:
    """An agent of the second level."""
    person = agents.add_agent(reception.database, "Bob", language="fr", rank=2, at=datetime.now(UTC))
    wait_for(lambda: all(one.applied_at for one in presence.list_presences(reception.database)), "the members")
    return person


@pytest.fixture(autouse=True, scope="module")
def leaving(reception: Reception, alice: agents.Agent, bob: agents.Agent) -> Iterator[None]:
    yield
    reception.remove_agents(alice, bob)


def hears(phone: Phone, hertz: int) -> bool:
    sounds = PromptRecognizer({}).recognize(phone.received_audio())
    return any(isinstance(sound, Tone) and abs(sound.frequency - hertz) < 10 for sound in sounds)


def hand_over(
    reception: Reception, agent: agents.Agent, target: Target, note: str | None = None, *, speaks_first: bool = False
) -> Transfer:
    wait_for(
        lambda: find_current_talk(reception.database, agent.sip_account, datetime.now(UTC)), "the talk to be on record"
    )
    at = datetime.now(UTC)
    return request_transfer(reception.database, agent.id, target, note=note, at=at, speaks_first=speaks_first)


def test_a_caller_who_is_handed_over_to_a_person_hears_music_and_then_that_person(
    reception: Reception, alice: agents.Agent, bob: agents.Agent, tone: Callable[[int, float], Path]
) -> None:
    with (
        reception.desk_phone(alice, tone(ALICE_HZ, TONE_S)) as first,
        reception.desk_phone(bob, tone(BOB_HZ, TONE_S), auto_answer=True) as second,
    ):

        def transfer() -> None:
            hand_over(reception, alice, Target(TargetKind.PERSON, bob.id), "Devis du 3 mars")
            first.wait_for(PhoneEventKind.CLOSED)

        story = reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=transfer, during=f"tone:{ALICE_HZ}"),
            Hangup(during=f"tone:{BOB_HZ}", into_s=2, timeout=20),
            caller=CallerId("+33639980701"),
            outgoing_audio=tone(CALLER_HZ, TONE_S),
        )
        second.wait_for(PhoneEventKind.CLOSED)
        assert hears(second, CALLER_HZ)
        assert not hears(second, ALICE_HZ)
    assert story.missed_steps == (), str(story)
    record = reception.wait_for_call_detail("+33639980701")
    talks = list_talks(record.events, record.call.ended_at)
    assert [talk.phone for talk in talks] == [alice.sip_account, bob.sip_account]
    assert talks[0].ended_at <= talks[1].began_at
    assert record.call.disposition == "staff"
    assert record.requests == ()


@pytest.mark.parametrize("target", [pytest.param("person", marks=pytest.mark.long), "level"])
def test_a_caller_hears_music_while_their_agent_speaks_with_the_colleague_first(
    reception: Reception, alice: agents.Agent, bob: agents.Agent, tone: Callable[[int, float], Path], target: str
) -> None:
    """No caller of these tests hears silence: `reception.call` looks for it."""
    to = Target(TargetKind.PERSON, bob.id) if target == "person" else Target(TargetKind.LEVEL, level=2)
    with (
        reception.desk_phone(alice, tone(ALICE_HZ, TONE_S)) as first,
        reception.desk_phone(bob, tone(BOB_HZ, TONE_S)) as second,
    ):

        def speak_first() -> None:
            hand_over(reception, alice, to, "Devis du 3 mars", speaks_first=True)
            wait_for(lambda: hears(first, BOB_HZ) and hears(second, ALICE_HZ), "the two to hear each other")
            assert not hears(second, CALLER_HZ)
            wait_for(lambda: stage(reception, alice) is Stage.SPEAKING, "the talk of the two on record")
            request_step(reception.database, alice.id, Step.LEAVE, at=datetime.now(UTC))
            first.wait_for(PhoneEventKind.CLOSED)

        story = reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=speak_first, during=f"tone:{ALICE_HZ}"),
            Hangup(during=f"tone:{BOB_HZ}", into_s=2, timeout=20),
            caller=CallerId("+33639980706"),
            outgoing_audio=tone(CALLER_HZ, TONE_S),
        )
        second.wait_for(PhoneEventKind.CLOSED)
        assert hears(second, CALLER_HZ)
    assert story.missed_steps == (), str(story)
    record = reception.wait_for_call_detail("+33639980706")
    talks = list_talks(record.events, record.call.ended_at)
    assert [talk.phone for talk in talks] == [alice.sip_account, bob.sip_account]
    assert record.call.disposition == "staff" and record.requests == ()


def stage(reception: Reception, agent: agents.Agent) -> Stage | None:
    found = find_consultation(reception.database, agent.id, datetime.now(UTC))
    return found.stage if found else None


@pytest.mark.long
def test_nobody_answers_the_agent_who_wants_to_speak_first_so_they_are_with_the_caller_again(
    reception: Reception, alice: agents.Agent, bob: agents.Agent, tone: Callable[[int, float], Path]
) -> None:
    with (
        reception.desk_phone(alice, tone(ALICE_HZ, TONE_S)) as first,
        reception.desk_phone(bob, auto_answer=False) as second,
    ):

        def speak_first() -> None:
            hand_over(reception, alice, Target(TargetKind.PERSON, bob.id), speaks_first=True)
            second.wait_for(PhoneEventKind.INCOMING)
            wait_for(lambda: stage(reception, alice) is None, "the agent to be back", 60)

        story = reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=speak_first, during=f"tone:{ALICE_HZ}"),
            Hangup(during=f"tone:{ALICE_HZ}", into_s=1, timeout=20),
            caller=CallerId("+33639980707"),
            outgoing_audio=tone(CALLER_HZ, TONE_S),
            max_seconds=110,
        )
        first.wait_for(PhoneEventKind.CLOSED)
    assert story.missed_steps == (), str(story)
    record = reception.wait_for_call_detail("+33639980707")
    assert [talk.phone for talk in list_talks(record.events, record.call.ended_at)] == [alice.sip_account]


@pytest.mark.long
def test_a_caller_for_a_level_comes_back_to_the_agent_when_nobody_there_answers(
    reception: Reception, alice: agents.Agent, bob: agents.Agent, tone: Callable[[int, float], Path]
) -> None:
    with (
        reception.desk_phone(alice, tone(ALICE_HZ, TONE_S)) as first,
        reception.desk_phone(bob, auto_answer=False) as second,
    ):

        def transfer() -> None:
            hand_over(reception, alice, Target(TargetKind.LEVEL, level=2))
            second.wait_for(PhoneEventKind.INCOMING)

        story = reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=transfer, during=f"tone:{ALICE_HZ}"),
            Hangup(during=f"tone:{ALICE_HZ}", into_s=1, timeout=90),
            caller=CallerId("+33639980702"),
            outgoing_audio=tone(CALLER_HZ, TONE_S),
            max_seconds=110,
        )
        assert hears(first, CALLER_HZ)
    assert "transfer-returned" in story.heard_prompts, str(story)
    record = reception.wait_for_call_detail("+33639980702")
    assert [talk.phone for talk in list_talks(record.events, record.call.ended_at)] == [alice.sip_account] * 2
    assert record.requests == ()


def test_nobody_is_free_and_the_agent_learns_it_while_the_talk_goes_on(
    reception: Reception, alice: agents.Agent, bob: agents.Agent, tone: Callable[[int, float], Path]
) -> None:
    refused: list[bool] = []

    def transfer() -> None:
        presence.set_presence(reception.database, bob.id, PresenceState.PAUSED, by="test", at=datetime.now(UTC))
        for target in (Target(TargetKind.PERSON, bob.id), Target(TargetKind.LEVEL, level=2)):
            with pytest.raises(NobodyFree):
                hand_over(reception, alice, target)
            refused.append(True)

    with reception.desk_phone(alice, tone(ALICE_HZ, TONE_S)):
        story = reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=transfer, during=f"tone:{ALICE_HZ}"),
            Hangup(),
            caller=CallerId("+33639980703"),
        )
    presence.set_presence(reception.database, bob.id, PresenceState.READY, by="test", at=datetime.now(UTC))
    assert refused == [True, True]
    assert "transfer-connecting" not in story.heard_prompts


@pytest.mark.long
def test_a_caller_who_hangs_up_before_the_colleague_answers_is_an_open_missed_call(
    reception: Reception, alice: agents.Agent, bob: agents.Agent, tone: Callable[[int, float], Path]
) -> None:
    with (
        reception.desk_phone(alice, tone(ALICE_HZ, TONE_S)),
        reception.desk_phone(bob, auto_answer=False) as second,
    ):

        def transfer() -> None:
            hand_over(reception, alice, Target(TargetKind.PERSON, bob.id), "Wants the mayor")
            second.wait_for(PhoneEventKind.INCOMING)

        reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=transfer, during=f"tone:{ALICE_HZ}"),
            Hangup(),
            caller=CallerId("+33639980704"),
        )
    record = reception.wait_for_call_detail("+33639980704")
    assert "transferred" in event_kinds(record)
    assert [row.kind for row in record.requests if row.is_open] == ["missed"]


def test_a_caller_is_handed_over_to_the_centre_which_gets_the_call_like_any_overflow(
    reception_with_centres: Reception,
    overflow_centres: OverflowCentres,
    tone: Callable[[int, float], Path],
    tmp_path: Path,
) -> None:
    reception = reception_with_centres
    carol = agents.add_agent(reception.database, "Carol", language="fr", at=datetime.now(UTC))
    wait_for(lambda: all(one.applied_at for one in presence.list_presences(reception.database)), "the member")
    centre = f'    - {{name: relay, number: "{numbers.ANSWERS_WITH_TONE}", ring_s: 5}}'
    with temporary_plan(reception, tmp_path) as publish, reception.desk_phone(carol, tone(ALICE_HZ, TONE_S)) as first:
        publish(plan_with(overflow="\n".join(["  rules: [{when: nobody-logged-in}]", "  centres:", centre])))

        def transfer() -> None:
            hand_over(reception, carol, Target(TargetKind.CENTRE), "Devis du 3 mars")
            first.wait_for(PhoneEventKind.CLOSED)

        story = reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=transfer, during=f"tone:{ALICE_HZ}"),
            Hangup(during="tone:500", into_s=2, timeout=20),
            caller=CallerId("+33639980705"),
            outgoing_audio=tone(CALLER_HZ, TONE_S),
        )
        assert hears(first, CALLER_HZ)
    reception.remove_agents(carol)
    assert story.missed_steps == (), str(story)
    record = reception.wait_for_call_detail("+33639980705")
    [handoff] = list_handoffs(reception.database, record.call.ref)
    assert handoff.answered_at and overflow_centres.received_calls()[-1].reference == handoff.reference
    assert [talk.phone for talk in list_talks(record.events, record.call.ended_at)] == [carol.sip_account]
    assert record.requests == ()
