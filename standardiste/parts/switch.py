"""The process that controls Asterisk over AMI and records what happened to calls.

One process leads; others may stand by to take over.
"""

import asyncio
import itertools
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from ami.callbacks.dispatching import CallbackDispatcher
from ami.cel.log import CelLog
from ami.cel.reader import CelReader
from ami.connection import AmiConnection, Headers, LoginRejected
from ami.contact_qualification import qualify_contacts
from ami.database_watch import DatabaseWatch
from ami.endpoint_states import record_endpoint_states
from ami.interrupted_calls import InterruptedCalls
from ami.leader import SWITCH_LEASE, LeaderElection, LeaseLost
from ami.open_calls import OpenCalls
from ami.originate import Originator
from ami.policy import Policy
from ami.queue.events import QueueEventRecorder
from ami.queue.overflow import OverflowMonitor
from ami.queue.queue import Queue, queue_name
from ami.queue.waiting_callers import WaitingCallers
from ami.queue.waiting_orders import WaitingOrders
from ami.reconnection import first_cause, run_isolated, stay_connected
from ami.record_sync import RecordSync
from ami.staff.browser_phones import BrowserPhones
from ami.staff.click_to_call import ClickToCallDialer
from ami.staff.member_sync import QueueMemberSync
from ami.staff.no_answer_pause import NoAnswerAutoPause
from ami.staff.own_calls import OwnCallRecorder
from ami.staff.phone_rings import PhoneRinger
from ami.staff.wrapups import WrapupRecorder
from ami.transfers import TransferStarter
from ami.voicemail_collector import VoicemailCollector
from ami.wake_event import WakeEvent
from records.database.engine import Database, open_database
from records.database.wake import bind
from records.errors import RecordsError
from records.staff import agents
from records.trunks import has_trunks, list_trunks
from routing.hours import public_holidays
from routing.languages import LANGUAGES
from standardiste.installation import Installation
from standardiste.parts.asterisk_logs import CHECK_INTERVAL_S, AsteriskLogs
from standardiste.parts.heartbeat import HEARTBEAT_INTERVAL_S, Heartbeat
from standardiste.parts.supervisord_control import EXIT_NO_RESTART
from standardiste.parts.trial_caller import TrialCaller
from standardiste.switchboard.ami_login import ami_login

RECORD_INTERVAL_S = 0.5
POLICY_INTERVAL_S = 5.0  # without a change of the database or of Asterisk's files
log = logging.getLogger("switch")


def serve(installation: Installation) -> None:
    """Returns after SIGTERM or SIGINT; exits with EXIT_NO_RESTART when only a person can help."""
    public_holidays.preload_holidays(datetime.now(UTC).date())
    try:
        asyncio.run(_serve(installation))
    except ExceptionGroup as ended:
        if not (refused := ended.subgroup(LoginRejected)):
            raise
        log.critical("%s", first_cause(refused))
        sys.exit(EXIT_NO_RESTART)
    finally:
        installation.close()


async def _serve(installation: Installation) -> None:
    watched = open_database(installation.settings.sqlalchemy_url, connections=1)
    leader = LeaderElection(
        installation.switch_leases, SWITCH_LEASE, f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    )
    tending = asyncio.create_task(_tend_logs_forever(installation))
    task = asyncio.create_task(_lead_forever(installation, leader, watched))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        pass
    finally:
        tending.cancel()
        await leader.resign()
        watched.close()


async def _tend_logs_forever(installation: Installation) -> None:
    """Without leading: Asterisk's logs grow also while the database is away, by which a leader is elected."""
    settings = installation.settings
    logs = AsteriskLogs(
        settings.log / "asterisk" / "messages",
        settings.asterisk_security_events,
        settings.telephone_failures,
        lambda: _desks_by_account(installation),
    )
    failed = False
    while True:
        try:
            if failed or logs.have_grown():
                await asyncio.to_thread(logs.tend)
            failed = False
        except Exception as error:  # whatever it is: strangers write what is read, and the logs must stay small
            if not failed:
                reason = error if isinstance(error, OSError) else type(error).__name__  # no stranger's text
                log.error("Asterisk's logs are not kept small: %s", reason)
            failed = True
        await asyncio.sleep(CHECK_INTERVAL_S)


def _desks_by_account(installation: Installation) -> dict[str, str]:
    """Empty while the database cannot be read."""
    try:
        return {account.name: account.desk for account in agents.list_sip_accounts(installation.database)}
    except RecordsError:
        return {}


async def _lead_forever(installation: Installation, leader: LeaderElection, watched: Database) -> None:
    heartbeat = Heartbeat(installation.settings.heartbeats, "switch")
    while True:
        await leader.wait_until_elected(heartbeat.beat)  # a process that stands by is alive too
        log.info("leading")
        try:
            await run_isolated(_lead(installation, leader, watched, heartbeat))
        except ExceptionGroup as ended:
            lost, others = ended.split(LeaseLost)
            if others:
                raise others from None
            log.error("no longer leading: %s", first_cause(lost or ended))


async def _lead(installation: Installation, leader: LeaderElection, watched: Database, heartbeat: Heartbeat) -> None:
    """The work of the leader; ends only by an exception."""
    database, settings = installation.database, installation.settings
    queue_names = [queue_name(language) for language in LANGUAGES]
    policy, waiting = Policy(database, installation.plan), WaitingCallers(queue_names)
    queue_events = QueueEventRecorder(database, queue_names)
    members = QueueMemberSync(
        database,
        lambda: policy.plan.staff.pause_titles,
        lambda: timedelta(seconds=policy.plan.staff.wrapup_s),
    )
    own_calls = OwnCallRecorder(database, queue_names)
    wrapups = WrapupRecorder(database, policy, queue_names)
    no_answer_pause = NoAnswerAutoPause(database, policy)
    overflow = OverflowMonitor(policy, waiting, queue_events)
    callbacks = CallbackDispatcher(database, policy, waiting, has_outbound_trunk=partial(has_trunks, database))
    click_to_call, phone_ringer = ClickToCallDialer(database), PhoneRinger(database)
    transfer_starter = TransferStarter(database, queue_events.add)
    waiting_orders = WaitingOrders(database, queue_events)
    trial_caller, browsers = TrialCaller(database), BrowserPhones(database)
    cel_log = CelLog(settings.asterisk_spool / "channel-events.csv", installation.plan)
    records = RecordSync(
        database,
        CelReader(database, cel_log),
        InterruptedCalls(database, settings.asterisk_pid_file),
        VoicemailCollector(database, settings.asterisk_spool / "voicemail", settings.voicemail),
    )

    open_calls = OpenCalls(database, lambda: policy.plan, lambda: records.log_read_at)

    def on_event(event: Headers) -> None:
        for listener in (members, overflow, queue_events, callbacks, no_answer_pause, own_calls, wrapups):
            listener.on_event(event)

    def record_calls() -> None:
        policy.refresh()
        cel_log.plan = policy.plan
        records.catch_up(policy.plan, datetime.now(UTC))

    endpoints_woken, records_woken = WakeEvent(), WakeEvent()
    watch = DatabaseWatch(
        watched,
        quick=(members.wake, records_woken.wake, transfer_starter.wake, waiting_orders.wake, browsers.wake),
        slow=(callbacks.wake, click_to_call.wake, phone_ringer.wake, trial_caller.wake, endpoints_woken.wake),
    )
    asterisk_heartbeat = Heartbeat(settings.heartbeats, "asterisk")

    async def act(connection: AmiConnection) -> None:
        queues = [Queue(connection, language) for language in LANGUAGES]
        async with asyncio.TaskGroup() as tasks:
            for coroutine in (
                connection.keep_alive(),
                members.run(queues),
                overflow.run(queues),
                callbacks.run(queues, Originator(connection)),
                click_to_call.run(Originator(connection)),
                phone_ringer.run(Originator(connection)),
                transfer_starter.run(connection),
                waiting_orders.run(queues),
                browsers.run(Originator(connection)),
                record_endpoint_states(connection, database, lambda: _list_watched(installation), endpoints_woken),
                open_calls.run(connection),
                _ping_asterisk(asterisk_heartbeat, connection),
                qualify_contacts(connection, lambda: _list_endpoints(installation)),
            ):
                tasks.create_task(coroutine)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(leader.keep_leading())
        tasks.create_task(queue_events.run())
        tasks.create_task(no_answer_pause.run())
        tasks.create_task(own_calls.run())
        tasks.create_task(wrapups.run())
        tasks.create_task(watch.run())
        tasks.create_task(_record_forever(record_calls, records, records_woken, leader, heartbeat))
        tasks.create_task(
            _wake_on_datagram(
                settings.wake_socket,
                (members, overflow, callbacks, click_to_call, phone_ringer),
                (transfer_starter, waiting_orders, trial_caller, browsers),
            )
        )
        tasks.create_task(trial_caller.run())
        tasks.create_task(stay_connected(ami_login(settings), act, on_event, check_allowed=leader.ensure_leading))


def _list_endpoints(installation: Installation) -> list[str]:
    """The desk phones of agents, and the trunks that are qualified; none while the database is away."""
    try:
        trunks = [stored.name for stored in list_trunks(installation.database) if stored.trunk.qualify_s]
        return trunks + [
            agent.browser_account or agent.sip_account for agent in agents.list_agents(installation.database)
        ]
    except RecordsError:
        return []


def _list_watched(installation: Installation) -> dict[str, bool]:
    """The trunks and the desk phones of agents, each with whether it is qualified. Raises RecordsError."""
    trunks = {stored.name: stored.trunk.qualify_s > 0 for stored in list_trunks(installation.database)}
    return trunks | {
        agent.browser_account or agent.sip_account: True for agent in agents.list_agents(installation.database)
    }


async def _ping_asterisk(heartbeat: Heartbeat, connection: AmiConnection) -> None:
    """Asterisk's heartbeat is that it answers."""
    while True:
        await connection.send_action("Ping")
        heartbeat.beat()
        await asyncio.sleep(HEARTBEAT_INTERVAL_S)


async def _record_forever(
    record_calls: Callable[[], None],
    records: RecordSync,
    changed: WakeEvent,
    leader: LeaderElection,
    heartbeat: Heartbeat,
) -> None:
    clock, recorded_at = asyncio.get_running_loop().time, float("-inf")
    while True:
        leader.ensure_leading()
        if changed.is_set() or clock() - recorded_at > POLICY_INTERVAL_S or records.has_news(datetime.now(UTC)):
            changed.clear()
            recorded_at = clock()
            await asyncio.to_thread(record_calls)
        heartbeat.beat()
        await asyncio.sleep(RECORD_INTERVAL_S)


_Woken = (
    QueueMemberSync
    | OverflowMonitor
    | CallbackDispatcher
    | ClickToCallDialer
    | PhoneRinger
    | TransferStarter
    | WaitingOrders
    | TrialCaller
    | BrowserPhones
)


async def _wake_on_datagram(socket_path: Path, *groups: Iterable[_Woken]) -> None:
    with bind(socket_path) as wake_socket:
        while True:
            await asyncio.get_running_loop().sock_recv(wake_socket, 1)
            for receiver in itertools.chain(*groups):
                receiver.wake()
