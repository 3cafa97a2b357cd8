"""The machine's clock is set while calls are served, and while people wait to be called back. All nights of daylight
saving: tests/routing/test_hours.py."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from threading import Event
from zoneinfo import ZoneInfo

from asterisk_faults import a_member, applied
from by_hand import LIBRARIES, our_code_answers, with_a_clock
from called_back import OURS, ask, become, called_back, mobiles
from fault_case import NotHere, Unkept, case, heard
from reception import wait_for
from witnesses import Lived, rung
from workload import Caller, Workload

from caller.story import Press
from records import callback_staff, presence, stories
from records.events import CallEventKind
from records.presence import PresenceState

HOUR = 3600
BY_DAY = "+33899000000"  # ours too
HOURS = """\
  always: {week: {mon-sun: 00:00-24:00}}
  hardly: {week: {mon-sun: 09:00-18:00}, holidays: metropolitan}"""
PROMPT = timedelta(seconds=5)  # after the opening


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


@case()
def callbacks_held_over_night(work: Workload, chance: Random) -> list[Lived]:
    """And over a public holiday, and over the change to summer time: whether they asked before the number closed or
    since, nobody is rung before the opening, and then each once."""
    if not LIBRARIES:
        raise NotHere("there is no libfaketime")
    rules = "  {first: visitor, attempts: 1, at_once: 12}"
    with (
        mobiles(work, 3),
        called_back(work, callbacks=rules, hours=HOURS),
        with_a_clock(work.reception, work.folder / "clock", "calls", "switch") as (set_by, _),
    ):
        our_code_answers(work.reception)
        for closes, opens, moments in _nights():
            _night(work, chance, closes, opens, moments, lambda at: set_by(_until(at)))
    return []


def _nights() -> Iterator[tuple[datetime, datetime, list[datetime]]]:
    """When the number closes and opens again, and moments in between, of next year."""
    year = datetime.now(UTC).year + 1
    changes = max(date(year, 3, day) for day in range(25, 32) if date(year, 3, day).weekday() == 6)
    before = changes - timedelta(days=1)
    yield _wall(before, 18), _wall(changes, 9), [_wall(before, 20), _wall(changes, 8)]
    eve, holiday, after = (date(year, 7, day) for day in (13, 14, 15))
    yield _wall(eve, 18), _wall(after, 9), [_wall(eve, 20), _wall(holiday, 12)]


def _wall(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo("Europe/Paris")).astimezone(UTC)


def _until(at: datetime) -> int:
    """Seconds from now."""
    return round((at - datetime.now(UTC)).total_seconds())


def _night(
    work: Workload,
    chance: Random,
    closes: datetime,
    opens: datetime,
    moments: list[datetime],
    set_to: Callable[[datetime], None],
) -> None:
    """Others ask at the same moments to be called back by a number that is open: whoever is to be rung is rung then."""
    evening, night, *others = numbers = work.numbers(chance, 2 + len(moments))
    before = rung(work.carrier)
    for number in numbers:
        work.carrier.leave(number)
    set_to(moments[0])
    asked = [ask(work, evening, BY_DAY, closes - timedelta(minutes=1)), ask(work, night, BY_DAY, moments[0])]
    for moment, other in zip(moments, others, strict=True):
        set_to(moment)
        ask(work, other, OURS, moment)
        become(work, "missed", other)
        if (rung(work.carrier) - before).keys() & {evening, night}:
            raise Unkept(f"somebody was rung at {moment}, before the opening at {opens}")
    set_to(opens - timedelta(seconds=3))
    become(work, "missed", evening, night)
    if (rang := rung(work.carrier) - before) != Counter(numbers):
        raise Unkept(f"visitors were rung so often: {sorted(rang.values())}")
    for each in asked:
        [attempt] = callback_staff.show(work.reception.base, each.ref).attempts
        if not attempt.rung_at or not opens <= attempt.rung_at < opens + PROMPT:
            raise Unkept(f"somebody was rung at {attempt.rung_at}, and the opening was at {opens}")
