"""Callers of a language reach the agents who speak it: real calls, real desk phones, the running process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asterisk_only import AsteriskOnly
from reception import wait_for

from caller.phone import CallerId, Phone, SipAccount
from caller.phone_events import PhoneEventKind
from records.call_events import CallEventKind
from records.calls import call_detail
from records.calls.call_detail import CallDetail
from records.plan import plan_versions
from records.staff import agents, presence

OTHERS_AFTER_S = 3
FRENCH, ENGLISH = "0199000000", "0199000001"
PLAN = (
    (Path(__file__).parents[2] / "calls" / "plan.yaml")
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
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskOnly]:
    asterisk = AsteriskOnly(tmp_path_factory.mktemp("languages") / "var", PLAN)
    asterisk.start()
    with asterisk.run_switch(asterisk.settings.log / "switch.log"):
        yield asterisk
    asterisk.stop()


@pytest.fixture(scope="module")
def desk_phones(asterisk: AsteriskOnly) -> Iterator[tuple[Phone, Phone]]:
    """The desk phones of an agent who speaks French, and of one who speaks English."""
    for language in ("fr", "en"):
        agents.add_agent(asterisk.database, language, language=language, at=datetime.now(UTC))
    with desk(asterisk, "p01") as french, desk(asterisk, "p02") as english:
        wait_for(lambda: all(agent.applied_at for agent in presence.list_presences(asterisk.database)), "the members")
        yield french, english


@contextmanager
def desk(asterisk: AsteriskOnly, account: str) -> Iterator[Phone]:
    with Phone(
        account=SipAccount(account, f"password-of-{account}", f"127.0.0.1:{asterisk.settings.sip_port}")
    ) as phone:
        phone.wait_for(PhoneEventKind.REGISTERED)
        yield phone


@contextmanager
def calling(asterisk: AsteriskOnly, line: str, number: str) -> Iterator[Phone]:
    with Phone() as caller:
        caller.dial(asterisk.reception.uri(number), CallerId(line))
        yield caller


def rings(phone: Phone) -> int:
    return [event.kind for event in phone.events].count(PhoneEventKind.INCOMING)


def answered_calls(asterisk: AsteriskOnly, queue: str) -> int:
    return asterisk.run_command(f"queue show {queue}").count("has taken 1 calls")


def detail(asterisk: AsteriskOnly, line: str) -> CallDetail | None:
    found = next((call for call in call_detail.list_recent_calls(asterisk.database, 50) if call.line == line), None)
    return call_detail.get_call_detail(asterisk.database, found.ref) if found else None


def event_time(asterisk: AsteriskOnly, line: str, kind: CallEventKind) -> datetime:
    """The time of the first event of this kind in the record of the caller."""

    def first_time() -> datetime | None:
        call = detail(asterisk, line)
        return next((event.at for event in call.events if event.kind == kind), None) if call else None

    return wait_for(first_time, f"{kind} in the record of {line}", 15)


def test_a_caller_reaches_an_agent_of_their_language_and_another_only_after_a_wait(
    asterisk: AsteriskOnly, desk_phones: tuple[Phone, Phone]
) -> None:
    french, english = desk_phones  # both are free, and the French one is the first member
    with calling(asterisk, "+33639980221", ENGLISH):
        english.wait_for(PhoneEventKind.INCOMING, 15)
        english.answer()
        english.wait_for(PhoneEventKind.ANSWERED)
        assert rings(french) == 0

        with calling(asterisk, "+33639980222", ENGLISH):  # the English agent is busy now
            french.wait_for(PhoneEventKind.INCOMING, 15)
            entered, rang = (
                event_time(asterisk, "+33639980222", kind)
                for kind in (CallEventKind.QUEUE_ENTERED, CallEventKind.STAFF_RINGING)
            )
            french.answer()
            event_time(asterisk, "+33639980222", CallEventKind.STAFF_ANSWERED)

    assert OTHERS_AFTER_S <= (rang - entered).total_seconds() < OTHERS_AFTER_S + 3
    assert rings(english) == rings(french) == 1
    # A call in one queue counts in the other, for wrap-up and for the strategy.
    wait_for(
        lambda: answered_calls(asterisk, "staff-fr") == answered_calls(asterisk, "staff-en") == 2,
        "both calls in both queues",
    )


@pytest.mark.long
def test_overflow_is_decided_by_the_agents_who_serve_the_queue(
    asterisk: AsteriskOnly, desk_phones: tuple[Phone, Phone]
) -> None:
    plan_versions.save_plan(asterisk.database, PLAN + CENTRE, author="test", at=datetime.now(UTC))
    speaks_english = presence.list_presences(asterisk.database)[1]
    presence.set_presence(
        asterisk.database, speaks_english.agent_id, presence.PresenceState.OUT, by="test", at=datetime.now(UTC)
    )
    wait_for(lambda: presence.list_presences(asterisk.database)[1].applied_at, "Asterisk to remove the member")

    with calling(asterisk, "+33639980223", ENGLISH), calling(asterisk, "+33639980224", FRENCH):
        handed_over = event_time(asterisk, "+33639980223", CallEventKind.OVERFLOW_DECIDED)
        event_time(asterisk, "+33639980224", CallEventKind.STAFF_RINGING)
    call = detail(asterisk, "+33639980223")
    (reason,) = [event.detail["because"] for event in call.events if event.kind == CallEventKind.OVERFLOW_DECIDED]

    assert reason == "nobody logged in, 0 staff ready of 0"
    assert (
        handed_over - event_time(asterisk, "+33639980223", CallEventKind.QUEUE_ENTERED)
    ).total_seconds() < OTHERS_AFTER_S
    french_call = detail(asterisk, "+33639980224")
    assert [event for event in french_call.events if event.kind == CallEventKind.OVERFLOW_DECIDED] == []
