"""Staff and their telephones: who takes calls, said from the phone, and what a desk phone can reach."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from reception import Reception, keys_heard, kinds, wait_for

from caller.ear import Heard
from caller.phone import Account, CallerId, Kind, Phone
from caller.story import Act, Hangup, Press
from records import people, presence, stories
from records.people import Person
from records.presence import Presence, PresenceState
from standardiste.server import asterisk_says

GREETING = "greeting-33199000000"
READY, PAUSED, OUT = PresenceState.READY, PresenceState.PAUSED, PresenceState.OUT


@contextmanager
def working(reception: Reception, *names: str) -> Iterator[list[Person]]:
    """Nobody but these people takes calls."""
    at = datetime.now(UTC)
    for other in presence.all(reception.base):
        presence.set(reception.base, other.person_id, OUT, by="test", at=at)
    added = [people.add(reception.base, name, language="fr", at=at) for name in names]
    yield added
    for person in added:
        presence.set(reception.base, person.id, OUT, by="test", at=datetime.now(UTC))


@pytest.fixture
def anne(reception: Reception) -> Iterator[Person]:
    with working(reception, "Anne") as (person,):
        yield person


@pytest.fixture
def two(reception: Reception) -> Iterator[list[Person]]:
    with working(reception, "Basile", "Chloé") as both:
        yield both


def now(reception: Reception, person: Person) -> Presence:
    return next(one for one in presence.all(reception.base) if one.person_id == person.id)


def in_the_queue(reception: Reception, person: Person) -> str:
    """What Asterisk says of this member; empty when it has none."""
    listed = asterisk_says(reception.house, "queue show staff-fr").splitlines()
    return next((line for line in listed if line.strip().startswith(f"{person.phone} ")), "")


def answer_to(reception: Reception, phone: Phone, code: str) -> str:
    """Dials a code; the one prompt that was heard, from its beginning to its end, until the house hung up."""
    since = phone.now_s()
    phone.dial(reception.uri(code))
    phone.wait_for(Kind.CLOSED, 15, after_s=since)
    ear = reception.ear()
    heard = ear.listen(phone.heard())
    said = [sound for sound in heard if isinstance(sound, Heard) and sound.start_s >= since]
    [key] = {piece.key for piece in said}  # sound that a busy machine loses leaves two pieces of one prompt
    return key if said[0].from_s < 0.2 and ear.to_its_end(said[-1]) else f"a part of {key}"


# --- codes -----------------------------------------------------------------------------------------------------------


def test_each_code_is_confirmed_by_a_voice_and_changes_the_queue_within_a_second(
    reception: Reception, anne: Person
) -> None:
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
    return [(person.member, person.state, person.version) for person in presence.all(reception.base)]


def test_the_phone_of_nobody_is_told_that_nothing_was_noted(reception: Reception) -> None:
    free = next(phone for phone in reversed(people.phones(reception.base)) if phone.person is None)
    before = states(reception)
    with Phone(account=Account(free.name, free.password, f"127.0.0.1:{reception.settings.sip_port}")) as phone:
        assert answer_to(reception, phone, "*21") == "presence-unknown"
    assert states(reception) == before


def test_with_python_dead_the_phone_says_that_nothing_was_noted(reception: Reception, anne: Person) -> None:
    reception.supervisor("stop", "calls")
    try:
        with reception.desk_phone(anne) as desk:
            assert answer_to(reception, desk, "*22") == "presence-unknown"
        assert now(reception, anne).state is READY
    finally:
        reception.supervisor("start", "calls")
        wait_for(lambda: "Our code answers" in reception.run("doctor", check=False).stdout, "our code to answer")


def test_an_account_is_what_its_password_says_whatever_caller_id_it_shows(
    reception: Reception, two: list[Person]
) -> None:
    basile, chloe = two
    with reception.desk_phone(basile) as desk:
        desk.dial(reception.uri("*22"), CallerId(chloe.phone))  # without Basile's account nothing is proved
        desk.wait_for(Kind.CLOSED)
    assert [now(reception, person).state for person in two] == [READY, READY]


# --- desk to desk ----------------------------------------------------------------------------------------------------


def test_desks_reach_each_other_by_their_number_and_nothing_outside(reception: Reception, two: list[Person]) -> None:
    basile, chloe = two
    before = stories.recent(reception.base, 1)
    with reception.desk_phone(basile) as caller, reception.desk_phone(chloe, auto_answer=False) as called:
        caller.dial(reception.uri(chloe.phone.removeprefix("p")))
        assert f"sip:{basile.phone.removeprefix('p')}@" in called.wait_for(Kind.INCOMING).detail
        called.answer()
        caller.wait_for(Kind.ANSWERED)
        caller.hangup()
        called.wait_for(Kind.CLOSED)

        for outside in ("0639980001", "+33639980001", "15", "112", "0199000000", "s", "ready"):
            since = caller.now_s()
            caller.dial(reception.uri(outside))
            refused = caller.wait_for(Kind.CLOSED, after_s=since)
            assert re.match(r"4\d\d|5\d\d", refused.detail), (outside, refused)
    assert stories.recent(reception.base, 1) == before  # what desks say to each other is no call of the public's


# --- taking calls ----------------------------------------------------------------------------------------------------


def test_who_declines_passes_the_caller_on_to_the_next(
    reception: Reception, two: list[Person], tone: Callable[[int, float], Path]
) -> None:
    basile, chloe = two
    declined = []

    def decline_then_answer() -> None:
        phones = [first, second]
        rung = wait_for(lambda: next((p for p in phones if rings(p)), None), "a phone to ring")
        rung.reject()
        declined.append(rung)
        phones.remove(rung)
        phones[0].wait_for(Kind.INCOMING)
        phones[0].answer()

    with (
        reception.desk_phone(basile, tone(440, 40), auto_answer=False) as first,
        reception.desk_phone(chloe, tone(440, 40), auto_answer=False) as second,
    ):
        story = reception.call(
            Press(keys="0", during=GREETING),
            Act(action=decline_then_answer, during="staff-connecting"),
            Hangup(during="tone:440", into_s=1, timeout=20),
            caller=CallerId("+33639980701"),
        )

    assert not story.missed
    assert len(declined) == 1
    assert reception.record("+33639980701").call.ending == "staff"


def rings(phone: Phone) -> bool:
    return bool(phone.events) and phone.events[-1].kind is Kind.INCOMING


def test_who_pauses_while_the_phone_rings_is_not_rung_again(reception: Reception, anne: Person) -> None:
    with reception.desk_phone(anne, auto_answer=False) as desk:

        def pause_and_decline() -> None:
            desk.wait_for(Kind.INCOMING)
            with reception.desk_phone(anne) as second_line:  # a telephone has several; the registration moves here
                assert answer_to(reception, second_line, "*22") == "presence-paused"
                wait_for(lambda: now(reception, anne).applied_at, "Asterisk to be told")
            if rings(desk):
                desk.reject()

        story = reception.call(
            Press(keys="0", during=GREETING),
            Act(action=pause_and_decline, during="staff-connecting"),
            Hangup(at_s=18),  # longer than anybody waits for staff here
            caller=CallerId("+33639980702"),
        )

    assert not story.missed
    assert [event.kind for event in desk.events].count(Kind.INCOMING) == 1
    assert "staff_answered" not in kinds(reception.record("+33639980702"))


# --- the whole house -------------------------------------------------------------------------------------------------


def test_closed_by_hand_the_next_caller_is_told_and_no_phone_rings(reception: Reception, anne: Person) -> None:
    reception.run("hours", "close")
    try:
        with reception.desk_phone(anne, auto_answer=False) as desk:
            story = reception.call(
                Press(keys="0", during="closed"),
                Hangup(at_s=15),
                caller=CallerId("+33639980703"),
            )
            assert desk.events[-1].kind is Kind.REGISTERED
    finally:
        reception.run("hours", "open")

    assert keys_heard(story)[:2] == [GREETING, "closed"]
    assert "queue_entered" not in kinds(reception.record("+33639980703"))
    after = reception.call(
        Hangup(during="menu-main", into_s=0) if False else Press(keys="3", during=GREETING), Hangup()
    )
    assert "closed" not in keys_heard(after)
