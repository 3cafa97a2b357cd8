"""Calls to overflow centres in every state of these; no caller is lost."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import overflow_centres as numbers
import pytest
from overflow_centres import OverflowCentres
from plan_variants import plan_with, temporary_plan
from public_server import serve_public
from reception import Reception, prompts_heard, wait_for

from caller.phone import CallerId
from caller.phone_events import PhoneEventKind
from caller.scripted_call import Hangup, Press, RunAction, WaitUntil
from records import site_keys
from records.call_events import CallEventKind
from records.calls import refusals
from records.calls.call_detail import CallDetail
from records.centres.handoffs import list_handoffs
from records.staff import agents, presence
from records.staff.agents import Agent
from records.staff.presence import PresenceState
from standardiste import capacity

GREETING = "greeting-33199000000"
SPEAKING = "tone:500"
OURS = "+33199000000"


@pytest.fixture
def publish(reception_with_centres: Reception, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    with temporary_plan(reception_with_centres, tmp_path) as publish:
        yield publish


@pytest.fixture
def colleague(reception_with_centres: Reception) -> Iterator[Agent]:
    """An agent of the second rank."""
    person = agents.add_agent(reception_with_centres.database, "Renfort", language="fr", at=datetime.now(UTC), rank=2)
    yield person
    presence.set_presence(
        reception_with_centres.database, person.id, PresenceState.OUT, by="test", at=datetime.now(UTC)
    )


def overflow(*called: str, when: str = "nobody-logged-in", ring_s: int = 5) -> str:
    """A plan whose calls go to these numbers, one after the other."""
    written = [f'    - {{name: c{n}, number: "{one}", ring_s: {ring_s}}}' for n, one in enumerate(called, start=1)]
    return plan_with(overflow="\n".join([f"  rules: [{{when: {when}}}]", "  centres:", *written]))


def failures(record: CallDetail) -> list[str]:
    """Why each centre that was tried failed."""
    return [str(e.detail["reason"]) for e in record.events if e.kind == CallEventKind.CENTRE_FAILED]


def test_without_agents_the_centre_gets_the_call_and_its_headers(
    reception_with_centres: Reception, overflow_centres: OverflowCentres, publish: Callable[[str], None]
) -> None:
    publish(overflow(numbers.ANSWERS_WITH_TONE))

    story = reception_with_centres.call(
        Press(keys="0", during=GREETING), Hangup(during=SPEAKING, into_s=2), caller=CallerId("+33639980801")
    )

    assert story.missed_steps == (), str(story)
    assert prompts_heard(story) == [GREETING]  # silent for the caller: neither an apology nor a connection
    record = reception_with_centres.wait_for_call_detail("+33639980801")
    received = overflow_centres.received_calls()[-1]
    assert received.called == numbers.ANSWERS_WITH_TONE
    assert received.caller_id == OURS
    [handoff] = list_handoffs(reception_with_centres.database, record.call.ref)
    assert received.reference == handoff.reference != record.call.ref
    assert received.user_to_user == f"04{handoff.reference.encode().hex()};encoding=hex"
    assert handoff.answered_at is not None and handoff.centre == "c1"
    assert f"Call {record.call.ref}" in reception_with_centres.run("trace", handoff.reference).stdout
    assert record.call.disposition == "overflow"
    assert record.requests == ()
    [decided] = [event.detail for event in record.events if event.kind == CallEventKind.OVERFLOW_DECIDED]
    assert decided == {"because": "nobody logged in, 0 staff ready of 0", "hand_over": True, "when": "entry"}
    [chosen] = [event.detail for event in record.events if event.kind == CallEventKind.CENTRES_CHOSEN]
    assert chosen == {"order": [{"centre": "c1", "priority": 1, "share": 0}], "closed": [], "without_contract": []}
    report_outcome(reception_with_centres, received.reference)
    shown = reception_with_centres.run("call", "show", record.call.ref).stdout
    assert "reported: Answer given. “Wants a receipt.”" in shown


def report_outcome(reception: Reception, reference: str) -> None:
    """What the programs of the centre do with what its telephones got."""
    _, token = site_keys.create_site_key(
        reception.database,
        site_keys.NewKey(site_keys.NO_SITE, scopes=[site_keys.OUTCOMES_SCOPE], label="C1", centre="c1"),
        at=datetime.now(UTC),
    )
    said = {"outcome": "answered", "note": "Wants a receipt."}
    with serve_public(reception.database, plan=None) as centre:
        key = {"Authorization": f"Bearer {token}", "Origin": ""}
        assert centre.post(f"/v1/calls/{reference}/outcome", said, **key).status == 200


@pytest.fixture
def full_reception(reception_with_centres: Reception) -> Iterator[Callable[[], None]]:
    """Makes every caller one too many, as with `when_full = "overflow"`; a published plan ends it."""
    cli, settings = reception_with_centres.installation.asterisk_cli, reception_with_centres.settings

    def fill(callers: int = 0, handed_over: int = 1) -> None:
        cli.run(f"dialplan set global CALLS_MAX {callers}")
        cli.run(f"dialplan set global OVERFLOW_CALLS_MAX {handed_over}")

    yield fill
    fill(capacity.max_calls(settings), 0)


def test_a_caller_who_is_one_too_many_is_handed_over_or_refused_if_no_centre_answers(
    reception_with_centres: Reception,
    overflow_centres: OverflowCentres,
    publish: Callable[[str], None],
    full_reception: Callable[[], None],
) -> None:
    publish(overflow(numbers.BUSY, numbers.ANSWERS_WITH_TONE))
    full_reception()

    story = reception_with_centres.call(Hangup(during=SPEAKING, into_s=2), caller=CallerId("+33639980811"))

    assert story.missed_steps == () and prompts_heard(story) == [], str(story)
    record = reception_with_centres.wait_for_call_detail("+33639980811")
    assert (record.call.disposition, record.call.landing) == ("overflow", OURS)
    busy, answered = list_handoffs(reception_with_centres.database, record.call.ref)
    assert [received.reference for received in overflow_centres.received_calls()[-2:]] == [
        *(busy.reference, answered.reference)
    ]
    assert busy.reference != answered.reference
    assert (busy.answered_at, answered.centre) == (None, "c2")
    publish(overflow(numbers.BUSY))
    full_reception()

    refused = reception_with_centres.call(caller=CallerId("+33639980812"))

    assert refused.answered_s is None
    database = reception_with_centres.database
    assert reception_with_centres.wait_for_call_detail("+33639980812").call.disposition == "refused"
    (count,) = wait_for(lambda: refusals.list_refusals(database, 5), "the refused call to be counted")
    assert (count.calls, count.reason, count.landing) == (1, "full", OURS)


@pytest.mark.parametrize(
    ("called", "reason"),
    [
        pytest.param(numbers.BUSY, "busy", marks=pytest.mark.long),
        pytest.param(numbers.OUT_OF_ORDER, "congestion", marks=pytest.mark.long),
        pytest.param(numbers.NEVER_ANSWERS, "noanswer", marks=pytest.mark.long),
        pytest.param(numbers.ANSWERS_WITHOUT_RTP, "silent", marks=pytest.mark.long),
        (numbers.ANSWERS_WITH_SILENCE, "silent"),
        pytest.param(numbers.HANGS_UP, "silent", marks=pytest.mark.long),
    ],
)
def test_a_failing_centre_is_followed_by_the_next(
    reception_with_centres: Reception, publish: Callable[[str], None], called: str, reason: str
) -> None:
    publish(overflow(called, numbers.ANSWERS_WITH_TONE))
    caller = CallerId(f"+33639980{called[-2:]}1")

    story = reception_with_centres.call(
        Press(keys="0", during=GREETING), Hangup(during=SPEAKING, into_s=2, timeout=30), caller=caller
    )

    assert story.missed_steps == (), str(story)
    assert story.dead_air_s < 2, str(story)  # music plays meanwhile
    record = reception_with_centres.wait_for_call_detail(caller.number)
    assert failures(record) == [reason]
    assert [e.detail["centre"] for e in record.events if e.kind == CallEventKind.CENTRE_ANSWERED] == ["c2"]
    assert record.call.disposition == "overflow"


def test_without_a_centre_the_caller_is_offered_a_callback_and_then_voicemail(
    reception_with_centres: Reception, publish: Callable[[str], None]
) -> None:
    publish(overflow(numbers.BUSY, numbers.OUT_OF_ORDER))

    story = reception_with_centres.call(
        Press(keys="0", during=GREETING), Hangup(during="tone:1000", timeout=40), caller=CallerId("+33639980803")
    )

    assert prompts_heard(story) == [
        GREETING,
        *("staff-none", "offer-this-number", "offer-other-number", "offer-or-voicemail"),
        "voicemail-invite",
    ]
    record = reception_with_centres.wait_for_call_detail("+33639980803")
    assert failures(record) == ["busy", "congestion"]
    assert [row.kind for row in record.requests if row.is_open] == ["missed"]


@pytest.mark.long
def test_a_centre_is_suspended_after_three_failures(
    reception_with_centres: Reception, overflow_centres: OverflowCentres, publish: Callable[[str], None]
) -> None:
    publish(overflow(numbers.OUT_OF_ORDER, numbers.ANSWERS_WITH_TONE))
    for _ in range(4):
        reception_with_centres.call(
            Press(keys="0", during=GREETING), Hangup(during=SPEAKING), caller=CallerId("+33639980804")
        )

    assert [received.called for received in overflow_centres.received_calls()][-7:] == [
        *(numbers.OUT_OF_ORDER, numbers.ANSWERS_WITH_TONE) * 3,
        numbers.ANSWERS_WITH_TONE,
    ]
    assert failures(reception_with_centres.wait_for_call_detail("+33639980804")) == ["paused"]


def test_without_python_the_centres_in_the_dialplan_serve(
    reception_with_centres: Reception, overflow_centres: OverflowCentres, publish: Callable[[str], None]
) -> None:
    ended = f'    - {{name: over, number: "{numbers.ANSWERS_WITH_TONE}", contract: {{until: 2020-12-31}}}}'
    plan = overflow(numbers.BUSY, numbers.ANSWERS_WITH_TONE)
    publish(plan.replace("  centres:\n", f"  centres:\n{ended}\n"))
    reception_with_centres.supervisorctl("stop", "calls")
    try:
        story = reception_with_centres.call(Hangup(during=SPEAKING), caller=CallerId("+33639980805"))
    finally:
        reception_with_centres.supervisorctl("start", "calls")

    assert story.missed_steps == (), str(story)
    assert prompts_heard(story) == ["apology", "staff-connecting"]
    record = reception_with_centres.wait_for_call_detail("+33639980805")
    assert failures(record) == ["no_contract", "busy"]
    _busy, answered = list_handoffs(reception_with_centres.database, record.call.ref)
    assert overflow_centres.received_calls()[-1].reference == answered.reference
    assert re.fullmatch(r"[0-9a-f]{32}", answered.reference)


@pytest.mark.long
def test_forced_overflow_sends_every_call_to_the_centre(
    reception_with_centres: Reception, publish: Callable[[str], None]
) -> None:
    publish(overflow(numbers.ANSWERS_WITH_TONE, when="closed"))
    reception_with_centres.run("overflow", "on")
    try:
        story = reception_with_centres.call(
            Press(keys="0", during=GREETING), Hangup(during=SPEAKING), caller=CallerId("+33639980806")
        )
    finally:
        reception_with_centres.run("overflow", "off")

    assert story.missed_steps == (), str(story)
    [because] = [
        e.detail["because"]
        for e in reception_with_centres.wait_for_call_detail("+33639980806").events
        if e.kind == "overflow_decided"
    ]
    assert str(because).startswith("switched to overflow by hand")


def test_a_caller_who_has_waited_too_long_overflows(
    reception_with_centres: Reception, publish: Callable[[str], None], colleague: Agent
) -> None:
    rule = "  rules: [{when: longest-wait-above-s, value: 5}]"
    staff = "  {strategy: rrmemory, ring_s: 5, max_wait_s: 60, wrapup_s: 0}"
    publish(
        plan_with(staff=staff, overflow=f'{rule}\n  centres: [{{name: c1, number: "{numbers.ANSWERS_WITH_TONE}"}}]')
    )

    with reception_with_centres.desk_phone(colleague, auto_answer=False) as desk:
        story = reception_with_centres.call(
            Press(keys="0", during=GREETING), Hangup(during=SPEAKING), caller=CallerId("+33639980807")
        )
        desk.wait_for(PhoneEventKind.INCOMING)

    assert story.missed_steps == (), str(story)
    record = reception_with_centres.wait_for_call_detail("+33639980807")
    decided = [event.detail for event in record.events if event.kind == CallEventKind.OVERFLOW_DECIDED]
    assert [(received["when"], received["hand_over"]) for received in decided] == [("entry", False), ("waiting", True)]
    assert str(decided[1]["because"]).startswith("longest wait 6 s > 5 s")
    assert record.call.disposition == "overflow"


@pytest.mark.long
def test_a_higher_rank_is_dialled_only_after_some_waiting(
    reception_with_centres: Reception, publish: Callable[[str], None], colleague: Agent
) -> None:
    publish(plan_with(staff='  {strategy: rrmemory, ring_s: 5, max_wait_s: 60, wrapup_s: 0, relax: ["2 after 8"]}'))

    with reception_with_centres.desk_phone(colleague, auto_answer=False) as desk:
        story = reception_with_centres.call(
            Press(keys="0", during=GREETING),
            WaitUntil(after="queue-youarenext"),
            RunAction(action=lambda: desk.wait_for(PhoneEventKind.INCOMING, 20)),
            Hangup(),
            caller=CallerId("+33639980808"),
        )

    assert story.missed_steps == (), str(story)
    events = reception_with_centres.wait_for_call_detail("+33639980808").events
    at = {event.kind: event.at for event in events}
    waited = (at[CallEventKind.STAFF_RINGING] - at[CallEventKind.QUEUE_ENTERED]).total_seconds()
    assert 7 < waited < 14
