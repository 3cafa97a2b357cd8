"""An agent who does not answer is paused; the events are simulated, the database is real."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ami.policy import Policy
from ami.staff.no_answer_pause import NoAnswerAutoPause
from records.database.engine import Database
from records.staff import agents, presence
from records.staff.presence import PresenceState
from routing.plan import parsing
from routing.plan.model import Plan

PLAN = (Path(__file__).parents[2] / "calls" / "plan.yaml").read_text()
RING_S = 5  # of this plan


@pytest.fixture(autouse=True)
def team(database: Database) -> None:
    agents.create_sip_accounts(database, {"p01": "secret", "p02": "secret"})
    agents.add_agents(database, [agents.NewAgent(name, "fr", ("fr",)) for name in ("A", "B")], at=datetime.now(UTC))


def queue_event(kind: str, member: str = "p01", rang_s: float = RING_S) -> dict[str, str]:
    return {"Event": kind, "MemberName": member, "RingTime": str(round(rang_s * 1000))}


RINGS_OUT = queue_event("AgentRingNoAnswer", rang_s=RING_S - 0.2)


def plan(max_missed_calls: int, strategy: str = "rrmemory") -> Plan:
    staff = replace(parsing.parse_plan(PLAN).staff, max_missed_calls=max_missed_calls, strategy=strategy)
    return replace(parsing.parse_plan(PLAN), staff=staff)


def presence_after(
    database: Database, events: Iterable[dict[str, str]], max_missed_calls: int = 2, strategy: str = "rrmemory"
) -> tuple[str, str]:
    """A's state and reason after these events. In the end B misses a call and is paused: then all is written."""
    policy = Policy(database, plan(max_missed_calls, strategy))
    auto_pause = NoAnswerAutoPause(database, policy)

    async def listen() -> None:
        pausing = asyncio.create_task(auto_pause.run())
        for event in events:
            auto_pause.on_event(event)
        policy.plan = plan(max_missed_calls=1)
        auto_pause.on_event(queue_event("AgentRingNoAnswer", "p02"))
        while presence.list_presences(database)[1].state is not PresenceState.PAUSED:
            await asyncio.sleep(0.01)
        pausing.cancel()

    asyncio.run(listen())
    first = presence.list_presences(database)[0]
    return first.state, first.reason


def test_an_agent_who_misses_the_maximum_of_consecutive_calls_is_paused(database: Database) -> None:
    assert presence_after(database, [RINGS_OUT, RINGS_OUT]) == (PresenceState.PAUSED, "no answer")


def test_missed_calls_are_counted_for_each_agent(database: Database) -> None:
    assert presence_after(database, [RINGS_OUT, queue_event("AgentRingNoAnswer", "p02")]) == (PresenceState.READY, "")


@pytest.mark.parametrize("between", ["AgentConnect", "QueueMemberPause"])
def test_an_answered_call_or_the_end_of_a_pause_resets_the_count(database: Database, between: str) -> None:
    assert presence_after(database, [RINGS_OUT, queue_event(between), RINGS_OUT]) == (PresenceState.READY, "")


def test_rejected_calls_do_not_count(database: Database) -> None:
    assert presence_after(database, [RINGS_OUT] + [queue_event("AgentRingNoAnswer", rang_s=2)] * 9) == (
        PresenceState.READY,
        "",
    )


def test_with_a_maximum_of_0_nobody_is_paused(database: Database) -> None:
    assert presence_after(database, [RINGS_OUT] * 9, max_missed_calls=0) == (PresenceState.READY, "")


def test_an_agent_who_is_out_is_not_paused(database: Database) -> None:
    presence.set_presence(
        database, presence.list_presences(database)[0].agent_id, PresenceState.OUT, by="A", at=datetime.now(UTC)
    )
    assert presence_after(database, [RINGS_OUT, RINGS_OUT]) == (PresenceState.OUT, "")


def test_with_the_strategy_ringall_nobody_is_paused(database: Database) -> None:
    assert presence_after(database, [RINGS_OUT] * 9, strategy="ringall") == (PresenceState.READY, "")
