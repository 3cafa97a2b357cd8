"""The part `switch` or a worker dies during callbacks, or two switches run.

Each visitor is called once, no callback is lost, and a conversation in progress continues.
"""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from random import Random
from threading import Event

from callback_scenario import WITH_THE_SWITCH, WITH_THE_WORKER, callback_scenario
from callback_support import (
    SwitchProcesses,
    callback_states,
    callbacks_enabled,
    outside_agents,
    pause_callbacks,
    request_callback,
    wait_for_state,
)
from evidence import CallerExperience, count_rings
from fault_case import GuaranteeBroken, fault_case
from reception import wait_for
from workload import Workload

from ami.leader import LEASE_S, RENEW_S
from records.errors import DatabaseBusy

AT_ONCE, DUE, KILLED = 5, 20, 6
VISITOR_FIRST = f"  {{first: visitor, attempts: 1, ring_s: 10, at_once: {AT_ONCE}}}"


@fault_case(short=True)
def killed_at_steps_of_a_callback(work: Workload, chance: Random) -> list[CallerExperience]:
    """The switch is killed after a commit and during a conversation; the worker after a commit."""
    return _killed(work, chance, ("placed", "they talk"), ("permission is committed",))


@fault_case()
def killed_at_each_step_of_a_callback(work: Workload, chance: Random) -> list[CallerExperience]:
    """In random order; the other processes wait for the replacement of the killed one, or not, at random."""
    return _killed(work, chance, chance.sample(WITH_THE_SWITCH, len(WITH_THE_SWITCH)), WITH_THE_WORKER)


def _killed(work: Workload, chance: Random, switch: Sequence[str], worker: Sequence[str]) -> list[CallerExperience]:
    steps = [(moment, False) for moment in switch] + [(moment, True) for moment in worker]
    with callback_scenario(work, chance) as scenario:
        for number, (moment, is_worker) in zip(work.numbers(chance, len(steps)), steps, strict=True):
            scenario.play(number, moment, worker=is_worker)
    return []


@fault_case()
def leader_of_two_switches_killed(work: Workload, chance: Random) -> list[CallerExperience]:
    """The leader is killed at a random time, with twenty callbacks due: the other takes over within the lease."""
    with _two(work, chance) as (switches, wait_for_rings):
        leader = switches.wait_for_leader()
        wait_for_rings()
        switches.kill(leader)
        switches.wait_for_leader(seconds=LEASE_S + 2 * RENEW_S)
    return []


@fault_case()
def switches_killed_again_and_again(work: Workload, chance: Random) -> list[CallerExperience]:
    """Each leader but the last is killed at a random time after it has begun to lead."""
    with _two(work, chance) as (switches, _):
        for _ in range(KILLED):
            leader = switches.wait_for_leader()
            Event().wait(chance.uniform(0, 1))
            switches.restart(leader)
    return []


@fault_case()
def leader_of_two_switches_frozen(work: Workload, chance: Random) -> list[CallerExperience]:
    """The other takes over, and a leader that is resumed meanwhile notices that it has lost the lead."""
    with _two(work, chance) as (switches, wait_for_rings):
        leader = switches.wait_for_leader()
        wait_for_rings()
        _freeze(work, leader)
        switches.wait_for_leader(but=leader, seconds=LEASE_S + 2 * RENEW_S)
        leader.send_signal(signal.SIGCONT)
        wait_for(lambda: switches.has_lost_lead(leader), "the resumed process to notice it")
    return []


@contextmanager
def _two(work: Workload, chance: Random) -> Iterator[tuple[SwitchProcesses, Callable[[], object]]]:
    """Runs switches while many callbacks are due; afterwards each visitor has been called once, without an answer.

    Also yields a function that returns once some have been called.
    """
    numbers, before = work.numbers(chance, DUE), count_rings(work.carrier)

    def rang() -> Counter[str]:
        return count_rings(work.carrier) - before

    with (
        outside_agents(work, AT_ONCE),
        callbacks_enabled(work, callbacks=VISITOR_FIRST),
        SwitchProcesses(work) as switches,
    ):
        pause_callbacks(work, True)
        switches.start_two()
        for number in numbers:
            work.carrier.set_no_answer(number)
            request_callback(work, number)
        pause_callbacks(work, False)
        some = chance.randint(1, DUE - AT_ONCE)
        yield switches, lambda: wait_for(lambda: rang().total() >= some, f"{some} visitors to be called", 30)
        with suppress(AssertionError):
            wait_for_state(work, "missed", *numbers, seconds=60)
    ends = {(state, rang()[number]) for number, state in callback_states(work, *numbers).items()}
    if ends != {("missed", 1)}:
        raise GuaranteeBroken(f"states of callbacks, and numbers of calls: {sorted(ends)}")


def _freeze(work: Workload, process: "subprocess.Popen[bytes]") -> None:
    """Freezes the process outside a transaction, in which it would lock the database or the leases."""
    while True:
        os.kill(process.pid, signal.SIGSTOP)
        with suppress(DatabaseBusy):
            for database in (work.reception.database, work.reception.installation.switch_leases):
                with database.write(wait_ms=0):
                    pass
            return
        os.kill(process.pid, signal.SIGCONT)
