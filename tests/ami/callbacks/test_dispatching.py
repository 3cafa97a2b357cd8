"""Callbacks on a scripted Asterisk and a real database: each visitor is dialled at most once, and none is lost.

The tests check which attempts Asterisk was asked to originate, and which of them would be authorized to dial.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import switches
from scripted_ami import REFUSAL, ScriptedAmi, list_response

from ami import reconnection
from ami.callbacks import dispatching, queued_attempts
from ami.callbacks.dispatching import CallbackDispatcher
from ami.connection import AmiConnection, open_connection
from ami.originate import Originator
from ami.policy import Policy
from ami.queue.events import QueueEventRecorder
from ami.queue.overflow import OverflowMonitor
from ami.queue.queue import Queue, QueueEntry
from ami.queue.waiting_callers import WaitingCallers
from ami.reconnection import stay_connected
from records.callbacks import acceptance, callback_attempts, staff_actions, visitor_actions
from records.callbacks.callback_request import AcceptedCallback, CallbackChannel, CallbackRequest
from records.database.engine import Database
from records.overrides import OverrideName
from records.plan import plan_versions
from records.staff import agents
from routing.callbacks.terms import CallbackTerms
from routing.hours.calendar import Calendar
from routing.plan import parsing
from routing.plan.model import Plan

OURS, CLOSED_ONE = "+33199000000", "+33899000000"
ORIGINATE_LINES = 13
"""Lines of the action as it is sent, including the empty line at its end."""

PLAN = (Path(__file__).parents[2] / "calls" / "plan.yaml").read_text()


@pytest.fixture(autouse=True)
def short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconnection, "BACK_OFF_S", (0.01, 0.02))
    monkeypatch.setattr(dispatching, "EVERY_S", 0.02)
    monkeypatch.setattr(queued_attempts, "LOST_AFTER_S", 0.3)


@pytest.fixture(autouse=True)
def polls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime]]:
    """When a dispatcher polled the database."""
    times: list[datetime] = []
    expire = dispatching.expire_callbacks

    def expire_and_count(database: Database, *, at: datetime) -> int:
        times.append(at)
        return expire(database, at=at)

    monkeypatch.setattr(dispatching, "expire_callbacks", expire_and_count)
    yield times


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def rules(plan: Plan, database: Database, now: datetime) -> Callable[[str], Plan]:
    """Publishes a plan with these rules for callbacks."""

    def publish(text: str) -> Plan:
        source = f"{PLAN}\ncallbacks: {text}\n"
        plan_versions.save_plan(database, source, author="test", at=now)
        return parsing.parse_plan(source)

    return publish


def accept(
    database: Database, plan: Plan, n: int, at: datetime, since: datetime | None = None, number: str = OURS
) -> AcceptedCallback:
    request = CallbackRequest(f"+3363998{n:04}", number, CallbackChannel.KEY, "fr", waiting_since=since)
    hours = plan.hours["always"]
    return acceptance.accept_callback(
        database, request, CallbackTerms(plan.callbacks, Calendar(hours, plan.timezone)), at=at
    )


def queue_status(*entries: str, members: int = 3, busy: Iterable[str] = (), paused: Iterable[str] = ()) -> bytes:
    """QueueStatus with the members p01, p02 and so on at desk phones, and these channels as entries."""
    member_events = [
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
    entry_events = [
        ("Event: QueueEntry", f"Position: {n}", f"Channel: {channel}", f"Uniqueid: 100.{n}", "Wait: 1")
        for n, channel in enumerate(entries, start=1)
    ]
    return list_response(*member_events, *entry_events)


def queued_channel(channel_id: str) -> str:
    return f"Local/{channel_id}@callback-agent-first-00000001;2"


def run(test: Callable[[ScriptedAmi], Awaitable[None]]) -> None:
    async def on_asterisk() -> None:
        async with asyncio.timeout(20), ScriptedAmi() as ami:
            ami.answers["QueueStatus"] = queue_status()
            await test(ami)

    asyncio.run(on_asterisk())


@asynccontextmanager
async def switch(
    database: Database, plan: Plan, ami: ScriptedAmi, dispatcher: CallbackDispatcher | None = None
) -> AsyncIterator[CallbackDispatcher]:
    """A running dispatcher; an error that ends it is raised by the block."""
    dispatcher = dispatcher or CallbackDispatcher(database, policy(database, plan), WaitingCallers(["staff-fr"]))

    async def work(connection: AmiConnection) -> None:
        await dispatcher.run([Queue(connection, "fr")], Originator(connection))

    reconnecting = asyncio.create_task(stay_connected(ami.login, work, dispatcher.on_event))
    try:
        yield dispatcher
        if reconnecting.done():
            reconnecting.result()
    finally:
        reconnecting.cancel()
        await asyncio.wait([reconnecting])


def policy(database: Database, plan: Plan) -> Policy:
    in_force = Policy(database, plan)
    in_force.refresh()
    return in_force


async def wait_until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


async def polled(polls: list[datetime], times: int = 4) -> None:
    """A dispatcher has polled so often, and done what was due."""
    before = len(polls)
    await wait_until(lambda: len(polls) > before + times)


def state(database: Database, callback: AcceptedCallback) -> str:
    return staff_actions.get_callback_detail(database, callback.ref).row.state


def originated(ami: ScriptedAmi) -> list[str]:
    """The attempts that Asterisk was asked to originate, complete actions only."""
    return [one["ChannelId"] for one in ami.requests_for("Originate") if {"ChannelId", "Variable"} <= one.keys()]


def stopped(ami: ScriptedAmi) -> set[str]:
    return {one["Variable"] for one in ami.requests_for("Originate") if one["Channel"] == "Local/s@callback-cancel/n"}


def count_authorized(database: Database, *channels: str) -> int:
    """How many of these attempts are authorized to dial the visitor, when each asks."""
    return sum(
        callback_attempts.authorize_dial(database, channel, at=datetime.now(UTC)) is not None for channel in channels
    )


def attempts(database: Database, callback: AcceptedCallback) -> list[str]:
    return [attempt.channel_id for attempt in staff_actions.get_callback_detail(database, callback.ref).attempts]


# --- a lost connection ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cut_at",
    [pytest.param(line, marks=pytest.mark.long if line % 4 != 1 else ()) for line in range(1, ORIGINATE_LINES + 1)],
)
def test_a_connection_lost_at_any_header_of_the_originate_leads_to_one_dial(
    polls: list[datetime],
    database: Database,
    plan: Plan,
    now: datetime,
    cut_at: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    callback = accept(database, plan, 1, now)

    async def test(ami: ScriptedAmi) -> None:
        ami.hang_up_at("Originate", cut_at)
        async with switch(database, plan, ami):
            await wait_until(lambda: len(ami.requests_for("Originate")) == 2)
            monkeypatch.setattr(queued_attempts, "LOST_AFTER_S", 60)  # a busy machine may poll late
            await polled(polls, 1)

    run(test)
    # The first attempt is not in the queue. If Asterisk took it all the same, it is not authorized any more.
    all_attempts = attempts(database, callback)
    assert len(all_attempts) > 1
    assert count_authorized(database, *all_attempts, *all_attempts) == 1
    assert state(database, callback) == "visitor_ringing"


def test_an_originate_that_asterisk_took_although_the_answer_was_lost_is_not_sent_again(
    polls: list[datetime], database: Database, plan: Plan, now: datetime
) -> None:
    callback = accept(database, plan, 1, now)

    async def test(ami: ScriptedAmi) -> None:
        ami.hang_up_at("Originate", ORIGINATE_LINES)
        ami.answers["QueueStatus"] = queue_status()
        async with switch(database, plan, ami):
            await wait_until(lambda: ami.requests_for("Originate"))
            ami.answers["QueueStatus"] = queue_status(queued_channel("cb-1-1"))
            await polled(polls, 20)  # longer than LOST_AFTER_S
            assert len(ami.requests_for("Originate")) == 1

    run(test)
    assert state(database, callback) == "in_line"
    assert count_authorized(database, "cb-1-1") == 1


def test_an_attempt_that_asterisk_rejects_waits_for_a_minute_and_does_not_stop_the_others(
    polls: list[datetime], database: Database, plan: Plan, now: datetime
) -> None:
    first, second = accept(database, plan, 1, now), accept(database, plan, 2, now + timedelta(milliseconds=1))

    async def test(ami: ScriptedAmi) -> None:
        ami.answers["Originate"] = REFUSAL.replace(b"Authentication failed", b"Originate failed")
        async with switch(database, plan, ami):
            await wait_until(lambda: len(ami.requests_for("Originate")) == 2)
            await polled(polls)
            assert len(ami.requests_for("Originate")) == 2

    run(test)
    for callback in (first, second):
        row = staff_actions.get_callback_detail(database, callback.ref).row
        assert (row.state, row.reason) == ("queued", "refused")
        assert row.not_before > now + timedelta(seconds=50)


def test_asterisk_gets_no_data_of_the_visitor(database: Database, plan: Plan, now: datetime) -> None:
    accept(database, plan, 1, now)

    async def test(ami: ScriptedAmi) -> None:
        async with switch(database, plan, ami):
            await wait_until(lambda: ami.requests_for("Originate"))
        (request,) = ami.requests_for("Originate")
        assert "3363998" not in str(request)
        assert request["Async"] == "true"
        assert request["Channel"] == "Local/cb-1-1@callback-agent-first/n"
        assert (request["ChannelId"], request["OtherChannelId"]) == ("cb-1-1", "cb-1-1-2")

    run(test)


# --- killed processes -------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone."""


def kill(_: object = None, *__: object, **___: object) -> None:
    raise Killed


def after(step: Callable[..., object]) -> Callable[..., object]:
    def step_and_kill(*arguments: object, **named: object) -> None:
        step(*arguments, **named)
        raise Killed

    return step_and_kill


async def _send_and_kill(self: Originator, channel_id: str, *_: object, **__: object) -> None:
    asking = asyncio.create_task(
        self._connection.send_action("Originate", ChannelId=channel_id, Variable="JOIN_POSITION=1")
    )
    await asyncio.sleep(0)  # it is being sent
    asking.cancel()
    raise Killed


STEPS = {
    "before placing": (callback_attempts, "start_attempt", kill),
    "after placing": (callback_attempts, "start_attempt", after(callback_attempts.start_attempt)),
    "before the originate": (Originator, "originate_callback", kill),
    "after the originate, before its answer": (Originator, "originate_callback", _send_and_kill),
}


@pytest.mark.parametrize("step", STEPS)
def test_when_a_dispatcher_is_killed_at_any_step_the_next_one_has_the_visitor_dialled_once(
    polls: list[datetime], database: Database, plan: Plan, now: datetime, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    callback = accept(database, plan, 1, now)

    async def test(ami: ScriptedAmi) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(*STEPS[step])
            async with open_connection(ami.login, lambda event: None) as connection:
                with pytest.raises(Killed):
                    await CallbackDispatcher(database, policy(database, plan), WaitingCallers(["staff-fr"])).run(
                        [Queue(connection, "fr")], Originator(connection)
                    )
        before = originated(ami)
        async with switch(database, plan, ami):
            await wait_until(lambda: len(originated(ami)) > len(before))
            monkeypatch.setattr(queued_attempts, "LOST_AFTER_S", 60)  # a busy machine may poll late
            await polled(polls, 1)

    run(test)
    all_attempts = attempts(database, callback)
    assert count_authorized(database, *all_attempts, *all_attempts) == 1
    assert state(database, callback) == "visitor_ringing"


def test_two_dispatchers_start_each_callback_once(
    database: Database, rules: Callable[[str], Plan], now: datetime
) -> None:
    plan = rules("{at_once: 50}")
    callbacks = [accept(database, plan, n, now) for n in range(12)]

    async def test(ami: ScriptedAmi) -> None:
        async with ScriptedAmi() as other:
            ami.answers["QueueStatus"] = other.answers["QueueStatus"] = queue_status(members=50)
            async with switch(database, plan, ami), switch(database, plan, other):
                await wait_until(lambda: len(originated(ami)) + len(originated(other)) >= len(callbacks))
                both = originated(ami) + originated(other)
        assert sorted(both) == sorted(f"cb-{n}-1" for n in range(1, len(callbacks) + 1))

    run(test)


# --- order and capacity -----------------------------------------------------------------------------------------------


def positions(ami: ScriptedAmi) -> dict[str, str]:
    return {one["ChannelId"]: one["Variable"] for one in ami.requests_for("Originate")}


def test_a_callback_enters_the_queue_by_the_time_since_when_it_waits(
    database: Database, plan: Plan, now: datetime
) -> None:
    def ago(seconds: float) -> datetime:
        return now - timedelta(seconds=seconds)

    accept(database, plan, 1, now, since=ago(1))
    accept(database, plan, 2, now, since=ago(5))
    accept(database, plan, 3, now, since=ago(60))
    waiting = WaitingCallers(["staff-fr"])
    waiting.callers["staff-fr"] = (
        QueueEntry("100.1", "PJSIP/trunk-00000001", ago(10), 1),
        QueueEntry("100.2", "PJSIP/trunk-00000002", ago(2), 2),
    )
    original = Originator.originate_callback
    positions_by_attempt: dict[str, int] = {}

    async def start(self: Originator, channel_id: str, *arguments: object, position: int, **named: object) -> None:
        positions_by_attempt[channel_id] = position
        await original(self, channel_id, *arguments, position=position, **named)  # type: ignore[arg-type]

    async def test(ami: ScriptedAmi) -> None:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Originator, "originate_callback", start)
            dispatcher = CallbackDispatcher(database, policy(database, plan), waiting)
            async with switch(database, plan, ami, dispatcher):
                await wait_until(lambda: len(originated(ami)) == 3)
        assert originated(ami) == ["cb-3-1", "cb-2-1", "cb-1-1"]  # the longest wait first

    run(test)
    assert positions_by_attempt == {"cb-3-1": 1, "cb-2-1": 3, "cb-1-1": 5}


@pytest.mark.parametrize(
    ("rule", "status", "expected"),
    [
        ("{at_once: 50}", queue_status(members=3, paused=["p02"]), 2),  # busy agents count, paused ones do not
        ("{at_once: 50}", queue_status(members=3, busy=["p01"]), 3),
        ("{at_once: 2}", queue_status(members=10), 2),
        ("{at_once: 50}", queue_status(members=0), 0),
        (
            "{at_once: 50, first: visitor}",
            queue_status(members=3, busy=["p01", "p02"]),
            1,
        ),  # a visitor who answers must not wait
    ],
)
def test_no_more_attempts_are_placed_than_there_is_capacity_for(
    polls: list[datetime],
    database: Database,
    rules: Callable[[str], Plan],
    now: datetime,
    rule: str,
    status: bytes,
    expected: int,
) -> None:
    plan = rules(rule)
    for n in range(5):
        accept(database, plan, n, now)

    async def test(ami: ScriptedAmi) -> None:
        ami.answers["QueueStatus"] = status
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(queued_attempts, "LOST_AFTER_S", 60)
            async with switch(database, plan, ami):
                await wait_until(lambda: len(originated(ami)) >= expected)
                await polled(polls)
                assert len(originated(ami)) == expected

    run(test)


def test_an_agent_who_asked_is_rung_alone_whoever_else_is_busy_and_their_attempt_needs_no_place_in_the_queue(
    polls: list[datetime], database: Database, rules: Callable[[str], Plan], now: datetime
) -> None:
    plan = rules("{at_once: 2, first: visitor}")
    agents.create_sip_accounts(database, {"p01": "secret"})
    agent = agents.add_agent(database, "Margot", language="fr", at=now)
    terms = CallbackTerms(plan.callbacks, Calendar(plan.hours["always"], plan.timezone))
    accept(database, plan, 1, now - timedelta(minutes=1))
    for n in (2, 3, 4):
        wanted = CallbackRequest(f"+3363998{n:04}", OURS, CallbackChannel.CONSOLE, "fr", agent_id=agent.id)
        acceptance.accept_callback(database, wanted, terms, at=now)

    async def test(ami: ScriptedAmi) -> None:
        ami.answers["QueueStatus"] = queue_status(members=1, paused=["p01"])
        async with switch(database, plan, ami):
            await wait_until(lambda: len(originated(ami)) >= 2)
            await polled(polls, 30)  # longer than an attempt may be missing from the queue
        assert originated(ami) == ["cb-2-1", "cb-3-1"]  # as many as may be under way
        sent = ami.requests_for("Originate")[0]
        assert (sent["Channel"], sent["Context"]) == ("Local/cb-2-1@callback-own-phone/n", "callback-dial-visitor")

    run(test)


def test_no_attempt_is_placed_while_closed_or_paused(
    polls: list[datetime], database: Database, plan: Plan, now: datetime
) -> None:
    accept(database, plan, 1, now, number=CLOSED_ONE)
    callback = accept(database, plan, 2, now)

    async def test(ami: ScriptedAmi) -> None:
        for switched in (OverrideName.CLOSED, OverrideName.CALLBACKS):
            switches.set_override(database, switched, True, by="test", at=now)
            dispatcher = CallbackDispatcher(database, policy(database, plan), WaitingCallers(["staff-fr"]))
            async with switch(database, plan, ami, dispatcher):
                await polled(polls)
                assert originated(ami) == []
            switches.set_override(database, switched, False, by="test", at=now)
        async with switch(database, plan, ami):
            await wait_until(lambda: originated(ami))
            await polled(polls)
        assert originated(ami) == attempts(database, callback)

    run(test)


def test_without_a_trunk_no_attempt_is_placed_and_callbacks_wait(
    polls: list[datetime], database: Database, plan: Plan, now: datetime
) -> None:
    callback = accept(database, plan, 1, now)

    async def test(ami: ScriptedAmi) -> None:
        dispatcher = CallbackDispatcher(
            database, policy(database, plan), WaitingCallers(["staff-fr"]), has_outbound_trunk=lambda: False
        )
        async with switch(database, plan, ami, dispatcher):
            await polled(polls)
        assert originated(ami) == []

    run(test)
    assert (state(database, callback), attempts(database, callback)) == ("queued", [])


# --- withdrawal -------------------------------------------------------------------------------------------------------


def withdrawn(ami: ScriptedAmi) -> set[str]:
    return {one["Caller"] for one in ami.requests_for("QueueWithdrawCaller")}


def test_a_cancelled_callback_is_withdrawn_from_the_queue(
    polls: list[datetime], database: Database, plan: Plan, now: datetime
) -> None:
    callback = accept(database, plan, 1, now)

    async def test(ami: ScriptedAmi) -> None:
        async with switch(database, plan, ami):
            await wait_until(lambda: originated(ami))
            ami.answers["QueueStatus"] = queue_status(queued_channel("cb-1-1"))
            await polled(polls)
            assert withdrawn(ami) == set()
            visitor_actions.cancel_callback(database, callback.ref, callback.secret, at=now)
            await wait_until(lambda: stopped(ami))
            assert withdrawn(ami) == {queued_channel("cb-1-1")}
            assert stopped(ami) == {f"CANCELLED_CHANNEL={queued_channel('cb-1-1').replace(';2', ';1')}"}

    run(test)
    assert count_authorized(database, "cb-1-1") == 0


def test_a_visitor_who_waits_in_the_queue_is_withdrawn_without_a_hang_up(
    polls: list[datetime], database: Database, plan: Plan
) -> None:
    async def test(ami: ScriptedAmi) -> None:
        ami.answers["QueueStatus"] = queue_status(
            "Local/cb-1-1@callback-visitor-first-00000001;1"
        )  # an attempt that has ended
        async with switch(database, plan, ami):
            await wait_until(lambda: withdrawn(ami))
            await polled(polls)
        assert stopped(ami) == set()

    run(test)


def test_a_callback_that_every_free_agent_has_rejected_is_withdrawn(
    polls: list[datetime], database: Database, plan: Plan, now: datetime
) -> None:
    agents.create_sip_accounts(database, {"p01": "secret", "p02": "secret"})
    agents.add_agents(database, [agents.NewAgent(name, "fr", ("fr",)) for name in ("A", "B")], at=now)
    callback = accept(database, plan, 1, now)

    def agent_event(kind: str, name: str) -> dict[str, str]:
        return {"Event": kind, "Queue": "staff-fr", "Linkedid": "cb-1-1", "MemberName": name}

    async def test(ami: ScriptedAmi) -> None:
        channel = queued_channel("cb-1-1")
        async with switch(database, plan, ami) as dispatcher:
            await wait_until(lambda: originated(ami))
            ami.answers["QueueStatus"] = queue_status(channel, members=2)
            callback_attempts.reject_offer(database, "cb-1-1", "p01", at=now)
            await polled(polls)  # the other agent is free and has not rejected it
            dispatcher.on_event(agent_event("AgentCalled", "p02"))
            ami.answers["QueueStatus"] = queue_status(channel, members=2, busy=["p02"])
            await polled(polls)  # that agent is hearing the offer
            assert withdrawn(ami) == set()
            dispatcher.on_event(agent_event("AgentRingNoAnswer", "p02"))
            await wait_until(lambda: withdrawn(ami) == {channel})

    run(test)
    row = staff_actions.get_callback_detail(database, callback.ref).row
    assert (row.state, row.reason, row.dial_count) == ("queued", "declined", 0)


def test_overflow_and_closing_withdraw_callers_and_not_callbacks(database: Database, plan: Plan, now: datetime) -> None:
    switches.set_override(database, OverrideName.CLOSED, True, by="test", at=now)

    async def test(ami: ScriptedAmi) -> None:
        ami.answers["QueueStatus"] = queue_status(queued_channel("cb-1-1"), "PJSIP/trunk-00000001")
        overflow = OverflowMonitor(
            policy(database, plan), WaitingCallers(["staff-fr"]), QueueEventRecorder(database, ["staff-fr"])
        )
        async with open_connection(ami.login, overflow.on_event) as connection:
            running = asyncio.create_task(overflow.run([Queue(connection, "fr")]))
            await wait_until(lambda: withdrawn(ami))
            overflow.wake()
            before = len(ami.requests_for("QueueStatus"))
            await wait_until(lambda: len(ami.requests_for("QueueStatus")) > before)
            running.cancel()
        assert withdrawn(ami) == {"PJSIP/trunk-00000001"}

    run(test)
