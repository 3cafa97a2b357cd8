"""The machine's clock is set while calls are served. The nights of daylight saving: tests/routing/test_hours.py."""

from datetime import UTC, datetime
from random import Random
from threading import Event

from asterisk_faults import a_member, applied
from by_hand import LIBRARIES, our_code_answers, with_a_clock
from fault_case import NotHere, Unkept, case, heard
from reception import wait_for
from witnesses import Lived
from workload import Caller, Workload

from caller.story import Press
from records import presence, stories
from records.events import CallEventKind
from records.presence import PresenceState

HOUR = 3600


@case()
def clock_set_forward_and_back(work: Workload, chance: Random) -> list[Lived]:
    """By hours, during calls: what lasts is measured by another clock, and whoever leads goes on leading, also who
    is started after the clock was put back."""
    if not LIBRARIES:
        raise NotHere("there is no libfaketime")
    message, callback, after = work.numbers(chance, 3)
    clock = with_a_clock(work.reception, work.folder / "clock", "calls", "switch")
    with clock as (set_by, (_, switch)), a_member(work) as person:
        wait_for(lambda: applied(work, person), "the switch to lead", 30)
        our_code_answers(work.reception)

        def fail() -> None:
            Event().wait(chance.uniform(2, 3))
            set_by(chance.randint(6, 9) * HOUR)
            Event().wait(chance.uniform(2, 3))
            set_by(chance.randint(1, 4) * HOUR)  # not before the message was published

        lived = work.call(
            [
                Caller(message, (Press(keys="3", at_s=0.5),), stays_s=10),
                Caller(callback, (Press(keys="2", at_s=3.5),), after_s=1, stays_s=11),
                Caller(after, (Press(keys="3", at_s=0.5),), after_s=7, stays_s=9),
            ],
            fail,
        )
        presence.set(work.reception.base, person.id, PresenceState.PAUSED, by="a test", at=datetime.now(UTC))
        wait_for(lambda: applied(work, person), "a decision to be in force", 5)
        switch.kill()
    for one, prompt in zip(lived, ("message-", "callback-accepted", "message-"), strict=True):
        if not any(sound.key.startswith(prompt) for sound in heard(one)):
            raise Unkept(f"{prompt} was to be heard:\n{one.story}")
    work.settle()
    for number in (message, after):
        told = _message_heard(work, number)
        if not 1 < told < 12:
            raise Unkept(f"{told} s of a message are on record:\n{lived[0].story}")
    return lived


def _message_heard(work: Workload, number: str) -> float:
    call = next(call for call in stories.recent(work.reception.base, 50) if call.line == number)
    events = stories.story(work.reception.base, call.ref).events
    return next((float(e.detail["seconds"]) for e in events if e.kind == CallEventKind.MESSAGE_HEARD), 0.0)
