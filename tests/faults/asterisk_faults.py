"""Asterisk fails, or our connection to it."""

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

from evidence import CallerExperience, query
from fault_case import GuaranteeBroken, check_normal_service, fault_case
from manual_parts import run_parts
from reception import wait_for
from tcp_proxy import TcpProxy
from workload import SimulatedCaller, Workload

from caller.scripted_call import Hangup, Press, RunAction
from records.calls import statistics
from records.staff import agents, presence
from records.staff.agents import Agent
from records.staff.presence import PresenceState
from standardiste.parts.guard import SIP_SILENCE_MAX_S, START_TIMEOUT_S
from standardiste.parts.heartbeat import HEARTBEAT_TIMEOUT_S
from standardiste.switchboard.ami_login import ami_login

MOBILE = "+33639970000"
TICKS = os.sysconf("SC_CLK_TCK")
FIRST_CALL_S = 10.0  # from the death of Asterisk to the first answered call, its start included


@fault_case(short=True)
def asterisk_killed(work: Workload, chance: Random) -> list[CallerExperience]:
    """Asterisk dies with ten calls in progress.

    All are recorded as cut, and callers who wanted an agent as missed; the next caller is answered soon, and waits for
    the queue member who was there before.
    """
    *cut, first = work.numbers(chance, 11)
    work.carrier.set_busy(MOBILE)
    with temporary_agent(work, outside_number=MOBILE) as agent:
        wait_for(lambda: _member(work, agent), "the member to be in the queue", 20)
        before = _member(work, agent)
        work.call_without_phone(cut[:5], "w1", 40)
        work.call_without_phone(cut[5:], "", 40)
        wait_for(lambda: _answered_calls(work) >= 10, "ten calls to be up", 15)
        wait_for(lambda: _waiting_callers(work) == 5, "five of them to wait for staff", 15)
        pid = int(work.reception.settings.asterisk_pid_file.read_text())
        work.mark_fault()
        os.kill(pid, signal.SIGKILL)
        work.carrier.run_command("channel request hangup all")  # the operator notices by its session timers
        wait_for(lambda: _is_back(work, pid), "Asterisk to be back", 10)
        waits = RunAction(action=lambda: _wait_until_queue_is_right(work, agent, before))
        lived = work.call([SimulatedCaller(first, (Press(keys="1", at_s=0.5), waits, Hangup()), stays_s=20)])
        if lived[0].answered_s is None or lived[0].answered_s - lived[0].fault_s > FIRST_CALL_S:
            raise GuaranteeBroken(f"the first caller after the restart was not answered in time:\n{lived[0].report}")
    work.wait_until_idle()
    database = work.reception.settings.sqlalchemy_url
    of = "FROM call JOIN line ON line.id = line_id WHERE e164 = ?"
    endings = {number: query(database, f"SELECT disposition {of}", number)[0][0] for number in cut}
    if set(endings.values()) != {"cut"}:
        raise GuaranteeBroken(f"the calls that were cut ended as {sorted(set(endings.values()))}")
    missed = {line for (line,) in query(database, OPEN_MISSED_CALLS)}
    if not set(cut[:5]) <= missed or set(cut[5:]) & missed:
        raise GuaranteeBroken("exactly the callers who waited for staff must be missed")
    return lived


@fault_case()
def asterisk_frozen(work: Workload, chance: Random) -> list[CallerExperience]:
    """A frozen Asterisk is killed once it has been silent for long enough; then callers are served again."""
    old = int(work.reception.settings.asterisk_pid_file.read_text())
    age_s = (
        time.clock_gettime(time.CLOCK_BOOTTIME)
        - int(Path(f"/proc/{old}/stat").read_text().rpartition(")")[2].split()[19]) / TICKS
    )
    Event().wait(max(0.0, START_TIMEOUT_S - age_s))  # before that timeout it may only be slow
    os.kill(old, signal.SIGSTOP)
    wait_for(
        lambda: _is_back(work, old), "a frozen Asterisk to be replaced", HEARTBEAT_TIMEOUT_S + SIP_SILENCE_MAX_S + 30
    )
    return check_normal_service(work, chance)


def _wait_until_queue_is_right(work: Workload, member: Agent, before: str) -> None:
    """Waits until the cut callers have left the queue, the member is back, and only the new caller waits."""
    wait_for(lambda: _member(work, member) == before and _waiting_callers(work) == 1, "the queue to be right again", 10)
    now = datetime.now(UTC)
    wait_for(
        lambda: statistics.current_load(work.reception.database, now).waiting_calls == 1,
        "the record to show the waiting caller",
        10,
    )


OPEN_MISSED_CALLS = (
    "SELECT e164 FROM request JOIN line ON line.id = line_id WHERE kind = 'missed' AND closed_at IS NULL"
)


def _answered_calls(work: Workload) -> int:
    return sum(
        event.kind == "ANSWER" and event.channel.startswith("PJSIP/trunk-") for event in work.carrier.channel_events()
    )


@fault_case()
def manager_link_cut_and_silent(work: Workload, chance: Random) -> list[CallerExperience]:
    """Presence that changes while the connection is cut, or silent, is applied soon; callers notice nothing."""
    settings = work.reception.settings
    with (
        TcpProxy(settings.ami_port) as proxy,
        temporary_agent(work) as agent,
        run_parts(work.reception, "switch", environment={"STANDARDISTE_AMI_PORT": str(proxy.port)}),
    ):
        wait_for(lambda: agent.sip_account in _queue(work), "the member to be in the queue", 20)
        Event().wait(chance.uniform(0, 2))
        proxy.cut()
        _set_presence(work, agent, PresenceState.PAUSED)
        wait_for(lambda: "paused" in _queue(work), "the pause to be in force after a cut", 15)
        proxy.fall_silent()
        _set_presence(work, agent, PresenceState.READY)
        lived = check_normal_service(work, chance)
        wait_for(lambda: "paused" not in _queue(work), "the end of the pause to be in force after a silence", 30)
    return lived


APPLIED_S = 1.0
FLOOD = 2000  # events


@fault_case()
def manager_interface_flooded(work: Workload, chance: Random) -> list[CallerExperience]:
    """Another program causes hundreds of events a second; presence is still applied in time."""
    with temporary_agent(work) as agent, temporary_agent(work) as other:
        wait_for(lambda: other.sip_account in _queue(work), "the members to be in the queue", 20)
        with _flood_events(work, other) as event_count:
            lived = check_normal_service(work, chance)
            took = []
            for state in (PresenceState.PAUSED, PresenceState.READY) * 3:
                began = time.monotonic()
                _set_presence(work, agent, state)
                wait_for(lambda: is_presence_applied(work, agent), "a change of presence to be applied", 10)
                took.append(time.monotonic() - began)
    if event_count[0] < FLOOD:
        raise GuaranteeBroken(f"too few events for a flood: {event_count[0]} events")
    if sorted(took)[len(took) // 2] > APPLIED_S:
        raise GuaranteeBroken(f"changes of presence took {', '.join(f'{seconds:.1f}' for seconds in took)} s")
    return lived


@contextmanager
def _flood_events(work: Workload, member: Agent) -> Iterator[list[int]]:
    """Sets the member's penalty to its own value over and over; yields a list with the number of events so far."""
    account, event_count, ended = ami_login(work.reception.settings), [0], Event()
    login = f"Action: Login\r\nUsername: {account.user}\r\nSecret: {account.password}\r\n\r\n"
    interface = f"Interface: Local/{member.sip_account}@member/n"
    change = f"Action: QueuePenalty\r\nQueue: staff-fr\r\n{interface}\r\nPenalty: 0\r\n\r\n"

    def flow() -> None:
        with socket.create_connection((account.host, account.port), 5) as link:
            link.sendall(login.encode())
            while not ended.wait(0.01):
                link.sendall(change.encode() * 5)
                event_count[0] += link.recv(1 << 20).count(b"Event: QueueMemberPenalty")

    flowing = Thread(target=flow)
    flowing.start()
    try:
        yield event_count
    finally:
        ended.set()
        flowing.join()


def is_presence_applied(work: Workload, agent: Agent) -> bool:
    """Whether the agent's presence is applied in Asterisk."""
    return any(one.agent_id == agent.id and one.applied_at for one in presence.list_presences(work.reception.database))


@contextmanager
def temporary_agent(work: Workload, *, outside_number: str | None = None) -> Iterator[Agent]:
    """An agent without a telephone, or with an outside number."""
    database = work.reception.database
    agent = agents.add_agent(database, "Testing", language="fr", outside_number=outside_number, at=datetime.now(UTC))
    try:
        yield agent
    finally:
        work.reception.remove_agents(agent)


def _set_presence(work: Workload, agent: Agent, state: PresenceState) -> None:
    presence.set_presence(work.reception.database, agent.id, state, by="a test", at=datetime.now(UTC))


def _queue(work: Workload) -> str:
    return work.reception.installation.asterisk_cli.run("queue show staff-fr")


def _member(work: Workload, agent: Agent) -> str:
    """The interface of this queue member; empty if there is none, or more than one."""
    found = re.findall(rf"{agent.sip_account} \((Local/.*?)\)", _queue(work))
    return found[0] if len(found) == 1 else ""


def _waiting_callers(work: Workload) -> int:
    """How many callers wait in the queue."""
    return _queue(work).count("(wait:")


def _is_back(work: Workload, old: int) -> bool:
    file = work.reception.settings.asterisk_pid_file
    if not file.exists() or not (pid := file.read_text().strip()) or int(pid) == old:
        return False
    return work.reception.installation.asterisk_cli.is_booted()
