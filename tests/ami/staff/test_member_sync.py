"""Asterisk's queue members match the database, whatever was restarted; on a real Asterisk."""

import asyncio
import re
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asterisk_only import AsteriskOnly
from reception import wait_for

from ami.connection import ActionRejected, AmiConnection, ConnectionLost, Headers, open_connection
from ami.queue.queue import Queue, QueueMember, queue_name
from ami.reconnection import stay_connected
from ami.staff.member_sync import QueueMemberSync
from records.database.engine import Database
from records.errors import DatabaseUnavailable
from records.staff import agents, presence
from records.staff.presence import PresenceState
from records.staff.wrapups import begin_wrapup, lengthen_wrapup
from routing.languages import LANGUAGES

PLAN = Path(__file__).parents[2] / "calls" / "plan.yaml"
PAUSE_REASONS = ("lunch",)
OUTSIDE = QueueMember("p03", "Local/p03@member/n", None, 0)


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AsteriskOnly]:
    asterisk = AsteriskOnly(tmp_path_factory.mktemp("members") / "var", PLAN.read_text())
    asterisk.start()
    yield asterisk
    asterisk.stop()


@pytest.fixture
def staff(asterisk: AsteriskOnly) -> Iterator[list[agents.Agent]]:
    """Three agents: one at a desk phone, one of rank 2, one at an outside number."""
    now = datetime.now(UTC)
    added = [
        agents.add_agent(asterisk.database, "A", language="fr", at=now),
        agents.add_agent(asterisk.database, "B", language="fr", at=now, rank=2),
        agents.add_agent(asterisk.database, "C", language="fr", at=now, outside_number="+33639980101"),
    ]
    yield added
    for agent in agents.list_agents(asterisk.database):
        agents.remove_agent(asterisk.database, agent.id, password=agent.password, at=now)


def members(asterisk: AsteriskOnly, language: str = "fr") -> dict[str, QueueMember]:
    """Asterisk's members of a queue by name, read on a connection of their own."""
    return asyncio.run(_members(asterisk, language))


async def _members(asterisk: AsteriskOnly, language: str = "fr") -> dict[str, QueueMember]:
    async with open_connection(asterisk.ami_login, lambda event: None) as connection:
        return {status.member.name: status.member for status in (await Queue(connection, language).status()).members}


def persisted_members(asterisk: AsteriskOnly, language: str = "fr") -> set[str]:
    """The members that survive a crash: those in Asterisk's database file, `Interface;...|...`."""
    file = asterisk.settings.var / "asterisk" / "lib" / "astdb.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as astdb:
        key = f"/Queue/PersistentMembers/{queue_name(language)}"
        row = astdb.execute("SELECT value FROM astdb WHERE key = ?", (key,)).fetchone()
    return set(re.findall(r"Local/(\w+)@member", row[0])) if row else set()


def desk(name: str, penalty: int = 0, pause_reason: str = "") -> QueueMember:
    return QueueMember(name, f"Local/{name}@member/n", f"PJSIP/{name}", penalty, pause_reason)


def run_sync(asterisk: AsteriskOnly, check: Callable[[QueueMemberSync], Awaitable[None]]) -> None:
    """Synchronises the members, as the running process does, while `check` runs."""

    async def work() -> None:
        sync = QueueMemberSync(asterisk.database, lambda: PAUSE_REASONS)

        async def synchronise(connection: AmiConnection) -> None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(connection.keep_alive())
                tasks.create_task(sync.run([Queue(connection, language) for language in LANGUAGES]))

        reconnecting = asyncio.create_task(stay_connected(asterisk.ami_login, synchronise, sync.on_event))
        try:
            async with asyncio.timeout(30):
                await check(sync)
        finally:
            reconnecting.cancel()

    asyncio.run(work())


async def wait_for_members(asterisk: AsteriskOnly, expected: dict[str, QueueMember]) -> float:
    """Seconds until Asterisk has these members."""
    started, current = time.monotonic(), {}
    while current != expected:
        await asyncio.sleep(0.02)
        try:
            current = await _members(asterisk)
        except (ConnectionLost, ActionRejected):  # Asterisk is being restarted
            continue
        assert time.monotonic() - started < 10, f"{current} is not {expected}"
    return time.monotonic() - started


def set_presence(asterisk: AsteriskOnly, agent: agents.Agent, state: PresenceState) -> presence.Presence:
    return presence.set_presence(asterisk.database, agent.id, state, by="test", at=datetime.now(UTC))


# --- synchronisation --------------------------------------------------------------------------------------------------


def test_agents_are_ready_paused_or_out_in_asterisk_and_the_change_is_marked_as_applied(
    asterisk: AsteriskOnly, staff: list[agents.Agent]
) -> None:
    async def check(sync: QueueMemberSync) -> None:
        await wait_for_members(asterisk, {"p01": desk("p01"), "p02": desk("p02", penalty=1), "p03": OUTSIDE})
        paused = set_presence(asterisk, staff[1], PresenceState.PAUSED)
        set_presence(asterisk, staff[0], PresenceState.OUT)
        sync.wake()
        await wait_for_members(asterisk, {"p02": desk("p02", 1, f"presence-{paused.version}"), "p03": OUTSIDE})
        set_presence(asterisk, staff[1], PresenceState.READY)
        set_presence(asterisk, staff[0], PresenceState.READY)
        sync.wake()
        await wait_for_members(asterisk, {"p01": desk("p01"), "p02": desk("p02", penalty=1), "p03": OUTSIDE})
        while any(row.applied_at is None for row in presence.list_presences(asterisk.database)):
            await asyncio.sleep(0.02)

    run_sync(asterisk, check)


def test_asterisk_learns_a_reason_of_the_plan_and_no_other(asterisk: AsteriskOnly, staff: list[agents.Agent]) -> None:
    def pause(agent: agents.Agent, reason: str) -> int:
        now = datetime.now(UTC)
        return presence.set_presence(
            asterisk.database, agent.id, PresenceState.PAUSED, reason=reason, by="test", at=now
        ).version

    async def check(sync: QueueMemberSync) -> None:
        known, personal = pause(staff[0], "lunch"), pause(staff[1], "dentist")
        sync.wake()
        lunch, unsaid = desk("p01", 0, f"presence-{known}:lunch"), desk("p02", 1, f"presence-{personal}")
        await wait_for_members(asterisk, {"p01": lunch, "p02": unsaid, "p03": OUTSIDE})

    run_sync(asterisk, check)


def test_in_the_queue_of_a_language_agents_who_do_not_speak_it_have_a_higher_penalty(
    asterisk: AsteriskOnly, staff: list[agents.Agent]
) -> None:
    both = agents.add_agent(asterisk.database, "D", language="en", at=datetime.now(UTC), speaks=("en", "fr"))

    async def all_applied() -> None:
        while any(row.applied_at is None for row in presence.list_presences(asterisk.database)):
            await asyncio.sleep(0.02)

    async def check(sync: QueueMemberSync) -> None:
        await all_applied()
        french = await _members(asterisk)
        assert {name: member.penalty for name, member in french.items()} == {"p01": 0, "p02": 1, "p03": 0, "p04": 0}
        english = await _members(asterisk, "en")
        assert {name: member.penalty for name, member in english.items()} == {"p01": 3, "p02": 4, "p03": 3, "p04": 0}
        agents.update_agent(asterisk.database, both.id, rank=2, outside_number="+33639980102", speaks=("fr",))
        sync.wake()
        await all_applied()
        changed = QueueMember("p04", "Local/p04@member/n", None, 4)
        assert (await _members(asterisk, "en"))["p04"] == changed

    run_sync(asterisk, check)


@pytest.mark.long
def test_members_that_were_added_or_removed_by_hand_are_corrected(
    asterisk: AsteriskOnly, staff: list[agents.Agent]
) -> None:
    async def check(sync: QueueMemberSync) -> None:
        expected = {"p01": desk("p01"), "p02": desk("p02", penalty=1)}
        agents.remove_agent(asterisk.database, staff[2].id, password=staff[2].password, at=datetime.now(UTC))
        sync.wake()
        await wait_for_members(asterisk, expected)
        await asyncio.to_thread(asterisk.run_command, "queue add member Local/p09@member/n to staff-fr")
        await asyncio.to_thread(asterisk.run_command, "queue remove member Local/p01@member/n from staff-fr")
        await asyncio.to_thread(asterisk.run_command, "queue pause member Local/p02@member/n")
        await wait_for_members(asterisk, expected)

    run_sync(asterisk, check)


def test_members_that_are_right_are_not_touched(asterisk: AsteriskOnly, staff: list[agents.Agent]) -> None:
    """After a restart of our process no member leaves the queue for a moment."""

    async def settle(sync: QueueMemberSync) -> None:
        set_presence(asterisk, staff[1], PresenceState.PAUSED)
        while any(row.applied_at is None for row in presence.list_presences(asterisk.database)):
            await asyncio.sleep(0.02)

    events: list[str] = []

    async def check(sync: QueueMemberSync) -> None:
        def add_event(event: Headers) -> None:
            events.append(event["Event"])

        async with open_connection(asterisk.ami_login, add_event) as observer:
            sync.wake()
            await asyncio.sleep(1.2)  # two polls of the database
            await observer.send_action("Ping")

    run_sync(asterisk, settle)
    run_sync(asterisk, check)  # events of what was settled may still come
    events.clear()
    run_sync(asterisk, check)
    assert [event for event in events if event.startswith("QueueMember")] == []


# --- restarts ---------------------------------------------------------------------------------------------------------


def test_after_a_crash_of_asterisk_the_members_are_right_within_seconds(
    asterisk: AsteriskOnly, staff: list[agents.Agent]
) -> None:
    async def check(sync: QueueMemberSync) -> None:
        while any(row.applied_at is None for row in presence.list_presences(asterisk.database)):
            await asyncio.sleep(0.02)
        asterisk.kill()
        set_presence(asterisk, staff[0], PresenceState.OUT)  # changed while Asterisk was not running
        await asyncio.to_thread(asterisk.start)
        assert await wait_for_members(asterisk, {"p02": desk("p02", 1), "p03": OUTSIDE}) < 5

    run_sync(asterisk, check)


@pytest.mark.long
def test_a_longer_wrapup_outlives_a_crash_of_asterisk_and_ends_with_a_break(
    asterisk: AsteriskOnly, staff: list[agents.Agent]
) -> None:
    others = {"p02": desk("p02", 1), "p03": OUTSIDE}

    async def check(sync: QueueMemberSync) -> None:
        now = datetime.now(UTC)
        begin_wrapup(asterisk.database, "p01", now + timedelta(seconds=60))
        lengthen_wrapup(asterisk.database, staff[0].id, timedelta(seconds=60), now)
        sync.wake()
        await wait_for_members(asterisk, others | {"p01": desk("p01", 100)})
        asterisk.kill()
        await asyncio.to_thread(asterisk.start)
        await wait_for_members(asterisk, others | {"p01": desk("p01", 100)})
        paused = set_presence(asterisk, staff[0], PresenceState.PAUSED)
        sync.wake()
        await wait_for_members(asterisk, others | {"p01": desk("p01", 0, f"presence-{paused.version}")})

    run_sync(asterisk, check)


@pytest.mark.long
def test_a_longer_wrapup_ends_by_the_clock_also_while_the_database_cannot_be_read(
    asterisk: AsteriskOnly, staff: list[agents.Agent], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(database: Database) -> None:
        raise DatabaseUnavailable("away")

    async def check(sync: QueueMemberSync) -> None:
        now = datetime.now(UTC)
        begin_wrapup(asterisk.database, "p01", now + timedelta(seconds=1))
        lengthen_wrapup(asterisk.database, staff[0].id, timedelta(seconds=1), now)
        sync.wake()
        await wait_for_members(asterisk, {"p01": desk("p01", 100), "p02": desk("p02", 1), "p03": OUTSIDE})
        monkeypatch.setattr(presence, "list_presences", fail)
        await wait_for_members(asterisk, {"p01": desk("p01"), "p02": desk("p02", 1), "p03": OUTSIDE})
        monkeypatch.undo()

    run_sync(asterisk, check)


@pytest.mark.long
def test_asterisk_restores_its_members_also_while_our_process_does_not_run(
    asterisk: AsteriskOnly, staff: list[agents.Agent]
) -> None:
    async def settle(sync: QueueMemberSync) -> None:
        await wait_for_members(asterisk, {"p01": desk("p01"), "p02": desk("p02", 1), "p03": OUTSIDE})

    run_sync(asterisk, settle)
    wait_for(
        lambda: persisted_members(asterisk) == {"p01", "p02", "p03"}, "the members in Asterisk's own database"
    )  # committed once a second
    asterisk.kill()
    asterisk.start()
    assert set(members(asterisk)) == {"p01", "p02", "p03"}


def test_a_registered_telephone_can_be_rung_within_seconds_of_a_crash_of_asterisk(
    asterisk: AsteriskOnly, staff: list[agents.Agent]
) -> None:
    def is_known() -> bool:
        return " Avail " in asterisk.run_command("pjsip show contacts")

    def is_kept() -> bool:
        return "registrar/contact" in asterisk.run_command("database show registrar")

    with asterisk.run_switch(), asterisk.reception.desk_phone(staff[0]):
        wait_for(lambda: is_known() and is_kept(), "the telephone is registered")
        time.sleep(1.1)  # Asterisk writes its database once a second
        asterisk.kill()
        asterisk.start()
        started = time.monotonic()
        wait_for(is_known, "the telephone answers Asterisk")
    assert time.monotonic() - started < 5


@pytest.mark.long
def test_a_queue_reload_keeps_the_members(asterisk: AsteriskOnly, staff: list[agents.Agent]) -> None:
    async def check(sync: QueueMemberSync) -> None:
        await wait_for_members(asterisk, {"p01": desk("p01"), "p02": desk("p02", 1), "p03": OUTSIDE})

    run_sync(asterisk, check)
    asterisk.run_command("queue reload all")
    assert set(members(asterisk)) == {"p01", "p02", "p03"}


# --- the process ------------------------------------------------------------------------------------------------------


def test_a_change_of_presence_is_applied_within_a_second(asterisk: AsteriskOnly, staff: list[agents.Agent]) -> None:
    with asterisk.run_switch():
        wait_for(lambda: all(row.applied_at for row in presence.list_presences(asterisk.database)), "the first members")
        durations = []
        for state in (PresenceState.OUT, PresenceState.READY, PresenceState.PAUSED, PresenceState.READY):
            started = time.monotonic()
            version = set_presence(asterisk, staff[0], state).version
            wait_for(lambda version=version: applied(asterisk, version), "the change to be applied", 5)
            durations.append(time.monotonic() - started)
    assert max(durations) < 1, durations


def applied(asterisk: AsteriskOnly, version: int) -> bool:
    first = presence.list_presences(asterisk.database)[0]
    return first.version == version and first.applied_at is not None


@pytest.mark.long
def test_fifty_agents_become_members_within_two_seconds(asterisk: AsteriskOnly) -> None:
    now = datetime.now(UTC)
    with asterisk.run_switch():
        wait_for(lambda: members(asterisk) == {}, "no member to be left")
        for number in range(50):
            agents.add_agent(asterisk.database, f"Person {number}", language="fr", at=now)
        started = time.monotonic()
        wait_for(lambda: len(members(asterisk)) == 50, "fifty members", 10)
        took = time.monotonic() - started
    for agent in agents.list_agents(asterisk.database):
        agents.remove_agent(asterisk.database, agent.id, password=agent.password, at=now)
    assert took < 2, took
