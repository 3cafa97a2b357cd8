"""Calls leave the house for overflow centres, in each state that these can be in; nobody is left in the void."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import centres as numbers
import pytest
from centres import Centres
from plans import in_force, with_parts
from reception import Reception, keys_heard

from caller.phone import CallerId, Kind
from caller.story import Act, Hangup, Listen, Press
from records import people, presence
from records.events import CallEventKind
from records.people import Person
from records.presence import PresenceState
from records.stories import Story

GREETING = "greeting-33199000000"
SPEAKING = "tone:500"
OURS = "+33199000000"


@pytest.fixture
def publish(outward: Reception, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    with in_force(outward, tmp_path) as publish:
        yield publish


@pytest.fixture
def colleague(outward: Reception) -> Iterator[Person]:
    """Somebody of the second rank."""
    person = people.add(outward.base, "Renfort", language="fr", at=datetime.now(UTC), rank=2)
    yield person
    presence.set(outward.base, person.id, PresenceState.OUT, by="test", at=datetime.now(UTC))


def overflow(*called: str, when: str = "nobody-logged-in", ring_s: int = 5) -> str:
    """A plan whose calls go to these numbers, one after the other."""
    written = [f'    - {{name: c{n}, number: "{one}", ring_s: {ring_s}}}' for n, one in enumerate(called, start=1)]
    return with_parts(overflow="\n".join([f"  rules: [{{when: {when}}}]", "  centres:", *written]))


def failures(record: Story) -> list[str]:
    """Why each centre that was tried did not serve."""
    return [str(e.detail["reason"]) for e in record.events if e.kind == CallEventKind.CENTRE_FAILED]


def test_with_nobody_logged_in_the_centre_answers_and_is_told_what_it_needs(
    outward: Reception, centres: Centres, publish: Callable[[str], None]
) -> None:
    publish(overflow(numbers.SPEAKS))

    story = outward.call(
        Press(keys="0", during=GREETING), Hangup(during=SPEAKING, into_s=2), caller=CallerId("+33639980801")
    )

    assert story.missed == (), str(story)
    assert keys_heard(story) == [GREETING]  # silent for the caller: neither an apology nor a connection
    record = outward.record("+33639980801")
    told = centres.told()[-1]
    assert told.called == numbers.SPEAKS
    assert told.shown == OURS
    assert told.reference == record.call.ref
    assert told.user_to_user == f"04{record.call.ref.encode().hex()};encoding=hex"
    assert record.call.ending == "overflow"
    assert record.requests == ()
    [decided] = [event.detail for event in record.events if event.kind == CallEventKind.OVERFLOW_DECIDED]
    assert decided == {"because": "nobody logged in, 0 staff ready of 0", "hand_over": True, "when": "entry"}


@pytest.mark.parametrize(
    ("called", "reason"),
    [
        (numbers.BUSY, "busy"),
        (numbers.OUT_OF_ORDER, "congestion"),
        (numbers.NEVER_ANSWERS, "noanswer"),
        (numbers.SENDS_NOTHING, "silent"),
        (numbers.SENDS_SILENCE, "silent"),
        (numbers.HANGS_UP, "silent"),
    ],
)
def test_a_centre_that_cannot_serve_gives_way_to_the_next(
    outward: Reception, publish: Callable[[str], None], called: str, reason: str
) -> None:
    publish(overflow(called, numbers.SPEAKS))
    caller = CallerId(f"+33639980{called[-2:]}1")

    story = outward.call(Press(keys="0", during=GREETING), Hangup(during=SPEAKING, into_s=2, timeout=30), caller=caller)

    assert story.missed == (), str(story)
    assert story.dead_air_s < 2, str(story)  # music plays meanwhile
    record = outward.record(caller.number)
    assert failures(record) == [reason]
    assert [e.detail["centre"] for e in record.events if e.kind == CallEventKind.CENTRE_ANSWERED] == ["c2"]
    assert record.call.ending == "overflow"


def test_when_no_centre_serves_the_caller_is_offered_a_callback_and_then_voicemail(
    outward: Reception, publish: Callable[[str], None]
) -> None:
    publish(overflow(numbers.BUSY, numbers.OUT_OF_ORDER))

    story = outward.call(
        Press(keys="0", during=GREETING), Hangup(during="tone:1000", timeout=40), caller=CallerId("+33639980803")
    )

    assert keys_heard(story) == [
        GREETING,
        *("staff-none", "offer-this-number", "offer-other-number", "offer-or-voicemail"),
        "voicemail-invite",
    ]
    record = outward.record("+33639980803")
    assert failures(record) == ["busy", "congestion"]
    assert [row.kind for row in record.requests if row.is_open] == ["missed"]


def test_a_centre_that_failed_three_times_is_left_alone(
    outward: Reception, centres: Centres, publish: Callable[[str], None]
) -> None:
    publish(overflow(numbers.OUT_OF_ORDER, numbers.SPEAKS))
    for _ in range(4):
        outward.call(Press(keys="0", during=GREETING), Hangup(during=SPEAKING), caller=CallerId("+33639980804"))

    assert [told.called for told in centres.told()][-7:] == [
        *(numbers.OUT_OF_ORDER, numbers.SPEAKS) * 3,
        numbers.SPEAKS,
    ]


def test_with_python_dead_the_centres_known_to_asterisk_serve(
    outward: Reception, publish: Callable[[str], None]
) -> None:
    publish(overflow(numbers.BUSY, numbers.SPEAKS))
    outward.supervisor("stop", "calls")
    try:
        story = outward.call(Hangup(during=SPEAKING), caller=CallerId("+33639980805"))
    finally:
        outward.supervisor("start", "calls")

    assert story.missed == (), str(story)
    assert keys_heard(story) == ["apology", "staff-connecting"]


def test_everything_goes_to_the_centre_while_it_is_switched_so(
    outward: Reception, publish: Callable[[str], None]
) -> None:
    publish(overflow(numbers.SPEAKS, when="closed"))
    outward.run("overflow", "on")
    try:
        story = outward.call(Press(keys="0", during=GREETING), Hangup(during=SPEAKING), caller=CallerId("+33639980806"))
    finally:
        outward.run("overflow", "off")

    assert story.missed == (), str(story)
    [because] = [e.detail["because"] for e in outward.record("+33639980806").events if e.kind == "overflow_decided"]
    assert str(because).startswith("switched to overflow by hand")


def test_who_has_waited_too_long_is_handed_over_while_he_waits(
    outward: Reception, publish: Callable[[str], None], colleague: Person
) -> None:
    rule = "  rules: [{when: longest-wait-above-s, value: 5}]"
    staff = "  {strategy: rrmemory, ring_s: 5, max_wait_s: 60, wrapup_s: 0}"
    publish(with_parts(staff=staff, overflow=f'{rule}\n  centres: [{{name: c1, number: "{numbers.SPEAKS}"}}]'))

    with outward.desk_phone(colleague, auto_answer=False) as desk:
        story = outward.call(Press(keys="0", during=GREETING), Hangup(during=SPEAKING), caller=CallerId("+33639980807"))
        desk.wait_for(Kind.INCOMING)

    assert story.missed == (), str(story)
    record = outward.record("+33639980807")
    decided = [event.detail for event in record.events if event.kind == CallEventKind.OVERFLOW_DECIDED]
    assert [(told["when"], told["hand_over"]) for told in decided] == [("entry", False), ("waiting", True)]
    assert str(decided[1]["because"]).startswith("longest wait 6 s > 5 s")
    assert record.call.ending == "overflow"


def test_a_higher_rank_is_rung_only_once_the_caller_has_waited(
    outward: Reception, publish: Callable[[str], None], colleague: Person
) -> None:
    publish(with_parts(staff='  {strategy: rrmemory, ring_s: 5, max_wait_s: 60, wrapup_s: 0, relax: ["2 after 8"]}'))

    with outward.desk_phone(colleague, auto_answer=False) as desk:
        story = outward.call(
            Press(keys="0", during=GREETING),
            Listen(after="queue-youarenext"),
            Act(action=lambda: desk.wait_for(Kind.INCOMING, 20)),
            Hangup(),
            caller=CallerId("+33639980808"),
        )

    assert story.missed == (), str(story)
    events = outward.record("+33639980808").events
    at = {event.kind: event.at for event in events}
    waited = (at[CallEventKind.STAFF_RINGING] - at[CallEventKind.QUEUE_ENTERED]).total_seconds()
    assert 7 < waited < 14
