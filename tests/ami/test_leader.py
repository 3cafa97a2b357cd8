"""Leader election: leases, the leader's clock, and two real processes."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asterisk_only import AsteriskOnly
from databases import lock_writes
from reception import wait_for

from ami import leader as leader_module
from ami.leader import SWITCH_LEASE, LeaderElection, LeaseLost
from records import leases
from records.database import wake
from records.database.engine import Database
from records.errors import DatabaseBusy
from records.staff import agents, presence
from records.staff.presence import PresenceState

PLAN = Path(__file__).parents[1] / "calls" / "plan.yaml"
DURATION = timedelta(seconds=3)


@pytest.fixture
def noon() -> datetime:
    return datetime(2025, 3, 3, 12, tzinfo=UTC)


# --- the lease --------------------------------------------------------------------------------------------------------


def test_a_lease_has_one_holder_until_it_expires(database: Database, noon: datetime) -> None:
    second = timedelta(seconds=1)
    assert leases.acquire(database, "switch", "a", at=noon, duration=DURATION)
    assert not leases.acquire(database, "switch", "b", at=noon + second, duration=DURATION)
    assert leases.acquire(database, "switch", "a", at=noon + 2 * second, duration=DURATION)
    assert not leases.acquire(database, "switch", "b", at=noon + 4 * second, duration=DURATION)
    assert leases.acquire(database, "switch", "b", at=noon + 5 * second, duration=DURATION)
    assert not leases.acquire(database, "switch", "a", at=noon + 5 * second, duration=DURATION)
    assert leases.is_held(database, "switch", noon + 7 * second)
    assert not leases.is_held(database, "switch", noon + 8 * second)


def test_only_the_holder_can_release_a_lease_and_it_is_then_free(database: Database, noon: datetime) -> None:
    assert leases.acquire(database, "switch", "a", at=noon, duration=DURATION)
    leases.release(database, "switch", "b")
    assert not leases.acquire(database, "switch", "b", at=noon, duration=DURATION)
    leases.release(database, "switch", "a")
    assert leases.acquire(database, "switch", "b", at=noon, duration=DURATION)


def test_leases_of_different_names_are_independent(database: Database, noon: datetime) -> None:
    assert leases.acquire(database, "switch", "a", at=noon, duration=DURATION)
    assert leases.acquire(database, "backup", "b", at=noon, duration=DURATION)


# --- the leader -------------------------------------------------------------------------------------------------------


def test_a_process_that_was_not_elected_may_not_act(database: Database) -> None:
    with pytest.raises(LeaseLost):
        LeaderElection(database, "switch", "a").ensure_leading()


def test_a_leader_that_was_frozen_for_longer_than_the_lease_notices_it_before_it_acts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader = LeaderElection(database, "switch", "a")
    asyncio.run(leader.wait_until_elected())
    leader.ensure_leading()
    resumed_at = time.monotonic() + leader_module.LEASE_S
    monkeypatch.setattr(leader_module.time, "monotonic", lambda: resumed_at)
    with pytest.raises(LeaseLost):
        leader.ensure_leading()


def test_a_lease_that_nobody_renews_is_acquired_also_after_the_clock_was_set_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leader_module, "ABANDONED_S", 0.3)
    monkeypatch.setattr(leader_module, "RENEW_S", 0.05)
    in_five_hours = datetime.now(UTC) + timedelta(hours=5)
    assert leases.acquire(database, "switch", "dead", at=in_five_hours, duration=DURATION)
    started = time.monotonic()

    leader = LeaderElection(database, "switch", "a")
    asyncio.run(leader.wait_until_elected())

    assert time.monotonic() - started > 0.3
    leader.ensure_leading()
    assert not leases.is_held(database, "switch", in_five_hours)


def test_a_lease_that_is_renewed_is_never_acquired_by_another_whatever_the_clock(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leader_module, "ABANDONED_S", 0.3)
    monkeypatch.setattr(leader_module, "RENEW_S", 0.05)
    other = LeaderElection(database, "switch", "b")
    assert leases.acquire(database, "switch", "a", at=datetime.now(UTC) + timedelta(hours=5), duration=DURATION)

    async def never_elected() -> None:
        waiting = asyncio.create_task(other.wait_until_elected())
        for second in range(1, 20):
            at = datetime.now(UTC) + timedelta(hours=5, seconds=second)
            assert await asyncio.to_thread(leases.acquire, database, "switch", "a", at=at, duration=DURATION)
            await asyncio.wait([waiting], timeout=0.05)
        assert not waiting.done()
        waiting.cancel()

    asyncio.run(never_elected())


def test_a_leader_stops_before_another_may_begin() -> None:
    assert leader_module.RENEW_S < leader_module.LEASE_S - leader_module.MARGIN_S < leader_module.LEASE_S


def test_a_leader_that_cannot_renew_its_lease_ends(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leader_module, "LEASE_S", 0.7)
    monkeypatch.setattr(leader_module, "RENEW_S", 0.05)
    monkeypatch.setattr(leader_module.leases, "WAIT_MS", 10)
    leader = LeaderElection(database, "switch", "a")

    async def test() -> None:
        await leader.wait_until_elected()
        with lock_writes(database_url):  # until the end
            async with asyncio.timeout(5):
                await leader.keep_leading()

    with pytest.raises(LeaseLost):
        asyncio.run(test())


# --- wake -------------------------------------------------------------------------------------------------------------


def test_a_wake_datagram_without_a_receiver_is_no_error(tmp_path: Path) -> None:
    wake.wake(tmp_path / "wake")


def test_a_wake_datagram_reaches_the_newest_receiver(tmp_path: Path) -> None:
    path = tmp_path / "wake"
    with wake.bind(path) as first, wake.bind(path) as second:  # which replaces the first
        wake.wake(path)
        assert second.recv(1) == b"!"
        with pytest.raises(BlockingIOError):
            first.recv(1)
        for _ in range(5_000):
            wake.wake(path)  # a receiver that reads nothing blocks no sender


def test_of_many_receivers_that_come_at_once_none_fails(tmp_path: Path) -> None:
    def come(_number: int) -> None:
        wake.bind(tmp_path / "wake").close()

    with ThreadPoolExecutor(4) as receivers:
        list(receivers.map(come, range(2_000)))


# --- two processes ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskOnly]:
    asterisk = AsteriskOnly(tmp_path_factory.mktemp("leader") / "var", PLAN.read_text())
    asterisk.start()
    agents.add_agent(asterisk.database, "A", language="fr", at=datetime.now(UTC))
    yield asterisk
    asterisk.stop()


def leads(log: Path) -> bool:
    return log.exists() and "leading" in log.read_text()


def last_heartbeat_process(asterisk: AsteriskOnly) -> str:
    """Identifies the process of the last heartbeat, by its start time."""
    return (asterisk.settings.heartbeats / "switch").read_text().split()[1]


def time_to_apply(asterisk: AsteriskOnly) -> float:
    """Seconds until Asterisk has applied a change of presence that is made now."""
    (row,) = presence.list_presences(asterisk.database)
    state = PresenceState.READY if row.state == PresenceState.PAUSED else PresenceState.PAUSED
    started = time.monotonic()
    presence.set_presence(asterisk.database, row.agent_id, state, by="test", at=datetime.now(UTC))
    wait_for(lambda: presence.list_presences(asterisk.database)[0].applied_at, "the change to be applied", 10)
    return time.monotonic() - started


def test_when_the_leader_is_killed_the_other_process_leads_within_five_seconds(
    asterisk: AsteriskOnly, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    with asterisk.run_switch(first) as leader:
        wait_for(lambda: leads(first), "the first to lead")
        with asterisk.run_switch(second):
            assert time_to_apply(asterisk) < 1
            first_process = last_heartbeat_process(asterisk)
            wait_for(lambda: last_heartbeat_process(asterisk) != first_process, "the second to wait", 30)
            kill(leader)
            assert time_to_apply(asterisk) < 5
            assert "no longer" not in second.read_text()


def test_a_leader_that_was_frozen_does_not_act_when_it_continues(asterisk: AsteriskOnly, tmp_path: Path) -> None:
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    with asterisk.run_switch(first) as leader:
        wait_for(lambda: leads(first), "the first to lead")
        with asterisk.run_switch(second):
            freeze(leader.pid, asterisk)
            assert time_to_apply(asterisk) < 10  # the second process may still be starting
            os.kill(leader.pid, signal.SIGCONT)
            wait_for(lambda: "no longer leading" in first.read_text(), "the first to notice")
            assert time_to_apply(asterisk) < 1
        assert second.read_text().count('"leading"') == 1
        wait_for(lambda: first.read_text().count('"leading"') == 2, "the first to lead again")


@pytest.mark.long
def test_a_leader_that_is_stopped_releases_the_lease_at_once(asterisk: AsteriskOnly, tmp_path: Path) -> None:
    first = tmp_path / "first.log"
    with asterisk.run_switch(first):
        wait_for(lambda: leads(first), "the first to lead")
        assert leases.is_held(asterisk.installation.switch_leases, SWITCH_LEASE, datetime.now(UTC))
    assert not leases.is_held(asterisk.installation.switch_leases, SWITCH_LEASE, datetime.now(UTC))


def freeze(pid: int, asterisk: AsteriskOnly) -> None:
    """Freezes the process while it holds no write lock: each file of SQLite has one writer."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        with suppress(DatabaseBusy):
            for database in (asterisk.database, asterisk.installation.switch_leases):
                with database.write(wait_ms=0):
                    pass
            return
        os.kill(pid, signal.SIGCONT)


def kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait(10)
