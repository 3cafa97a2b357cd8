"""The line of callbacks on a scripted Asterisk and a real base: one ring for each at most, and none is lost.

The witness is what Asterisk was asked to start, and which of that would be given leave to ring the visitor.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scripted_ami import REFUSAL, ScriptedAmi, listed

from ami import callbacks as line
from ami import reconnecting
from ami.callbacks import Callbacks
from ami.events import Events
from ami.link import Link, linked
from ami.originate import Originator
from ami.overflow import Overflow
from ami.policy import Policy
from ami.queue import Entry, Queue
from ami.reconnecting import stay_linked
from ami.waiting import Waiting
from records import callback_acceptance, callback_attempts, callback_links, callback_staff, people, plans, switches
from records.base import Base
from records.callback_wish import Accepted, CallbackChannel, Wish
from records.switches import SwitchName
from routing import plan_text
from routing.plan import Plan

OURS, CLOSED_ONE = "+33199000000", "+33899000000"
ORIGINATE_LINES = 13
"""Of the action as it is sent, the empty one at its end included."""

PLAN = (Path(__file__).parents[1] / "calls" / "plan.yaml").read_text()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconnecting, "BACK_OFF_S", (0.01, 0.02))
    monkeypatch.setattr(line, "EVERY_S", 0.02)
    monkeypatch.setattr(line, "GONE_S", 0.3)


@pytest.fixture(autouse=True)
def looks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime]]:
    """When a switch looked whether there was something to do."""
    seen: list[datetime] = []
    expire = line.expire

    def look(base: Base, *, at: datetime) -> int:
        seen.append(at)
        return expire(base, at=at)

    monkeypatch.setattr(line, "expire", look)
    yield seen


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def rules(plan: Plan, base: Base, now: datetime) -> Callable[[str], Plan]:
    """Puts these rules for callbacks in force."""

    def publish(text: str) -> Plan:
        source = f"{PLAN}\ncallbacks: {text}\n"
        plans.save(base, source, author="test", at=now)
        return plan_text.parse(source)

    return publish


def ask(base: Base, plan: Plan, n: int, at: datetime, since: datetime | None = None, number: str = OURS) -> Accepted:
    wish = Wish(f"+3363998{n:04}", number, CallbackChannel.KEY, "fr", place_since=since)
    hours = plan.hours["always"]
    return callback_acceptance.accept(base, wish, plan.callbacks, hours, plan.timezone, at=at)


def asterisk_has(*entries: str, members: int = 3, busy: Iterable[str] = (), paused: Iterable[str] = ()) -> bytes:
    """QueueStatus: members p01, p02 ... at their desks, and these channels in line."""
    seats = [
        (
            "Event: QueueMember",
            f"Name: p{n:02}",
            f"Location: Local/p{n:02}@member/n",
            f"StateInterface: PJSIP/p{n:02}",
            "Penalty: 0",
            f"Paused: {int(f'p{n:02}' in paused)}",
            f"Status: {2 if f'p{n:02}' in busy else 1}",
            "LastCall: 0",
        )
        for n in range(1, members + 1)
    ]
    line = [
        ("Event: QueueEntry", f"Position: {n}", f"Channel: {channel}", f"Uniqueid: 100.{n}", "Wait: 1")
        for n, channel in enumerate(entries, start=1)
    ]
    return listed(*seats, *line)


def stands(channel_id: str) -> str:
    return f"Local/{channel_id}@callback-line-00000001;2"


def run(test: Callable[[ScriptedAmi], Awaitable[None]]) -> None:
    async def on_asterisk() -> None:
        async with asyncio.timeout(20), ScriptedAmi() as ami:
            ami.answers["QueueStatus"] = asterisk_has()
            await test(ami)

    asyncio.run(on_asterisk())


@asynccontextmanager
async def switch(base: Base, plan: Plan, ami: ScriptedAmi, room: Callbacks | None = None) -> AsyncIterator[Callbacks]:
    """A switch is running; whatever ends it comes out of the block."""
    room = room or Callbacks(base, policy(base, plan), Waiting(["staff-fr"]))

    async def work(link: Link) -> None:
        await room.keep([Queue(link, "fr")], Originator(link))

    linking = asyncio.create_task(stay_linked(ami.account, work, room.hear))
    try:
        yield room
        if linking.done():
            linking.result()
    finally:
        linking.cancel()
        await asyncio.wait([linking])


def policy(base: Base, plan: Plan) -> Policy:
    in_force = Policy(base, plan)
    in_force.refresh()
    return in_force


async def until(seen: Callable[[], object]) -> None:
    while not seen():
        await asyncio.sleep(0.01)


async def looked(looks: list[datetime], times: int = 4) -> None:
    """A switch has looked so often, and done what there was to do."""
    before = len(looks)
    await until(lambda: len(looks) > before + times)


def state(base: Base, asked: Accepted) -> str:
    return callback_staff.show(base, asked.ref).row.state


def started(ami: ScriptedAmi) -> list[str]:
    """The attempts that Asterisk was asked to start, whole requests alone."""
    return [one["ChannelId"] for one in ami.asked("Originate") if {"ChannelId", "Variable"} <= one.keys()]


def stopped(ami: ScriptedAmi) -> set[str]:
    return {one["Variable"] for one in ami.asked("Originate") if one["Channel"] == "Local/s@callback-stop/n"}


def leaves(base: Base, *channels: str) -> int:
    """How many of these would ring the visitor, if all of them asked."""
    return sum(callback_attempts.ring(base, channel, at=datetime.now(UTC)) is not None for channel in channels)


def attempts(base: Base, asked: Accepted) -> list[str]:
    return [attempt.channel_id for attempt in callback_staff.show(base, asked.ref).attempts]


# --- a lost link ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut_at", range(1, ORIGINATE_LINES + 1))
def test_a_link_cut_at_any_header_of_the_originate_leads_to_one_ring(
    looks: list[datetime], base: Base, plan: Plan, now: datetime, cut_at: int
) -> None:
    asked = ask(base, plan, 1, now)

    async def test(ami: ScriptedAmi) -> None:
        ami.hang_up_at("Originate", cut_at)
        async with switch(base, plan, ami):
            await until(lambda: len(ami.asked("Originate")) == 2)
            await looked(looks, 1)

    run(test)
    # Nothing of the first is to be seen in line. Should Asterisk have taken it all the same, it wakes up too late.
    tried = attempts(base, asked)
    assert len(tried) > 1
    assert leaves(base, *tried, *tried) == 1
    assert state(base, asked) == "visitor_ringing"


def test_an_originate_that_asterisk_took_although_the_answer_was_lost_is_not_sent_again(
    looks: list[datetime], base: Base, plan: Plan, now: datetime
) -> None:
    asked = ask(base, plan, 1, now)

    async def test(ami: ScriptedAmi) -> None:
        ami.hang_up_at("Originate", ORIGINATE_LINES)
        ami.answers["QueueStatus"] = asterisk_has()
        async with switch(base, plan, ami):
            await until(lambda: ami.asked("Originate"))
            ami.answers["QueueStatus"] = asterisk_has(stands("cb-1-1"))
            await looked(looks, 20)  # longer than GONE_S
            assert len(ami.asked("Originate")) == 1

    run(test)
    assert state(base, asked) == "in_line"
    assert leaves(base, "cb-1-1") == 1


def test_what_asterisk_refuses_waits_for_a_minute_and_does_not_stop_the_others(
    looks: list[datetime], base: Base, plan: Plan, now: datetime
) -> None:
    first, second = ask(base, plan, 1, now), ask(base, plan, 2, now + timedelta(milliseconds=1))

    async def test(ami: ScriptedAmi) -> None:
        ami.answers["Originate"] = REFUSAL.replace(b"Authentication failed", b"Originate failed")
        async with switch(base, plan, ami):
            await until(lambda: len(ami.asked("Originate")) == 2)
            await looked(looks)
            assert len(ami.asked("Originate")) == 2

    run(test)
    for asked in (first, second):
        row = callback_staff.show(base, asked.ref).row
        assert (row.state, row.because) == ("queued", "refused")
        assert row.not_before > now + timedelta(seconds=50)


def test_nothing_of_the_visitor_is_told_to_asterisk(base: Base, plan: Plan, now: datetime) -> None:
    ask(base, plan, 1, now)

    async def test(ami: ScriptedAmi) -> None:
        async with switch(base, plan, ami):
            await until(lambda: ami.asked("Originate"))
        (request,) = ami.asked("Originate")
        assert "3363998" not in str(request)
        assert request["Async"] == "true"
        assert request["Channel"] == "Local/cb-1-1@callback-line/n"
        assert (request["ChannelId"], request["OtherChannelId"]) == ("cb-1-1", "cb-1-1-2")

    run(test)


# --- who dies in between ----------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone."""


def killed(_: object = None, *__: object, **___: object) -> None:
    raise Killed


def after(step: Callable[..., object]) -> Callable[..., object]:
    def done_and_killed(*arguments: object, **named: object) -> None:
        step(*arguments, **named)
        raise Killed

    return done_and_killed


async def _sent_and_killed(self: Originator, channel_id: str, *_: object, **__: object) -> None:
    asking = asyncio.create_task(self._link.ask("Originate", ChannelId=channel_id, Variable="POSITION=1"))
    await asyncio.sleep(0)  # it is on its way
    asking.cancel()
    raise Killed


STEPS = {
    "before placing": (callback_attempts, "place", killed),
    "after placing": (callback_attempts, "place", after(callback_attempts.place)),
    "before asking Asterisk": (Originator, "start", killed),
    "after asking, before the answer": (Originator, "start", _sent_and_killed),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_switch_that_is_killed_at_any_step_is_followed_by_another_and_the_visitor_is_rung_once(
    looks: list[datetime], base: Base, plan: Plan, now: datetime, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask(base, plan, 1, now)

    async def test(ami: ScriptedAmi) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(*STEPS[step])
            async with linked(ami.account, lambda event: None) as link:
                with pytest.raises(Killed):
                    await Callbacks(base, policy(base, plan), Waiting(["staff-fr"])).keep(
                        [Queue(link, "fr")], Originator(link)
                    )
        before = started(ami)
        async with switch(base, plan, ami):
            await until(lambda: len(started(ami)) > len(before))
            await looked(looks, 1)

    run(test)
    tried = attempts(base, asked)
    assert leaves(base, *tried, *tried) == 1
    assert state(base, asked) == "visitor_ringing"


def test_of_two_switches_each_callback_is_started_by_one(
    base: Base, rules: Callable[[str], Plan], now: datetime
) -> None:
    plan = rules("{at_once: 50}")
    asked = [ask(base, plan, n, now) for n in range(12)]

    async def test(ami: ScriptedAmi) -> None:
        async with ScriptedAmi() as other:
            ami.answers["QueueStatus"] = other.answers["QueueStatus"] = asterisk_has(members=50)
            async with switch(base, plan, ami), switch(base, plan, other):
                await until(lambda: len(started(ami)) + len(started(other)) >= len(asked))
                both = started(ami) + started(other)
        assert sorted(both) == sorted(f"cb-{n}-1" for n in range(1, len(asked) + 1))

    run(test)


# --- whose turn it is -------------------------------------------------------------------------------------------------


def positions(ami: ScriptedAmi) -> dict[str, str]:
    return {one["ChannelId"]: one["Variable"] for one in ami.asked("Originate")}


def test_a_callback_stands_by_the_time_since_when_it_waits(base: Base, plan: Plan, now: datetime) -> None:
    def ago(seconds: float) -> datetime:
        return now - timedelta(seconds=seconds)

    ask(base, plan, 1, now, since=ago(1))
    ask(base, plan, 2, now, since=ago(5))
    ask(base, plan, 3, now, since=ago(60))
    waiting = Waiting(["staff-fr"])
    waiting.callers["staff-fr"] = (
        Entry("100.1", "PJSIP/trunk-00000001", ago(10), 1),
        Entry("100.2", "PJSIP/trunk-00000002", ago(2), 2),
    )
    original = Originator.start
    told: dict[str, int] = {}

    async def start(self: Originator, channel_id: str, *arguments: object, position: int, **named: object) -> None:
        told[channel_id] = position
        await original(self, channel_id, *arguments, position=position, **named)  # type: ignore[arg-type]

    async def test(ami: ScriptedAmi) -> None:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Originator, "start", start)
            room = Callbacks(base, policy(base, plan), waiting)
            async with switch(base, plan, ami, room):
                await until(lambda: len(started(ami)) == 3)
        assert started(ami) == ["cb-3-1", "cb-2-1", "cb-1-1"]  # whoever has waited for longest comes first

    run(test)
    assert told == {"cb-3-1": 1, "cb-2-1": 3, "cb-1-1": 5}


@pytest.mark.parametrize(
    ("rule", "there", "expected"),
    [
        ("{at_once: 50}", asterisk_has(members=3, paused=["p02"]), 2),  # whoever takes calls, be he busy
        ("{at_once: 50}", asterisk_has(members=3, busy=["p01"]), 3),
        ("{at_once: 2}", asterisk_has(members=10), 2),
        ("{at_once: 50}", asterisk_has(members=0), 0),
        ("{at_once: 50, first: visitor}", asterisk_has(members=3, busy=["p01", "p02"]), 1),  # nobody waits who is rung
    ],
)
def test_no_more_are_placed_than_there_is_room_for(
    looks: list[datetime],
    base: Base,
    rules: Callable[[str], Plan],
    now: datetime,
    rule: str,
    there: bytes,
    expected: int,
) -> None:
    plan = rules(rule)
    for n in range(5):
        ask(base, plan, n, now)

    async def test(ami: ScriptedAmi) -> None:
        ami.answers["QueueStatus"] = there
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(line, "GONE_S", 60)
            async with switch(base, plan, ami):
                await until(lambda: len(started(ami)) >= expected)
                await looked(looks)
                assert len(started(ami)) == expected

    run(test)


def test_nothing_is_placed_while_it_is_closed_or_paused(
    looks: list[datetime], base: Base, plan: Plan, now: datetime
) -> None:
    ask(base, plan, 1, now, number=CLOSED_ONE)
    asked = ask(base, plan, 2, now)

    async def test(ami: ScriptedAmi) -> None:
        for switched in (SwitchName.CLOSED, SwitchName.CALLBACKS):
            switches.turn(base, switched, True, by="test", at=now)
            room = Callbacks(base, policy(base, plan), Waiting(["staff-fr"]))
            async with switch(base, plan, ami, room):
                await looked(looks)
                assert started(ami) == []
            switches.turn(base, switched, False, by="test", at=now)
        async with switch(base, plan, ami):
            await until(lambda: started(ami))
            await looked(looks)
        assert started(ami) == attempts(base, asked)

    run(test)


def test_without_a_trunk_nothing_is_placed_and_everybody_goes_on_waiting(
    looks: list[datetime], base: Base, plan: Plan, now: datetime
) -> None:
    asked = ask(base, plan, 1, now)

    async def test(ami: ScriptedAmi) -> None:
        room = Callbacks(base, policy(base, plan), Waiting(["staff-fr"]), leads_out=False)
        async with switch(base, plan, ami, room):
            await looked(looks)
        assert started(ami) == []

    run(test)
    assert (state(base, asked), attempts(base, asked)) == ("queued", [])


# --- out of the line --------------------------------------------------------------------------------------------------


def withdrawn(ami: ScriptedAmi) -> set[str]:
    return {one["Caller"] for one in ami.asked("QueueWithdrawCaller")}


def test_who_has_cancelled_is_taken_out_of_the_line(
    looks: list[datetime], base: Base, plan: Plan, now: datetime
) -> None:
    asked = ask(base, plan, 1, now)

    async def test(ami: ScriptedAmi) -> None:
        async with switch(base, plan, ami):
            await until(lambda: started(ami))
            ami.answers["QueueStatus"] = asterisk_has(stands("cb-1-1"))
            await looked(looks)
            assert withdrawn(ami) == set()
            callback_links.cancel(base, asked.ref, asked.secret, at=now)
            await until(lambda: stopped(ami))
            assert withdrawn(ami) == {stands("cb-1-1")}
            assert stopped(ami) == {f"STOPPED={stands('cb-1-1').replace(';2', ';1')}"}

    run(test)
    assert leaves(base, "cb-1-1") == 0


def test_a_visitor_who_waits_in_line_is_led_out_of_it_and_not_cut_off(
    looks: list[datetime], base: Base, plan: Plan
) -> None:
    async def test(ami: ScriptedAmi) -> None:
        ami.answers["QueueStatus"] = asterisk_has("Local/cb-1-1@callback-out-00000001;1")  # an attempt that is over
        async with switch(base, plan, ami):
            await until(lambda: withdrawn(ami))
            await looked(looks)
        assert stopped(ami) == set()

    run(test)


def test_a_callback_that_all_who_are_free_have_declined_makes_room_for_those_behind(
    looks: list[datetime], base: Base, plan: Plan, now: datetime
) -> None:
    people.prepare_phones(base, {"p01": "secret", "p02": "secret"})
    people.add_all(base, [people.Newcomer(name, "fr", ("fr",)) for name in ("A", "B")], at=now)
    asked = ask(base, plan, 1, now)

    def agent(kind: str, name: str) -> dict[str, str]:
        return {"Event": kind, "Queue": "staff-fr", "Linkedid": "cb-1-1", "MemberName": name}

    async def test(ami: ScriptedAmi) -> None:
        there = stands("cb-1-1")
        async with switch(base, plan, ami) as room:
            await until(lambda: started(ami))
            ami.answers["QueueStatus"] = asterisk_has(there, members=2)
            callback_attempts.decline(base, "cb-1-1", "p01", at=now)
            await looked(looks)  # the colleague is free, and has not
            room.hear(agent("AgentCalled", "p02"))
            ami.answers["QueueStatus"] = asterisk_has(there, members=2, busy=["p02"])
            await looked(looks)  # he listens to what it is
            assert withdrawn(ami) == set()
            room.hear(agent("AgentRingNoAnswer", "p02"))
            await until(lambda: withdrawn(ami) == {there})

    run(test)
    row = callback_staff.show(base, asked.ref).row
    assert (row.state, row.because, row.rings) == ("queued", "declined", 0)


def test_overflow_and_closing_take_out_callers_and_leave_callbacks_alone(base: Base, plan: Plan, now: datetime) -> None:
    switches.turn(base, SwitchName.CLOSED, True, by="test", at=now)

    async def test(ami: ScriptedAmi) -> None:
        ami.answers["QueueStatus"] = asterisk_has(stands("cb-1-1"), "PJSIP/trunk-00000001")
        overflow = Overflow(policy(base, plan), Waiting(["staff-fr"]), Events(base, ["staff-fr"]))
        async with linked(ami.account, overflow.hear) as link:
            keeping = asyncio.create_task(overflow.keep([Queue(link, "fr")]))
            await until(lambda: withdrawn(ami))
            overflow.wake()
            asked = len(ami.asked("QueueStatus"))
            await until(lambda: len(ami.asked("QueueStatus")) > asked)
            keeping.cancel()
        assert withdrawn(ami) == {"PJSIP/trunk-00000001"}

    run(test)
