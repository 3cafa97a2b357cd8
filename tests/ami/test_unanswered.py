"""Who lets calls ring out is paused: told by events alone, written into a real base."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ami.policy import Policy
from ami.unanswered import Unanswered
from records import people, presence
from records.base import Base
from records.presence import PresenceState
from routing import plan_text
from routing.plan import Plan

PLAN = (Path(__file__).parents[1] / "calls" / "plan.yaml").read_text()
RING_S = 5  # of this plan


@pytest.fixture(autouse=True)
def team(base: Base) -> None:
    people.prepare_phones(base, {"p01": "secret", "p02": "secret"})
    people.add_all(base, [people.Newcomer(name, "fr", ("fr",)) for name in ("A", "B")], at=datetime.now(UTC))


def heard(kind: str, member: str = "p01", rang_s: float = RING_S) -> dict[str, str]:
    return {"Event": kind, "MemberName": member, "RingTime": str(round(rang_s * 1000))}


RINGS_OUT = heard("AgentRingNoAnswer", rang_s=RING_S - 0.2)


def plan(misses: int, strategy: str = "rrmemory") -> Plan:
    staff = replace(plan_text.parse(PLAN).staff, misses=misses, strategy=strategy)
    return replace(plan_text.parse(PLAN), staff=staff)


def told(base: Base, events: Iterable[dict[str, str]], misses: int = 2, strategy: str = "rrmemory") -> tuple[str, str]:
    """State and reason of A after these events. B lets one call too many ring out in the end: all is written then."""
    policy = Policy(base, plan(misses, strategy))
    room = Unanswered(base, policy)

    async def listen() -> None:
        pausing = asyncio.create_task(room.pause())
        for event in events:
            room.hear(event)
        policy.plan = plan(misses=1)
        room.hear(heard("AgentRingNoAnswer", "p02"))
        while presence.all(base)[1].state is not PresenceState.PAUSED:
            await asyncio.sleep(0.01)
        pausing.cancel()

    asyncio.run(listen())
    first = presence.all(base)[0]
    return first.state, first.reason


def test_who_lets_as_many_calls_in_a_row_ring_out_as_the_plan_says_is_paused(base: Base) -> None:
    assert told(base, [RINGS_OUT, RINGS_OUT]) == (PresenceState.PAUSED, "no answer")


def test_each_is_counted_alone(base: Base) -> None:
    assert told(base, [RINGS_OUT, heard("AgentRingNoAnswer", "p02")]) == (PresenceState.READY, "")


@pytest.mark.parametrize("between", ["AgentConnect", "QueueMemberPause"])
def test_who_takes_a_call_or_comes_back_begins_anew(base: Base, between: str) -> None:
    assert told(base, [RINGS_OUT, heard(between), RINGS_OUT]) == (PresenceState.READY, "")


def test_who_declines_is_at_his_desk(base: Base) -> None:
    assert told(base, [RINGS_OUT] + [heard("AgentRingNoAnswer", rang_s=2)] * 9) == (PresenceState.READY, "")


def test_with_0_nobody_is_paused(base: Base) -> None:
    assert told(base, [RINGS_OUT] * 9, misses=0) == (PresenceState.READY, "")


def test_who_has_left_meanwhile_stays_out(base: Base) -> None:
    presence.set(base, presence.all(base)[0].person_id, PresenceState.OUT, by="A", at=datetime.now(UTC))
    assert told(base, [RINGS_OUT, RINGS_OUT]) == (PresenceState.OUT, "")


def test_where_everybody_is_rung_at_once_a_call_that_nobody_takes_empties_no_house(base: Base) -> None:
    assert told(base, [RINGS_OUT] * 9, strategy="ringall") == (PresenceState.READY, "")
