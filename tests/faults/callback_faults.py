"""The link to Asterisk breaks while a callback is handed over: each visitor is rung once all the same."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from random import Random

from called_back import ask, called_back, mobiles
from fault_case import Unkept, case
from proxy import Proxy
from reception import wait_for
from witnesses import Lived, query, rung
from workload import Workload

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
    with (
        Proxy(work.reception.settings.ami_port) as proxy,
        mobiles(work, AT_ONCE),
        called_back(work, callbacks=RULES),
        _switch(work, proxy.port),
    ):
        first, *numbers = work.numbers(chance, 1000)
        whole = _cut(work, proxy, {first: 1000})
        sizes = chance.sample(range(1, whole), whole - 1)
        left = zip(numbers, sizes, strict=False)
        while batch := dict(islice(left, AT_ONCE)):
            _cut(work, proxy, batch)
    return []


def _cut(work: Workload, proxy: Proxy, after: Mapping[str, int]) -> int:
    """One callback and one cut for each number, after so many bytes. Gives the size of the last action that was cut."""
    before = rung(work.carrier)
    for number, size in after.items():
        work.carrier.leave(number)
        proxy.cut_within(ORIGINATE, size)
        ask(work, number)
        wait_for(lambda: proxy.cut_of, "the link to be cut", 30)
    try:
        wait_for(lambda: not query(work.reception.settings.base_url, UNDER_WAY), "everybody to have been rung", 30)
    except AssertionError as error:
        raise Unkept(f"{error}, cut after {sorted(after.values())} bytes") from None
    rang = rung(work.carrier) - before
    if wrong := {size: rang[number] for number, size in after.items() if rang[number] != 1}:
        raise Unkept(f"cut after so many bytes, a number was rung so often: {wrong}")
    return proxy.cut_of


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
