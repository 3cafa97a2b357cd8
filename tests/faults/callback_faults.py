"""The link to Asterisk breaks while a callback is handed over: each visitor is rung once all the same."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from random import Random

from fault_case import Unkept, case
from plans import in_force, with_parts
from proxy import Proxy
from reception import wait_for
from witnesses import Lived, query, rung
from workload import Workload

from records import callbacks, people, plans, switches
from records.callbacks import CallbackChannel, Wish
from records.switches import SwitchName
from routing import plan_text
from standardiste.settings import CHECKOUT

AT_ONCE = 12
ORIGINATE = b"Action: Originate"
RULES = f"  {{first: visitor, attempts: 1, ring_s: 10, at_once: {AT_ONCE}, limits: {{all_hour: 9999, all_day: 9999}}}}"
HASTY = """
from ami import reconnecting
from standardiste.cli import main
reconnecting.BACK_OFF_S = (0.05, 0.1)
main(["serve-switch"])
"""
UNDER_WAY = "SELECT 1 FROM callback WHERE state IN ('queued', 'in_line', 'visitor_ringing', 'talking', 'to_check')"


@case()
def originate_cut_at_each_byte(work: Workload, chance: Random) -> list[Lived]:
    """In any order. The visitor is rung first, so that whatever Asterisk has taken rings him; he is not at home."""
    with Proxy(work.reception.settings.ami_port) as proxy, _line(work), _switch(work, proxy.port):
        first, *numbers = work.numbers(chance, 1000)
        whole = _cut(work, proxy, {first: 1000})
        sizes = chance.sample(range(1, whole), whole - 1)
        left = zip(numbers, sizes, strict=False)
        while batch := dict(islice(left, AT_ONCE)):
            _cut(work, proxy, batch)
    return []


def _cut(work: Workload, proxy: Proxy, after: Mapping[str, int]) -> int:
    """One callback and one cut for each number, after so many bytes. Gives the size of the last action that was cut."""
    for number, size in after.items():
        work.carrier.leave(number)
        proxy.cut_within(ORIGINATE, size)
        _ask(work, number)
        wait_for(lambda: proxy.cut_of, "the link to be cut", 30)
    try:
        wait_for(lambda: not query(work.reception.settings.base_url, UNDER_WAY), "everybody to have been rung", 30)
    except AssertionError as error:
        raise Unkept(f"{error}, cut after {sorted(after.values())} bytes") from None
    rang = rung(work.carrier)
    if wrong := {size: rang[number] for number, size in after.items() if rang[number] != 1}:
        raise Unkept(f"cut after so many bytes, a number was rung so often: {wrong}")
    return proxy.cut_of


def _ask(work: Workload, number: str) -> None:
    plan, at = plan_text.parse(plans.current(work.reception.base).text), datetime.now(UTC)
    ours = plan.numbers[0]
    wish = Wish(number, ours.public, CallbackChannel.CLI, "fr")
    callbacks.accept(work.reception.base, wish, plan.callbacks, plan.hours[ours.hours], plan.timezone, at=at)


@contextmanager
def _line(work: Workload) -> Iterator[None]:
    """Nobody else waits; as many take calls, at numbers outside, as callbacks may be under way."""
    base, at = work.reception.base, datetime.now(UTC)
    for row in callbacks.waiting(base):
        callbacks.cancel_by_staff(base, row.ref, "a test", at)
    team = [
        people.add(base, f"Outside {n}", language="fr", outside_number=f"+3363997{n:04}", at=at) for n in range(AT_ONCE)
    ]
    with in_force(work.reception, work.folder) as publish:
        publish(with_parts(callbacks=RULES))
        switches.turn(base, SwitchName.CALLBACKS, False, by="a test", at=at)
        try:
            yield
        finally:
            switches.turn(base, SwitchName.CALLBACKS, True, by="a test", at=at)
            for person in team:
                people.remove(base, person.id, password=person.password, at=at)


@contextmanager
def _switch(work: Workload, ami_port: int) -> Iterator[None]:
    """The process that acts on Asterisk, by another way; it does not wait for long before it is back."""
    work.reception.supervisor("stop", "switch")
    environment = os.environ | work.reception.environment | {"STANDARDISTE_AMI_PORT": str(ami_port)}
    process = subprocess.Popen([sys.executable, "-c", HASTY], env=environment, cwd=CHECKOUT, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)
        work.reception.supervisor("start", "switch")
