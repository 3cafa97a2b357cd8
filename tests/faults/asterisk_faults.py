"""Asterisk fails, or our link to it."""

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Event, Thread

from by_hand import by_hand
from fault_case import Unkept, case, served_as_ever
from proxy import Proxy
from reception import wait_for
from witnesses import Lived, query
from workload import Caller, Workload

from caller.story import Act, Hangup, Press
from records import figures, people, presence
from records.people import Person
from records.presence import PresenceState
from standardiste.guard import MUTE, START_S
from standardiste.heartbeat import LATE_S
from standardiste.serve_switch import ami_account
from standardiste.server import asterisk_says

MOBILE = "+33639970000"
TICKS = os.sysconf("SC_CLK_TCK")
FIRST_CALL_S = 10.0  # from the death of Asterisk to the first call that is answered, its start included


@case(short=True)
def asterisk_killed(work: Workload, chance: Random) -> list[Lived]:
    """Ten calls are up: all are recorded as cut, whoever wanted a person is missed; the next caller is answered soon,
    and waits for the member who was there before."""
    *cut, first = work.numbers(chance, 11)
    work.carrier.engage(MOBILE)
    with a_member(work, outside_number=MOBILE) as person:
        wait_for(lambda: _member(work, person), "the member to be in the queue", 20)
        before = _member(work, person)
        work.listen(cut[:5], "w1", 40)
        work.listen(cut[5:], "", 40)
        wait_for(lambda: _up(work) >= 10, "ten calls to be up", 15)
        wait_for(lambda: _in_line(work) == 5, "five of them to wait for a person", 15)
        pid = int(work.reception.settings.asterisk_pid.read_text())
        work.begins()
        os.kill(pid, signal.SIGKILL)
        work.carrier.says("channel request hangup all")  # the operator notices by his session timers
        wait_for(lambda: _is_back(work, pid), "Asterisk to be back", 10)
        waits = Act(action=lambda: _right_again(work, person, before))
        lived = work.call([Caller(first, (Press(keys="1", at_s=0.5), waits, Hangup()), stays_s=20)])
        if lived[0].answered_s is None or lived[0].answered_s - lived[0].fault_s > FIRST_CALL_S:
            raise Unkept(f"the first caller after the restart was not answered in time:\n{lived[0].story}")
    work.settle()
    base = work.reception.settings.base_url
    of = "FROM call JOIN line ON line.id = line_id WHERE e164 = ?"
    endings = {number: query(base, f"SELECT ending {of}", number)[0][0] for number in cut}
    if set(endings.values()) != {"cut"}:
        raise Unkept(f"the calls that were cut ended as {sorted(set(endings.values()))}")
    missed = {line for (line,) in query(base, MISSED)}
    if not set(cut[:5]) <= missed or set(cut[5:]) & missed:
        raise Unkept("who waited for a person is to be missed, and nobody else")
    return lived


@case()
def asterisk_frozen(work: Workload, chance: Random) -> list[Lived]:
    """Nobody is answered, until its silence is proof enough; then the next caller is served as ever."""
    old = int(work.reception.settings.asterisk_pid.read_text())
    age_s = (
        time.clock_gettime(time.CLOCK_BOOTTIME)
        - int(Path(f"/proc/{old}/stat").read_text().rpartition(")")[2].split()[19]) / TICKS
    )
    Event().wait(max(0.0, START_S - age_s))  # one that is young may only be slow
    os.kill(old, signal.SIGSTOP)
    wait_for(lambda: _is_back(work, old), "a frozen Asterisk to be replaced", LATE_S + MUTE + 30)
    return served_as_ever(work, chance)


def _right_again(work: Workload, member: Person, before: str) -> None:
    """Those who were cut are off the list, the member is there as before, and who calls now alone waits for him."""
    wait_for(lambda: _member(work, member) == before and _in_line(work) == 1, "the queue to be right again", 10)
    now = datetime.now(UTC)
    wait_for(lambda: figures.now(work.reception.base, now).waiting == 1, "the record to know who waits", 10)


MISSED = "SELECT e164 FROM request JOIN line ON line.id = line_id WHERE kind = 'missed' AND closed_at IS NULL"


def _up(work: Workload) -> int:
    return sum(
        event.kind == "ANSWER" and event.channel.startswith("PJSIP/trunk-") for event in work.carrier.witnessed()
    )


@case()
def manager_link_cut_and_silent(work: Workload, chance: Random) -> list[Lived]:
    """What staff decide while the link is cut, then while it says nothing, is in force soon; callers notice nothing."""
    settings = work.reception.settings
    with (
        Proxy(settings.ami_port) as proxy,
        a_member(work) as person,
        by_hand(work.reception, "switch", environment={"STANDARDISTE_AMI_PORT": str(proxy.port)}),
    ):
        wait_for(lambda: person.phone in _queue(work), "the member to be in the queue", 20)
        Event().wait(chance.uniform(0, 2))
        proxy.cut()
        _decide(work, person, PresenceState.PAUSED)
        wait_for(lambda: "paused" in _queue(work), "the pause to be in force after a cut", 15)
        proxy.fall_silent()
        _decide(work, person, PresenceState.READY)
        lived = served_as_ever(work, chance)
        wait_for(lambda: "paused" not in _queue(work), "the end of the pause to be in force after a silence", 30)
    return lived


APPLIED_S = 1.0
FLOOD = 2000  # events


@case()
def manager_interface_flooded(work: Workload, chance: Random) -> list[Lived]:
    """Another program has Asterisk tell of changes hundreds of times a second; ours follows what staff decide."""
    with a_member(work) as person, a_member(work) as other:
        wait_for(lambda: other.phone in _queue(work), "the members to be in the queue", 20)
        with _flood(work, other) as told:
            lived = served_as_ever(work, chance)
            took = []
            for state in (PresenceState.PAUSED, PresenceState.READY) * 3:
                began = time.monotonic()
                _decide(work, person, state)
                wait_for(lambda: applied(work, person), "a decision to be in force", 10)
                took.append(time.monotonic() - began)
    if told[0] < FLOOD:
        raise Unkept(f"that was no flood: {told[0]} events")
    if sorted(took)[len(took) // 2] > APPLIED_S:
        raise Unkept(f"decisions took {', '.join(f'{seconds:.1f}' for seconds in took)} s")
    return lived


@contextmanager
def _flood(work: Workload, member: Person) -> Iterator[list[int]]:
    """Gives the number of events so far, in a list. The member's penalty is set to what it is, over and over."""
    account, told, ended = ami_account(work.reception.settings), [0], Event()
    login = f"Action: Login\r\nUsername: {account.user}\r\nSecret: {account.password}\r\n\r\n"
    interface = f"Interface: Local/{member.phone}@member/n"
    change = f"Action: QueuePenalty\r\nQueue: staff-fr\r\n{interface}\r\nPenalty: 0\r\n\r\n"

    def flow() -> None:
        with socket.create_connection((account.host, account.port), 5) as link:
            link.sendall(login.encode())
            while not ended.wait(0.01):
                link.sendall(change.encode() * 5)
                told[0] += link.recv(1 << 20).count(b"Event: QueueMemberPenalty")

    flowing = Thread(target=flow)
    flowing.start()
    try:
        yield told
    finally:
        ended.set()
        flowing.join()


def applied(work: Workload, person: Person) -> bool:
    """Asterisk does as this person has decided."""
    return any(one.person_id == person.id and one.applied_at for one in presence.all(work.reception.base))


@contextmanager
def a_member(work: Workload, *, outside_number: str | None = None) -> Iterator[Person]:
    """Somebody who takes calls, without a telephone, or with one outside."""
    base = work.reception.base
    person = people.add(base, "Testing", language="fr", outside_number=outside_number, at=datetime.now(UTC))
    try:
        yield person
    finally:
        people.remove(base, person.id, password=person.password, at=datetime.now(UTC))


def _decide(work: Workload, person: Person, state: PresenceState) -> None:
    presence.set(work.reception.base, person.id, state, by="a test", at=datetime.now(UTC))


def _queue(work: Workload) -> str:
    return asterisk_says(work.reception.house, "queue show staff-fr")


def _member(work: Workload, person: Person) -> str:
    """How Asterisk would have this member of the queue rung; nothing where he is none, or is one twice."""
    found = re.findall(rf"{person.phone} \((Local/.*?)\)", _queue(work))
    return found[0] if len(found) == 1 else ""


def _in_line(work: Workload) -> int:
    """How many callers wait in the queue."""
    return _queue(work).count("(wait:")


def _is_back(work: Workload, old: int) -> bool:
    file = work.reception.settings.asterisk_pid
    if not file.exists() or not (pid := file.read_text().strip()) or int(pid) == old:
        return False
    return "fully booted" in asterisk_says(work.reception.house, "core waitfullybooted")
