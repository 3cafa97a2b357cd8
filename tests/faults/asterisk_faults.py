"""Asterisk fails, or our link to it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from random import Random
from threading import Event

from fault_case import Unkept, case, heard, served_as_ever
from proxy import Proxy
from reception import wait_for
from witnesses import Lived, query
from workload import Caller, Workload

from records import people, presence
from records.people import Person
from records.presence import PresenceState
from standardiste.server import asterisk_says
from standardiste.settings import CHECKOUT


@case(short=True)
def asterisk_killed(work: Workload, chance: Random) -> list[Lived]:
    """Ten calls are up: all are recorded as cut, whoever wanted a person is missed; the next caller is served soon."""
    *cut, first = work.numbers(chance, 11)
    work.listen(cut[:5], "w1", 40)
    work.listen(cut[5:], "", 40)
    wait_for(lambda: _up(work) >= 10, "ten calls to be up", 15)
    wait_for(lambda: _waiting(work) >= 5, "five of them to wait for a person", 15)
    pid = int(work.reception.settings.asterisk_pid.read_text())
    with a_member(work) as person:
        os.kill(pid, signal.SIGKILL)
        work.carrier.says("channel request hangup all")  # the operator notices by his session timers
        wait_for(lambda: _is_back(work, pid), "Asterisk to be back", 10)
        lived = work.call([Caller(first, stays_s=5)])
        if not heard(lived[0]):
            raise Unkept("the first caller after the restart heard nothing")
        wait_for(lambda: person.phone in _queue(work), "the member to be back in the queue", 10)
    work.settle()
    base = work.reception.settings.base_file
    of = "FROM call JOIN line ON line.id = line_id WHERE e164 = ?"
    endings = {number: query(base, f"SELECT ending {of}", number)[0][0] for number in cut}
    if set(endings.values()) != {"cut"}:
        raise Unkept(f"the calls that were cut ended as {sorted(set(endings.values()))}")
    missed = {line for (line,) in query(base, MISSED)}
    if not set(cut[:5]) <= missed or set(cut[5:]) & missed:
        raise Unkept("who waited for a person is to be missed, and nobody else")
    return lived


MISSED = "SELECT e164 FROM request JOIN line ON line.id = line_id WHERE kind = 'missed' AND closed_at IS NULL"


def _up(work: Workload) -> int:
    return sum(
        event.kind == "ANSWER" and event.channel.startswith("PJSIP/trunk-") for event in work.carrier.witnessed()
    )


@case()
def manager_link_cut_and_silent(work: Workload, chance: Random) -> list[Lived]:
    """What staff decide while the link is cut, then while it says nothing, is in force soon; callers notice nothing."""
    settings = work.reception.settings
    work.reception.supervisor("stop", "switch")
    with Proxy(settings.ami_port) as proxy, a_member(work) as person, _switch(work, proxy.port):
        wait_for(lambda: person.phone in _queue(work), "the member to be in the queue", 20)
        Event().wait(chance.uniform(0, 2))
        proxy.cut()
        _decide(work, person, PresenceState.PAUSED)
        wait_for(lambda: "paused" in _queue(work), "the pause to be in force after a cut", 15)
        proxy.fall_silent()
        _decide(work, person, PresenceState.READY)
        lived = served_as_ever(work, chance)
        wait_for(lambda: "paused" not in _queue(work), "the end of the pause to be in force after a silence", 30)
    work.reception.supervisor("start", "switch")
    return lived


@contextmanager
def a_member(work: Workload) -> Iterator[Person]:
    """Somebody who takes calls, without a telephone."""
    base = work.reception.base
    person = people.add(base, "Testing", language="fr", at=datetime.now(UTC))
    try:
        yield person
    finally:
        people.remove(base, person.id, password=person.password, at=datetime.now(UTC))


@contextmanager
def _switch(work: Workload, ami_port: int) -> Iterator[None]:
    """The process that acts on Asterisk, by another way."""
    process = subprocess.Popen(
        [sys.executable, "-m", "standardiste", "serve-switch"],
        env=os.environ | work.reception.environment | {"STANDARDISTE_AMI_PORT": str(ami_port)},
        cwd=CHECKOUT,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _decide(work: Workload, person: Person, state: PresenceState) -> None:
    presence.set(work.reception.base, person.id, state, by="a test", at=datetime.now(UTC))


def _queue(work: Workload) -> str:
    return asterisk_says(work.reception.house, "queue show staff")


def _waiting(work: Workload) -> int:
    shown = asterisk_says(work.reception.house, "core show channels concise")
    return sum("!Queue!" in line or "!BackGround!" in line for line in shown.splitlines())


def _is_back(work: Workload, old: int) -> bool:
    file = work.reception.settings.asterisk_pid
    if not file.exists() or not (pid := file.read_text().strip()) or int(pid) == old:
        return False
    return "fully booted" in asterisk_says(work.reception.house, "core waitfullybooted")
