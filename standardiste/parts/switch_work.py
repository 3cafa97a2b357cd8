"""The work of the `serve-switch` that leads: queues, callbacks, telephones, and the record of calls."""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from ami.callbacks.dispatching import CallbackDispatcher
from ami.cel.log import CelLog
from ami.cel.reader import CelReader
from ami.connection import AmiConnection, Headers
from ami.contact_qualification import qualify_contacts
from ami.database_watch import DatabaseWatch
from ami.endpoint_states import record_endpoint_states
from ami.interrupted_calls import InterruptedCalls
from ami.leader import LeaderElection
from ami.open_calls import OpenCalls
from ami.originate import Originator
from ami.policy import Policy
from ami.queue.events import QueueEventRecorder
from ami.queue.overflow import OverflowMonitor
from ami.queue.queue import Queue, queue_name
from ami.queue.waiting_callers import WaitingCallers
from ami.queue.waiting_orders import WaitingOrders
from ami.reconnection import stay_connected
from ami.record_sync import RecordSync
from ami.staff.browser_phones import BrowserPhones
from ami.staff.click_to_call import ClickToCallDialer
from ami.staff.member_sync import QueueMemberSync
from ami.staff.no_answer_pause import NoAnswerAutoPause
from ami.staff.own_calls import OwnCallRecorder
from ami.staff.phone_rings import PhoneRinger
from ami.staff.wrapups import WrapupRecorder
from ami.transfers import TransferStarter
from ami.voicemail_collector import SatisfactionWordsCollector, VoicemailCollector
from ami.wake_event import WakeEvent
from records.database.engine import Database
from records.database.wake import bind
from records.errors import RecordsError
from records.staff import agents
from records.staff.absent_browsers import send_away
from records.trunks import has_trunks, list_trunks
from routing.languages import LANGUAGES
from standardiste.installation import Installation
from standardiste.parts.heartbeat import HEARTBEAT_INTERVAL_S, Heartbeat
from standardiste.parts.trial_caller import TrialCaller
from standardiste.switchboard.ami_login import ami_login

log = logging.getLogger("switch")

RECORD_INTERVAL_S = 0.5
POLICY_INTERVAL_S = 5.0  # without a change of the database or of Asterisk's files


class _Woken(Protocol):
    def wake(self) -> None: ...


class SwitchWork:
    """What the leader does from its election to the loss of it; made anew for each election."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        database, queue_names = installation.database, [queue_name(language) for language in LANGUAGES]
        self._policy = policy = Policy(database, installation.plan)
        self._make_records(installation)
        waiting = WaitingCallers(queue_names)
        self._queue_events = QueueEventRecorder(database, queue_names)
        self._members = QueueMemberSync(
            database,
            lambda: policy.plan.staff.pause_titles,
            lambda: timedelta(seconds=policy.plan.staff.wrapup_s),
        )
        self._overflow = OverflowMonitor(policy, waiting, self._queue_events)
        self._callbacks = CallbackDispatcher(
            database, policy, waiting, has_outbound_trunk=partial(has_trunks, database)
        )
        self._waiting_orders = WaitingOrders(database, self._queue_events)
        self._transfers = TransferStarter(database, self._queue_events.add)
        self._own_calls = OwnCallRecorder(database, queue_names)
        self._wrapups = WrapupRecorder(database, policy, queue_names)
        self._no_answer_pause = NoAnswerAutoPause(database, policy)
        self._click_to_call, self._phone_rings = ClickToCallDialer(database), PhoneRinger(database)
        self._browser_phones, self._trial_caller = BrowserPhones(database), TrialCaller(database)
        self._asterisk_heartbeat = Heartbeat(installation.settings.heartbeats, "asterisk")
        self._endpoints_woken, self._records_woken = WakeEvent(), WakeEvent()

    def _make_records(self, installation: Installation) -> None:
        database, settings = installation.database, installation.settings
        self._cel_log = CelLog(settings.asterisk_spool / "channel-events.csv", installation.plan)
        self._records = RecordSync(
            database,
            CelReader(database, self._cel_log),
            InterruptedCalls(database, settings.asterisk_pid_file),
            (
                VoicemailCollector(database, settings.asterisk_spool / "voicemail", settings.voicemail),
                SatisfactionWordsCollector(database, settings.asterisk_spool / "satisfaction", settings.satisfaction),
            ),
        )
        self._open_calls = OpenCalls(database, lambda: self._policy.plan, lambda: self._records.log_read_at)

    async def run(self, leader: LeaderElection, watched: Database, heartbeat: Heartbeat) -> None:
        """Ends only by an exception: LeaseLost when another process leads. `watched` answers one query at a time."""
        settings = self._installation.settings
        watch = DatabaseWatch(
            watched,
            quick=[self._members.wake, self._records_woken.wake, *(part.wake for part in self._ordered)],
            slow=[*(part.wake for part in self._calling), self._endpoints_woken.wake],
        )
        await _run_together(
            leader.keep_leading(),
            self._queue_events.run(),
            self._no_answer_pause.run(),
            self._own_calls.run(),
            self._wrapups.run(),
            watch.run(),
            self._record_forever(leader, heartbeat),
            self._wake_on_datagram(settings.wake_socket),
            self._trial_caller.run(),
            stay_connected(ami_login(settings), self._act, self._on_event, check_allowed=leader.ensure_leading),
        )

    @property
    def _ordered(self) -> tuple[_Woken, ...]:
        """What somebody asks for and waits for at once."""
        return self._transfers, self._waiting_orders, self._browser_phones

    @property
    def _calling(self) -> tuple[_Woken, ...]:
        """What calls agents or visitors; a second later does not matter."""
        return self._callbacks, self._click_to_call, self._phone_rings, self._trial_caller

    async def _act(self, connection: AmiConnection) -> None:
        """What needs Asterisk, for as long as this connection lasts."""
        installation, originator = self._installation, Originator(connection)
        queues = [Queue(connection, language) for language in LANGUAGES]
        await _run_together(
            connection.keep_alive(),
            self._members.run(queues),
            self._overflow.run(queues),
            self._callbacks.run(queues, originator),
            self._click_to_call.run(originator),
            self._phone_rings.run(originator),
            self._transfers.run(connection),
            self._waiting_orders.run(queues),
            self._browser_phones.run(originator),
            record_endpoint_states(
                connection, installation.database, lambda: _list_watched(installation), self._endpoints_woken
            ),
            self._open_calls.run(connection),
            _ping_asterisk(self._asterisk_heartbeat, connection),
            qualify_contacts(connection, lambda: _list_endpoints(installation)),
        )

    def _on_event(self, event: Headers) -> None:
        for listener in (
            *(self._members, self._overflow, self._queue_events, self._callbacks),
            *(self._no_answer_pause, self._own_calls, self._wrapups),
        ):
            listener.on_event(event)

    async def _record_forever(self, leader: LeaderElection, heartbeat: Heartbeat) -> None:
        clock, recorded_at = asyncio.get_running_loop().time, float("-inf")
        while True:
            leader.ensure_leading()
            is_due = self._records_woken.is_set() or clock() - recorded_at > POLICY_INTERVAL_S
            if is_due or self._records.has_news(datetime.now(UTC)):
                self._records_woken.clear()
                recorded_at = clock()
                await asyncio.to_thread(self._record)
            heartbeat.beat()
            await asyncio.sleep(RECORD_INTERVAL_S)

    def _record(self) -> None:
        self._policy.refresh()
        self._cel_log.plan = self._policy.plan
        self._records.catch_up(self._policy.plan, datetime.now(UTC))
        self._send_away()

    def _send_away(self) -> None:
        """The agents whose browsers are closed."""
        if not self._installation.settings.browser_phone:
            return
        after = timedelta(seconds=self._policy.plan.staff.browser_away_s)
        try:
            send_away(self._installation.database, after, at=datetime.now(UTC))
        except RecordsError as error:
            log.warning("agents whose browser is closed still count as there: %s", error)

    async def _wake_on_datagram(self, socket_path: Path) -> None:
        with bind(socket_path) as wake_socket:
            while True:
                await asyncio.get_running_loop().sock_recv(wake_socket, 1)
                woken: tuple[_Woken, ...] = (self._members, self._overflow)
                for part in woken + self._ordered + self._calling:
                    part.wake()


async def _run_together(*work: Coroutine[Any, Any, Any]) -> None:
    """Until one of them raises: then the others are cancelled."""
    async with asyncio.TaskGroup() as tasks:
        for coroutine in work:
            tasks.create_task(coroutine)


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
