"""The connection to Asterisk breaks while a callback is originated: each visitor is called once anyway."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from random import Random

import child_processes
from callback_support import callbacks_enabled, outside_agents, request_callback
from evidence import CallerExperience, count_rings, query
from fault_case import GuaranteeBroken, fault_case
from reception import wait_for
from tcp_proxy import TcpProxy
from workload import Workload

from standardiste.settings import CHECKOUT

AT_ONCE = 12
ORIGINATE = b"Action: Originate"
RULES = f"  {{first: visitor, attempts: 1, ring_s: 10, at_once: {AT_ONCE}, limits: {{all_hour: 9999, all_day: 9999}}}}"
FAST_RECONNECT = """
from ami import reconnection
from standardiste.cli import main
reconnection.BACK_OFF_S = (0.05, 0.1)
main(["serve-switch"])
"""
UNSETTLED = "SELECT 1 FROM callback WHERE state IN ('queued', 'in_line', 'visitor_ringing', 'talking', 'to_check')"


@fault_case()
def originate_cut_at_each_byte(work: Workload, chance: Random) -> list[CallerExperience]:
    """The connection is cut after each byte of the action, in random order.

    The visitor is called first, so that every action that Asterisk has received rings; no visitor answers.
    """
    with (
        TcpProxy(work.reception.settings.ami_port) as proxy,
        outside_agents(work, AT_ONCE),
        callbacks_enabled(work, callbacks=RULES),
        _run_switch(work, proxy.port),
    ):
        first, *numbers = work.numbers(chance, 1000)
        whole = _cut_originates(work, proxy, {first: 1000})
        sizes = chance.sample(range(1, whole), whole - 1)
        left = zip(numbers, sizes, strict=False)
        while batch := dict(islice(left, AT_ONCE)):
            _cut_originates(work, proxy, batch)
    return []


def _cut_originates(work: Workload, proxy: TcpProxy, after: Mapping[str, int]) -> int:
    """One callback and one cut for each number, after so many bytes; returns the size of the last cut action."""
    before = count_rings(work.carrier)
    for number, size in after.items():
        work.carrier.set_no_answer(number)
        proxy.cut_after(ORIGINATE, size)
        request_callback(work, number)
        wait_for(lambda: proxy.cut_message_size, "the link to be cut", 30)
    try:
        wait_for(
            lambda: not query(work.reception.settings.sqlalchemy_url, UNSETTLED), "all callbacks to be settled", 30
        )
    except AssertionError as error:
        raise GuaranteeBroken(f"{error}, cut after {sorted(after.values())} bytes") from None
    rang = count_rings(work.carrier) - before
    if wrong := {size: rang[number] for number, size in after.items() if rang[number] != 1}:
        raise GuaranteeBroken(f"cut after so many bytes, numbers were called so often: {wrong}")
    return proxy.cut_message_size


@contextmanager
def _run_switch(work: Workload, ami_port: int) -> Iterator[None]:
    """The part `switch`, connected through the proxy, with short pauses before it reconnects."""
    work.reception.supervisorctl("stop", "switch")
    environment = os.environ | work.reception.environment | {"STANDARDISTE_AMI_PORT": str(ami_port)}
    process = child_processes.start(
        [sys.executable, "-c", FAST_RECONNECT], env=environment, cwd=CHECKOUT, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)
        work.reception.supervisorctl("start", "switch")
