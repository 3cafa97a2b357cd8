"""An agent dials a presence code on their desk phone: they are ready, paused or out, and hear the result."""

from agi.call import Call
from agi.config_snapshot import SnapshotReader
from agi.pending_writes import PresenceChanged
from dialplan import names
from records.staff.presence import PresenceState
from routing.languages import prompt_language


def set_presence(call: Call, snapshots: SnapshotReader) -> None:
    """Arguments 2 and 3: the SIP account, which Asterisk authenticated, and the state.

    Sets the result only when the change is committed; otherwise the dialplan plays that it failed.
    """
    account, state = call.channel.argument(2), PresenceState(call.channel.argument(3))
    if agent := call.write_and_wait(PresenceChanged(account, state, call.now)):
        call.set_language(prompt_language(agent.language, snapshots.current.plan.languages))
        call.channel.set_variables(**{names.PRESENCE_RESULT: state})
