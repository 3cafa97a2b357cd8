"""Desk phones: presence codes, and what a desk phone can reach."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from manual_parts import wait_for_agi
from reception import Reception, event_kinds, prompts_heard, wait_for

from caller.phone import CallerId, Phone, SipAccount
from caller.phone_events import PhoneEventKind
from caller.prompt_recognizer import HeardPrompt
from caller.scripted_call import Hangup, Press, RunAction
from records.calls import call_detail
from records.staff import agents, presence
from records.staff.agents import Agent
from records.staff.presence import Presence, PresenceState

GREETING = "greeting-33199000000"
READY, PAUSED, OUT = PresenceState.READY, PresenceState.PAUSED, PresenceState.OUT


@contextmanager
def working(reception: Reception, *names: str) -> Iterator[list[Agent]]:
    """Only these agents take calls."""
    at = datetime.now(UTC)
    for other in presence.list_presences(reception.database):
        presence.set_presence(reception.database, other.agent_id, OUT, by="test", at=at)
    added = [agents.add_agent(reception.database, name, language="fr", at=at) for name in names]
    yield added
    for person in added:
        presence.set_presence(reception.database, person.id, OUT, by="test", at=datetime.now(UTC))


@pytest.fixture
def anne(reception: Reception) -> Iterator[Agent]:
    with working(reception, "Anne") as (person,):
        yield person


@pytest.fixture
def two(reception: Reception) -> Iterator[list[Agent]]:
    with working(reception, "Basile", "Chloé") as both:
        yield both


def now(reception: Reception, person: Agent) -> Presence:
    return next(one for one in presence.list_presences(reception.database) if one.agent_id == person.id)


def in_the_queue(reception: Reception, person: Agent) -> str:
    """This queue member, from Asterisk; empty if there is none."""
    listed = reception.installation.asterisk_cli.run("queue show staff-fr").splitlines()
    return next((line for line in listed if line.strip().startswith(f"{person.sip_account} ")), "")


def answer_to(reception: Reception, phone: Phone, code: str) -> str:
    """Dials a code; the one prompt that was heard, as a whole, until our side hung up."""
    since = phone.elapsed_s()
    phone.dial(reception.uri(code))
    phone.wait_for(PhoneEventKind.CLOSED, 15, after_s=since)
    ear = reception.prompt_recognizer()
    heard = ear.recognize(phone.received_audio())
    said = [sound for sound in heard if isinstance(sound, HeardPrompt) and sound.start_s >= since]
    [key] = {piece.key for piece in said}  # sound that a busy machine loses leaves two pieces of one prompt
    return key if said[0].position_start_s < 0.2 and ear.is_heard_to_end(said[-1]) else f"a part of {key}"


# --- codes -----------------------------------------------------------------------------------------------------------


def test_each_presence_code_is_confirmed_and_applied_within_a_second(reception: Reception, anne: Agent) -> None:
    with reception.desk_phone(anne) as desk:
        for code, state, shown in (("*22", PAUSED, "(paused"), ("*21", READY, "Not in use"), ("*23", OUT, "")):
            assert answer_to(reception, desk, code) == f"presence-{state}"

            said = now(reception, anne)
            assert (said.state, said.version > 1) == (state, True)
            applied = wait_for(lambda: now(reception, anne).applied_at, "Asterisk to be told")
            assert (applied - said.since).total_seconds() < 1
            member = in_the_queue(reception, anne)
            assert shown in member and bool(member) is (state is not OUT)
            assert ("(paused" in member) is (state is PAUSED)


def states(reception: Reception) -> list[tuple[str, PresenceState, int]]:
    return [
        (person.sip_account, person.state, person.version) for person in presence.list_presences(reception.database)
    ]


def test_a_code_from_an_unclaimed_phone_is_rejected(reception: Reception) -> None:
    free = next(phone for phone in reversed(agents.list_sip_accounts(reception.database)) if phone.agent is None)
    before = states(reception)
    with Phone(account=SipAccount(free.name, free.password, f"127.0.0.1:{reception.settings.sip_port}")) as phone:
        assert answer_to(reception, phone, "*21") == "presence-unknown"
    assert states(reception) == before


@pytest.mark.long
def test_a_code_without_python_is_reported_as_not_applied(reception: Reception, anne: Agent) -> None:
    reception.supervisorctl("stop", "calls")
    try:
        with reception.desk_phone(anne) as desk:
            assert answer_to(reception, desk, "*22") == "presence-unknown"
        assert now(reception, anne).state is READY
    finally:
        reception.supervisorctl("start", "calls")
        wait_for_agi(reception)


def test_a_phone_is_identified_by_its_account_and_not_by_its_caller_id(reception: Reception, two: list[Agent]) -> None:
    basile, chloe = two
    with reception.desk_phone(basile) as desk:
        desk.dial(reception.uri("*22"), CallerId(chloe.sip_account))  # without Basile's account nothing is proved
        desk.wait_for(PhoneEventKind.CLOSED)
    assert [now(reception, person).state for person in two] == [READY, READY]


# --- desk to desk ----------------------------------------------------------------------------------------------------


def test_desk_phones_reach_each_other_and_nothing_outside(reception: Reception, two: list[Agent]) -> None:
    basile, chloe = two
    reception.wait_until_recorded()
    before = [call.ref for call in call_detail.list_recent_calls(reception.database, 10)]
    with reception.desk_phone(basile) as caller, reception.desk_phone(chloe, auto_answer=False) as called:
        caller.dial(reception.uri(chloe.desk))
        assert f"sip:{basile.desk}@" in called.wait_for(PhoneEventKind.INCOMING).detail
        called.answer()
        caller.wait_for(PhoneEventKind.ANSWERED)
        caller.hangup()
        called.wait_for(PhoneEventKind.CLOSED)

        for outside in ("0639980001", "+33639980001", "15", "112", "0199000000", "s", "ready"):
            since = caller.elapsed_s()
            caller.dial(reception.uri(outside))
            refused = caller.wait_for(PhoneEventKind.CLOSED, after_s=since)
            assert re.match(r"4\d\d|5\d\d", refused.detail), (outside, refused)
    reception.wait_until_recorded()  # what desks say to each other, or dial in vain, is no call of the public's
    assert [call.ref for call in call_detail.list_recent_calls(reception.database, 10)] == before


# --- taking calls ----------------------------------------------------------------------------------------------------


def test_a_rejected_call_goes_to_the_next_agent(
    reception: Reception, two: list[Agent], tone: Callable[[int, float], Path]
) -> None:
    basile, chloe = two
    declined = []

    def decline_then_answer() -> None:
        phones = [first, second]
        rung = wait_for(lambda: next((p for p in phones if rings(p)), None), "a phone to ring")
        rung.reject()
        declined.append(rung)
        phones.remove(rung)
        phones[0].wait_for(PhoneEventKind.INCOMING)
        phones[0].answer()

    with (
        reception.desk_phone(basile, tone(440, 40), auto_answer=False) as first,
        reception.desk_phone(chloe, tone(440, 40), auto_answer=False) as second,
    ):
        story = reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=decline_then_answer, during="staff-connecting"),
            Hangup(during="tone:440", into_s=1, timeout=20),
            caller=CallerId("+33639980701"),
        )

    assert not story.missed_steps
    assert len(declined) == 1
    assert reception.wait_for_call_detail("+33639980701").call.disposition == "staff"


def rings(phone: Phone) -> bool:
    return bool(phone.events) and phone.events[-1].kind is PhoneEventKind.INCOMING


@pytest.mark.long
def test_an_agent_who_pauses_during_a_ring_is_not_dialled_again(reception: Reception, anne: Agent) -> None:
    with reception.desk_phone(anne, auto_answer=False) as desk:

        def pause_and_decline() -> None:
            desk.wait_for(PhoneEventKind.INCOMING)
            with reception.desk_phone(anne) as second_line:  # a telephone has several; the registration moves here
                assert answer_to(reception, second_line, "*22") == "presence-paused"
                wait_for(lambda: now(reception, anne).applied_at, "Asterisk to be told")
            if rings(desk):
                desk.reject()

        story = reception.call(
            Press(keys="0", during=GREETING),
            RunAction(action=pause_and_decline, during="staff-connecting"),
            Hangup(at_s=18),  # longer than anybody waits for staff here
            caller=CallerId("+33639980702"),
        )

    assert not story.missed_steps
    assert [event.kind for event in desk.events].count(PhoneEventKind.INCOMING) == 1
    assert "staff_answered" not in event_kinds(reception.wait_for_call_detail("+33639980702"))


# --- a whole team ----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_closing_by_hand_is_announced_and_no_phone_rings(reception: Reception, anne: Agent) -> None:
    reception.run("hours", "close")
    try:
        with reception.desk_phone(anne, auto_answer=False) as desk:
            story = reception.call(
                Press(keys="0", during="closed"),
                Hangup(at_s=15),
                caller=CallerId("+33639980703"),
            )
            assert desk.events[-1].kind is PhoneEventKind.REGISTERED
    finally:
        reception.run("hours", "open")

    assert prompts_heard(story)[:2] == [GREETING, "closed"]
    assert "queue_entered" not in event_kinds(reception.wait_for_call_detail("+33639980703"))
    after = reception.call(
        Hangup(during="menu-main", into_s=0) if False else Press(keys="3", during=GREETING), Hangup()
    )
    assert "closed" not in prompts_heard(after)
