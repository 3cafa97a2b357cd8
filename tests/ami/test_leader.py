"""One process acts, another waits: leases, the leader's clock, and two real processes."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bases import held
from reception import wait_for
from switchboard import Switchboard

from ami import leader as leaders
from ami.leader import Leader, LeaseLost
from records import leases, people, presence, wake
from records.base import Base
from records.errors import BaseBusy
from records.presence import PresenceState

PLAN = Path(__file__).parents[1] / "calls" / "plan.yaml"
LASTS = timedelta(seconds=3)


@pytest.fixture
def noon() -> datetime:
    return datetime(2025, 3, 3, 12, tzinfo=UTC)


# --- the lease --------------------------------------------------------------------------------------------------------


def test_a_lease_has_one_holder_until_it_runs_out(base: Base, noon: datetime) -> None:
    second = timedelta(seconds=1)
    assert leases.take(base, "switch", "a", at=noon, lasts=LASTS)
    assert not leases.take(base, "switch", "b", at=noon + second, lasts=LASTS)
    assert leases.take(base, "switch", "a", at=noon + 2 * second, lasts=LASTS)
    assert not leases.take(base, "switch", "b", at=noon + 4 * second, lasts=LASTS)
    assert leases.take(base, "switch", "b", at=noon + 5 * second, lasts=LASTS)
    assert not leases.take(base, "switch", "a", at=noon + 5 * second, lasts=LASTS)
    assert leases.is_held(base, "switch", noon + 7 * second)
    assert not leases.is_held(base, "switch", noon + 8 * second)


def test_a_lease_given_back_is_free_and_nobody_gives_back_anothers(base: Base, noon: datetime) -> None:
    assert leases.take(base, "switch", "a", at=noon, lasts=LASTS)
    leases.give_back(base, "switch", "b")
    assert not leases.take(base, "switch", "b", at=noon, lasts=LASTS)
    leases.give_back(base, "switch", "a")
    assert leases.take(base, "switch", "b", at=noon, lasts=LASTS)


def test_another_lease_is_another_matter(base: Base, noon: datetime) -> None:
    assert leases.take(base, "switch", "a", at=noon, lasts=LASTS)
    assert leases.take(base, "backup", "b", at=noon, lasts=LASTS)


# --- the leader -------------------------------------------------------------------------------------------------------


def test_who_has_not_been_elected_may_not_act(base: Base) -> None:
    with pytest.raises(LeaseLost):
        Leader(base, "switch", "a").check()


def test_who_was_frozen_for_longer_than_the_lease_knows_it_before_acting(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader = Leader(base, "switch", "a")
    asyncio.run(leader.elected())
    leader.check()
    woken = time.monotonic() + leaders.LEASE_S
    monkeypatch.setattr(leaders.time, "monotonic", lambda: woken)
    with pytest.raises(LeaseLost):
        leader.check()


def test_a_lease_that_nobody_renews_is_taken_though_the_clock_was_put_back_since(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaders, "ABANDONED_S", 0.3)
    monkeypatch.setattr(leaders, "RENEW_S", 0.05)
    in_five_hours = datetime.now(UTC) + timedelta(hours=5)
    assert leases.take(base, "switch", "dead", at=in_five_hours, lasts=LASTS)
    began = time.monotonic()

    leader = Leader(base, "switch", "a")
    asyncio.run(leader.elected())

    assert time.monotonic() - began > 0.3
    leader.check()
    assert not leases.is_held(base, "switch", in_five_hours)


def test_a_lease_that_is_renewed_is_never_taken_whatever_the_clocks_say(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaders, "ABANDONED_S", 0.3)
    monkeypatch.setattr(leaders, "RENEW_S", 0.05)
    other = Leader(base, "switch", "b")
    assert leases.take(base, "switch", "a", at=datetime.now(UTC) + timedelta(hours=5), lasts=LASTS)

    async def wait_in_vain() -> None:
        waiting = asyncio.create_task(other.elected())
        for second in range(1, 20):
            at = datetime.now(UTC) + timedelta(hours=5, seconds=second)
            assert await asyncio.to_thread(leases.take, base, "switch", "a", at=at, lasts=LASTS)
            await asyncio.wait([waiting], timeout=0.05)
        assert not waiting.done()
        waiting.cancel()

    asyncio.run(wait_in_vain())


def test_a_leader_stops_before_another_may_begin() -> None:
    assert leaders.RENEW_S < leaders.LEASE_S - leaders.MARGIN_S < leaders.LEASE_S


def test_a_leader_whose_base_is_gone_ends(base: Base, base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaders, "LEASE_S", 0.7)
    monkeypatch.setattr(leaders, "RENEW_S", 0.05)
    monkeypatch.setattr(leaders.leases, "WAIT_MS", 10)
    leader = Leader(base, "switch", "a")

    async def test() -> None:
        await leader.elected()
        with held(base_url):  # and whoever does so does not let go
            async with asyncio.timeout(5):
                await leader.hold()

    with pytest.raises(LeaseLost):
        asyncio.run(test())


# --- the bell ---------------------------------------------------------------------------------------------------------


def test_a_ring_wakes_who_sleeps_and_one_for_nobody_is_no_harm(tmp_path: Path) -> None:
    bell = tmp_path / "bell"
    wake.ring(bell)
    with wake.hung(bell) as first, wake.hung(bell) as sleeper:  # the second takes the first's place
        wake.ring(bell)
        assert sleeper.recv(1) == b"!"
        with pytest.raises(BlockingIOError):
            first.recv(1)
        for _ in range(5_000):
            wake.ring(bell)  # who sleeps too deeply holds nobody up


# --- two processes ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switchboard]:
    board = Switchboard(tmp_path_factory.mktemp("leader") / "var", PLAN.read_text())
    board.start()
    people.add(board.base, "A", language="fr", at=datetime.now(UTC))
    yield board
    board.stop()


def leads(log: Path) -> bool:
    return log.exists() and "leading" in log.read_text()


def last_alive(board: Switchboard) -> str:
    """Which process has given the last sign of life: when it began."""
    return (board.settings.heartbeats / "switch").read_text().split()[1]


def changed(board: Switchboard) -> float:
    """Seconds until a change of presence, made now, is in force at Asterisk."""
    (person,) = presence.all(board.base)
    state = PresenceState.READY if person.state == PresenceState.PAUSED else PresenceState.PAUSED
    began = time.monotonic()
    presence.set(board.base, person.person_id, state, by="test", at=datetime.now(UTC))
    wait_for(lambda: presence.all(board.base)[0].applied_at, "the change to be applied", 10)
    return time.monotonic() - began


def test_when_the_leader_is_killed_the_one_who_waits_takes_over_within_five_seconds(
    board: Switchboard, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    with board.switch(first) as leader:
        wait_for(lambda: leads(first), "the first to lead")
        with board.switch(second):
            assert changed(board) < 1
            began = last_alive(board)
            wait_for(lambda: last_alive(board) != began, "the second to stand by", 30)
            kill(leader)
            assert changed(board) < 5
            assert "no longer" not in second.read_text()


def test_a_leader_who_was_frozen_does_nothing_when_he_wakes_up(board: Switchboard, tmp_path: Path) -> None:
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    with board.switch(first) as leader:
        wait_for(lambda: leads(first), "the first to lead")
        with board.switch(second):
            freeze(leader.pid, board)
            assert changed(board) < 10  # the second has to start first
            os.kill(leader.pid, signal.SIGCONT)
            wait_for(lambda: "no longer leading" in first.read_text(), "the first to notice")
            assert changed(board) < 1
        assert second.read_text().count('"leading"') == 1
        wait_for(lambda: first.read_text().count('"leading"') == 2, "the first to lead again")


def test_a_leader_who_is_told_to_stop_leaves_the_place_at_once(board: Switchboard, tmp_path: Path) -> None:
    first = tmp_path / "first.log"
    with board.switch(first):
        wait_for(lambda: leads(first), "the first to lead")
        assert leases.is_held(board.base, "switch", datetime.now(UTC))
    assert not leases.is_held(board.base, "switch", datetime.now(UTC))


def freeze(pid: int, board: Switchboard) -> None:
    """At a moment at which he holds nothing back from others: a SQLite base has one writer."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        with suppress(BaseBusy), board.base.write(wait_ms=0):
            return
        os.kill(pid, signal.SIGCONT)


def kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait(10)
