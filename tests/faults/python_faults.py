"""Our own processes are killed, frozen or not running."""

import signal
from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Event

from evidence import CallerExperience
from fault_case import check_normal_service, fault_case, send_signal
from manual_parts import wait_for_agi
from reception import wait_for
from workload import SimulatedCaller, Workload

from caller.scripted_call import Press
from standardiste.parts.web_server import is_healthy

LONG_MESSAGE = (
    "Ce message est assez long pour que tout puisse tomber en panne pendant qu'on l'écoute, du premier mot au dernier."
)


@fault_case(short=True)
def python_killed(work: Workload, chance: Random) -> list[CallerExperience]:
    """The workers are killed at a random time, with a caller in each part of a call."""
    return _at_each_step(work, chance, lambda: send_signal(work.reception.worker_pids(), signal.SIGKILL))


@fault_case()
def python_frozen(work: Workload, chance: Random) -> list[CallerExperience]:
    return _at_each_step(work, chance, lambda: send_signal(work.reception.worker_pids(), signal.SIGSTOP))


@fault_case()
def python_and_its_watchdog_frozen(work: Workload, chance: Random) -> list[CallerExperience]:
    """Asterisk's timeouts continue each call as soon as its current prompt ends or a key interrupts the prompt."""
    frozen = [
        *work.reception.calls_pids(),
        work.reception.supervisor_pid(),
    ]  # the supervisor would kill them after ten seconds
    try:
        return _at_each_step(work, chance, lambda: send_signal(frozen, signal.SIGSTOP))
    finally:
        send_signal(frozen, signal.SIGCONT)


@fault_case()
def python_and_its_watchdog_frozen_for_good(work: Workload, chance: Random) -> list[CallerExperience]:
    """The supervisor kills them, and callers and visitors of websites are served again."""
    frozen = [*work.reception.calls_pids(), int(work.reception.supervisorctl("pid", "public"))]
    send_signal(frozen, signal.SIGSTOP)
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in frozen), "the frozen processes to be killed", 30)
    wait_for_agi(work.reception)
    wait_for(lambda: is_healthy(work.reception.settings.public_local_url), "visitors to be served", 30)
    return check_normal_service(work, chance)


@fault_case()
def python_gone_when_the_call_comes(work: Workload, chance: Random) -> list[CallerExperience]:
    work.reception.supervisorctl("stop", "calls")
    work.mark_fault()
    try:
        return work.call([SimulatedCaller(number, stays_s=8) for number in work.numbers(chance, 2)])
    finally:
        work.reception.supervisorctl("start", "calls")


def _at_each_step(work: Workload, chance: Random, fault: Callable[[], None]) -> list[CallerExperience]:
    """Callers in every part of a call while the worker dies.

    They are in the greeting, the menu, the message and the offer of a callback; one calls later; two press a key then,
    in the menu and in the message.
    """
    work.publish(LONG_MESSAGE)
    at_s = chance.uniform(7.0, 8.5)  # after the first call
    greeting, menu, message, offer, after, chooser, listener = work.numbers(chance, 7)
    callers = [
        SimulatedCaller(greeting, after_s=at_s - 1.5, stays_s=19),
        SimulatedCaller(menu, after_s=at_s - 6, stays_s=19),
        SimulatedCaller(message, (Press(keys="3", at_s=0.5),), after_s=at_s - 4, stays_s=18),
        SimulatedCaller(offer, (Press(keys="1", at_s=0.5),), stays_s=27),
        SimulatedCaller(after, (Press(keys="1", at_s=6),), after_s=at_s + 0.3, stays_s=12),
        SimulatedCaller(chooser, (Press(keys="1", at_s=3.2),), after_s=at_s - 3, stays_s=15),
        SimulatedCaller(listener, (Press(keys="3", at_s=0.5), Press(keys="1", at_s=4.2)), after_s=at_s - 4, stays_s=16),
    ]

    def fail() -> None:
        Event().wait(at_s)
        work.mark_fault()
        fault()

    return work.call(callers, fail)
