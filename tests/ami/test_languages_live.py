"""Callers of a language and the people who speak it: real calls, real desk phones, the running process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from reception import wait_for
from switchboard import Switchboard

from caller.phone import Account, CallerId, Kind, Phone
from records import people, plans, presence, stories
from records.events import CallEventKind
from records.stories import Story

OTHERS_AFTER_S = 3
FRENCH, ENGLISH = "0199000000", "0199000001"
PLAN = (
    (Path(__file__).parents[1] / "calls" / "plan.yaml")
    .read_text()
    .replace("  max_wait_s: 8", f'  relax: ["other languages after {OTHERS_AFTER_S}"]\n  max_wait_s: 60')
    .replace("hours: hardly", "hours: always")
)
CENTRE = """
overflow:
  rules: [{when: nobody-logged-in}]
  centres: [{name: north, number: "+33199000050", caller_id: "+33199000000"}]
"""


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switchboard]:
    board = Switchboard(tmp_path_factory.mktemp("languages") / "var", PLAN)
    board.start()
    with board.switch(board.settings.log / "switch.log"):
        yield board
    board.stop()


@pytest.fixture(scope="module")
def team(board: Switchboard) -> Iterator[tuple[Phone, Phone]]:
    """The desk phones of somebody who speaks French, and of somebody who speaks English."""
    for language in ("fr", "en"):
        people.add(board.base, language, language=language, at=datetime.now(UTC))
    with desk(board, "p01") as french, desk(board, "p02") as english:
        wait_for(lambda: all(person.applied_at for person in presence.all(board.base)), "the members")
        yield french, english


@contextmanager
def desk(board: Switchboard, account: str) -> Iterator[Phone]:
    with Phone(account=Account(account, f"password-of-{account}", f"127.0.0.1:{board.settings.sip_port}")) as phone:
        phone.wait_for(Kind.REGISTERED)
        yield phone


@contextmanager
def calling(board: Switchboard, line: str, number: str) -> Iterator[Phone]:
    with Phone() as caller:
        caller.dial(board.reception.uri(number), CallerId(line))
        yield caller


def rings(phone: Phone) -> int:
    return [event.kind for event in phone.events].count(Kind.INCOMING)


def talks(board: Switchboard, queue: str) -> int:
    return board.says(f"queue show {queue}").count("has taken 1 calls")


def story(board: Switchboard, line: str) -> Story | None:
    found = next((call for call in stories.recent(board.base, 50) if call.line == line), None)
    return stories.story(board.base, found.ref) if found else None


def at(board: Switchboard, line: str, kind: CallEventKind) -> datetime:
    """When this happened to the caller for the first time."""

    def found() -> datetime | None:
        told = story(board, line)
        return next((event.at for event in told.events if event.kind == kind), None) if told else None

    return wait_for(found, f"{kind} in the record of {line}", 15)


def test_a_caller_reaches_who_speaks_his_language_and_another_only_once_he_has_waited(
    board: Switchboard, team: tuple[Phone, Phone]
) -> None:
    french, english = team  # the first has been free for as long, and stands first
    with calling(board, "+33639980221", ENGLISH):
        english.wait_for(Kind.INCOMING, 15)
        english.answer()
        english.wait_for(Kind.ANSWERED)
        assert rings(french) == 0

        with calling(board, "+33639980222", ENGLISH):  # whoever speaks English is busy now
            french.wait_for(Kind.INCOMING, 15)
            entered, rang = (
                at(board, "+33639980222", kind) for kind in (CallEventKind.QUEUE_ENTERED, CallEventKind.STAFF_RINGING)
            )
            french.answer()
            at(board, "+33639980222", CallEventKind.STAFF_ANSWERED)

    assert OTHERS_AFTER_S <= (rang - entered).total_seconds() < OTHERS_AFTER_S + 3
    assert rings(english) == rings(french) == 1
    # A talk in one queue counts in the other, for wrap-up and for whose turn it is.
    wait_for(lambda: talks(board, "staff-fr") == talks(board, "staff-en") == 2, "both talks in both queues")


def test_each_queue_is_judged_by_those_who_serve_it(board: Switchboard, team: tuple[Phone, Phone]) -> None:
    plans.save(board.base, PLAN + CENTRE, author="test", at=datetime.now(UTC))
    speaks_english = presence.all(board.base)[1]
    presence.set(board.base, speaks_english.person_id, presence.PresenceState.OUT, by="test", at=datetime.now(UTC))
    wait_for(lambda: presence.all(board.base)[1].applied_at, "Asterisk to be told")

    with calling(board, "+33639980223", ENGLISH), calling(board, "+33639980224", FRENCH):
        handed_over = at(board, "+33639980223", CallEventKind.OVERFLOW_DECIDED)
        at(board, "+33639980224", CallEventKind.STAFF_RINGING)
    told = story(board, "+33639980223")
    (because,) = [event.detail["because"] for event in told.events if event.kind == CallEventKind.OVERFLOW_DECIDED]

    assert because == "nobody logged in, 0 staff ready of 0"
    assert (handed_over - at(board, "+33639980223", CallEventKind.QUEUE_ENTERED)).total_seconds() < OTHERS_AFTER_S
    french = story(board, "+33639980224")
    assert [event for event in french.events if event.kind == CallEventKind.OVERFLOW_DECIDED] == []
