"""The machine's clock is set while calls are served. The nights of daylight saving: tests/routing/test_hours.py."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Event

from asterisk_faults import a_member, applied
from fault_case import NotHere, Unkept, by_hand, case, heard, our_code_answers
from reception import wait_for
from witnesses import Lived
from workload import Caller, Workload

from caller.story import Press
from records import presence, stories
from records.events import CallEventKind
from records.presence import PresenceState

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
HOUR = 3600


@case()
def clock_set_forward_and_back(work: Workload, chance: Random) -> list[Lived]:
    """By hours, during calls: what lasts is measured by another clock, and whoever leads goes on leading, also who
    is started after the clock was put back."""
    message, callback, after = work.numbers(chance, 3)

    with _clock(work) as (set_by, switch), a_member(work) as person:
        wait_for(lambda: applied(work, person), "the switch to lead", 30)
        our_code_answers(work)

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
        os.kill(switch, signal.SIGKILL)
    for one, prompt in zip(lived, ("message-", "callback-accepted", "message-"), strict=True):
        if not any(sound.key.startswith(prompt) for sound in heard(one)):
            raise Unkept(f"{prompt} was to be heard:\n{one.story}")
    work.settle()
    for number in (message, after):
        told = _message_heard(work, number)
        if not 1 < told < 12:
            raise Unkept(f"{told} s of a message are on record:\n{lived[0].story}")
    return lived


@contextmanager
def _clock(work: Workload) -> Iterator[tuple[Callable[[int], None], int]]:
    """Two of our processes have a clock of their own, which is set by so many seconds; and the one that acts on
    Asterisk."""
    if not LIBRARIES:
        raise NotHere("there is no libfaketime")
    file = work.folder / "clock"

    def set_by(seconds: int) -> None:
        new = file.with_suffix(".new")
        new.write_text(f"{seconds:+d}")
        os.replace(new, file)

    set_by(0)
    faked = {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with by_hand(work, "calls", "switch", environment=faked) as (_, switch):
        yield set_by, switch.pid


def _message_heard(work: Workload, number: str) -> float:
    call = next(call for call in stories.recent(work.reception.base, 50) if call.line == number)
    events = stories.story(work.reception.base, call.ref).events
    return next((float(e.detail["seconds"]) for e in events if e.kind == CallEventKind.MESSAGE_HEARD), 0.0)
