"""The process that serves calls: the FastAGI worker of `standardiste.parts.calls_watchdog`."""

import socket
import sys
from datetime import UTC, datetime

from agi.call import Call
from agi.channel import Channel
from agi.config_snapshot import SnapshotReader
from agi.flows.browser_phone import confirm_browser_password, give_browser_password
from agi.flows.callback_offer import offer_callback
from agi.flows.callback_rejection import reject_callback
from agi.flows.callback_request import request_callback
from agi.flows.click_to_call import authorize_click_to_call
from agi.flows.click_to_call_answered import serve_click_to_call
from agi.flows.dial_authorization import authorize_dial
from agi.flows.member import dial_member
from agi.flows.overflow import set_overflow_centres
from agi.flows.phone_ring import answer_phone_ring, authorize_phone_ring, end_phone_ring
from agi.flows.presence import set_presence
from agi.flows.reception import receive_call
from agi.flows.satisfaction import ask_satisfaction
from agi.flows.staff import route_to_staff
from agi.flows.staff_line import serve_staff_line
from agi.flows.transfer import route_transfer
from agi.recording_storage import RecordingStorage
from agi.server import FastAgiServer, Flow, pipe_heartbeat
from agi.write_behind import WriteBehindQueue
from dialplan import names
from records.database.engine import CALL_WAIT_MS, Database, open_database
from records.trunks import has_trunks
from routing.hours import public_holidays
from standardiste import capacity
from standardiste.parts.heartbeat import Heartbeat
from standardiste.settings import Settings

DECISION_WAIT_MS = 1000  # the dialplan waits 2 s for what is decided about a call under way
OTHER_FILES = 256  # of the database, sounds, recordings and logs
THREAD_SWITCH_S = 0.001  # an AGI session waits at most so long for the thread that writes; Python's default is 5 ms


def run_worker(settings: Settings, listener: int, heartbeat: int) -> None:
    """Serves the calls of an inherited socket until it receives SIGTERM or its parent has ended.

    `listener` and `heartbeat` are file descriptors: the listening socket, and the pipe to the watchdog.
    """
    sys.setswitchinterval(THREAD_SWITCH_S)
    capacity.allow_open_files(settings.agi_threads + OTHER_FILES)
    public_holidays.preload_holidays(datetime.now(UTC).date())
    key = settings.number_key_file
    database = open_database(
        settings.sqlalchemy_url,
        wake_socket=settings.wake_socket,
        commit_socket=settings.live_wake_socket,
        number_key=key.read_bytes() if key.exists() else b"",
    )
    queue = WriteBehindQueue(database, settings.write_behind_spool)
    watched = open_database(settings.sqlalchemy_url, connections=1)
    snapshot = SnapshotReader(database, settings.config_snapshot_file, has_outbound_trunk=has_trunks, watched=watched)
    own_heartbeat, watchdog_heartbeat = Heartbeat(settings.heartbeats, "calls"), pipe_heartbeat(heartbeat)

    def beat() -> None:
        watchdog_heartbeat()
        own_heartbeat.beat()

    server = FastAgiServer(
        socket.socket(fileno=listener),
        _list_flows(settings, database, queue, snapshot),
        max_sessions=settings.agi_threads,
        heartbeat=beat,
    )
    server.run(settings.drain_s)
    snapshot.close()
    watched.close()
    queue.close()
    database.close()


def _list_flows(
    settings: Settings, database: Database, queue: WriteBehindQueue, snapshot: SnapshotReader
) -> dict[str, Flow]:
    """What the dialplan may ask for, by the name of the request."""
    impatient, hurried = database.with_timeout(DECISION_WAIT_MS), database.with_timeout(CALL_WAIT_MS)
    words = settings.asterisk_spool / "satisfaction"
    recordings = RecordingStorage(database, settings.drafts, settings.messages, settings.asterisk_spool / "staff-line")

    def call(channel: Channel) -> Call:
        return Call(channel, queue, settings.sounds, snapshot.current.plan.while_choosing)

    flows: dict[str, Flow] = {
        names.AGI_RECEPTION: lambda channel: receive_call(call(channel), snapshot),
        names.AGI_HEALTH: Channel.noop,
        names.AGI_MEMBER: lambda channel: dial_member(channel, snapshot, impatient),
        names.AGI_AUTHORIZE_DIAL: lambda channel: authorize_dial(channel, snapshot, impatient),
        names.AGI_REJECT: lambda channel: reject_callback(channel, impatient),
        names.AGI_PRESENCE: lambda channel: set_presence(call(channel), snapshot),
        names.AGI_CALLBACK: lambda channel: request_callback(call(channel), snapshot),
        names.AGI_STAFF: lambda channel: route_to_staff(call(channel), snapshot),
        names.AGI_OFFER_CALLBACK: lambda channel: offer_callback(call(channel), snapshot),
        names.AGI_STAFF_LINE: lambda channel: serve_staff_line(call(channel), snapshot, recordings),
        names.AGI_CLICK_TO_CALL: lambda channel: authorize_click_to_call(channel, snapshot, impatient),
        names.AGI_CLICK_TO_CALL_ANSWERED: lambda channel: serve_click_to_call(call(channel), snapshot, recordings),
        names.AGI_PHONE_RING: lambda channel: authorize_phone_ring(channel, impatient),
        names.AGI_PHONE_RING_ANSWERED: lambda channel: answer_phone_ring(call(channel), snapshot, impatient),
        names.AGI_PHONE_RING_ENDED: lambda channel: end_phone_ring(channel, impatient),
        names.AGI_TRANSFER: lambda channel: route_transfer(call(channel), snapshot, impatient),
        names.AGI_SATISFACTION: lambda channel: ask_satisfaction(call(channel), snapshot, hurried, words),
        names.AGI_BROWSER_PHONE: lambda channel: give_browser_password(channel, impatient),
        names.AGI_BROWSER_PHONE_APPLIED: lambda channel: confirm_browser_password(channel, impatient),
        names.AGI_OVERFLOW: lambda channel: set_overflow_centres(call(channel), snapshot),
    }
    return flows | {former: flows[name] for former, name in names.FORMER_AGI_NAMES.items()}
