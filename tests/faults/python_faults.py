"""Our own code fails: killed, frozen, or not there."""

import signal
from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Event

from by_hand import our_code_answers
from fault_case import case, send, served_as_ever
from reception import wait_for
from witnesses import Lived
from workload import Caller, Workload

from caller.story import Press
from standardiste.web_server import answers as visited

LONG_MESSAGE = (
    "Ce message est assez long pour que tout puisse tomber en panne pendant qu'on l'écoute, du premier mot au dernier."
)


@case(short=True)
def python_killed(work: Workload, chance: Random) -> list[Lived]:
    """At a seeded moment, with a caller at each step of a call."""
    return _at_each_step(work, chance, lambda: send(work.reception.worker_pids(), signal.SIGKILL))


@case()
def python_frozen(work: Workload, chance: Random) -> list[Lived]:
    return _at_each_step(work, chance, lambda: send(work.reception.worker_pids(), signal.SIGSTOP))


@case()
def python_and_its_watchdog_frozen(work: Workload, chance: Random) -> list[Lived]:
    """Asterisk's own clock frees each caller: when what he hears ends, or his key has ended it."""
    frozen = [*work.reception.calls_pids(), work.reception.supervisor_pid()]  # who would end them after ten seconds
    try:
        return _at_each_step(work, chance, lambda: send(frozen, signal.SIGSTOP))
    finally:
        send(frozen, signal.SIGCONT)


@case()
def python_and_its_watchdog_frozen_for_good(work: Workload, chance: Random) -> list[Lived]:
    """The supervisor ends them, and callers notice nothing any more; visitors of websites neither."""
    frozen = [*work.reception.calls_pids(), int(work.reception.supervisor("pid", "public"))]
    send(frozen, signal.SIGSTOP)
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in frozen), "what is frozen to be ended", 30)
    our_code_answers(work.reception)
    wait_for(lambda: visited(work.reception.settings.public_here), "visitors to be served", 30)
    return served_as_ever(work, chance)


@case()
def python_gone_when_the_call_comes(work: Workload, chance: Random) -> list[Lived]:
    work.reception.supervisor("stop", "calls")
    work.begins()
    try:
        return work.call([Caller(number, stays_s=8) for number in work.numbers(chance, 2)])
    finally:
        work.reception.supervisor("start", "calls")


def _at_each_step(work: Workload, chance: Random, fault: Callable[[], None]) -> list[Lived]:
    """Callers in the greeting, the menu, the message, the offer of a callback, one who comes after; and two who press a
    key then, in the menu and in the message."""
    work.publish(LONG_MESSAGE)
    at_s = chance.uniform(7.0, 8.5)  # after the first call
    greeting, menu, message, offer, after, chooser, listener = work.numbers(chance, 7)
    callers = [
        Caller(greeting, after_s=at_s - 1.5, stays_s=19),
        Caller(menu, after_s=at_s - 6, stays_s=19),
        Caller(message, (Press(keys="3", at_s=0.5),), after_s=at_s - 4, stays_s=18),
        Caller(offer, (Press(keys="1", at_s=0.5),), stays_s=27),
        Caller(after, (Press(keys="1", at_s=6),), after_s=at_s + 0.3, stays_s=12),
        Caller(chooser, (Press(keys="1", at_s=3.2),), after_s=at_s - 3, stays_s=15),
        Caller(listener, (Press(keys="3", at_s=0.5), Press(keys="1", at_s=4.2)), after_s=at_s - 4, stays_s=16),
    ]

    def fail() -> None:
        Event().wait(at_s)
        work.begins()
        fault()

    return work.call(callers, fail)
