"""The machine's clock is changed during calls, and while callbacks wait.

All nights of daylight saving are in tests/routing/hours/test_opening_hours.py.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from threading import Event
from zoneinfo import ZoneInfo

from asterisk_faults import is_presence_applied, temporary_agent
from callback_support import PUBLIC_NUMBER, callbacks_enabled, outside_agents, request_callback, wait_for_state
from evidence import CallerExperience, count_rings
from fault_case import GuaranteeBroken, NotPossibleHere, fault_case, heard_prompts
from manual_parts import FAKETIME_LIBRARIES, run_parts_with_fake_clock, wait_for_agi
from reception import wait_for
from workload import SimulatedCaller, Workload

from caller.scripted_call import Press
from records.call_events import CallEventKind
from records.callbacks import staff_actions
from records.calls import call_detail
from records.staff import presence
from records.staff.presence import PresenceState

HOUR = 3600
DAYTIME_NUMBER = "+33899000000"  # another number of ours
HOURS = """\
  always: {week: {mon-sun: 00:00-24:00}}
  hardly: {week: {mon-sun: 09:00-18:00}, holidays: metropolitan}"""
PROMPT = timedelta(seconds=5)  # after the opening: the time limit for the first call


@fault_case()
def clock_set_forward_and_back(work: Workload, chance: Random) -> list[CallerExperience]:
    """The clock changes by hours during calls.

    Durations are measured by another clock. The leader stays the leader, also one that starts after the clock was put
    back.
    """
    if not FAKETIME_LIBRARIES:
        raise NotPossibleHere("there is no libfaketime")
    message, callback, after = work.numbers(chance, 3)
    clock = run_parts_with_fake_clock(work.reception, work.folder / "clock", "calls", "switch")
    with clock as (set_by, (_, switch)), temporary_agent(work) as person:
        wait_for(lambda: is_presence_applied(work, person), "the switch to lead", 30)
        wait_for_agi(work.reception)

        def fail() -> None:
            Event().wait(chance.uniform(2, 3))
            set_by(chance.randint(6, 9) * HOUR)
            Event().wait(chance.uniform(2, 3))
            set_by(chance.randint(1, 4) * HOUR)  # not before the message was published

        lived = work.call(
            [
                SimulatedCaller(message, (Press(keys="3", at_s=0.5),), stays_s=10),
                SimulatedCaller(callback, (Press(keys="2", at_s=3.5),), after_s=1, stays_s=11),
                SimulatedCaller(after, (Press(keys="3", at_s=0.5),), after_s=7, stays_s=9),
            ],
            fail,
        )
        presence.set_presence(
            work.reception.database, person.id, PresenceState.PAUSED, by="a test", at=datetime.now(UTC)
        )
        wait_for(lambda: is_presence_applied(work, person), "a change of presence to be applied", 5)
        switch.kill()
    for one, prompt in zip(lived, ("message-", "callback-accepted", "message-"), strict=True):
        if not any(sound.key.startswith(prompt) for sound in heard_prompts(one)):
            raise GuaranteeBroken(f"{prompt} was not heard:\n{one.report}")
    work.wait_until_idle()
    for number in (message, after):
        told = _message_heard(work, number)
        if not 1 < told < 12:
            raise GuaranteeBroken(f"{told} s of a message are on record:\n{lived[0].report}")
    return lived


def _message_heard(work: Workload, number: str) -> float:
    call = next(call for call in call_detail.list_recent_calls(work.reception.database, 50) if call.line == number)
    events = call_detail.get_call_detail(work.reception.database, call.ref).events
    return next((float(e.detail["seconds"]) for e in events if e.kind == CallEventKind.MESSAGE_HEARD), 0.0)


@fault_case()
def callbacks_held_over_night(work: Workload, chance: Random) -> list[CallerExperience]:
    """Callbacks wait over a closed night, a public holiday and the change to summer time.

    Whether they were requested before the number closed or after, no visitor is called before the opening, and then
    each is called once.
    """
    if not FAKETIME_LIBRARIES:
        raise NotPossibleHere("there is no libfaketime")
    rules = "  {first: visitor, attempts: 1, at_once: 12}"
    with (
        outside_agents(work, 3),
        callbacks_enabled(work, callbacks=rules, hours=HOURS),
        run_parts_with_fake_clock(work.reception, work.folder / "clock", "calls", "switch") as (set_by, _),
    ):
        wait_for_agi(work.reception)
        for closes, opens, moments in _nights():
            _check_night(work, chance, closes, opens, moments, lambda at: set_by(_seconds_until(at)))
    return []


def _nights() -> Iterator[tuple[datetime, datetime, list[datetime]]]:
    """Nights of next year: the closing, the next opening, and times in between."""
    year = datetime.now(UTC).year + 1
    changes = max(date(year, 3, day) for day in range(25, 32) if date(year, 3, day).weekday() == 6)
    before = changes - timedelta(days=1)
    yield _paris_time(before, 18), _paris_time(changes, 9), [_paris_time(before, 20), _paris_time(changes, 8)]
    eve, holiday, after = (date(year, 7, day) for day in (13, 14, 15))
    yield _paris_time(eve, 18), _paris_time(after, 9), [_paris_time(eve, 20), _paris_time(holiday, 12)]


def _paris_time(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo("Europe/Paris")).astimezone(UTC)


def _seconds_until(at: datetime) -> int:
    """Seconds from now."""
    return round((at - datetime.now(UTC)).total_seconds())


def _check_night(
    work: Workload,
    chance: Random,
    closes: datetime,
    opens: datetime,
    moments: list[datetime],
    set_to: Callable[[datetime], None],
) -> None:
    """Also requests callbacks from an open number at the same times, which must be placed at once.

    Six parameters: they describe one night and the clock.
    """
    evening, night, *others = numbers = work.numbers(chance, 2 + len(moments))
    before = count_rings(work.carrier)
    for number in numbers:
        work.carrier.set_no_answer(number)
    set_to(moments[0])
    requested = [
        request_callback(work, evening, DAYTIME_NUMBER, closes - timedelta(minutes=1)),
        request_callback(work, night, DAYTIME_NUMBER, moments[0]),
    ]
    for moment, other in zip(moments, others, strict=True):
        set_to(moment)
        request_callback(work, other, PUBLIC_NUMBER, moment)
        wait_for_state(work, "missed", other)
        if (count_rings(work.carrier) - before).keys() & {evening, night}:
            raise GuaranteeBroken(f"a visitor was called at {moment}, before the opening at {opens}")
    set_to(opens - timedelta(seconds=3))
    wait_for_state(work, "missed", evening, night)
    if (rang := count_rings(work.carrier) - before) != Counter(numbers):
        raise GuaranteeBroken(f"visitors were called so often: {sorted(rang.values())}")
    for each in requested:
        [attempt] = staff_actions.get_callback_detail(work.reception.database, each.ref).attempts
        if not attempt.rung_at or not opens <= attempt.rung_at < opens + PROMPT:
            raise GuaranteeBroken(f"a visitor was called at {attempt.rung_at}, and the opening was at {opens}")
