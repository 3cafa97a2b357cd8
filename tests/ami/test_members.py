"""Asterisk's members are those of the base, whoever was restarted; on a real Asterisk."""

import asyncio
import re
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from reception import wait_for
from switchboard import Switchboard

from ami.link import Headers, Link, LinkLost, Refused, linked
from ami.members import Members
from ami.queue import Member, Queue, queue_name
from ami.reconnecting import stay_linked
from records import people, presence
from records.presence import PresenceState
from routing.plan import LANGUAGES

PLAN = Path(__file__).parents[1] / "calls" / "plan.yaml"
OUTSIDE = Member("p03", "Local/p03@member/n", None, 0)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switchboard]:
    board = Switchboard(tmp_path_factory.mktemp("members") / "var", PLAN.read_text())
    board.start()
    yield board
    board.stop()


@pytest.fixture
def staff(board: Switchboard) -> Iterator[list[people.Person]]:
    """Three people: on a desk phone, of the second rank, on an outside number."""
    now = datetime.now(UTC)
    added = [
        people.add(board.base, "A", language="fr", at=now),
        people.add(board.base, "B", language="fr", at=now, rank=2),
        people.add(board.base, "C", language="fr", at=now, outside_number="+33639980101"),
    ]
    yield added
    for person in people.staff(board.base):
        people.remove(board.base, person.id, password="another", at=now)


def members(board: Switchboard, language: str = "fr") -> dict[str, Member]:
    """Asterisk's members of a queue by name, asked on a link of its own."""
    return asyncio.run(_members(board, language))


async def _members(board: Switchboard, language: str = "fr") -> dict[str, Member]:
    async with linked(board.account, lambda event: None) as link:
        return {seat.member.name: seat.member for seat in (await Queue(link, language).status()).seats}


def kept(board: Switchboard, language: str = "fr") -> set[str]:
    """The members of a queue as a crash would leave them: those in Asterisk's database file, `Interface;...|...`."""
    file = board.settings.var / "asterisk" / "lib" / "astdb.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as astdb:
        key = f"/Queue/PersistentMembers/{queue_name(language)}"
        row = astdb.execute("SELECT value FROM astdb WHERE key = ?", (key,)).fetchone()
    return set(re.findall(r"Local/(\w+)@member", row[0])) if row else set()


def desk(name: str, penalty: int = 0, paused_for: str = "") -> Member:
    return Member(name, f"Local/{name}@member/n", f"PJSIP/{name}", penalty, paused_for)


def keeping(board: Switchboard, look: Callable[[Members], Awaitable[None]]) -> None:
    """Keeps the members, as the running process does, while `look` looks."""

    async def work() -> None:
        room = Members(board.base)

        async def keep(link: Link) -> None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(link.watch())
                tasks.create_task(room.keep([Queue(link, language) for language in LANGUAGES]))

        linking = asyncio.create_task(stay_linked(board.account, keep, room.hear))
        try:
            async with asyncio.timeout(30):
                await look(room)
        finally:
            linking.cancel()

    asyncio.run(work())


async def until(board: Switchboard, expected: dict[str, Member]) -> float:
    """Seconds until Asterisk has these members."""
    began, there = time.monotonic(), {}
    while there != expected:
        await asyncio.sleep(0.02)
        try:
            there = await _members(board)
        except (LinkLost, Refused):  # Asterisk is being restarted
            continue
        assert time.monotonic() - began < 10, f"{there} is not {expected}"
    return time.monotonic() - began


def wish(board: Switchboard, person: people.Person, state: PresenceState) -> presence.Presence:
    return presence.set(board.base, person.id, state, by="test", at=datetime.now(UTC))


# --- equal to the base ------------------------------------------------------------------------------------------------


def test_who_is_ready_paused_or_out_is_so_in_asterisk_and_acknowledged(
    board: Switchboard, staff: list[people.Person]
) -> None:
    async def look(room: Members) -> None:
        await until(board, {"p01": desk("p01"), "p02": desk("p02", penalty=1), "p03": OUTSIDE})
        paused = wish(board, staff[1], PresenceState.PAUSED)
        wish(board, staff[0], PresenceState.OUT)
        room.wake()
        await until(board, {"p02": desk("p02", 1, f"presence-{paused.version}"), "p03": OUTSIDE})
        wish(board, staff[1], PresenceState.READY)
        wish(board, staff[0], PresenceState.READY)
        room.wake()
        await until(board, {"p01": desk("p01"), "p02": desk("p02", penalty=1), "p03": OUTSIDE})
        while any(person.applied_at is None for person in presence.all(board.base)):
            await asyncio.sleep(0.02)

    keeping(board, look)


def test_in_the_queue_of_a_language_whoever_does_not_speak_it_comes_last(
    board: Switchboard, staff: list[people.Person]
) -> None:
    both = people.add(board.base, "D", language="en", at=datetime.now(UTC), speaks=("en", "fr"))

    async def all_applied() -> None:
        while any(person.applied_at is None for person in presence.all(board.base)):
            await asyncio.sleep(0.02)

    async def look(room: Members) -> None:
        await all_applied()
        french = await _members(board)
        assert {name: member.penalty for name, member in french.items()} == {"p01": 0, "p02": 1, "p03": 0, "p04": 0}
        english = await _members(board, "en")
        assert {name: member.penalty for name, member in english.items()} == {"p01": 3, "p02": 4, "p03": 3, "p04": 0}
        people.change(board.base, both.id, rank=2, outside_number="+33639980102", speaks=("fr",))
        room.wake()
        await all_applied()
        changed = Member("p04", "Local/p04@member/n", None, 4)
        assert (await _members(board, "en"))["p04"] == changed

    keeping(board, look)


def test_a_member_whom_nobody_wished_is_taken_out_and_one_who_was_taken_out_comes_back(
    board: Switchboard, staff: list[people.Person]
) -> None:
    async def look(room: Members) -> None:
        expected = {"p01": desk("p01"), "p02": desk("p02", penalty=1)}
        people.remove(board.base, staff[2].id, password="another", at=datetime.now(UTC))
        room.wake()
        await until(board, expected)
        await asyncio.to_thread(board.says, "queue add member Local/p09@member/n to staff-fr")
        await asyncio.to_thread(board.says, "queue remove member Local/p01@member/n from staff-fr")
        await asyncio.to_thread(board.says, "queue pause member Local/p02@member/n")
        await until(board, expected)

    keeping(board, look)


def test_what_is_right_already_is_left_alone(board: Switchboard, staff: list[people.Person]) -> None:
    """The switch is restarted: nobody who is a member stops being one for a moment."""

    async def settle(room: Members) -> None:
        wish(board, staff[1], PresenceState.PAUSED)
        while any(person.applied_at is None for person in presence.all(board.base)):
            await asyncio.sleep(0.02)

    heard: list[str] = []

    async def look(room: Members) -> None:
        def hear(event: Headers) -> None:
            heard.append(event["Event"])

        async with linked(board.account, hear) as spy:
            room.wake()
            await asyncio.sleep(1.2)  # two looks at the base
            await spy.ask("Ping")

    keeping(board, settle)
    keeping(board, look)
    assert [event for event in heard if event.startswith("QueueMember")] == []


# --- restarts ---------------------------------------------------------------------------------------------------------


def test_when_asterisk_was_killed_the_members_are_back_within_seconds(
    board: Switchboard, staff: list[people.Person]
) -> None:
    async def look(room: Members) -> None:
        while any(person.applied_at is None for person in presence.all(board.base)):
            await asyncio.sleep(0.02)
        board.kill()
        wish(board, staff[0], PresenceState.OUT)  # decided while it was away
        await asyncio.to_thread(board.start)
        assert await until(board, {"p02": desk("p02", 1), "p03": OUTSIDE}) < 5

    keeping(board, look)


def test_asterisk_has_its_members_back_also_while_nothing_of_ours_runs(
    board: Switchboard, staff: list[people.Person]
) -> None:
    async def settle(room: Members) -> None:
        await until(board, {"p01": desk("p01"), "p02": desk("p02", 1), "p03": OUTSIDE})

    keeping(board, settle)
    wait_for(lambda: kept(board) == {"p01", "p02", "p03"}, "Asterisk's own account on disk")  # committed once a second
    board.kill()
    board.start()
    assert set(members(board)) == {"p01", "p02", "p03"}


def test_reloading_the_queue_keeps_its_members(board: Switchboard, staff: list[people.Person]) -> None:
    async def look(room: Members) -> None:
        await until(board, {"p01": desk("p01"), "p02": desk("p02", 1), "p03": OUTSIDE})

    keeping(board, look)
    board.says("queue reload all")
    assert set(members(board)) == {"p01", "p02", "p03"}


# --- the process ------------------------------------------------------------------------------------------------------


def test_from_the_row_to_asterisk_it_takes_less_than_a_second(board: Switchboard, staff: list[people.Person]) -> None:
    with board.switch():
        wait_for(lambda: all(person.applied_at for person in presence.all(board.base)), "the first members")
        took = []
        for state in (PresenceState.OUT, PresenceState.READY, PresenceState.PAUSED, PresenceState.READY):
            began = time.monotonic()
            version = wish(board, staff[0], state).version
            wait_for(lambda version=version: applied(board, version), "the change to be applied", 5)
            took.append(time.monotonic() - began)
    assert max(took) < 1, took


def applied(board: Switchboard, version: int) -> bool:
    first = presence.all(board.base)[0]
    return first.version == version and first.applied_at is not None


def test_fifty_people_come_to_work_in_the_same_second(board: Switchboard) -> None:
    now = datetime.now(UTC)
    with board.switch():
        wait_for(lambda: members(board) == {}, "nobody to be left")
        for number in range(50):
            people.add(board.base, f"Person {number}", language="fr", at=now)
        began = time.monotonic()
        wait_for(lambda: len(members(board)) == 50, "fifty members", 10)
        took = time.monotonic() - began
    for person in people.staff(board.base):
        people.remove(board.base, person.id, password="another", at=now)
    assert took < 2, took
