"""Waiting in the queue: the position is announced, and key 2 requests a callback at any moment."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import overflow_centres as numbers
import pytest
import short_prompts
from plan_variants import plan_with, temporary_plan
from reception import Reception, event_kinds, prompts_heard, wait_for

from caller.phone import CallerId
from caller.scripted_call import CallReport, Hangup, Press, RunAction, Step, WaitUntil
from records.call_events import CallEvent, CallEventKind
from records.calls import calls
from records.calls.call_detail import CallDetail
from records.plan import plan_versions
from records.staff import agents, presence
from records.staff.agents import Agent
from records.staff.presence import PresenceState

GREETING = "greeting-33199000000"
OURS = "+33199000000"
OFFER = ("offer-this-number", "offer-other-number", "offer-or-waiting")
TALK_S = 900  # longer than the tests of a process
STAFF = "  {strategy: rrmemory, ring_s: 5, max_wait_s: 100, wrapup_s: 0}"


@pytest.fixture(scope="module")
def agent(reception_with_centres: Reception) -> Iterator[Agent]:
    person = agents.add_agent(reception_with_centres.database, "Poste d'attente", language="fr", at=datetime.now(UTC))
    yield person
    presence.set_presence(
        reception_with_centres.database, person.id, PresenceState.OUT, by="test", at=datetime.now(UTC)
    )


@pytest.fixture(scope="module")
def publish(
    reception_with_centres: Reception, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], None]]:
    with temporary_plan(reception_with_centres, tmp_path_factory.mktemp("plans")) as publish:
        yield publish


@pytest.fixture
def busy(reception_with_centres: Reception, conversation: None, publish: Callable[[str], None]) -> None:
    """The only agent is in a conversation during the test, and the plan is the usual one of these tests."""
    current = plan_versions.get_current_version(reception_with_centres.database)
    if current is None or current.text != waiting_plan():
        publish(waiting_plan())


def waiting_plan() -> str:
    every_s = 10 if short_prompts.true_voice else 6
    return plan_with(staff=STAFF, waiting=f"  {{offer_every_s: {every_s}, announce_every_s: {2 * every_s}}}")


@pytest.fixture(scope="module")
def conversation(
    reception_with_centres: Reception, agent: Agent, publish: Callable[[str], None], tone: Callable[[int, float], Path]
) -> Iterator[None]:
    """The only agent is in a conversation, from the first of these tests to the last; after a while they are silent."""

    def member() -> str:
        """The members of the queue, from Asterisk."""
        return reception_with_centres.installation.asterisk_cli.run("queue show staff-fr")

    publish(waiting_plan())
    with (
        reception_with_centres.desk_phone(agent, outgoing_audio=tone(440, 30), max_seconds=TALK_S) as desk,
        ThreadPoolExecutor(1) as aside,
    ):
        wait_for(lambda: "Not in use" in member(), "the member")
        talk = aside.submit(
            reception_with_centres.call,
            *(Press(keys="0", during=GREETING), WaitUntil(during="tone:440")),
            max_seconds=TALK_S,
            may_be_silent=True,
        )
        try:
            wait_for(lambda: "(Busy)" in member(), "the talk", 20)
            yield
        finally:
            desk.hangup()
            talk.result()


@contextmanager
def callers(outward: Reception, *scripts: tuple[str, tuple[Step, ...]]) -> Iterator[list[Future[CallReport]]]:
    """Callers in sequence, each once the previous one waits."""
    with ThreadPoolExecutor(len(scripts)) as aside:
        under_way = []
        for place, (line, script) in enumerate(scripts, start=1):
            steps = (Press(keys="0", during=GREETING), *script)
            under_way.append(aside.submit(outward.call, *steps, caller=CallerId(line), max_seconds=100))
            wait_for(lambda place=place: waiting(outward) >= place, f"{place} to wait", 20)
        yield under_way


def waiting(outward: Reception) -> int:
    """The number of waiting callers, from Asterisk."""
    return len(waits_s(outward))


def waits_s(outward: Reception) -> list[int]:
    """For how many seconds each caller has waited, from Asterisk."""
    shown = re.findall(r"wait: (\d+):(\d+)", outward.installation.asterisk_cli.run("queue show staff-fr"))
    return [60 * int(minutes) + int(seconds) for minutes, seconds in shown]


def place_kept(record: CallDetail) -> datetime | None:
    [wish] = [row for row in record.requests if row.kind == "callback"]
    return wish.waiting_since


def entered(record: CallDetail) -> datetime:
    return next(event.at for event in record.events if event.kind == CallEventKind.QUEUE_ENTERED)


def test_a_caller_who_waits_accepts_a_callback_and_keeps_their_position(
    reception_with_centres: Reception, busy: None
) -> None:
    story = reception_with_centres.call(
        Press(keys="0", during=GREETING),
        WaitUntil(after="queue-youarenext"),
        Press(keys="2", during="waiting-offer"),
        Press(keys="1", during=OFFER[0]),
        WaitUntil(during="callback-accepted"),
        caller=CallerId("+33639980701"),
    )

    assert story.missed_steps == (), str(story)
    assert prompts_heard(story)[-2:] == ["callback-accepted", "goodbye"]
    assert story.dead_air_s < 2
    record = reception_with_centres.wait_for_call_detail("+33639980701")
    assert record.call.disposition == "callback"
    assert [row.kind for row in record.requests if row.is_open] == ["callback"]
    kept = place_kept(record)
    assert kept is not None
    assert abs((kept - entered(record)).total_seconds()) < 5  # since the caller heard that they wait


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("+33639980711", Press(keys="2", during="staff-connecting")),
        pytest.param("+33639980712", Press(keys="2", during="queue-youarenext"), marks=pytest.mark.long),
        # During the music.
        pytest.param(
            "+33639980713", Press(keys="2", at_s=13 if short_prompts.true_voice else 6), marks=pytest.mark.long
        ),
    ],
)
def test_key_2_works_at_every_moment_of_waiting(
    reception_with_centres: Reception, busy: None, line: str, moment: Step
) -> None:
    story = reception_with_centres.call(
        Press(keys="0", during=GREETING),
        moment,
        Press(keys="1", during=OFFER[1]),
        WaitUntil(during="callback-accepted"),
        caller=CallerId(line),
    )

    assert story.missed_steps == (), str(story)
    assert place_kept(reception_with_centres.wait_for_call_detail(line)) is not None


def test_another_number_is_typed_read_back_and_confirmed(reception_with_centres: Reception, busy: None) -> None:
    story = reception_with_centres.call(
        Press(keys="0", during=GREETING),
        Press(keys="2", during="staff-connecting"),
        Press(keys="2", during=OFFER[0]),
        Press(keys="0899000000", during="number-enter"),  # surcharged
        Press(keys="0199000000", after="number-refused"),  # our own
        Press(keys="0639980799", after="number-refused"),
        Press(keys="1", during="number-confirm"),
        WaitUntil(during="callback-accepted-other"),
        caller=CallerId("+33639980721"),
    )

    assert story.missed_steps == (), str(story)
    assert "number-read-back" in story.heard_prompts
    record = reception_with_centres.wait_for_call_detail("+33639980721")
    assert [(row.kind, row.line) for row in record.requests if row.is_open] == [("callback", "+33639980799")]
    assert record.contact is not None
    assert record.requests[0].contact_id == record.contact.id


@pytest.mark.long
@pytest.mark.timeout(240)
def test_a_caller_who_rejects_the_offer_keeps_their_position(reception_with_centres: Reception, busy: None) -> None:
    offered = WaitUntil(after="waiting-offer")
    declines = (Press(keys="2", during="waiting-offer"), WaitUntil(after=OFFER[2]), WaitUntil(after="waiting-again"))
    with callers(
        reception_with_centres,
        ("+33639980731", (offered, Hangup(during="waiting-offer"))),
        ("+33639980732", (*declines, Hangup(after="queue-youarenext"))),
        ("+33639980733", (offered, offered, offered, offered, Hangup())),
    ) as under_way:
        stories = [call.result() for call in under_way]

    # The first has left meanwhile, the third has not: who declined is now the next, not the last.
    assert [story.missed_steps for story in stories] == [(), (), ()], "\n\n".join(map(str, stories))


@pytest.mark.long
@pytest.mark.timeout(240)
def test_a_waiting_caller_moves_up_when_another_is_handed_over(
    reception_with_centres: Reception, busy: None, publish: Callable[[str], None]
) -> None:
    centre = f'{{name: c1, number: "{numbers.ANSWERS_WITH_TONE}"}}'
    rules = f"  rules: [{{when: longest-wait-above-s, value: 25}}]\n  centres: [{centre}]"
    publish(plan_with(staff=STAFF, waiting="  {offer_every_s: 100, announce_every_s: 100}", overflow=rules))

    handed_over = ("+33639980771", (Hangup(during="tone:500", into_s=1),))
    next_one = ("+33639980772", (WaitUntil(during="queue-callswaiting"), Hangup(during="queue-youarenext")))
    with callers(reception_with_centres, handed_over) as first:
        # The second has as long to hear that they are the next, before they are handed over themselves.
        wait_for(lambda: max(waits_s(reception_with_centres), default=0) >= 10, "the first to have waited", 30)
        with callers(reception_with_centres, next_one) as second:
            stories = [call.result() for call in (*first, *second)]

    assert [story.missed_steps for story in stories] == [(), ()], "\n\n".join(map(str, stories))
    assert reception_with_centres.wait_for_call_detail("+33639980771").call.disposition == "overflow"
    moved_up = event_kinds(reception_with_centres.wait_for_call_detail("+33639980772"))
    assert moved_up.count(CallEventKind.QUEUE_ENTERED) == 1  # the caller was never taken out of the queue


def test_the_wait_estimate_is_announced_once_it_is_known(reception_with_centres: Reception, busy: None) -> None:
    talked(reception_with_centres, timedelta(seconds=100))

    story = reception_with_centres.call(
        Press(keys="0", during=GREETING), Hangup(after="queue-youarenext"), caller=CallerId("+33639980761")
    )

    assert prompts_heard(story) == [GREETING, "staff-connecting", "wait-under-2", "queue-youarenext"]


def talked(outward: Reception, length: timedelta) -> None:
    """Records twenty conversations of that length as the last ones."""
    end = datetime.now(UTC)
    for number in range(20):
        ref = f"talk.{number}"
        told = {"landing": OURS, "public_number": OURS, "caller": None, "withheld": True, "language": "fr"}
        calls.open_call(outward.database, ref, **told, plan_version=None, at=end - length)
        calls.add_events(outward.database, ref, [CallEvent(end - length, CallEventKind.STAFF_ANSWERED)])
        calls.close_call(outward.database, ref, at=end, disposition=None, cause="16")


def test_closing_offers_a_callback_to_waiting_callers(reception_with_centres: Reception, busy: None) -> None:
    try:
        story = reception_with_centres.call(
            Press(keys="0", during=GREETING),
            RunAction(action=lambda: reception_with_centres.run("hours", "close"), after="staff-connecting"),
            WaitUntil(after="closing"),
            Press(keys="1", during=OFFER[0]),
            WaitUntil(during="callback-accepted"),
            caller=CallerId("+33639980741"),
        )
    finally:
        reception_with_centres.run("hours", "open")

    assert story.missed_steps == (), str(story)
    assert place_kept(reception_with_centres.wait_for_call_detail("+33639980741")) is not None


@pytest.mark.long
def test_without_python_key_2_leads_back_to_the_queue(reception_with_centres: Reception, busy: None) -> None:
    try:
        story = reception_with_centres.call(
            Press(keys="0", during=GREETING),
            RunAction(action=lambda: reception_with_centres.supervisorctl("stop", "calls"), after="staff-connecting"),
            Press(keys="2", during="waiting-offer"),
            Hangup(after="waiting-again"),
            caller=CallerId("+33639980751"),
        )
    finally:
        reception_with_centres.supervisorctl("start", "calls")

    assert story.missed_steps == (), str(story)
    assert "apology" not in prompts_heard(story)
