"""The caller chose a callback in the menu. The request is committed or spooled before the caller hears of it."""

from agi.arrival import build_arrival
from agi.call import Call
from agi.config_snapshot import SnapshotReader
from agi.flows.callback_offer import ask_callback_number, dialable_number, undialable_prompt
from agi.pending_writes import CallbackCreated
from routing.destinations import Destination


def request_callback(call: Call, snapshots: SnapshotReader) -> None:
    """Takes the caller ID, or a number that the caller types when it cannot be called; without one, voicemail."""
    snapshot = snapshots.current
    if not snapshot.has_outbound_trunk:  # no menu leads here then, except one that was heard before
        return call.route(Destination.VOICEMAIL)
    arrival = build_arrival(call, snapshot)
    own = dialable_number(arrival.caller, snapshot)
    line = own or ask_callback_number(call, snapshot, undialable_prompt(call, snapshot))
    if line is None:
        call.say("callback-no-number")
        return call.route(Destination.VOICEMAIL)
    call.write_and_wait(CallbackCreated(arrival, call.now, line, place_since=None))
    call.say("callback-accepted" if own else "callback-accepted-other")
    call.route(Destination.GOODBYE)
